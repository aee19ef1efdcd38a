"""Random requests of MLflow's protocol: most of them plausible, some wrong, in a small world where names meet again.

What one request makes, later ones use: a `Request` names it by a symbol (`<run:2>`), and whoever sends the request puts
the identifier of his server in its place.
"""

import dataclasses
import itertools
import json

AJAX = "/ajax-api/2.0/mlflow/"


@dataclasses.dataclass
class Request:
    method: str
    path: str
    query: dict | None = None
    body: object = None
    # The kind and symbol of what is made, and where its identifier is in the answer.
    makes: tuple | None = None
    # How many things in it are odd: of two errors each server may tell another one.
    oddities: int = 0

    def __str__(self):
        parts = [self.method, self.path]
        parts += [str(part) for part in (self.query, self.body) if part is not None]
        return " ".join(parts)


def get(path, **query):
    return Request("GET", path, query)


def post(path, **body):
    return Request("POST", path, None, body)


KEYS = ["a", "loss", "val/loss", "a b", "x.y", "é", "m-1", "k:1"]
ODD_KEYS = ["", "a//b", "../x", "/a", "a\nb", "x" * 250, "x" * 251, ".", "a,b", "a/./b", 5, None, "%", "..a"]
TEXTS = ["1", "0.5", "x", "X", "", "a b", "é", "it's", 'say "x"', "100%", "A_b", "tree", "Tree"]
ODD_TEXTS = ["x" * 501, "x" * 6001, "x" * 8001, 5, None, True, ["x"], {"x": 1}, " ", "\n"]
NUMBERS = [0, 1, -1, 0.5, 1e-3, 1e300, 3, 2.5, "NaN", "Infinity", "-Infinity", "0.25", -0.0]
ODD_NUMBERS = ["x", "", None, True, 1e400, "1e400", "nan", "inf", "5x", "0x1", {}]
TIMES = [0, 1, 5, 1000, 1700000000000, "7", 2.0]
ODD_TIMES = [-1, 1.5, "x", "", None, True, 2**63, "5.0", -(2**63)]
STEPS = [0, 1, 2, 3, -1, "4"]
ODD_STEPS = ["x", 1.5, 2**63, None]
STAGES = ["None", "Staging", "Production", "Archived", "production", "STAGING"]
NUMERIC = ["=", "!=", "<", "<=", ">", ">="]
TEXTUAL = ["=", "!=", " LIKE ", " ILIKE ", " like "]
ODD_TEXTUAL = [">", " IN ", "==", " IS NULL", " NOT LIKE "]
PATTERNS = ["'x'", "'%x%'", "'T%'", "'1'", "''", '"a b"', "'_'", "'%'", "'é'"]
LITERALS = ["0", "1", "0.5", "-1", "1e3", "1000000"]
ODD_LITERALS = ["'1'", "x"]
ODD_PATTERNS = ["'x", "5", "x", "('x')", "('x', 'y')", "()"]


class RandomRequests:
    """One request after another from a seed."""

    def __init__(self, dice, stem):
        self.dice = dice
        self.stem = stem
        self.counter = itertools.count(1)
        self.known = {kind: [] for kind in ("experiment", "run", "logged", "model", "version")}
        # Runs begin at different times, so that their order does not rest on their identifiers.
        self.clock = itertools.count(1_000_000, 1000)
        self.makers = {
            self.make_experiment: 3,
            self.experiment: 5,
            self.search_experiments: 5,
            self.make_run: 6,
            self.run: 8,
            self.log: 14,
            self.batch: 8,
            self.links: 6,
            self.search_runs: 12,
            self.history: 7,
            self.make_logged_model: 4,
            self.logged_model: 7,
            self.search_logged_models: 6,
            self.make_model: 3,
            self.model: 7,
            self.make_version: 5,
            self.version: 10,
            self.alias: 6,
            self.search_registry: 10,
        }

    def next(self):
        self.oddities = 0
        request = self.dice.choices(list(self.makers), list(self.makers.values()))[0]()
        request.oddities = self.oddities
        return request

    # Parts of requests.

    def _maybe(self, chance):
        return self.dice.random() < chance

    def _one(self, good, odd=(), chance=0.03):
        if not odd or not self._maybe(chance):
            return self.dice.choice(good)
        self.oddities += 1
        return self.dice.choice(odd)

    def _some(self, kind, strangers):
        """The symbol of something, most of the time of something there is."""
        if self.known[kind] and self._maybe(0.97):
            return self.dice.choice(self.known[kind])
        self.oddities += 1
        return self.dice.choice(strangers)

    def _experiment(self):
        return self._some("experiment", ["999999", "abc", "", "-5", "9" * 30])

    def _run(self):
        return self._some("run", ["0" * 32, "", "nope", "a/b"])

    def _logged(self):
        return self._some("logged", ["m-" + "0" * 32, "nope"])

    def _model(self):
        return self._some("model", [f"{self.stem}-nope", "", "a/b"])

    def _symbol(self, kind):
        return f"<{kind}:{next(self.counter)}>"

    def _drop(self, body):
        """Now and then a field is missing."""
        if self._maybe(0.06):
            self.oddities += 1
            missing = self.dice.choice(list(body))
            return {key: value for key, value in body.items() if key != missing}
        return body

    def _pair(self):
        return self._drop({"key": self._one(KEYS, ODD_KEYS), "value": self._one(TEXTS, ODD_TEXTS)})

    def _pairs(self, most=3):
        pairs = [self._pair() for _ in range(self.dice.randint(0, most))]
        if len({json.dumps(pair.get("key")) for pair in pairs}) < len(pairs):
            self.oddities += 1
        return pairs

    def _point(self):
        point = {
            "key": self._one(KEYS, ODD_KEYS),
            "value": self._one(NUMBERS, ODD_NUMBERS),
            "timestamp": self._one(TIMES, ODD_TIMES),
            "step": self._one(STEPS, ODD_STEPS),
        }
        if self._maybe(0.15):
            point["model_id"] = self._logged()
        if self._maybe(0.1):
            point |= {"dataset_name": self._one(["iris", "wine"]), "dataset_digest": self._one(["d1", "d2"])}
        return self._drop(point)

    def _page(self, sizes):
        return {"max_results": self._one(sizes, [0, -1, 10**9, "x", 2**40])} if self._maybe(0.6) else {}

    def _key(self):
        """A key as a filter names it."""
        key = self._one(KEYS)
        if key.replace(".", "").isalnum() and self._maybe(0.6):
            return key
        quote = self._one(["`", '"', "'"])
        return quote + key + quote

    def _filter(self, *conditions):
        text = " AND ".join(self._one(conditions)() for _ in range(self._one([1, 1, 1, 2, 3])))
        if self._maybe(0.02):
            self.oddities += 1
            return text[: self.dice.randint(1, len(text))]
        if self._maybe(0.02):
            self.oddities += 1
            frame = self._one(["({})", "NOT {}", "{} AND", "AND {}", "{};", "{} OR {}", "{} x", "{} -- x"])
            return frame.replace("{}", text)
        return text

    def _numeric(self, name):
        return f"{name} {self._one(NUMERIC)} {self._one(LITERALS, ODD_LITERALS)}"

    def _textual(self, name):
        return name + self._one(TEXTUAL, ODD_TEXTUAL) + self._one(PATTERNS, ODD_PATTERNS)

    def _listed(self, name, values):
        items = ", ".join(f"'{self._one(values)}'" for _ in range(self._one([1, 2])))
        return f"{name} {self._one(['IN', 'NOT IN', 'in'])} ({items})"

    def _null(self, name):
        return f"{name} {self._one(['IS NULL', 'IS NOT NULL', 'is not null'])}"

    def _order(self, *names):
        directions = ["", " ASC", " DESC", " desc"], [" x", " ASC DESC"]
        return [self._one(names) + self._one(*directions) for _ in range(self._one([0, 0, 1, 1, 2]))]

    # Experiments.

    def _experiment_name(self):
        names = [f"{self.stem}-{letter}" for letter in "abcdF"]
        return self._one(names, ["", " ", "x" * 501, 5, None, "Default"])

    def make_experiment(self):
        symbol = self._symbol("experiment")
        body = {"name": f"{self.stem}-{symbol[1:-1]}" if self._maybe(0.6) else self._experiment_name()}
        if self._maybe(0.3):
            body["tags"] = self._pairs()
        if self._maybe(0.2):
            odd = ["hdfs://h/x", "s3://b#x", "", "runs:/x", "http://h/x", "mlflow-artifacts://h/x"]
            body["artifact_location"] = self._one(["s3://bucket/x", "gs://b/p", "s3://b/a b", "dbfs:/x"], odd, 0.2)
        return Request("POST", "experiments/create", None, body, ("experiment", symbol, ["experiment_id"]))

    def experiment(self):
        identifier = self._experiment()
        choices = [
            get("experiments/get", experiment_id=identifier),
            get("experiments/get", experiment_id=identifier),
            get("experiments/get-by-name", experiment_name=str(self._experiment_name())),
            post(
                "experiments/update", **self._drop({"experiment_id": identifier, "new_name": self._experiment_name()})
            ),
            post("experiments/set-experiment-tag", experiment_id=identifier, **self._pair()),
            post("experiments/delete-experiment-tag", experiment_id=identifier, key=self._one(KEYS, ODD_KEYS)),
        ]
        if self._maybe(0.3):
            choices += [
                post(f"experiments/{verb}", experiment_id=identifier) for verb in ("delete", "restore", "restore")
            ]
        return self._one(choices)

    def search_experiments(self):
        text = self._filter(
            lambda: self._textual(self._one(["name", "attribute.name", "attributes.name"])),
            lambda: self._textual(f"tags.{self._key()}"),
            lambda: self._numeric(self._one(["creation_time", "last_update_time"])),
            lambda: self._listed("experiment_id", ["5", "3", "7"]),
            lambda: self._null("tags.a"),
        )
        fields = ["name", "experiment_id", "creation_time", "last_update_time", "attribute.name", "tags.a"]
        body = {"max_results": 100, "filter": f"{text} AND name LIKE '{self.stem}%'", "order_by": self._order(*fields)}
        body |= self._page([1, 2, 1000])
        if self._maybe(0.4):
            body["view_type"] = self._one(["ALL", "ACTIVE_ONLY", "DELETED_ONLY", 3], [9])
        return post("experiments/search", **body) if self._maybe(0.7) else get("experiments/search", **body)

    # Runs.

    def make_run(self):
        body = {"experiment_id": self._experiment(), "start_time": next(self.clock)}
        if self._maybe(0.6):
            body["run_name"] = self._one(["alpha", "beta", "Alpha", "a b", ""], ODD_TEXTS)
        if self._maybe(0.5):
            body["user_id"] = self._one(["ada", "bob"])
        if self._maybe(0.5):
            body["tags"] = self._pairs()
        if self._maybe(0.1):
            body["tags"] = [{"key": "mlflow.runName", "value": self._one(["alpha", "gamma"])}]
        if self._maybe(0.04):
            body["start_time"] = self._one(ODD_TIMES)
        return Request("POST", "runs/create", None, body, ("run", self._symbol("run"), ["run", "info", "run_id"]))

    def run(self):
        identifier = self._run()
        update = {"run_id": identifier}
        if self._maybe(0.7):
            update["status"] = self._one(["RUNNING", "FINISHED", "FAILED", "KILLED", "SCHEDULED", 3, "3"], [9, 0])
        if self._maybe(0.5):
            update["end_time"] = self._one(TIMES, ODD_TIMES)
        if self._maybe(0.3):
            update["run_name"] = self._one(["alpha", "delta", ""], ODD_TEXTS)
        choices = [get("runs/get", run_id=identifier)] * 4 + [post("runs/update", **update)] * 3
        if self._maybe(0.4):
            choices += [post(f"runs/{verb}", run_id=identifier) for verb in ("delete", "restore", "restore")]
        return self._one(choices)

    def log(self):
        identifier = self._run()
        name = {"key": "mlflow.runName", "value": self._one(["alpha", "omega", ""])}
        return self._one(
            [
                post("runs/log-metric", run_id=identifier, **self._point()),
                post("runs/log-metric", run_id=identifier, **self._point()),
                post("runs/log-parameter", run_id=identifier, **self._pair()),
                post("runs/set-tag", run_id=identifier, **self._one([self._pair(), self._pair(), name])),
                post("runs/delete-tag", run_id=identifier, key=self._one([*KEYS, "mlflow.runName"], ODD_KEYS)),
            ]
        )

    def batch(self):
        points = [self._point() for _ in range(self.dice.randint(0, 4))]
        body = {"run_id": self._run(), "metrics": points, "params": self._pairs(), "tags": self._pairs()}
        return post("runs/log-batch", **self._drop(body))

    def links(self):
        identifier = self._run()
        dataset = {
            "name": self._one(["iris", "wine"], ["", "x" * 501]),
            "digest": self._one(["d1", "d2"], ["", "x" * 37]),
            "source_type": self._one(["http", "local"]),
            "source": "{}",
            "schema": "{}",
            "profile": "{}",
        }
        tags = [{"key": "mlflow.data.context", "value": self._one(["train", "eval"])}] if self._maybe(0.7) else []
        entry = self._drop({"tags": tags, "dataset": self._drop(dataset)})
        models = [{"model_id": self._logged(), "step": self._one([0, 1, 2])} for _ in range(self._one([0, 1, 2]))]
        return self._one(
            [
                post("runs/log-inputs", **self._drop({"run_id": identifier, "datasets": [entry]})),
                post("runs/log-inputs", **self._drop({"run_id": identifier, "models": [{"model_id": self._logged()}]})),
                post("runs/outputs", **self._drop({"run_id": identifier, "models": models})),
                post(AJAX + "experiments/search-datasets", experiment_ids=[self._experiment()]),
            ]
        )

    def search_runs(self):
        text = self._filter(
            lambda: self._numeric(f"metrics.{self._key()}"),
            lambda: self._numeric(f"metric.{self._key()}"),
            lambda: self._textual(f"params.{self._key()}"),
            lambda: self._textual(f"tags.{self._key()}"),
            lambda: self._null(f"{self._one(['params', 'tags', 'tag'])}.{self._key()}"),
            lambda: self._textual(self._one(["run_name", "user_id", "status", "attributes.status", "artifact_uri"])),
            lambda: self._numeric(self._one(["start_time", "end_time", "attributes.created"])),
            lambda: self._textual(self._one(["dataset.name", "dataset.digest", "datasets.context"])),
            lambda: self._listed("dataset.name", ["iris", "wine"]),
            lambda: self._listed("run_id", [self._run(), self._run()]),
        )
        fields = ["metrics.a", "metrics.loss", "params.a", "tags.a", "tags.`a b`", "start_time", "end_time"]
        fields += ["attributes.status", "run_name", "user_id", "metric.'val/loss'", 'params."x.y"', "created"]
        body = {"experiment_ids": [self._experiment() for _ in range(self._one([1, 1, 2, 3, 0]))]}
        body |= self._page([1, 2, 3, 100])
        if self._maybe(0.8):
            body["filter"] = text
        if self._maybe(0.6):
            body["order_by"] = self._order(*fields)
        if self._maybe(0.4):
            body["run_view_type"] = self._one(["ALL", "ACTIVE_ONLY", "DELETED_ONLY", 1], [9])
        return post("runs/search", **body)

    def history(self):
        runs = [self._run() for _ in range(self._one([1, 2, 3]))]
        key = self._one(KEYS)
        interval = {"run_ids": runs, "metric_key": key, "max_results": self._one([1, 2, 3, 10], [0, 2501])}
        if self._maybe(0.5):
            interval |= self._drop({"start_step": self._one([-1, 0, 1]), "end_step": self._one([1, 2, 5])})
        return self._one(
            [
                get("metrics/get-history", **self._drop({"run_id": runs[0], "metric_key": key}), **self._page([1, 2])),
                get(AJAX + "metrics/get-history-bulk", **self._drop({"run_id": runs, "metric_key": key})),
                get("metrics/get-history-bulk-interval", **self._drop(interval)),
            ]
        )

    # Logged models.

    def make_logged_model(self):
        body = {"experiment_id": self._experiment()}
        if self._maybe(0.8):
            body["name"] = self._one(["tree", "net", "Tree"], ["a/b", "", "a.b", "x:y"])
        if self._maybe(0.4):
            body["source_run_id"] = self._run()
        if self._maybe(0.4):
            body |= {"model_type": "agent", "tags": self._pairs(), "params": self._pairs()}
        makes = ("logged", self._symbol("logged"), ["model", "info", "model_id"])
        return Request("POST", "logged-models", None, body, makes)

    def logged_model(self):
        identifier = self._logged()
        path = f"logged-models/{identifier}"
        statuses = ["LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_PENDING", 2], [9]
        return self._one(
            [
                get(path),
                get(path),
                Request("PATCH", path, None, {"model_id": identifier, "status": self._one(*statuses)}),
                Request("PATCH", f"{path}/tags", None, self._drop({"model_id": identifier, "tags": self._pairs()})),
                Request("DELETE", f"{path}/tags/{self._one(['a', 'loss', 'nope'])}"),
                post(f"{path}/params", model_id=identifier, params=self._pairs()),
                *([Request("DELETE", path)] if self._maybe(0.2) else []),
            ]
        )

    def search_logged_models(self):
        text = self._filter(
            lambda: self._numeric(f"metrics.{self._one(['a', 'loss', '`a b`'])}"),
            lambda: self._textual(f"params.{self._one(['a', 'loss', '`a b`'])}"),
            lambda: self._textual(f"tags.{self._one(['a', 'loss', '`a b`'])}"),
            lambda: self._one(["name = 'tree'", "name != 'tree'", "name LIKE 'T%'", "name ILIKE 't%'"]),
            lambda: self._one(["status = 'READY'", "status != 'PENDING'", "model_type = 'agent'"]),
            lambda: self._listed("name", ["tree", "net"]),
            lambda: self._one(["creation_timestamp > 0", "last_updated_timestamp < 5", "creation_time >= 1.5"]),
        )
        body = {"experiment_ids": [self._experiment() for _ in range(self._one([1, 1, 2]))]}
        if self._maybe(0.7):
            body["filter"] = text
        if self._maybe(0.5):
            fields = ["name", "creation_timestamp", "last_updated_timestamp", "metrics.a", "metrics.loss", "model_type"]
            body["order_by"] = [{"field_name": self._one(fields, ["tags.a", "x"]), "ascending": self._maybe(0.5)}]
        if self._maybe(0.2):
            body["datasets"] = [{"dataset_name": "iris", "dataset_digest": self._one(["d1", "d2"])}]
        if self._maybe(0.4):
            body["max_results"] = self._one([1, 2, 50])
        return post("logged-models/search", **self._drop(body))

    # The registry.

    def _model_name(self):
        names = [f"{self.stem}-{letter}" for letter in "abcD"]
        return self._one(names, ["", " ", "a/b", "a:b", 5, None, ".", "x" * 300])

    def make_model(self):
        body = {"name": self._model_name()}
        if self._maybe(0.4):
            body["tags"] = self._pairs()
        if self._maybe(0.4):
            body["description"] = self._one(["d", "", "é"])
        makes = ("model", self._symbol("model"), ["registered_model", "name"])
        return Request("POST", "registered-models/create", None, body, makes)

    def model(self):
        name = self._model()
        choices = [
            get("registered-models/get", name=name),
            get("registered-models/get", name=name),
            Request("PATCH", "registered-models/update", None, self._drop({"name": name, "description": "new"})),
            post("registered-models/set-tag", name=name, **self._pair()),
            Request("DELETE", "registered-models/delete-tag", None, {"name": name, "key": self._one(KEYS, ODD_KEYS)}),
            post("registered-models/get-latest-versions", name=name),
            post("registered-models/get-latest-versions", name=name, stages=[self._one(STAGES, ["x"])]),
        ]
        if self._maybe(0.2):
            choices += [
                post("registered-models/rename", name=name, new_name=self._model_name()),
                Request("DELETE", "registered-models/delete", None, {"name": name}),
            ]
        return self._one(choices)

    def make_version(self):
        run, logged = self._run(), self._logged()
        sources = [
            {"source": "s3://bucket/x"},
            {"source": f"runs:/{run}/model", "run_id": run},
            {"source": f"models:/{logged}", "model_id": logged},
            {"source": f"mlflow-artifacts:/1/{run}/artifacts/m", "run_id": run},
        ]
        odd = [
            {"source": f"models:/{self.stem}-a/1"},
            {"source": "/etc"},
            {"source": f"runs:/{run}/m"},
            {"source": "http://h/x"},
            {},
            {"source": "s3://b/../x"},
        ]
        body = {"name": self._model(), **self._one(sources, odd)}
        if self._maybe(0.3):
            body["tags"] = self._pairs()
        if self._maybe(0.3):
            body |= {"description": "d", "run_link": "http://x"}
        return post("model-versions/create", **body)

    def version(self):
        which = {"name": self._model(), "version": self._one(["1", "2", "3"], ["0", "x", "", "99", 1, "-1", "1.0"])}
        stage = {"stage": self._one(STAGES, ["x", "", None]), "archive_existing_versions": self._maybe(0.5)}
        choices = [
            get("model-versions/get", **which),
            get("model-versions/get", **which),
            get("model-versions/get-download-uri", **which),
            Request("PATCH", "model-versions/update", None, self._drop({**which, "description": "new"})),
            post("model-versions/transition-stage", **self._drop({**which, **stage})),
            post("model-versions/transition-stage", **self._drop({**which, **stage})),
            post("model-versions/set-tag", **which, **self._pair()),
            Request("DELETE", "model-versions/delete-tag", None, {**which, "key": self._one(KEYS, ODD_KEYS)}),
        ]
        if self._maybe(0.2):
            choices.append(Request("DELETE", "model-versions/delete", None, which))
        return self._one(choices)

    def alias(self):
        name, alias = self._model(), self._one(["prod", "best", "A_1"], ["latest", "v1", "a b", "", "x" * 256, 5])
        version = self._one(["1", "2"], ["x", "99", "", 1])
        return self._one(
            [
                post("registered-models/alias", **self._drop({"name": name, "alias": alias, "version": version})),
                get("registered-models/alias", name=name, alias=alias),
                Request("DELETE", "registered-models/alias", None, {"name": name, "alias": alias}),
            ]
        )

    def search_registry(self):
        models = self._filter(
            lambda: self._textual(self._one(["name", "attribute.name"])),
            lambda: self._textual(f"tags.{self._key()}"),
            lambda: self._listed("name", [f"{self.stem}-a", f"{self.stem}-b"]),
        )
        versions = self._filter(
            lambda: f"name='{self.stem}-{self._one('abc')}'",
            lambda: self._textual(self._one(["name", "source_path", "run_id"])),
            lambda: self._textual(f"tags.{self._key()}"),
            lambda: self._numeric("version_number"),
            lambda: self._listed(self._one(["name", "run_id"]), [f"{self.stem}-a", f"{self.stem}-b"]),
        )
        mine = f" AND name LIKE '{self.stem}%'"
        if self._maybe(0.5):
            order = self._order("name", "timestamp", "last_updated_timestamp", "creation_timestamp", "tags.a")
            return get("registered-models/search", filter=models + mine, order_by=order, **self._page([1, 2, 1000]))
        order = self._order("name", "version_number", "creation_timestamp", "last_updated_timestamp", "version")
        return get("model-versions/search", filter=versions + mine, order_by=order, **self._page([1, 2, 1000]))
