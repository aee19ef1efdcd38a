#!/bin/sh
# Makes the demonstration data, profiles the reference, compares the two files and says where the report is.
set -eu
cd "$(dirname "$0")/.."

steward=.build/release/steward
data=demo-data
run() {
    echo
    echo "\$ steward $*"
    "$steward" "$@"
}

run demo data -o $data
run profile $data/reference.csv -o $data/reference.profile
run drift $data/reference.csv $data/current.csv --schema $data/schema.json \
    --prediction default_probability --target defaulted --html $data/report.html --fail-on never
echo
echo "The report: $(pwd)/$data/report.html"
