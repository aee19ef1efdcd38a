"""D11: memory is bounded, however long the server runs and however large the files are."""

import hashlib
import threading
import time

from client import ARTIFACTS, Connection, request_bytes
from promise import promise
from workload import Batches, Metrics, Runs, Tags, Versions, Workload, content

MEGABYTE = 1 << 20
FILE_SIZE = 300 * MEGABYTE
FLAT = 150 * MEGABYTE


class Watch:
    """Looks at a server's memory ten times a second."""

    def __init__(self, server):
        self.server = server
        self.samples = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _look(self):
        while not self._stop.wait(0.1):
            self.samples.append(self.server.resident())

    @property
    def peak(self):
        return max(self.samples, default=0)


def read_about(server, place, stop):
    """What people look at while others write."""
    client = server.client()
    while not stop.wait(0.02):
        client.post("runs/search", {"experiment_ids": [place.experiment], "max_results": 100})
        client.get("experiments/search", max_results="100")
        client.get("model-versions/search", filter=f"name = '{place.model}'", max_results="100")
    client.close()


@promise("D11", title="memory over a soak")
def soak(bench):
    seconds = bench.seconds(20)
    server = bench.server()
    server.start()
    client = server.client()
    first = server.resident()
    workload = Workload(client, 8, bench.random, kinds=(Metrics, Batches, Tags, Runs, Versions, Metrics))
    stop = threading.Event()
    reader = threading.Thread(target=read_about, args=(server, workload.place, stop))
    reader.start()
    workload.start(lambda _: server.client())
    # Caches fill during the first half, or five minutes.
    time.sleep(min(seconds / 2, 300))
    warm = server.resident()
    with Watch(server) as watch:
        time.sleep(seconds - min(seconds / 2, 300))
    stop.set()
    workload.stop()
    reader.join()
    last = max(watch.samples[-5:])
    bench.require(
        "D11", last < 1.2 * warm + 8 * MEGABYTE, f"memory grew from {mb(warm)} to {mb(last)} in the second half"
    )
    bench.require("D11", watch.peak < 400 * MEGABYTE, f"{mb(watch.peak)} were in use")
    bench.require("D11", not workload.ledger.surprises, f"{workload.ledger.surprises[:3]}")
    bench.note(f"{mb(first)} at first, {mb(warm)} warm, {mb(last)} at the end, peak {mb(watch.peak)}")
    bench.note(f"{workload.ledger} in {seconds:.0f} s")


def mb(count):
    return f"{count / MEGABYTE:.0f} MB"


@promise("D11", title="memory under searches that are never the same")
def varied_searches(bench):
    server = bench.server()
    server.start()
    client = server.client()
    with Watch(server) as watch:
        for count in range(20, 1500):
            filter = f"attributes.run_id IN ({', '.join(repr(f'{n:032x}') for n in range(count % 300 + 1))})"
            ids = [str(n) for n in range(count)]
            answer = client.post("runs/search", {"experiment_ids": ids, "filter": filter, "max_results": count})
            bench.require("D11", answer.ok, f"{count} experiments: {answer}")
    # 256 statements for each of the readers stay prepared.
    bench.require("D11", watch.peak < 300 * MEGABYTE, f"{mb(watch.peak)} were in use")
    bench.note(f"peak {mb(watch.peak)}")


@promise("D11", title="memory while large artifacts come and go")
def large_artifacts(bench):
    server = bench.server()
    server.start()
    server.client().get("experiments/search", max_results="10")
    piece = content("piece", MEGABYTE)
    target = f"{ARTIFACTS}0/large/artifacts/file"
    with Watch(server) as watch:
        begun = time.monotonic()
        upload(bench, server, target, piece)
        up = time.monotonic() - begun
        download(bench, server, target, piece)
        down = time.monotonic() - begun - up
    bench.require("D11", watch.peak < FLAT, f"{mb(watch.peak)} were in use for a file of {mb(FILE_SIZE)}")
    bench.note(f"{mb(FILE_SIZE)}: peak {mb(watch.peak)}, up {up:.1f} s, down {down:.1f} s")
    with Watch(server) as watch:
        readers = [Connection(server.port) for _ in range(20)]
        for one in readers:
            one.send(request_bytes("GET", target))
        time.sleep(2)
        for one in readers:
            one.close()
    bench.require("D11", watch.peak < FLAT, f"{mb(watch.peak)} were in use for 20 downloads that nobody reads")
    bench.note(f"20 unread downloads: peak {mb(watch.peak)}")


def upload(bench, server, target, piece):
    connection = Connection(server.port)
    connection.send(request_bytes("PUT", target, headers={"Content-Length": str(FILE_SIZE)}))
    for _ in range(FILE_SIZE // len(piece)):
        connection.send(piece)
    answer = connection.answer("PUT")
    bench.require("D11", answer.ok, f"the upload was answered {answer}")
    connection.close()


def download(bench, server, target, piece):
    connection = Connection(server.port)
    connection.send(request_bytes("GET", target))
    answer = connection.head()
    digest, size = hashlib.sha256(), 0
    for part in connection.pieces(answer):
        digest.update(part)
        size += len(part)
    expected = hashlib.sha256()
    for _ in range(FILE_SIZE // len(piece)):
        expected.update(piece)
    whole = answer.ok and digest.digest() == expected.digest()
    bench.require("D11", whole, f"the download was answered {answer.status} with {size} bytes")
    connection.close()
