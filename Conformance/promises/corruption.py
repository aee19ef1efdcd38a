"""D7: a torn end of the log is cut by itself; real damage is refused, clearly, and never served as if it were whole."""

import os
import pathlib
import shutil
import sqlite3

import eventlog
from client import NoAnswer, NotSent
from promise import Skip, promise
from workload import TIME, Place, history

# Bad input and a conflict end with 2, what is missing or broken outside with 4 (Platform/CLI/ExitStatus.swift).
REFUSALS = (2, 4)
PANIC = ("Fatal error", "Stack dump", "Crash:", "assertion failed", "preconditionFailure")


def refused(bench, server, what):
    """The server must end by itself, with a status of refusal and a message that names the place."""
    server.log.unlink(missing_ok=True)
    outcome, detail = server.outcome()
    words = server.last_words()
    if outcome == "up":
        bench.broken("D7", f"{what}: it starts all the same")
        server.kill()
        return
    bench.require("D7", detail in REFUSALS, f"{what}: the status is {detail}: {words}")
    bench.require("D7", len(words) > 20, f"{what}: there is no message")
    bench.require("D7", not any(sign in words for sign in PANIC), f"{what}: it fell over: {words}")
    bench.require("D7", len(words.splitlines()) < 12, f"{what}: the message is too long: {words}")


def steps(client, run):
    return [point["step"] for point in history(client, run, "m")]


@promise("D7", "D1", "D4", title="a torn or garbled end of SQLite's log")
def torn_log(bench):
    """Whatever is done to the write-ahead log from some place on, what comes before that place is there, in order."""
    server = bench.server("made")
    server.start()
    client = server.client()
    place = Place.make(client)
    run = place.run(client, "torn")
    count = 200
    for step in range(count):
        body = {"run_id": run, "key": "m", "value": step, "timestamp": TIME + step, "step": step}
        batch = {"run_id": run, "tags": [{"key": f"{kind}{step}", "value": "x"} for kind in "ab"]}
        assert client.post("runs/log-metric", body).ok and client.post("runs/log-batch", batch).ok
    pinned = eventlog.Checkpoint.of(client)
    server.kill()
    log = pathlib.Path(f"{server.database_file}-wal")
    size = log.stat().st_size
    bench.require("D7", size > 100_000, f"the log has only {size} bytes: nothing to tear")
    whole = log.read_bytes()
    kept = []
    for number in range(bench.rounds(12)):
        cut = 0 if number == 0 else bench.random.randrange(size)
        harm = ("cut", "garble", "zero")[number % 3]
        if harm == "cut":
            harmed = whole[:cut]
        elif harm == "garble":
            harmed = whole[:cut] + bench.random.randbytes(min(8192, size - cut)) + whole[cut + 8192 :]
        else:
            harmed = whole[:cut] + bytes(size - cut)
        copy = bench.server(f"torn-{number}", folder=copied(server.folder, f"{bench.folder}/torn-{number}"))
        pathlib.Path(f"{copy.database_file}-wal").write_bytes(harmed)
        what = f"{harm} at {cut} of {size}"
        outcome, detail = copy.outcome()
        if outcome == "refused":
            bench.require("D7", detail in REFUSALS, f"{what}: status {detail}: {copy.last_words()}")
            continue
        prefix_is_there(bench, copy.client(), run, what, kept)
        told = list(eventlog.problems(copy.client()))
        bench.require("D4", not told, f"{what}: {told}")
        copy.kill()
        shutil.rmtree(copy.folder)
    bench.note(f"{bench.rounds(12)} logs; of {count} writes {min(kept)} to {max(kept)} survived; log at {pinned.size}")


def prefix_is_there(bench, client, run, what, kept):
    """Commits are kept up to some moment and gone after it: no hole, no half batch."""
    answer = client.call("GET", "runs/get", query={"run_id": run})
    if answer.status == 404:
        kept.append(0)
        return
    found = steps(client, run)
    bench.require("D1", found == list(range(len(found))), f"{what}: there are holes: {found[:50]}")
    tags = {tag["key"] for tag in answer.json["run"]["data"].get("tags", [])}
    pairs = [step for step in range(300) if f"a{step}" in tags or f"b{step}" in tags]
    torn = [step for step in pairs if not {f"a{step}", f"b{step}"} <= tags]
    bench.require("D4", not torn, f"{what}: batches are torn: {torn}")
    bench.require("D1", len(found) - len(pairs) in (0, 1), f"{what}: {len(found)} metrics, {len(pairs)} batches")
    kept.append(len(found))


def copied(folder, target):
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("lock", "*-shm"))
    return target


@promise("D7", title="a damaged database is refused")
def damaged_database(bench):
    made = bench.server("made")
    made.start()
    client = made.client()
    place = Place.make(client)
    run = place.run(client, "whole")
    for step in range(300):
        body = {"run_id": run, "key": "m", "value": step, "timestamp": TIME + step, "step": step}
        assert client.post("runs/log-metric", body).ok
    assert made.terminate() == 0
    with sqlite3.connect(made.database_file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    whole = pathlib.Path(made.database_file).read_bytes()
    harms = {
        "random bytes": bench.random.randbytes(50_000),
        "a text": b"this is no database\n" * 1000,
        "a garbled header": bench.random.randbytes(100) + whole[100:],
        "a garbled schema": whole[:100] + bench.random.randbytes(3996) + whole[4096:],
        "zeros in front": bytes(8192) + whole[8192:],
        "the first 1,000 bytes": whole[:1000],
    }
    for name, content in harms.items():
        server = damaged(bench, made, name, content)
        refused(bench, server, name)
        shutil.rmtree(server.folder)
    half_a_file(bench, made, whole)
    garbled_pages(bench, made, whole, run)


def damaged(bench, made, name, content):
    name = name.replace(" ", "-").replace(",", "")
    server = bench.server(name, folder=copied(made.folder, f"{bench.folder}/{name}"))
    for suffix in ("-wal", "-shm"):
        pathlib.Path(server.database_file + suffix).unlink(missing_ok=True)
    pathlib.Path(server.database_file).write_bytes(content)
    return server


def half_a_file(bench, made, whole):
    """The file is shorter than its header says. SQLite sees that without looking at every page."""
    server = damaged(bench, made, "half a file", whole[: len(whole) // 2 // 4096 * 4096])
    refused(bench, server, "half a file")


def garbled_pages(bench, made, whole, run):
    """Pages deep inside are not looked at when the server starts. What stands on them is refused when it is asked for:
    503, no other data, and the process lives.
    """
    expected = list(range(300))
    seen = {"whole": 0, "refused": 0, "not started": 0}
    for number in range(bench.rounds(8)):
        garbled = bytearray(whole)
        for _ in range(3):
            page = bench.random.randrange(2, len(whole) // 4096) * 4096
            garbled[page : page + 4096] = bench.random.randbytes(4096)
        server = damaged(bench, made, f"garbled {number}", bytes(garbled))
        outcome, detail = server.outcome()
        if outcome == "refused":
            seen["not started"] += 1
            bench.require("D7", detail in REFUSALS, f"garbled pages: status {detail}: {server.last_words()}")
            continue
        client = server.client(timeout=20)
        for path, query in (
            ("metrics/get-history", {"run_id": run, "metric_key": "m"}),
            ("runs/get", {"run_id": run}),
            ("experiments/search", {"max_results": 100}),
            ("registered-models/search", {}),
            ("model-versions/search", {}),
            ("/audit/checkpoint", {}),
            ("/api/v1/events", {}),
        ):
            try:
                answer = client.call("GET", path, query=query)
            except (NoAnswer, NotSent) as reason:
                bench.broken("D7", f"garbled pages: {path} got no answer: {reason}; {server.last_words(300)}")
                break
            if answer.status >= 500 and answer.status != 503:
                bench.broken("D7", f"garbled pages: {path} was answered {answer}")
            seen["whole" if answer.ok else "refused"] += 1
            if path == "metrics/get-history" and answer.ok:
                found = [point["step"] for point in answer.json.get("metrics", [])]
                bench.require("D7", found == expected, f"garbled pages: {len(found)} of 300 points came, with 200")
        bench.require("D7", server.is_alive(), f"garbled pages: the server is gone: {server.last_words()}")
        server.kill()
        shutil.rmtree(server.folder)
    bench.note(f"garbled pages: {seen}")


@promise("D7", title="folders and files that cannot be used are refused")
def unusable_folders(bench):
    taken = bench.server("taken")
    taken.start()
    second = bench.server("second", folder=taken.folder)
    refused(bench, second, "a folder that another server uses")
    bench.require("D7", taken.answers(), "the first server does not answer after the second was refused")
    taken.kill()
    file = pathlib.Path(bench.folder, "file")
    file.write_text("x")
    refused(bench, bench.server("a-file", folder=file), "a file in place of the folder")
    refused(bench, bench.server("below-a-file", folder=file / "data"), "a folder below a file")
    key_without_sense(bench, taken)
    other_key(bench, taken)
    if os.geteuid() == 0 and not can_be_nobody(bench):
        raise Skip("the program cannot be run by another user, and root may write everywhere")
    user = "nobody" if os.geteuid() == 0 else None
    forbidden = pathlib.Path(bench.folder, "forbidden")
    forbidden.mkdir(mode=0o555)
    refused(bench, bench.server("forbidden-1", folder=forbidden, user=user), "a folder that may not be written to")
    refused(bench, bench.server("forbidden-2", folder=forbidden / "data", user=user), "a folder that cannot be made")
    for name in ("steward.db", "keys/audit.key"):
        folder = copied(taken.folder, f"{bench.folder}/mode-{pathlib.Path(name).name}")
        for path in [pathlib.Path(folder), *pathlib.Path(folder).rglob("*")]:
            if user:
                shutil.chown(path, user)
        os.chmod(f"{folder}/{name}", 0)
        server = bench.server(f"mode-{pathlib.Path(name).name}", folder=folder, user=user)
        refused(bench, server, f"a {name} that may not be read")
    folder = copied(taken.folder, f"{bench.folder}/mode-444")
    for path in [pathlib.Path(folder), *pathlib.Path(folder).rglob("*")]:
        if user:
            shutil.chown(path, user)
    os.chmod(f"{folder}/steward.db", 0o444)
    refused(bench, bench.server("mode-444", folder=folder, user=user), "a steward.db that may not be written to")


def can_be_nobody(bench):
    """Whether the program can be run by the user nobody: its folders may be closed to others."""
    server = bench.server("nobody", folder=f"{bench.folder}/nobody", user="nobody")
    os.mkdir(server.folder)
    shutil.chown(server.folder, "nobody")
    try:
        up = server.outcome()[0] == "up"
    except (OSError, AssertionError):
        return False
    server.kill()
    return up


def key_without_sense(bench, made):
    for name, content in (("empty", b""), ("garbage", b"\xff\x00garbage"), ("text", b"PRIVATE+KEY+nothing\n")):
        server = bench.server(f"key-{name}", folder=copied(made.folder, f"{bench.folder}/key-{name}"))
        pathlib.Path(server.folder, "keys", "audit.key").write_bytes(content)
        refused(bench, server, f"a signing key that is {name}")


def other_key(bench, made):
    """A new key would sign the old log: a database with another key is refused."""
    fresh = bench.server("fresh")
    fresh.start()
    fresh.kill()
    server = bench.server("other-key", folder=copied(made.folder, f"{bench.folder}/other-key"))
    shutil.copy(f"{fresh.folder}/keys/audit.key", f"{server.folder}/keys/audit.key")
    refused(bench, server, "a signing key of another server")
    gone = bench.server("no-key", folder=copied(made.folder, f"{bench.folder}/no-key"))
    os.unlink(f"{gone.folder}/keys/audit.key")
    refused(bench, gone, "a signing key that is gone")
    bench.require("D7", not os.path.exists(f"{gone.folder}/keys/audit.key"), "a refused start left a new signing key")
