#!/bin/sh
# Everything that must hold: formatting, a release build without warnings, the tests, the golden comparison.
# The last line is "N passed, N failed[, N skipped]"; the status is 0 only when nothing failed.
set -u
cd "$(dirname "$0")/.."

log=.build/test.log
golden=../shared/golden/monitoring
check=../shared/tools/check_drift_golden.py
passed=0
failed=0
skipped=0

step() { printf '\n== %s\n' "$1"; }

# one NAME COMMAND...: a check that counts as one.
one() {
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name"
    fi
}

finish() {
    summary="$passed passed, $failed failed"
    [ "$skipped" -eq 0 ] || summary="$summary, $skipped skipped"
    printf '\n%s\n' "$summary"
    [ "$failed" -eq 0 ]
    exit
}

mkdir -p .build

step "lint"
one "lint" sh Scripts/lint.sh

step "build (release, with tests)"
if swift build -c release --build-tests; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAILED: build; nothing further can run"
    finish
fi

# Parquet is read through DuckDB, which is fetched for the tests alone; without pip or a network those are skipped.
step "engine for the Parquet tests"
if .build/release/steward engine list | grep -q ' in use '; then
    echo "there is one"
elif XDG_DATA_HOME="$PWD/.build/engines" .build/release/steward engine install duckdb; then
    XDG_DATA_HOME="$PWD/.build/engines"
    export XDG_DATA_HOME
else
    echo "SKIPPED: no DuckDB to be had, so nothing reads Parquet"
fi

step "tests"
# A test that waits for ever must not keep the answer from whoever waits for it.
minutes=25
limit() { "$@"; }
if command -v timeout >/dev/null 2>&1; then
    limit() { timeout -k 30 "${minutes}m" "$@"; }
fi
# Tests of connections have limits of time: they do not share the machine with the tests that compute.
# One "started" line per test would bury the answers.
echo 0 >.build/test.status
for part in "--filter PlatformTests" "--skip PlatformTests"; do
    # shellcheck disable=SC2086
    limit swift test -c release --skip-build $part 2>&1 || echo $? >.build/test.status
done | tee "$log" | sed -u -e '/^◇ /d' -e '/^✔ Test case /d'
status=$(cat .build/test.status)
case $status in
124 | 137) echo "FAILED: the tests were not done after $minutes minutes; $log tells which had begun" ;;
esac

# Swift Testing: the closing line counts tests; lines of single tests say which failed or were skipped.
total=$(sed -n 's/^.*Test run with \([0-9][0-9]*\) tests\{0,1\}.*$/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
broken=$(grep -E '^[^ ]+ +Test .* failed after ' "$log" | grep -cvE 'Test (run|case) ')
omitted=$(grep -cE '^[^ ]+ +Test .* skipped' "$log")
# XCTest, should a target use it.
xctotal=$(sed -n 's/^.*Executed \([0-9][0-9]*\) tests\{0,1\}, with .*$/\1/p' "$log" | sort -n | tail -n 1)
xcbroken=$(sed -n 's/^.*Executed [0-9]* tests\{0,1\}, with .*\([0-9][0-9]*\) failures\{0,1\}.*$/\1/p' "$log" |
    sort -n | tail -n 1)
total=$((total + ${xctotal:-0}))
broken=$((broken + ${xcbroken:-0}))
if [ "$status" -ne 0 ] && [ "$broken" -eq 0 ]; then
    echo "FAILED: the tests ended with status $status before all were done"
    broken=1
    total=$((total + 1))
fi
if [ "$total" -eq 0 ]; then
    echo "FAILED: no tests ran"
    broken=1
    total=1
fi
passed=$((passed + total - broken - omitted))
failed=$((failed + broken))
skipped=$((skipped + omitted))

step "golden figures of other tools"
if [ -d "$golden" ] && [ -f "$check" ]; then
    one "golden" python3 "$check" --steward .build/release/steward --golden "$golden" --need 99.9
else
    echo "SKIPPED: ../shared is absent, so there is nothing to compare with"
    skipped=$((skipped + 1))
fi

# suite NAME COMMAND...: a program that ends with "N passed, N failed[, N skipped]"; its numbers are added.
suite() {
    name=$1
    shift
    "$@" 2>&1 | tee .build/suite.log
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' .build/suite.log | tail -n 1)
    if [ -z "$line" ]; then
        echo "FAILED: $name ended without a sum"
        failed=$((failed + 1))
        return
    fi
    # shellcheck disable=SC2046
    set -- $(echo "$line" | tr -cd '0-9 ')
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + ${3:-0}))
}

if command -v python3 >/dev/null 2>&1; then
    step "stock MLflow clients against the server"
    suite "conformance" python3 Conformance/run.py
    step "MLflow's databases moved here and back"
    suite "migration" python3 Conformance/migration/run.py
    step "pages in a browser"
    suite "browser" python3 Conformance/browser/run.py
    step "promises of the server"
    suite "promises" python3 Conformance/promises/run.py
else
    echo "SKIPPED: no python3, so no MLflow client, no browser and no fault tests"
    skipped=$((skipped + 1))
fi

finish
