"""Pretends to be a server of MLflow 2: tells what it is given, and has the troubles that it is given."""

import contextlib
import http.server
import json
import threading
import urllib.parse

# A name that no filter can hold.
MODEL = "both ' and \""


class Pretender(http.server.BaseHTTPRequestHandler):
    """Experiment 0 with `runs`, one on each page, a trace, and a model."""

    runs = ()
    # The page of runs that is refused; nil for none.
    refused = None
    # Paths that are answered with 503 once.
    busy = ()
    # Results that are too many to be asked for at once.
    most = 1_000_000
    asked = ()

    def log_message(self, *arguments):
        pass

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        self.told(path.rsplit("/mlflow/", 1)[-1], dict(urllib.parse.parse_qsl(query)))

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.told(self.path.rsplit("/mlflow/", 1)[-1], body)

    def told(self, path, question):
        me = type(self)
        me.asked = (*me.asked, path)
        if path in me.busy:
            me.busy = tuple(one for one in me.busy if one != path)
            return self.answer(503, {"error_code": "TEMPORARILY_UNAVAILABLE", "message": "later"})
        if int(question.get("max_results", 1)) > me.most:
            return self.answer(429, {"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "too much"})
        tell = getattr(self, path.replace("/", "_").replace("-", "_"), None)
        if tell is None or self.path.startswith("/api/3.0"):
            return self.answer(404, {"error_code": "ENDPOINT_NOT_FOUND", "message": "no such endpoint"})
        return self.answer(*tell(question))

    def experiments_search(self, question):
        made = {"experiment_id": "0", "name": "Default", "artifact_location": "mlflow-artifacts:/0"}
        return 200, {"experiments": [made | {"lifecycle_stage": "active", "creation_time": 1, "last_update_time": 1}]}

    def runs_search(self, question):
        page = int(question.get("page_token", 0))
        if page == self.refused:
            return 403, {"error_code": "PERMISSION_DENIED", "message": "not now"}
        more = {"next_page_token": str(page + 1)} if page + 1 < len(self.runs) else {}
        return 200, {"runs": [self.run(*self.runs[page])]} | more

    def run(self, run_id, status, value):
        info = {"run_id": run_id, "run_uuid": run_id, "experiment_id": "0", "status": status, "start_time": 1}
        info |= {"lifecycle_stage": "active", "artifact_uri": f"mlflow-artifacts:/0/{run_id}/artifacts"}
        metric = {"key": "loss", "value": value, "timestamp": 1, "step": 0}
        return {"info": info, "data": {"metrics": [metric], "tags": [{"key": "state", "value": status}]}}

    def metrics_get_history_bulk(self, question):
        run_id = question["run_id"]
        value = next(value for one, _, value in self.runs if one == run_id)
        return 200, {"metrics": [{"run_id": run_id, "key": "loss", "value": value, "timestamp": 1, "step": 0}]}

    def metrics_get_history(self, question):
        return self.metrics_get_history_bulk(question)

    def traces(self, question):
        trace = {"request_id": "tr-1", "experiment_id": "0", "timestamp_ms": 5, "execution_time_ms": 7, "status": "OK"}
        return 200, {"traces": [trace | {"tags": [{"key": "a", "value": "b"}], "request_metadata": []}]}

    def registered_models_search(self, question):
        return 200, {"registered_models": [] if "filter" in question else [{"name": MODEL, "creation_timestamp": 1}]}

    def model_versions_search(self, question):
        if question.get("filter"):
            return 400, {"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid filter"}
        versions = [{"name": name, "version": "1", "source": "s3://b", "status": "READY"} for name in (MODEL, "other")]
        return 200, {"model_versions": versions}


@contextlib.contextmanager
def pretending(runs, **troubles):
    """Yields the class of the server, whose troubles may be changed, and its address."""
    kind = type("OnePretender", (Pretender,), {"runs": runs, **troubles})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kind, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
