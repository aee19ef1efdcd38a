"""Random requests about registered models, their versions and aliases, and webhooks."""

from request_parts import KEYS, ODD_KEYS, STAGES, Parts, Request, get, post


class RegistryRequests(Parts):
    # Models.

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
        ]
        odd = [
            {"source": f"mlflow-artifacts:/1/{run}/artifacts/m", "run_id": run},
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

    # Webhooks.

    def _webhook(self):
        events = [("REGISTERED_MODEL", "CREATED"), ("MODEL_VERSION", "CREATED"), ("MODEL_VERSION_TAG", "SET")]
        odd = [("REGISTERED_MODEL", "SET"), ("X", "CREATED"), ("MODEL_VERSION", None)]
        chosen = [self._one(events, odd) for _ in range(self._one([1, 1, 2], [0]))]
        return {
            "name": self._one(["hook", "Hook-2", "a.b"], ["", "-a", "a b", "x" * 64, 5]),
            "url": self._one(["http://127.0.0.1:9/x", "https://127.0.0.1:9/"], ["ftp://127.0.0.1/", "x", ""]),
            "events": [{"entity": entity, "action": action} for entity, action in chosen],
        }

    def make_webhook(self):
        body = self._drop(self._webhook())
        if self._maybe(0.4):
            body |= {"description": "d", "status": self._one(["ACTIVE", "DISABLED"]), "secret": "s"}
        makes = ("webhook", self._symbol("webhook"), ["webhook", "webhook_id"])
        return Request("POST", "webhooks", None, body, makes)

    def webhook(self):
        path = "webhooks/" + self._some("webhook", ["nope"])
        field = self._one(["name", "url", "events"])
        changes = {field: self._webhook()[field], "status": self._one(["ACTIVE", "DISABLED"], ["x", 9])}
        return self._one(
            [
                get(path),
                get(path),
                Request("PATCH", path, None, changes),
                *([Request("DELETE", path)] if self._maybe(0.3) else []),
            ]
        )
