"""Random requests about experiments, runs, metrics, datasets and logged models."""

import json

from request_parts import AJAX, KEYS, ODD_KEYS, ODD_TEXTS, ODD_TIMES, TIMES, Parts, Request, get, post


class TrackingRequests(Parts):
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
        # Without a name the servers make one up, and sort by it.
        body["run_name"] = self._one(["alpha", "beta", "Alpha", "a b"], ODD_TEXTS)
        if self._maybe(0.5):
            body["user_id"] = self._one(["ada", "bob"])
        if self._maybe(0.5):
            body["tags"] = self._pairs()
        if self._maybe(0.1):
            body["tags"] = [{"key": "mlflow.runName", "value": self._one(["alpha", "gamma"])}]
            self.oddities += 1
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
                post("runs/log-model", **self._drop({"run_id": identifier, "model_json": self._model_json()})),
                post(AJAX + "experiments/search-datasets", experiment_ids=[self._experiment()]),
            ]
        )

    def _model_json(self):
        info = {"run_id": "r", "artifact_path": self._one(["m", "é"]), "flavors": {"f": {"config": 1, "v": "1.0"}}}
        return self._one([json.dumps(self._drop(info | {"utc_time_created": "2024-01-01"}))], ["", "{", "x", 5])

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
        name = self._one(["tree", "net", "Tree"], ["a/b", "", "a.b", "x:y"])
        body = {"experiment_id": self._experiment(), "name": name}
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
