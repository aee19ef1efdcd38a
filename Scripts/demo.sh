#!/bin/sh
# Makes the demonstration data, compares it, starts a server, fills it with runs and model versions of which one carries
# the drift report, and says where everything is. Run again it stops the server of the last time and goes on with its
# data. PYTHON names another python3: with mlflow and scikit-learn in it the models come from there.
set -eu
cd "$(dirname "$0")/.."

steward=.build/release/steward
data=demo-data
python=${PYTHON:-python3}
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }
run() {
    # Shown as a shell takes it.
    line="\$ steward"
    for word; do
        case $word in
        *[!A-Za-z0-9_./@:=-]*) line="$line '$word'" ;;
        *) line="$line $word" ;;
        esac
    done
    say "$line"
    "$steward" "$@"
}

run demo data -o $data
compare="$data/reference.csv $data/current.csv --schema $data/schema.json --prediction default_probability"
# shellcheck disable=SC2086 # The names are ours and have no spaces.
run drift $compare --target defaulted --html $data/report.html --fail-on never
# shellcheck disable=SC2086
"$steward" drift $compare --target defaulted --format json --fail-on never >$data/report.json

# A server of an earlier demo holds the folder. What its file names may be another process by now, so it is asked.
stop_server() {
    [ -f $data/server.pid ] || return 0
    pid=$(cat $data/server.pid)
    case $(ps -o args= -p "$pid" 2>/dev/null || true) in
    *"serve --data $data/server"*) kill "$pid" ;;
    *) return 0 ;;
    esac
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.25
    done
    echo "the server of an earlier demo (process $pid) does not stop" >&2
    exit 1
}

# Its own port if it is free, so that the address stays the same from demo to demo; any other one if not.
start_server() {
    nohup "$steward" serve --data $data/server --port "$1" --log-level warning >$data/server.log 2>&1 &
    pid=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        address=$(sed -n 's/^Steward .* at \(http.*\)$/\1/p' $data/server.log)
        [ -z "$address" ] || break
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    [ -n "$address" ] || return 1
    echo "$pid" >$data/server.pid
}

stop_server
say "\$ steward serve --data $data/server &"
if ! start_server 5000 && ! start_server 0; then
    echo "the server did not start:" >&2
    cat $data/server.log >&2
    exit 1
fi
echo "at $address"

if command -v "$python" >/dev/null 2>&1; then
    say "\$ $python Scripts/demo-runs.py $address $data"
    MLFLOW_DISABLE_TELEMETRY=true "$python" Scripts/demo-runs.py "$address" $data
    export STEWARD_URL="$address"
    run run list --experiment "credit risk" --order-by "metrics.auc DESC" --limit 5
    best=$("$steward" run list --experiment "credit risk" --order-by "metrics.auc DESC" --limit 1 --columns id \
        2>/dev/null | sed -n 2p | cut -c 1-8)
    run model show credit-risk@champion
else
    echo "There is no $python here, so the server is empty. With it the demo trains a few models and registers them."
fi

say "The server: $address       (open it in a browser)"
cat <<END
  export STEWARD_URL=$address PATH="$(pwd)/.build/release:\$PATH"
  steward run list --filter "metrics.auc > 0.6" --order-by "metrics.auc DESC"
  steward run show ${best:-RUN}
  steward run metrics ${best:-RUN} loss
  steward model history credit-risk
  mlflow.set_tracking_uri("$address")       in Python
  kill $(cat $data/server.pid)       stops it; its data stay in $data/server

The drift report: $(pwd)/$data/report.html
END
