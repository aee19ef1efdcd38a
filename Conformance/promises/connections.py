"""D10: neither slow clients nor a lack of file descriptors stops the others."""

import contextlib
import resource
import shutil
import socket
import threading
import time

from client import NoAnswer, NotSent
from promise import Skip, promise

SERVED_SECONDS = 2.0
RECOVERED_SECONDS = 5.0
HEAD = b"POST /api/2.0/mlflow/runs/log-metric HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = HEAD + b"Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n{"


class Crowd:
    """Connections that take the server's time: silent ones, slow heads, slow bodies."""

    KINDS = {"silent": (b"", b""), "slow head": (HEAD, b"X-A: b\r\n"), "slow body": (BODY, b" ")}

    def __init__(self, port, count, kinds):
        self.sockets = []
        self.failed = 0
        self._stop = threading.Event()
        kinds = [self.KINDS[kind] for kind in kinds]
        for index in range(count):
            first, more = kinds[index % len(kinds)]
            one = socket.socket()
            one.settimeout(0.5)
            try:
                one.connect(("127.0.0.1", port))
                one.sendall(first)
            except OSError:
                self.failed += 1
                one.close()
                continue
            self.sockets.append((one, more))
        self._thread = threading.Thread(target=self._drip, daemon=True)
        self._thread.start()

    def _drip(self):
        """A few bytes each second: just enough to look alive."""
        while not self._stop.wait(1.0):
            for one, more in self.sockets:
                with contextlib.suppress(OSError):
                    one.sendall(more)

    def leave(self):
        self._stop.set()
        self._thread.join()
        for one, _ in self.sockets:
            one.close()


def served(server, seconds, count, fresh):
    """How long each of `count` small requests took; "none" for those that were not answered in time."""
    times = []
    client = server.client(timeout=seconds)
    for _ in range(count):
        if fresh:
            client.close()
        begun = time.monotonic()
        try:
            answer = client.get("experiments/get", experiment_id="0")
            times.append(time.monotonic() - begun if answer.ok else answer)
        except (NotSent, NoAnswer) as reason:
            times.append(reason)
            client.close()
        time.sleep(0.05)
    client.close()
    return times


def crowded(bench, server, size, kinds, count=20):
    """Lets a crowd in, and sees whether others are served meanwhile and afterwards."""
    limit = SERVED_SECONDS * bench.options.patience
    what = f"{size} connections ({', '.join(kinds)})"
    crowd = Crowd(server.port, size, kinds)
    try:
        for fresh in (True, False):
            times = served(server, limit, count, fresh)
            bad = [f"{one}" for one in times if not isinstance(one, float)]
            if bad:
                bench.broken("D10", f"with {what}, {len(bad)} of {count} were not served in {limit} s: {bad[:3]}")
            else:
                bench.note(f"{what}: others within {max(times):.3f} s")
        before = server.cpu()
        time.sleep(2)
        spent = server.cpu() - before
        bench.require("D10", spent < 0.5, f"{what} that do next to nothing cost {spent:.2f} s of processor in 2 s")
    finally:
        crowd.leave()
    begun = time.monotonic()
    recovered = RECOVERED_SECONDS * bench.options.patience
    while time.monotonic() < begun + recovered:
        times = served(server, limit, 3, True)
        if all(isinstance(one, float) and one < 0.5 * bench.options.patience for one in times):
            break
    else:
        bench.broken("D10", f"{recovered} s after {what} left it is not itself: {times}")
    bench.note(f"recovered after {time.monotonic() - begun:.1f} s")


@promise("D10", title="1,000 slow or idle connections")
def slow_connections(bench):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < 1300:
        raise Skip("this process may not open 1,000 connections")
    server = bench.server()
    server.start()
    for kinds in (("silent",), ("slow head", "slow body"), ("silent", "slow head", "slow body")):
        crowded(bench, server, 1000, kinds)
    memory = server.resident() >> 20
    bench.require("D10", memory < 200, f"{memory} MB are in use after 3,000 slow connections")
    bench.require("D10", server.is_alive(), f"the server is gone: {server.last_words()}")
    bench.note(f"{memory} MB")


@promise("D10", title="hardly any file descriptors")
def few_descriptors(bench):
    if not shutil.which("prlimit"):
        raise Skip("prlimit is not installed")
    for limit in (64, 128):
        server = bench.server(f"server-{limit}", wrap=["prlimit", f"--nofile={limit}:{limit}"])
        server.start()
        crowded(bench, server, 300, ("silent", "slow head"), count=10)
        artifact = "/api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/f"
        stored = server.client().call("PUT", artifact, b"x" * 100000)
        bench.require("D10", stored.ok, f"afterwards an artifact was answered {stored}")
        bench.require("D10", server.is_alive(), f"the server is gone: {server.last_words()}")
        server.kill()
