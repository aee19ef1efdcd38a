#!/bin/sh
# Formatting as .swift-format states it; a warning is a failure.
set -eu
cd "$(dirname "$0")/.."
exec swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks Fuzz
