# The two commands that matter are `make demo` and `make test`. Everything is built in release configuration.
.DEFAULT_GOAL := help
.PHONY: help setup build demo test lint format reference fuzz bench bench-server clean

FUZZ_SECONDS ?= 60
FUZZ_SEED ?= 1

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F '|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: ## install what the system lacks (as root or with sudo; otherwise print the command)
	@sh Scripts/setup.sh

build: ## build .build/release/steward
	@sh Scripts/setup.sh build
	swift build -c release --product steward

demo: build ## compare example data with known drift, start a server with a few runs and models
	@sh Scripts/demo.sh

test: setup ## lint, build, all tests, golden figures; the last line is the sum
	@sh Scripts/test.sh

lint: ## check the formatting
	@sh Scripts/lint.sh

format: ## format all Swift files in place
	swift format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks Fuzz

reference: build ## write docs/reference/methods.md from the methods the program knows
	.build/release/steward methods --markdown > docs/reference/methods.md

fuzz: setup ## feed mutated inputs to every parser, FUZZ_SECONDS each
	swift build -c release --product steward-fuzz
	.build/release/steward-fuzz all --seconds $(FUZZ_SECONDS) --seed $(FUZZ_SEED)

bench: setup ## measure what docs/benchmarks.md states
	swift build -c release --product steward
	swift build -c release --product benchmark-data
	python3 Benchmarks/measure.py

bench-server: setup ## measure the server beside `mlflow server`, MLFLOW=its program; BENCH="--quick" and the like
	swift build -c release --product steward
	swift build -c release --product tracking-benchmark
	python3 Benchmarks/Server/measure.py $(if $(MLFLOW),--mlflow $(MLFLOW)) $(BENCH)

clean: ## remove everything that was built or generated
	rm -rf .build demo-data
