"""Plain HTTP against a server that speaks MLflow's REST protocol, and assertions about its answers."""

import http.client
import json
import os
import re
import time
import urllib.parse
import uuid

import pytest
import requests

better = pytest.mark.better_than_mlflow
harmful = pytest.mark.harms_mlflow
BASE = "/api/2.0/mlflow/"
AJAX = "/ajax-api/2.0/mlflow/"
PROXY = "/api/2.0/mlflow-artifacts/artifacts"
# The server under test is MLflow itself: the suite is being checked, not the server.
IS_ORACLE = os.environ.get("STEWARD_ORACLE") == "mlflow"
NO_SUCH_RUN = "0" * 32
LEAK = re.compile(
    r"SELECT |INSERT INTO|UPDATE \w+ SET|DELETE FROM|sqlite|sqlalche|constraint failed|duplicate key value"
    r"|relation \"|Traceback|libpq|\.swift\b",
    re.IGNORECASE,
)
# Where the server keeps its files, if the runner says so: no answer may name it.
DATA = os.environ.get("STEWARD_DATA")


def unique(prefix="x"):
    """A name nobody used before: tests share one server and must not meet."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def tick():
    """Lets the millisecond clock advance, where a test needs two different timestamps."""
    time.sleep(0.003)


class Reply:
    """An answer. `ok()` and `error()` assert what every test would otherwise repeat."""

    def __init__(self, response, sent=""):
        self.sent = sent
        self.status = response.status_code
        self.headers = response.headers
        self.content = response.content

    def __repr__(self):
        return f"{self.status} {self.content[:600]!r}"

    @property
    def json(self):
        assert self.headers.get("Content-Type", "").split(";")[0] == "application/json", repr(self)
        return json.loads(self.content)

    def ok(self):
        """The JSON of a success."""
        assert self.status == 200, repr(self)
        return self.json

    def empty(self):
        """A success that says nothing."""
        assert self.ok() == {}, repr(self)

    def error(self, status, code, message=None):
        """A failure in MLflow's shape. `message` is a regular expression that must be found in the message."""
        assert self.status == status, repr(self)
        body = self.json
        assert body.get("error_code") == code, repr(self)
        assert isinstance(body.get("message"), str) and body["message"].strip(), repr(self)
        if message is not None:
            assert re.search(message, body["message"], re.DOTALL), f"{message!r} not in {body['message']!r}"
        if not IS_ORACLE:
            self.keeps_secrets()
        return body["message"]

    def invalid(self, message=None):
        return self.error(400, "INVALID_PARAMETER_VALUE", message)

    def missing(self, field):
        """The one message for a required field that is absent."""
        return self.invalid(f"^Missing value for required parameter '{re.escape(field)}'\\.")

    def not_found(self, message=None):
        return self.error(404, "RESOURCE_DOES_NOT_EXIST", message)

    def already_exists(self, message=None):
        return self.error(400, "RESOURCE_ALREADY_EXISTS", message)

    def refused(self):
        """Any clean refusal: 4xx, JSON, an error code, and no word about the inside of the server."""
        assert 400 <= self.status < 500, repr(self)
        body = self.json
        assert body.get("error_code") and body.get("message"), repr(self)
        self.keeps_secrets()

    def keeps_secrets(self):
        """No SQL, no source file and no path of the server in what the client is told."""
        text = self.content.decode("utf-8", "replace")
        try:
            text = json.loads(text)["message"]
        except (ValueError, KeyError, TypeError):
            pass
        found = LEAK.search(text)
        assert not found or found.group(0) in self.sent, f"{found.group(0)!r} in {text[:400]!r}"
        assert not DATA or DATA not in text, f"the data directory in {text[:400]!r}"


class Wire:
    """One server. Paths are below /api/2.0/mlflow/ unless they begin with a slash."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.session = requests.Session()

    def send(self, method, path, body=None, query=None, raw=None, headers=None):
        path = path if path.startswith("/") else BASE + path
        headers = dict(headers or {})
        if raw is None and body is not None:
            raw = json.dumps(body)
        if raw is not None:
            headers.setdefault("Content-Type", "application/json")
            raw = raw.encode() if isinstance(raw, str) else raw
        headers = {key: value for key, value in headers.items() if value is not None}
        request = {"params": query, "data": raw, "headers": headers, "timeout": 60, "allow_redirects": False}
        sent = (raw or b"").decode("utf-8", "replace") + str(query or "")
        return Reply(self.session.request(method, self.url + path, **request), sent)

    def get(self, path, query=None, **options):
        return self.send("GET", path, query=query, **options)

    def post(self, path, body=None, **options):
        return self.send("POST", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.send("PATCH", path, body, **options)

    def delete(self, path, body=None, **options):
        return self.send("DELETE", path, body, **options)

    def put(self, path, data, headers=None):
        return Reply(self.session.put(self.url + path, data=data, headers=headers, timeout=60))

    def exact(self, method, target, data=None, headers=None):
        """A request whose target goes out byte for byte: no library folds `..` or re-encodes `%`."""
        place = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for key, value in (headers or {}).items():
                connection.putheader(key, value)
            if data is not None:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            answer = connection.getresponse()
            response = requests.Response()
            response.status_code, response.headers = (
                answer.status,
                requests.structures.CaseInsensitiveDict(answer.headers),
            )
            response._content = answer.read()
            return Reply(response)
        finally:
            connection.close()

    # What almost every test begins with.

    def experiment(self, name=None, **fields):
        return self.post("experiments/create", {"name": name or unique("exp"), **fields}).ok()["experiment_id"]

    def run(self, experiment_id=None, **fields):
        """Creates a run and answers its id."""
        body = {"experiment_id": experiment_id or self.experiment(), "start_time": 1000, **fields}
        return self.post("runs/create", body).ok()["run"]["info"]["run_id"]

    def get_run(self, run_id):
        return self.get("runs/get", {"run_id": run_id}).ok()["run"]

    def metrics(self, run_id):
        """Latest metrics of a run by key."""
        return {metric["key"]: metric for metric in self.get_run(run_id)["data"].get("metrics", [])}

    def params(self, run_id):
        return {p["key"]: p.get("value", "") for p in self.get_run(run_id)["data"].get("params", [])}

    def tags(self, run_id):
        return {t["key"]: t.get("value", "") for t in self.get_run(run_id)["data"].get("tags", [])}

    def log_metric(self, run_id, key, value, timestamp=1, step=0, **fields):
        body = {"run_id": run_id, "key": key, "value": value, "timestamp": timestamp, "step": step, **fields}
        return self.post("runs/log-metric", body)

    def history(self, run_id, key, **query):
        return self.get("metrics/get-history", {"run_id": run_id, "metric_key": key, **query}).ok().get("metrics", [])

    def model(self, name=None, **fields):
        """Creates a registered model and answers its name."""
        name = name or unique("model")
        self.post("registered-models/create", {"name": name, **fields}).ok()
        return name

    def get_model(self, name):
        return self.get("registered-models/get", {"name": name}).ok()["registered_model"]

    def version(self, name, source="s3://bucket/model", **fields):
        """Creates a model version and answers it."""
        return self.post("model-versions/create", {"name": name, "source": source, **fields}).ok()["model_version"]

    def get_version(self, name, version):
        return self.get("model-versions/get", {"name": name, "version": version}).ok()["model_version"]

    def logged_model(self, experiment_id=None, **fields):
        """Creates a logged model and answers its info."""
        body = {"experiment_id": experiment_id or self.experiment(), **fields}
        return self.post("logged-models", body).ok()["model"]["info"]
