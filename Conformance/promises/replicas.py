"""D13: two servers over one PostgreSQL behave as one."""

import os
import pathlib
import shutil
import threading
import time
import uuid

import eventlog
from promise import promise
from workload import Aliases, Batches, Metrics, Place, Runs, Stages, Versions, Workload, reused_numbers


TAKE_OVER_SECONDS = 5.0


class Pair:
    """Two servers: each its own data folder, one database, one signing key, one artifact folder."""

    def __init__(self, bench):
        self.address = bench.new_database()
        artifacts = f"{bench.folder}/artifacts"
        os.mkdir(artifacts)
        self.servers = [
            bench.server(f"server-{name}", database=self.address, artifacts=artifacts) for name in ("a", "b")
        ]
        self.servers[0].start()
        key = pathlib.Path(self.servers[1].folder, "keys", "audit.key")
        key.parent.mkdir(parents=True)
        shutil.copy(f"{self.servers[0].folder}/keys/audit.key", key)
        self.servers[1].start()

    def client(self, index):
        return self.servers[index % 2].client()


def compare(bench, pair, workload, *pinned):
    """State and log, as each of the servers shows them."""
    for number, server in enumerate(pair.servers):
        client = server.client()
        for promised, text in workload.problems(client):
            bench.broken(promised, f"server {number}: {text}")
        for text in eventlog.problems(client, *pinned):
            bench.broken("D5", f"server {number}: {text}")
        replay = eventlog.Replay(client)
        for model in (workload.place.model, workload.place.staged):
            for text in replay.problems(client, model):
                bench.broken("D5", f"server {number}: {text}")
    seen = [eventlog.Checkpoint.of(server.client()) for server in pair.servers]
    bench.require("D13", seen[0] == seen[1], f"the two servers sign different logs: {seen}")


@promise(*("D13", "D1", "D3", "D4", "D5", "D8"), title="two servers over one PostgreSQL", databases=("postgresql",))
def two_servers(bench):
    pair = Pair(bench)
    client = pair.client(0)
    kinds = (Versions, Versions, Stages, Stages, Aliases, Aliases, Versions, Versions)
    workload = Workload(client, 16, bench.random, kinds=kinds)
    pinned = eventlog.Checkpoint.of(client)
    workload.start(pair.client)
    time.sleep(bench.seconds(4))
    workload.stop()
    compare(bench, pair, workload, pinned)
    given = sorted(number for writer in workload.of_kind(Versions) for number, _ in writer.numbers())
    bench.require("D13", len(given) == len(set(given)), "a version number was given out twice")
    bench.require("D13", given == list(range(1, len(given) + 1)), f"numbers are missing among {len(given)}")
    bench.require("D13", len(given) > 30, f"only {len(given)} versions: too few to show anything")
    bench.note(f"{workload.ledger}; {len(given)} versions numbered without a gap")


@promise(*("D13", "D1", "D3", "D4", "D5", "D8"), title="one of two servers is killed", databases=("postgresql",))
def one_of_two_is_killed(bench):
    pair = Pair(bench)
    for number in range(bench.rounds(3)):
        victim, other = pair.servers[number % 2], pair.servers[(number + 1) % 2]
        client = other.client()
        kinds = (Versions, Metrics, Stages, Runs, Aliases, Batches, Versions, Runs)
        workload = Workload(client, 16, bench.random, kinds=kinds)
        pinned = eventlog.Checkpoint.of(client)
        workload.start(pair.client)
        time.sleep(bench.random.uniform(0.3, 1.2))
        victim.kill()
        goes_on(bench, workload)
        workload.stop()
        # What the dead one left unknown is asked of the one that lives.
        for text in workload.ledger.repeat_unknown(other.client()):
            bench.broken("D3", text)
        victim.start()
        compare(bench, pair, workload, pinned)
        for promised, text in reused_numbers(workload.of_kind(Versions)):
            bench.broken(promised, text)
        bench.note(f"{workload.ledger}")


def goes_on(bench, workload):
    """The locks of the dead server's transactions go with its connections: the other one writes on soon."""
    before = workload.ledger.count("ok")
    begun = time.monotonic()
    while time.monotonic() < begun + TAKE_OVER_SECONDS * bench.options.patience:
        if workload.ledger.count("ok") > before + 20:
            bench.note(f"the other went on within {time.monotonic() - begun:.1f} s")
            return
        time.sleep(0.05)
    bench.broken("D13", f"{TAKE_OVER_SECONDS} s after one server was killed the other has written next to nothing")


@promise("D13", "D3", title="one write is sent to both servers", databases=("postgresql",))
def one_key_to_both(bench):
    """The same request with the same key, to both at once: it is done once."""
    pair = Pair(bench)
    client = pair.client(0)
    place = Place.make(client)
    clients = [pair.client(index) for index in range(4)]
    for _ in range(bench.rounds(20)):
        source = f"s3://bucket/{uuid.uuid4().hex}"
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answers = [None] * len(clients)

        def send(index, source=source, headers=headers, answers=answers):
            body = {"name": place.model, "source": source}
            answers[index] = clients[index].post("model-versions/create", body, headers=headers)

        threads = [threading.Thread(target=send, args=(index,)) for index in range(len(clients))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for answer in answers:
            # 409: it is being answered right now; come back.
            ok = answer.ok or (answer.status == 409 and answer.headers.get("retry-after"))
            bench.require("D13", ok, f"one of several equal requests was answered {answer}")
        given = {answer.json["model_version"]["version"] for answer in answers if answer.ok}
        bench.require("D3", len(given) == 1, f"one write with one key made versions {given}")
    query = {"filter": f"name = '{place.model}'", "max_results": 1000}
    rows = list(client.pages("GET", "model-versions/search", "model_versions", query))
    bench.require("D3", len(rows) == bench.rounds(20), f"{bench.rounds(20)} writes made {len(rows)} versions")


@promise("D13", title="two servers whose keys differ", databases=("postgresql",))
def two_keys(bench):
    """A second server with a signing key of its own would sign another log: it is refused."""
    from corruption import REFUSALS

    address = bench.new_database()
    first = bench.server("first", database=address)
    first.start()
    second = bench.server("second", database=address)
    outcome, status = second.outcome()
    bench.require("D13", outcome == "refused" and status in REFUSALS, f"it is {outcome} {status}")
    bench.require("D13", "key" in second.last_words(), f"the message does not say why: {second.last_words()}")
    bench.require("D13", first.answers(), "the first server does not answer after the second was refused")
