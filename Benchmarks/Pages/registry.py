"""Measures the pages of models, the audit log and the system: `registry.py STEWARD [--models 1000] [--events 1000000]`.

Starts a server on a data folder of its own, registers models with five versions each over its API, and asks for each
page as a browser does, warm, one after the other. Prints the median, the slowest of a hundred, the server's CPU time
per page and the bytes of the page. With --events the log is filled up to so many entries, written into the database
directly while the server is stopped, with the hashes of the tree in place, so that proofs and the checkpoint hold.
"""

import argparse
import hashlib
import http.client
import json
import pathlib
import sqlite3
import tempfile
import time

from measuring import HEAD, measure, start

STAGES = ["None", "Staging", "Production", "Archived"]


def fill(port, models):
    link = http.client.HTTPConnection("127.0.0.1", port)

    def call(path, body):
        link.request("POST", f"/api/2.0/mlflow/{path}", json.dumps(body), {"Content-Type": "application/json"})
        answer = link.getresponse()
        text = answer.read()
        assert answer.status == 200, text

    for number in range(models):
        name = f"model-{number:04}"
        call("registered-models/create", {"name": name, "description": f"What is it for? {number}"})
        for version in range(1, 6):
            call("model-versions/create", {"name": name, "source": f"s3://models/{name}/{version}"})
        stage = STAGES[number % 4]
        call("model-versions/transition-stage", {"name": name, "version": "4", "stage": stage})
        call("registered-models/alias", {"name": name, "alias": "champion", "version": "4"})


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def lengthen(folder, entries):
    """Adds entries up to that number as the server would: entry, complete subtrees, peaks."""
    base = sqlite3.connect(pathlib.Path(folder) / "steward.db")
    size, peaks = base.execute("SELECT size, peaks FROM eventlog_head").fetchone()
    stack = [peaks[place:place + 32] for place in range(0, len(peaks), 32)]
    rows, nodes = [], []
    moment = int(time.time() * 1000) - entries
    for number in range(size, entries):
        actor, model = f"user-{number % 500}", number % 1000 + 1
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime((moment + number) / 1000))
        when = f"{stamp}.{(moment + number) % 1000:03}Z"
        entry = json.dumps({
            "actor": {"method": "token", "name": actor},
            "details": {"key": "checked", "name": f"model-{model - 1:04}", "new": str(number), "old": None},
            "kind": "registry.model-tag-set", "seq": number, "subject": f"model/{model}", "time": when, "v": 1,
        }, separators=(",", ":"))
        rows.append((number, moment + number, "registry.model-tag-set", f"model/{model}", entry))
        hashed, level, position = leaf(entry.encode()), 0, number
        nodes.append((level, position, hashed))
        while position & 1:
            hashed = node(stack.pop(), hashed)
            level, position = level + 1, position >> 1
            nodes.append((level, position, hashed))
        stack.append(hashed)
    base.executemany(
        "INSERT INTO eventlog_entry (sequence, time, kind, subject, entry) VALUES (?, ?, ?, ?, ?)", rows)
    base.executemany("INSERT INTO eventlog_node (level, position, hash) VALUES (?, ?, ?)", nodes)
    base.execute("UPDATE eventlog_head SET size = ?, peaks = ?", (entries, b"".join(stack)))
    base.commit()
    base.close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("steward")
    arguments.add_argument("--models", type=int, default=1000)
    arguments.add_argument("--events", type=int, default=0)
    arguments.add_argument("--port", type=int, default=5399)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = start(given.steward, folder, given.port)
        fill(given.port, given.models)
        if given.events:
            server.terminate()
            server.wait()
            lengthen(folder, given.events)
            server = start(given.steward, folder, given.port)
        print(HEAD)
        for path in [
            "/models", "/models?q=07", "/models?sort=name", "/models/model-0002", "/models/model-0002/versions/4",
            "/audit", "/audit?kind=registry.stage-transitioned", "/audit?under=model/17", "/audit?actor=local",
            "/audit?since=2020-01-01&until=2030-01-01", "/audit/5", "/webhooks", "/system",
        ]:
            measure(server, given.port, path)
        server.terminate()
        server.wait()


main()
