"""The server itself: health, version, capabilities, origins and hosts, and what it does not have."""

import re

import pytest

from wire import BASE, better


def test_health(wire):
    reply = wire.get("/health")
    assert (reply.status, reply.content) == (200, b"OK")


def test_the_version_is_one_that_clients_compare(wire):
    """The tracing client compares it: below 3 it would not send spans."""
    reply = wire.get("/version")
    assert reply.status == 200
    assert re.fullmatch(rb"3\.\d+\.\d+\S*", reply.content), reply


def test_server_info(wire):
    info = wire.get("/api/3.0/mlflow/server-info").ok()
    assert info["store_type"] == "SqlStore"
    assert info["workspaces_enabled"] is False
    assert info["artifact_serving_enabled"] is True
    assert info["artifacts_presigned_only"] is False
    assert isinstance(info["multipart_uploads_enabled"], bool)
    assert info["multipart_downloads_enabled"] is False
    assert wire.get("/ajax-api/3.0/mlflow/server-info").ok() == info


SEARCH = BASE + "experiments/search"
BODY = '{"max_results":1}'


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
    ],
)
def test_writes_from_foreign_pages_are_refused(wire, origin):
    reply = wire.send("POST", "experiments/create", raw='{"name":"drive-by"}', headers={"Origin": origin})
    assert reply.status == 403, reply
    wire.get("experiments/get-by-name", {"experiment_name": "drive-by"}).not_found()


def test_pages_of_this_server_may_write(wire):
    wire.send("POST", SEARCH, raw=BODY, headers={"Origin": wire.url}).ok()


@better
@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8080"])
def test_pages_of_other_servers_of_this_machine_may_not_write_unless_listed(wire, origin):
    """MLflow lets every page of localhost write. What listens on another port is another program, perhaps a notebook
    that shows a stranger's HTML; it is let in with --allowed-origin."""
    reply = wire.send("POST", SEARCH, raw=BODY, headers={"Origin": origin})
    assert reply.status == 403 and b"--allowed-origin" in reply.content, reply


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5000", "127.0.0.1.evil.example", "169.254.169.254"])
def test_foreign_host_names_are_refused(wire, host):
    """DNS rebinding: the browser believes to talk to evil.example."""
    reply = wire.send("GET", "experiments/get", query={"experiment_id": "0"}, headers={"Host": host})
    assert reply.status in (400, 403, 421), reply
    assert b"Default" not in reply.content


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "localhost:1234"])
def test_local_host_names_are_accepted(wire, host):
    wire.send("GET", "experiments/get", query={"experiment_id": "0"}, headers={"Host": host}).ok()


def test_preflights_of_foreign_pages_are_refused(wire):
    headers = {
        "Origin": "http://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    reply = wire.send("OPTIONS", SEARCH, headers=headers)
    assert "Access-Control-Allow-Origin" not in reply.headers or reply.status >= 400, reply


def test_answers_are_not_sniffed(wire):
    for path in ("/health", BASE + "experiments/get?experiment_id=0", BASE + "runs/get?run_id=nope"):
        assert wire.get(path).headers["X-Content-Type-Options"] == "nosniff"


# GenAI and other groups that Steward does not have. Clients ask and take "no such endpoint" for an answer.
ABSENT = [
    ("POST", "/api/3.0/mlflow/datasets/create"),
    ("GET", "/api/3.0/mlflow/datasets/d-1"),
    ("GET", "/api/3.0/mlflow/scorers/list"),
    ("POST", "/api/3.0/mlflow/issues/search"),
    ("GET", "/api/3.0/mlflow/gateway/endpoints/list"),
    ("POST", "/api/3.0/mlflow/gateway/secrets/create"),
    ("GET", "/api/3.0/mlflow/label-schemas/list"),
    ("GET", "/api/3.0/mlflow/review-queues/list"),
    ("POST", "/api/3.0/mlflow/prompt-optimization/jobs"),
    ("GET", "/api/3.0/mlflow/workspaces"),
    ("GET", "/api/3.0/mlflow/jobs/x"),
]


@better
@pytest.mark.parametrize("method,path", ABSENT)
def test_groups_that_are_absent_say_so(wire, method, path):
    reply = wire.send(method, path, {} if method == "POST" else None)
    assert (reply.status, reply.json["error_code"]) in ((404, "ENDPOINT_NOT_FOUND"), (501, "NOT_IMPLEMENTED")), reply


@better
def test_graphql_is_absent_or_refuses_cleanly(wire):
    wire.get("/graphql").refused()


def test_a_body_beyond_the_limit_is_refused(wire):
    reply = wire.send("POST", "experiments/create", raw=b'{"name":"' + b"x" * (80 << 20) + b'"}')
    assert reply.status in (400, 413), reply
    assert reply.json["error_code"]


@better
def test_headers_beyond_the_limit_are_refused_and_the_server_lives_on(wire):
    reply = wire.send("GET", "/health", headers={"X-Long": "x" * 200_000})
    assert reply.status in (400, 431), reply
    assert wire.get("/health").status == 200


@better
def test_metrics_for_prometheus(wire):
    reply = wire.get("/metrics")
    assert reply.status == 200 and b"# TYPE" in reply.content


@better
def test_the_openapi_document(wire):
    document = wire.get("/openapi.json").ok()
    assert document["openapi"].startswith("3.")
    for path in ("/api/2.0/mlflow/runs/create", "/api/2.0/mlflow/model-versions/create"):
        assert "post" in document["paths"][path]
