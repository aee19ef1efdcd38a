"""D9: on a full disk writes are refused, reads go on, nothing acknowledged is lost, and it mends itself."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import time

import eventlog
from client import ARTIFACTS, NoAnswer
from ledger import REFUSALS
from promise import Skip, promise
from server import leftovers
from workload import Batches, Metrics, Runs, Tags, Versions, Workload, content

SIZE = 48 << 20


class SmallDisk:
    """A tmpfs in a mount namespace of its own; a process that sleeps keeps it there. `folder` is where those inside see
    it, `outside` where this process does.
    """

    def __init__(self, bench, size=SIZE):
        self.folder = f"{bench.folder}/disk"
        os.mkdir(self.folder)
        for tool in ("unshare", "nsenter"):
            if not shutil.which(tool):
                raise Skip(f"{tool} is not installed")
        mine = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        script = f"mount -t tmpfs -o size={size} none '{self.folder}' && echo mounted && exec sleep infinity"
        self.keeper = subprocess.Popen(
            ["unshare", *mine, "--mount", "sh", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        bench.ending.callback(self._end)
        if self.keeper.stdout.readline().strip() != "mounted":
            raise Skip(f"no small disk can be mounted here: {self.keeper.stderr.read().strip()}")
        self.outside = f"/proc/{self.keeper.pid}/root{self.folder}"
        users = ["--user", "--preserve-credentials"] if mine else []
        self.wrap = ["nsenter", *users, "--mount", f"--target={self.keeper.pid}"]

    def _end(self):
        self.keeper.kill()
        self.keeper.wait()

    def free(self):
        status = os.statvfs(self.outside)
        return status.f_bavail * status.f_frsize

    def fill(self, leaving=0):
        """Takes the space away, up to `leaving` bytes."""
        with open(f"{self.outside}/ballast", "ab") as ballast:
            with contextlib.suppress(OSError):
                while (missing := self.free() - leaving) > 0:
                    ballast.write(bytes(min(missing, 1 << 20)))
                    ballast.flush()

    def empty(self):
        os.unlink(f"{self.outside}/ballast")


def refused_cleanly(bench, what, answer):
    ok = answer.status in REFUSALS and (answer.status == 507 or answer.headers.get("retry-after"))
    bench.require("D9", ok, f"on a full disk {what} was answered {answer} {answer.headers}")


@promise("D9", "D1", "D3", "D4", "D5", title="a full disk")
def full_disk(bench):
    disk = SmallDisk(bench)
    server = bench.server(folder=f"{disk.folder}/data", wrap=disk.wrap)
    server.start()
    client = server.client(timeout=30)
    pinned = []
    for number in range(bench.rounds(2)):
        workload = Workload(client, 10, bench.random, kinds=(Metrics, Batches, Tags, Runs, Versions))
        workload.start(lambda _: server.client())
        time.sleep(0.5)
        disk.fill()
        wait_for_refusals(bench, workload)
        full_of_reads(bench, server, workload.place)
        pinned.append(eventlog.Checkpoint.of(client))
        if number % 2:
            # A crash on a full disk: it must come up again, and read.
            server.kill()
            workload.stop()
            server.start()
            client = server.client(timeout=30)
            full_of_reads(bench, server, workload.place)
        disk.empty()
        recovers(bench, server, client, workload.place)
        workload.stop()
        for promised, text in workload.problems(client):
            bench.broken("D9" if promised == "D8" else promised, text)
        for text in eventlog.problems(client, *pinned):
            bench.broken("D5", text)
        artifacts_on_a_full_disk(bench, disk, server, workload.place)
        refused = sum(operation.state == "failed" for operation in workload.ledger.operations)
        bench.note(f"{workload.ledger.count('ok')} acknowledged, {refused} refused")
    bench.require("D9", server.is_alive(), f"the server is gone: {server.last_words()}")


def wait_for_refusals(bench, workload):
    deadline = time.monotonic() + 20
    while not any(operation.how in ("503", "507") for operation in list(workload.ledger.operations)):
        if time.monotonic() > deadline:
            bench.broken("D9", "the disk is full, and no write was refused within 20 s")
            return
        time.sleep(0.05)
    time.sleep(0.3)


def full_of_reads(bench, server, place):
    client = server.client(timeout=10)
    for path, query in (
        ("experiments/get", {"experiment_id": place.experiment}),
        ("registered-models/get", {"name": place.model}),
        ("model-versions/search", {"filter": f"name = '{place.model}'"}),
        ("/audit/checkpoint", {}),
        ("/health", {}),
    ):
        answer = client.call("GET", path, query=query)
        bench.require("D9", answer.ok, f"on a full disk {path} was answered {answer}")
    answer = client.post("runs/search", {"experiment_ids": [place.experiment]})
    bench.require("D9", answer.ok, f"on a full disk runs/search was answered {answer}")


def recovers(bench, server, client, place):
    """There is space again: writes go on by themselves."""
    begun = time.monotonic()
    while time.monotonic() < begun + 5 * bench.options.patience:
        body = {"experiment_id": place.experiment, "key": "again", "value": "1"}
        if client.post("experiments/set-experiment-tag", body).ok:
            bench.note(f"wrote again after {time.monotonic() - begun:.2f} s")
            return
        time.sleep(0.05)
    bench.broken("D9", f"there is space again, and writes are still refused: {server.last_words(300)}")


def artifacts_on_a_full_disk(bench, disk, server, place):
    """An upload that finds no space is refused, leaves nothing behind, and leaves what was there as it was."""
    client = server.client()
    folder = f"{ARTIFACTS}{place.experiment}/artifacts-of-a-full-disk"
    old = content("old", 1 << 20)
    assert client.call("PUT", f"{folder}/old", old).ok
    disk.fill(leaving=3 << 20)
    data = content("new", 8 << 20)
    for name in ("new", "old"):
        try:
            refused_cleanly(bench, "an upload", client.call("PUT", f"{folder}/{name}", data))
        except NoAnswer as reason:
            bench.broken("D9", f"on a full disk an upload got no answer: {reason}")
    multipart(bench, server, place, data)
    answer = client.call("GET", f"{folder}/new")
    bench.require("D4", answer.status == 404, f"a refused artifact is there: {answer.status}, {len(answer.body)} bytes")
    answer = client.call("GET", f"{folder}/old")
    whole = hashlib.sha256(answer.body).digest() == hashlib.sha256(old).digest()
    bench.require("D4", whole, f"an artifact that could not be replaced is not what it was: {answer.status}")
    left = leftovers(f"{disk.outside}/data/artifacts")
    bench.require("D9", not left, f"a refused upload left {left}")
    disk.empty()
    bench.require("D9", client.call("PUT", f"{folder}/new", data).ok, "there is space again, and uploads are refused")
    client.call("DELETE", f"{folder}/new")


def multipart(bench, server, place, data):
    """A part that finds no space."""
    client = server.client()
    target = f"/api/2.0/mlflow-artifacts/mpu/create/{place.experiment}/parts"
    answer = client.post(target, {"path": "big", "num_parts": 2})
    if not answer.ok:
        refused_cleanly(bench, "the beginning of an upload in parts", answer)
        return
    part = answer.json["credentials"][0]["url"]
    part = "/" + part.split("/", 3)[3]
    refused_cleanly(bench, "a part", client.call("PUT", part, data))
    client.post(target.replace("create", "abort"), {"path": "big", "upload_id": answer.json["upload_id"]})


@promise("D9", title="a disk that is full from the start")
def full_from_the_start(bench):
    """A server that is started on a full disk says so, or serves what it can; it does not half-start."""
    disk = SmallDisk(bench, 16 << 20)
    disk.fill()
    server = bench.server(folder=f"{disk.folder}/data", wrap=disk.wrap)
    outcome, status = server.outcome()
    words = server.last_words()
    if outcome == "refused":
        bench.require("D9", status == 4, f"the status is {status}: {words}")
        bench.require("D9", "space" in words or "full" in words, f"the message does not say why: {words}")
        disk.empty()
        server.start()
    else:
        answer = server.client().post("experiments/create", {"name": "x"})
        refused_cleanly(bench, "the first write", answer)
        disk.empty()
        answer = server.client().post("experiments/create", {"name": "x"})
        bench.require("D9", answer.ok, f"there is space again, and the first write was answered {answer}")
