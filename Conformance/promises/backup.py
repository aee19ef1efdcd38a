"""D16: a backup of a running server is a consistent moment of it; restored, it has the same log and the same state."""

import time

import eventlog
from audit import has_command, steward
from promise import Skip, promise
from workload import Workload


@promise("D16", "D3", "D4", "D5", title="backup while writers write, and restore", databases=("sqlite",))
def backup_and_restore(bench):
    for command in ("backup", "restore"):
        if not has_command(bench, command):
            raise Skip(f"this program has no `steward {command}` yet")
    server = bench.server()
    server.start()
    for number in range(bench.rounds(3)):
        client = server.client()
        workload = Workload(client, 12, bench.random)
        workload.start(lambda _: server.client())
        time.sleep(bench.random.uniform(0.3, 0.8))
        before = eventlog.Checkpoint.of(client)
        acknowledged = [operation for operation in list(workload.ledger.operations) if operation.state == "ok"]
        target, restored = f"{bench.folder}/backup-{number}", f"{bench.folder}/restored-{number}"
        begun = time.monotonic()
        done = steward(bench, "backup", target, "--data", server.folder)
        bench.note(f"backup in {time.monotonic() - begun:.1f} s")
        after = eventlog.Checkpoint.of(client)
        workload.stop()
        bench.require("D16", done.returncode == 0, f"backup ends with {done.returncode}: {done.stderr}")
        done = steward(bench, "restore", target, "--data", restored)
        if done.returncode != 0:
            bench.broken("D16", f"restore ends with {done.returncode}: {done.stderr}")
            continue
        copy = bench.server(f"restored-{number}", folder=restored)
        copy.start()
        moment(bench, server, copy, before, after)
        complete(bench, copy, workload, acknowledged)
        copy.kill()


def moment(bench, server, copy, before, after):
    """The copy's log is the original's at some moment of the backup."""
    theirs = eventlog.Checkpoint.of(copy.client())
    bench.require("D16", before.size <= theirs.size <= after.size, f"{before.size} <= {theirs.size} <= {after.size}")
    log = eventlog.entries(server.client(), theirs.size)
    root = eventlog.root_hash([eventlog.leaf_hash(entry) for entry in log])
    bench.require("D16", root == theirs.root, f"the restored log of {theirs.size} entries has another root")
    for text in eventlog.problems(copy.client(), before):
        bench.broken("D5", text)


def complete(bench, copy, workload, acknowledged):
    """What was acknowledged before the backup began is in it; what came later may be. Nothing is torn."""
    client = copy.client()
    replay = eventlog.Replay(client)
    for model in (workload.place.model, workload.place.staged):
        for text in replay.problems(client, model):
            bench.broken("D5", text)
    known = {id(operation) for operation in acknowledged}
    for operation in workload.ledger.operations:
        if id(operation) not in known:
            operation.state = "unknown"
    for promised, text in workload.problems(client):
        bench.broken("D16" if promised in ("D1", "D8") else promised, text)
