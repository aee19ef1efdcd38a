"""Writers of every kind. Each makes one write after another; afterwards each compares the server with the ledger."""

import dataclasses
import hashlib
import random
import threading
import uuid

from client import ARTIFACTS, NotSent
from ledger import Ledger, Register, compare

TIME = 1_700_000_000_000


@dataclasses.dataclass
class Place:
    """Where a workload writes."""

    experiment: str
    model: str
    staged: str

    VERSIONS = 8

    @classmethod
    def make(cls, client):
        """A new experiment and two new models, the second with versions that have stages and aliases."""
        name = uuid.uuid4().hex[:12]
        experiment = client.json("POST", "experiments/create", {"name": f"experiment {name}"})["experiment_id"]
        for model in (f"model {name}", f"staged {name}"):
            client.json("POST", "registered-models/create", {"name": model})
        for number in range(cls.VERSIONS):
            source = f"s3://bucket/{name}/{number}"
            client.json("POST", "model-versions/create", {"name": f"staged {name}", "source": source})
        return cls(experiment, f"model {name}", f"staged {name}")

    def run(self, client, name):
        body = {"experiment_id": self.experiment, "run_name": name, "tags": [{"key": "setup", "value": "1"}]}
        return client.json("POST", "runs/create", body)["run"]["info"]["run_id"]


class Writer:
    """One kind of write by one client."""

    def __init__(self, place, client, index, ledger, dice):
        self.place = place
        self.index = index
        self.ledger = ledger
        self.dice = dice
        self.count = 0
        self.run = place.run(client, f"{type(self).__name__} {index}")

    def write(self, client):
        self.count += 1
        self.next(client)

    def next(self, client):
        """Makes the write number `self.count`."""
        raise NotImplementedError

    def problems(self, client):
        """Compares the server with the ledger; yields (promise, text)."""
        raise NotImplementedError


def history(client, run, key):
    return list(client.pages("GET", "metrics/get-history", "metrics", {"run_id": run, "metric_key": key}))


class Metrics(Writer):
    """log-metric, a step at a time."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.operations = []

    def next(self, client):
        step = self.count
        body = {"run_id": self.run, "key": "loss", "value": step / 8, "timestamp": TIME + step, "step": step}
        keyed = step % 4 == 0
        self.operations.append(self.ledger.attempt(client, step, "POST", "runs/log-metric", body, keyed=keyed))

    def problems(self, client):
        points = history(client, self.run, "loss")
        yield from compare("metric", self.operations, [point.get("step", 0) for point in points])
        for point in points:
            if point["value"] != point["step"] / 8 or point["timestamp"] != TIME + point["step"]:
                yield "D1", f"a point has other values than were sent: {point}"


class Batches(Writer):
    """log-batch with metrics, parameters and tags, one of which is written over by each batch."""

    POINTS = 20
    OTHERS = 3

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.operations = []
        self.last = Register("the tag that each batch sets", None)

    def next(self, client):
        number = self.count
        metrics = [
            {"key": f"m{i % 4}", "value": number, "timestamp": TIME + i, "step": number * self.POINTS + i}
            for i in range(self.POINTS)
        ]
        body = {
            "run_id": self.run,
            "metrics": metrics,
            "params": [{"key": f"p{number}.{i}", "value": str(number)} for i in range(self.OTHERS)],
            "tags": [{"key": f"t{number}.{i}", "value": str(number)} for i in range(self.OTHERS)]
            + [{"key": "last", "value": str(number)}],
        }
        operation = self.ledger.attempt(client, number, "POST", "runs/log-batch", body, keyed=number % 4 == 0)
        self.operations.append(operation)
        self.last.add(operation, str(number))

    def problems(self, client):
        parts = {}
        for key in ("m0", "m1", "m2", "m3"):
            for point in history(client, self.run, key):
                parts.setdefault(point["step"] // self.POINTS, []).append(("metric", point["step"]))
        data = client.json("GET", "runs/get", query={"run_id": self.run})["run"]["data"]
        for member in ("params", "tags"):
            for item in data.get(member, []):
                number, dot, _ = item["key"][1:].partition(".")
                if dot and number.isdigit():
                    parts.setdefault(int(number), []).append((member, item["key"]))
        whole = self.POINTS + 2 * self.OTHERS
        for number, found in parts.items():
            if len(set(found)) < whole:
                kinds = {kind: sum(part[0] == kind for part in set(found)) for kind in ("metric", "params", "tags")}
                yield "D4", f"batch {number} of run {self.run} is torn: {kinds} of {whole} parts"
            if len(found) > len(set(found)):
                yield "D3", f"batch {number} of run {self.run} has parts twice"
        yield from compare("batch", self.operations, list(parts))
        tags = {tag["key"]: tag["value"] for tag in data.get("tags", [])}
        yield from self.last.compare(tags.get("last"))


class Tags(Writer):
    """set-tag: new keys, and one that is written over."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.operations = []
        self.over = Register(f"the tag `over` of run {self.run}", None)

    def next(self, client):
        if self.count % 2:
            body = {"run_id": self.run, "key": f"n{self.count}", "value": "x"}
            self.operations.append(self.ledger.attempt(client, f"n{self.count}", "POST", "runs/set-tag", body))
        else:
            body = {"run_id": self.run, "key": "over", "value": str(self.count)}
            self.over.add(self.ledger.attempt(client, None, "POST", "runs/set-tag", body), str(self.count))

    def problems(self, client):
        data = client.json("GET", "runs/get", query={"run_id": self.run})["run"]["data"]
        tags = {tag["key"]: tag["value"] for tag in data.get("tags", [])}
        yield from compare("tag", self.operations, [key for key in tags if key.startswith("n")])
        yield from self.over.compare(tags.get("over"))


class Runs(Writer):
    """runs/create, half of them with an Idempotency-Key; some are deleted again."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.operations = []
        self.states = {}

    def next(self, client):
        if self.count % 5 == 0 and (made := self._last_made()):
            state = self.states.setdefault(made, Register(f"the stage of run {made}", "active"))
            verb, value = ("delete", "deleted") if self.count % 2 else ("restore", "active")
            state.add(self.ledger.attempt(client, None, "POST", f"runs/{verb}", {"run_id": made}), value)
            return
        name = f"{self.index}-{self.count}-{uuid.uuid4().hex[:8]}"
        body = {"experiment_id": self.place.experiment, "run_name": name, "start_time": TIME + self.count}
        body["tags"] = [{"key": "writer", "value": self.run}]
        keyed = self.count % 2 == 0
        self.operations.append(self.ledger.attempt(client, name, "POST", "runs/create", body, keyed=keyed))

    def _last_made(self):
        for operation in reversed(self.operations):
            if operation.state == "ok" and operation.answer:
                return operation.answer.json["run"]["info"]["run_id"]
        return None

    def problems(self, client):
        query = {
            "experiment_ids": [self.place.experiment],
            "filter": f"tags.writer = '{self.run}'",
            "run_view_type": "ALL",
            "max_results": 1000,
        }
        runs = {}
        names = []
        for run in client.pages("POST", "runs/search", "runs", query):
            runs[run["info"]["run_id"]] = run["info"]["lifecycle_stage"]
            names.append(run["info"]["run_name"])
        yield from compare("run", self.operations, names)
        for operation in self.operations:
            if operation.state == "ok" and operation.answer:
                run = operation.answer.json["run"]["info"]["run_id"]
                if run not in runs:
                    yield "D1", f"run {run} was acknowledged and is lost"
        made = {op.answer.json["run"]["info"]["run_id"] for op in self.operations if op.state == "ok" and op.answer}
        for run, state in self.states.items():
            if run in made:
                yield from state.compare(runs.get(run))


class Versions(Writer):
    """model-versions/create by several writers on one model; some versions are deleted again."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.operations = []
        self.deletions = {}

    def next(self, client):
        made = self.operations[-1] if self.operations else None
        if self.count % 6 == 0 and made.state == "ok" and made.answer:
            number = made.answer.json["model_version"]["version"]
            body = {"name": self.place.model, "version": number}
            there = Register(f"version {number}", True)
            there.add(self.ledger.attempt(client, None, "DELETE", "model-versions/delete", body), False)
            self.deletions[made.identity] = there
            return
        source = f"s3://bucket/{self.run}/{self.count}"
        body = {"name": self.place.model, "source": source}
        keyed = self.count % 2 == 0
        self.operations.append(self.ledger.attempt(client, source, "POST", "model-versions/create", body, keyed=keyed))

    def numbers(self):
        """Every version number this writer was given, deleted or not."""
        given = [op.answer.json["model_version"] for op in self.operations if op.state == "ok" and op.answer]
        return [(int(version["version"]), version["source"]) for version in given]

    def problems(self, client):
        query = {"filter": f"name = '{self.place.model}'", "max_results": 1000}
        rows = list(client.pages("GET", "model-versions/search", "model_versions", query))
        mine = [row for row in rows if row["source"].startswith(f"s3://bucket/{self.run}/")]
        found = [row["source"] for row in mine]
        for source, there in self.deletions.items():
            yield from there.compare(source in found)
        kept = [operation for operation in self.operations if operation.identity not in self.deletions]
        yield from compare("version", kept, [source for source in found if source not in self.deletions])
        numbers = {row["source"]: int(row["version"]) for row in mine}
        for number, source in self.numbers():
            if numbers.get(source, number) != number:
                yield "D1", f"{source} was acknowledged as version {number} and is now {numbers[source]}"
        seen = [int(row["version"]) for row in rows]
        if len(seen) != len(set(seen)):
            yield "D3", f"a version number is there twice: {sorted(seen)}"


def reused_numbers(writers):
    """Version numbers that were given out twice, whatever became of the versions. Yields (promise, text)."""
    owners = {}
    for writer in writers:
        for number, source in writer.numbers():
            if owners.setdefault((writer.place.model, number), source) != source:
                yield "D3", f"version {number} was given to {owners[writer.place.model, number]} and to {source}"


class Aliases(Writer):
    """An alias of the writer's own that moves between versions, and goes."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.name = f"a{self.run[:12]}"
        self.alias = Register(f"alias {self.name}", None)

    def next(self, client):
        body = {"name": self.place.staged, "alias": self.name}
        if self.count % 7 == 0:
            self.alias.add(self.ledger.attempt(client, None, "DELETE", "registered-models/alias", body), None)
        else:
            body["version"] = str(1 + self.count % self.place.VERSIONS)
            operation = self.ledger.attempt(client, None, "POST", "registered-models/alias", body)
            self.alias.add(operation, body["version"])

    def problems(self, client):
        model = client.json("GET", "registered-models/get", query={"name": self.place.staged})["registered_model"]
        aliases = {item["alias"]: item["version"] for item in model.get("aliases", [])}
        yield from self.alias.compare(aliases.get(self.name))


class Stages(Writer):
    """Promotions to production that archive the version that was there, by several writers at once."""

    def next(self, client):
        version = str(1 + self.dice.randrange(self.place.VERSIONS))
        body = {"name": self.place.staged, "version": version, "stage": "Production"}
        body["archive_existing_versions"] = True
        self.ledger.attempt(client, version, "POST", "model-versions/transition-stage", body)

    def problems(self, client):
        query = {"filter": f"name = '{self.place.staged}'", "max_results": 1000}
        rows = list(client.pages("GET", "model-versions/search", "model_versions", query))
        there = [row["version"] for row in rows if row["current_stage"] == "Production"]
        if len(there) > 1:
            yield "D4", f"versions {there} of one model are in production, although each archived the others"
        if len(rows) != self.place.VERSIONS:
            yield "D1", f"{len(rows)} of {self.place.VERSIONS} versions are there"


def content(name, size):
    return random.Random(name).randbytes(size)


class Artifacts(Writer):
    """Files of some megabytes; one of them is written over. Remembered by their SHA-256."""

    LARGEST = 4 << 20

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.folder = f"{ARTIFACTS}{self.place.experiment}/{self.run}/artifacts"
        self.operations = {}
        self.over = Register("the file `over`", None)

    def next(self, client):
        data = content(f"{self.run}/{self.count}", self.dice.choice([0, 1, 5000, 1 << 20, self.LARGEST]))
        digest = hashlib.sha256(data).hexdigest()
        name = "over" if self.count % 3 == 0 else f"f{self.count}"
        operation = self.ledger.attempt(client, digest, "PUT", f"{self.folder}/{name}", data)
        operation.request = (*operation.request[:2], None, None)
        if name == "over":
            self.over.add(operation, digest)
        else:
            self.operations[name] = operation

    def problems(self, client):
        listed = client.json("GET", "artifacts/list", query={"run_id": self.run}).get("files", [])
        sizes = {file["path"]: file.get("file_size", 0) for file in listed}
        for name, operation in self.operations.items():
            answer = client.call("GET", f"{self.folder}/{name}")
            digest = hashlib.sha256(answer.body).hexdigest()
            if answer.status == 404:
                if operation.state == "ok":
                    yield "D1", f"artifact {name} was acknowledged and is lost"
                if name in sizes:
                    yield "D4", f"artifact {name} is listed and not there"
                continue
            if operation.state == "failed":
                yield "D1", f"artifact {name} was not stored ({operation.how}), and it is there"
            if digest != operation.identity:
                yield "D4", f"artifact {name} is not whole: {answer.status}, {len(answer.body)} bytes"
            yield from self._compare_tag(name, answer, digest)
            if sizes.get(name) != len(answer.body):
                yield "D4", f"artifact {name} is listed with {sizes.get(name)} bytes and has {len(answer.body)}"
        answer = client.call("GET", f"{self.folder}/over")
        digest = hashlib.sha256(answer.body).hexdigest() if answer.ok else None
        yield from self.over.compare(digest)
        if answer.ok:
            yield from self._compare_tag("over", answer, digest)
        stray = set(sizes) - set(self.operations) - {"over"}
        if stray:
            yield "D4", f"files nobody sent: {sorted(stray)}"

    def _compare_tag(self, name, answer, digest):
        """The digest that was recorded at the upload is the entity tag; one of other bytes would be a lie."""
        tag = answer.headers.get("etag", "").strip('"')
        if len(tag) == 64 and tag != digest:
            yield "D4", f"artifact {name} is {digest} and carries the digest {tag}"


EVERY_KIND = (Metrics, Batches, Tags, Runs, Versions, Aliases, Stages, Artifacts)


class Workload:
    """Writers at work on one server, each in a thread of its own."""

    def __init__(self, client, count, dice, *, kinds=EVERY_KIND, place=None):
        self.place = place or Place.make(client)
        self.ledger = Ledger()
        self.writers = [
            kinds[index % len(kinds)](self.place, client, index, self.ledger, random.Random(dice.random()))
            for index in range(count)
        ]
        self.errors = []
        self._stop = None
        self._threads = []

    def start(self, clients):
        """`clients` gives a client to each writer, by its index."""
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(writer, clients(index)))
            for index, writer in enumerate(self.writers)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self):
        """Lets every writer finish its write. Said twice, it does no more."""
        if self._stop is None:
            return
        self._stop.set()
        for thread in self._threads:
            thread.join()
        # Without threads it can be copied.
        self._stop, self._threads = None, []

    def _work(self, writer, client):
        try:
            stop = self._stop
            while not stop.is_set():
                before = len(self.ledger.operations)
                writer.write(client)
                if self._is_gone(before):
                    return
        except NotSent:
            return
        except Exception as error:
            self.errors.append(f"{type(writer).__name__}: {error!r}")
        finally:
            client.close()

    def _is_gone(self, since):
        """Whether this writer's server cannot be reached any more: there is no sense in trying on."""
        me = threading.get_ident()
        return any(made.how == "not sent" and made.by == me for made in self.ledger.operations[since:])

    def of_kind(self, kind):
        return [writer for writer in self.writers if isinstance(writer, kind)]

    def problems(self, client):
        """Everything that is wrong on the server; yields (promise, text)."""
        for writer in self.writers:
            yield from writer.problems(client)
        yield from reused_numbers(self.of_kind(Versions))
        for text in self.ledger.surprises + self.errors:
            yield "D8", text
