"""D15: SIGTERM lets everything under way finish, cuts no answer, and ends with status 0."""

import time

from promise import promise
from workload import Workload

GRACE_SECONDS = 30.0


@promise("D15", "D1", "D3", "D4", "D8", title="SIGTERM under load", databases=("sqlite", "postgresql"))
def term_under_load(bench):
    server = bench.server()
    server.start()
    totals = {"ok": 0, "unknown": 0, "failed": 0}
    longest = 0.0
    for _ in range(bench.rounds(4)):
        client = server.client()
        workload = Workload(client, 16, bench.random)
        client.close()
        workload.start(lambda _: server.client())
        time.sleep(bench.random.uniform(0.2, 1.2))
        begun = time.monotonic()
        status = server.terminate()
        longest = max(longest, time.monotonic() - begun)
        workload.stop()
        bench.require("D15", status == 0, f"the exit status is {status}: {server.last_words()}")
        bench.require("D15", longest < GRACE_SECONDS, f"it took {longest:.1f} s to stop")
        for operation in workload.ledger.operations:
            if operation.state != "unknown":
                continue
            if operation.how != "closed":
                bench.broken(
                    "D15", f"{operation.request[0]} {operation.request[1]}: the answer ended in {operation.how}"
                )
            # The connection was closed without a word: then the request must not have been carried out.
            operation.state = "failed"
        server.start()
        client = server.client()
        for promised, text in workload.problems(client):
            bench.broken(promised, text)
        for state in totals:
            totals[state] += workload.ledger.count(state)
    bench.note(f"{totals['ok']} acknowledged, {totals['failed']} not done, stopped within {longest:.2f} s")


@promise("D15", title="SIGTERM while an artifact is on its way")
def term_during_an_upload(bench):
    """A body that is being sent when the signal comes is taken to its end."""
    from client import Connection, NoAnswer, request_bytes

    server = bench.server()
    server.start()
    piece, count = b"x" * 65536, 40
    target = "/api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/slow"
    connection = Connection(server.port)
    connection.send(request_bytes("PUT", target, headers={"Content-Length": str(count * len(piece))}))
    idle = [Connection(server.port) for _ in range(5)]
    for number in range(count):
        connection.send(piece)
        time.sleep(0.05)
        if number == 5:
            server.process.terminate()
    try:
        answer = connection.answer("PUT")
        bench.require("D15", answer.ok, f"the upload was answered {answer}")
    except NoAnswer as reason:
        bench.broken("D15", f"the upload was cut: {reason}")
    status = server.process.wait(40)
    bench.require("D15", status == 0, f"the exit status is {status}")
    for one in idle:
        one.close()
    server.start()
    stored = server.client().call("GET", target)
    bench.require(
        "D15", stored.body == piece * count, f"the artifact is not whole: {stored.status}, {len(stored.body)}"
    )
