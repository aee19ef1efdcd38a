"""D8: over capacity there is an answer, 503 with Retry-After if need be, and nothing accepted is dropped."""

import contextlib
import json
import resource
import sqlite3
import threading
import time

from client import Connection, NoAnswer, NotSent, request_bytes
from ledger import REFUSALS
from promise import promise
from workload import TIME, Batches, Metrics, Place, Runs, Tags, Workload, history

# Longer than this without an answer is silence. (An answer that the server is busy must come within a second; a write
# that waits for its turn may take longer.)
SILENCE_SECONDS = 10.0


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def writers(bench, count):
    silence = SILENCE_SECONDS * bench.options.patience
    server = bench.server()
    server.start()
    client = server.client(timeout=60)
    workload = Workload(client, count, bench.random, kinds=(Metrics, Tags, Runs, Batches))
    workload.start(lambda _: server.client(timeout=silence))
    time.sleep(bench.seconds(5))
    workload.stop()
    operations = workload.ledger.operations
    for operation in operations:
        if operation.state == "unknown" or operation.how == "not sent":
            bench.broken("D8", f"{operation.request[1]} got no answer: {operation.how}, {operation.seconds:.1f} s")
    for promised, text in workload.problems(server.client(timeout=60)):
        bench.broken(promised, text)
    done = [operation.seconds for operation in operations if operation.state == "ok"]
    bench.require("D8", len(done) >= 5 * count, f"only {len(done)} writes were acknowledged: that is a stall")
    refused = sum(operation.state == "failed" for operation in operations)
    bench.note(f"{len(done)} acknowledged, {refused} refused")
    if done:
        bench.note(
            f"latency 50 % {percentile(done, 0.5):.3f} s, 99 % {percentile(done, 0.99):.3f} s, max {max(done):.3f} s"
        )


@promise("D8", "D1", "D3", "D4", title="64 writers at once", databases=("sqlite", "postgresql"))
def writers_64(bench):
    writers(bench, 64)


@promise("D8", "D1", "D3", "D4", title="512 writers at once")
def writers_512(bench):
    writers(bench, 512)


@promise("D8", "D1", title="3,000 requests in the same moment")
def a_burst(bench):
    count, rest = 3000, 200
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(count, hard - rest)
    server = bench.server()
    server.start()
    client = server.client()
    run = Place.make(client).run(client, "burst")
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(count):
            connections.append(Connection(server.port, timeout=30 * bench.options.patience))
            stack.callback(connections[-1].close)
        begun = time.monotonic()
        for step, connection in enumerate(connections):
            body = {"run_id": run, "key": "m", "value": step, "timestamp": TIME, "step": step}
            content = json.dumps(body).encode()
            headers = {"Content-Type": "application/json"}
            connection.send(request_bytes("POST", "/api/2.0/mlflow/runs/log-metric", content, headers))
        done, refused = set(), 0
        for step, connection in enumerate(connections):
            try:
                answer = connection.answer()
            except NoAnswer as reason:
                bench.broken("D8", f"request {step} of {count} got no answer: {reason}")
                continue
            if answer.ok:
                done.add(step)
            elif answer.status in REFUSALS and answer.headers.get("retry-after"):
                refused += 1
            else:
                bench.broken("D8", f"request {step} of {count} was answered {answer}, {answer.headers}")
        seconds = time.monotonic() - begun
    found = {point["step"] for point in history(client, run, "m")}
    bench.require("D1", done <= found, f"acknowledged and lost: {sorted(done - found)[:10]}")
    bench.require("D1", found <= done, f"refused or unanswered, and there: {sorted(found - done)[:10]}")
    bench.note(f"{len(done)} acknowledged, {refused} refused, all within {seconds:.1f} s")


@promise("D8", title="another program holds SQLite's lock")
def a_lock_from_outside(bench):
    """A shell or a backup that locks the file: writes wait a little or are refused, and never hang; reads go on."""
    server = bench.server()
    server.start()
    client = server.client(timeout=60)
    run = Place.make(client).run(client, "locked")
    body = {"run_id": run, "key": "m", "value": 1, "timestamp": TIME, "step": 1}
    limit = 20 * bench.options.patience
    for held, may_fail in ((1.0, False), (limit + 10, True)):
        other = sqlite3.connect(server.database_file, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        unlock = threading.Timer(held, other.close)
        unlock.start()
        begun = time.monotonic()
        results = []
        threads = [
            threading.Thread(target=lambda r=results: r.append(attempt(server.client(timeout=limit), body)))
            for _ in range(40)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        asked = time.monotonic()
        bench.require("D8", client.get("runs/get", run_id=run).ok, "a read was refused while another program wrote")
        bench.require("D8", time.monotonic() - asked < 2 * bench.options.patience, "a read waited for the lock")
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - begun
        unlock.cancel()
        other.close()
        for answer in results:
            if isinstance(answer, Exception):
                bench.broken("D8", f"a write got no answer within {limit:.0f} s while another program held the lock")
            elif may_fail:
                ok = answer.status in REFUSALS and answer.headers.get("retry-after")
                bench.require("D8", ok, f"locked out for long, a write was answered {answer}")
            else:
                bench.require("D8", answer.ok, f"locked out for {held} s, a write was answered {answer}")
        bench.note(f"locked for {held:.0f} s: 40 writers answered after {seconds:.1f} s")
        time.sleep(0.2)
        again = server.client().post("runs/log-metric", body)
        bench.require("D8", again.ok, f"the lock is gone, and a write was answered {again}")


def attempt(client, body):
    try:
        return client.post("runs/log-metric", body)
    except (NotSent, NoAnswer) as reason:
        return reason
