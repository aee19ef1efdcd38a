"""D2: what is acknowledged has been flushed to the disk before, proved by the system calls of the running server."""

import json
import threading

import strace
from client import ARTIFACTS
from promise import promise
from workload import TIME, Place

READS = ("read", "readv", "recvfrom", "recvmsg")
WRITES = ("write", "writev", "sendto", "sendmsg")
FLUSHES = ("fsync", "fdatasync")
RENAMES = ("rename", "renameat", "renameat2")
CALLS = (*READS, *WRITES, *FLUSHES, *RENAMES, "pwrite64", "sync_file_range")


class Exchanges:
    """Requests and their answers in a trace: a mark in the request, and what is next written on its connection."""

    def __init__(self, calls):
        self.flushes = [call for call in calls if call.name in FLUSHES and call.result == 0]
        self.renames = [call for call in calls if call.name in RENAMES and call.result == 0]
        self.wire = [call for call in calls if call.target.startswith("TCP")]

    def find(self, mark):
        """(the end of the call that read the mark, the begin of the call that answers), or None."""
        for index, call in enumerate(self.wire):
            if call.name in READS and mark in call.text:
                for later in self.wire[index + 1 :]:
                    if later.name in WRITES and later.target == call.target and later.begin > call.end:
                        return call.end, later.begin
        return None

    def flushed_between(self, span, suffix):
        """The flushes of a file, or folder, that began and ended within a span."""
        begin, end = span
        return [call for call in self.flushes if begin < call.begin and call.end < end and call.target.endswith(suffix)]


def log_metric(client, run, mark):
    body = {"run_id": run, "key": mark, "value": 1, "timestamp": TIME, "step": 1}
    assert client.post("runs/log-metric", body).ok


@promise("D2", title="a flush before each answer")
def flush_before_answer(bench):
    server = bench.server()
    server.start()
    client = server.client()
    place = Place.make(client)
    run = place.run(client, "flushed")
    marks = [f"mark{number:05d}" for number in range(50)]
    others = [[f"writer{writer}mark{number:05d}" for number in range(25)] for writer in range(8)]
    with strace.traced(server.pid, bench.logs / "writes.strace", CALLS) as calls:
        for mark in marks:
            log_metric(client, run, mark)
        threads = [threading.Thread(target=several, args=(server.client(), run, many)) for many in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    exchanges = Exchanges(calls)
    flushes = 0
    for mark in marks:
        span = exchanges.find(mark)
        if span is None:
            bench.broken("D2", f"{mark} is not in the trace")
            continue
        found = exchanges.flushed_between(span, "-wal")
        flushes += len(found)
        bench.require("D2", found, f"a lone write was answered without a flush of SQLite's log: {mark} {span}")
    bench.note(f"{len(marks)} writes one by one, {flushes} flushes")
    grouped = set()
    for mark in [mark for many in others for mark in many]:
        span = exchanges.find(mark)
        found = exchanges.flushed_between(span, "-wal") if span else []
        grouped |= {call.begin for call in found}
        bench.require("D2", found, f"a write among others was answered without a flush: {mark} {span}")
    bench.note(f"{sum(map(len, others))} writes by 8 at once, {len(grouped)} flushes")
    artifacts_are_flushed(bench, server, place, run)


def several(client, run, marks):
    for mark in marks:
        log_metric(client, run, mark)


def artifacts_are_flushed(bench, server, place, run):
    """The file, then its name: fsync, rename, fsync of the folder, answer."""
    client = server.client()
    names = [f"artifact{number:05d}" for number in range(10)]
    with strace.traced(server.pid, bench.logs / "artifacts.strace", CALLS) as calls:
        for number, name in enumerate(names):
            path = f"{ARTIFACTS}{place.experiment}/{run}/artifacts/{'new/' if number % 2 else ''}{name}"
            assert client.call("PUT", path, b"x" * 300_000).ok
    exchanges = Exchanges(calls)
    for name in names:
        span = exchanges.find(name)
        if span is None:
            bench.broken("D2", f"{name} is not in the trace")
            continue
        renames = [call for call in exchanges.renames if span[0] < call.begin and call.end < span[1]]
        named = [call for call in renames if json.dumps(name) in call.text]
        if not named:
            bench.broken("D2", f"{name} was answered before it had its name: {renames}")
            continue
        moved = named[-1]
        before = [call for call in exchanges.flushed_between((span[0], moved.begin), "") if "/tmp/" in call.target]
        after = exchanges.flushed_between((moved.end, span[1]), "/artifacts")
        after += exchanges.flushed_between((moved.end, span[1]), "/new")
        bench.require("D2", before, f"{name} was given its name before its bytes were flushed")
        bench.require("D2", after, f"{name} was answered before its folder was flushed")
    bench.note(f"{len(names)} artifacts")
