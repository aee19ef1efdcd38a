"""D1, D3, D4, D5, D7: the server is killed under writers, again and again."""

import threading

import eventlog
from promise import promise
from server import leftovers
from workload import Versions, Workload, reused_numbers

RESTART_SECONDS = 2.0


@promise(
    *("D1", "D3", "D4", "D5", "D7", "D8"),
    title="kill -9 under writers of every kind",
    databases=("sqlite", "postgresql"),
)
def kill_under_writers(bench):
    server = bench.server()
    server.start()
    client = server.client()
    done, restarts, place = [], [], None
    for number in range(bench.rounds(5)):
        # Every other round goes on with the models of the last one: their numbers must not come again.
        workload = Workload(client, bench.random.choice([8, 12, 16]), bench.random, place=place)
        place = workload.place if number % 2 == 0 else None
        pinned = None if bench.options.oracle else eventlog.Checkpoint.of(client)
        client.close()
        workload.start(lambda _: server.client())
        threading.Event().wait(bench.random.uniform(0.05, 1.5))
        server.kill()
        workload.stop()
        restarts.append(server.start())
        client = server.client()
        for text in workload.ledger.repeat_unknown(client):
            bench.broken("D3", text)
        done.append(workload)
        check(bench, client, workload, pinned)
        bench.require("D4", not (left := leftovers(f"{server.folder}/artifacts")), f"temporary files: {left[:5]}")
    for workload in done:
        for promised, text in workload.problems(client):
            bench.broken(promised, f"at the end: {text}")
    for promised, text in reused_numbers([writer for one in done for writer in one.of_kind(Versions)]):
        bench.broken(promised, text)
    slow = [f"{seconds:.2f}" for seconds in restarts if seconds > RESTART_SECONDS * bench.options.patience]
    bench.require("D7", not slow, f"restarts took {slow} s")
    states = {state: sum(one.ledger.count(state) for one in done) for state in ("ok", "unknown", "failed")}
    bench.require("D1", states["ok"] > 100 * len(done), f"too little was written to show anything: {states}")
    bench.note(f"{len(done)} kills, {states['ok']} acknowledged, {states['unknown']} unknown")
    bench.note(f"restart at most {max(restarts):.2f} s")


def check(bench, client, workload, pinned):
    for promised, text in workload.problems(client):
        bench.broken(promised, text)
    if pinned is None:
        return
    for text in eventlog.problems(client, pinned):
        bench.broken("D5", text)
    replay = eventlog.Replay(client)
    for model in (workload.place.model, workload.place.staged):
        for text in replay.problems(client, model):
            bench.broken("D5", text)
