#!/bin/sh
# Makes the demonstration data, compares it, starts a server with a few runs and a model version that carries the drift
# report, and says where everything is.
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
echo "\$ steward serve --data $data/server --port 0 &"
# A server of an earlier demo holds the folder; it is stopped first.
if [ -f $data/server.pid ] && kill "$(cat $data/server.pid)" 2>/dev/null; then sleep 1; fi
nohup "$steward" serve --data $data/server --port 0 --log-level warning >$data/server.log 2>&1 &
echo $! >$data/server.pid
for _ in 1 2 3 4 5 6 7 8 9 10; do
    address=$(sed -n 's/^Steward .* at \(http.*\)$/\1/p' $data/server.log)
    [ -z "$address" ] || break
    sleep 0.3
done
if [ -z "${address:-}" ]; then
    echo "the server did not start:" >&2
    cat $data/server.log >&2
    exit 1
fi
if command -v python3 >/dev/null 2>&1; then
    python3 Scripts/demo-runs.py "$address" $data/report.html
else
    echo "no python3 here, so the server is empty"
fi
echo
echo "The report: $(pwd)/$data/report.html"
echo "The server: $address   (mlflow.set_tracking_uri(\"$address\"); stop it with: kill $(cat $data/server.pid))"
