"""docs/reference/mlflow.md says of every call of MLflow whether it is there, and the server agrees."""

import pathlib
import re

import pytest

from wire import IS_ORACLE

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "mlflow.md"
# Endpoints that are Steward's own.
NATIVE = re.compile(r"/api/v1/|/audit/|/metrics$|/openapi\.json$|/ready$")
PARAMETER = re.compile(r"\{[^}]*\}|<[^>]*>")
TRACE = "tr-documentation"
# What the calls that are refused with 501 need to come that far.
ARGUMENTS = {
    "presigned-upload-url": ({}, {"run_id": "x", "path": "x"}),
    "presigned-download-url": ({}, {"run_id": "x", "path": "x"}),
    "batchGet": ({"trace_ids": TRACE}, None),
    "get": ({"trace_id": TRACE}, None),
}

pytestmark = pytest.mark.skipif(IS_ORACLE, reason="it is Steward that is documented")


def plain(path):
    return PARAMETER.sub("{}", path)


def supported():
    """(method, path): what it does."""
    rows = re.findall(r"^\| `([A-Z]+) (/\S*)` \| (.*) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    calls = {(method, path): what for method, path, what in rows}
    assert len(calls) == len(rows), "a call is listed twice"
    return calls


def refused():
    """Regular expressions of (method and path), by the pattern in the document."""
    section = DOCUMENT.read_text(encoding="utf-8").split("## Refused, and why")[1].split("\n## ")[0]
    patterns = re.findall(r"`((?:[A-Z]+ )?/[^`]*)`", section)
    found = {}
    for pattern in patterns:
        method, _, path = pattern.rpartition(" ")
        expression = re.escape(path).replace(r"\*", ".*")
        found[pattern] = re.compile(f"{method or '[A-Z]+'} {expression}")
    return found


def twin(path):
    """The same call for programs."""
    return path.replace("/ajax-api/", "/api/", 1) if path.startswith("/ajax-api/") else path


@pytest.fixture(scope="module")
def endpoints(wire):
    """(method, path): summary, of all of the server's endpoints that are MLflow's."""
    paths = wire.get("/openapi.json").ok()["paths"]
    return {
        (method.upper(), path): operation["summary"]
        for path, methods in paths.items()
        for method, operation in methods.items()
        if not NATIVE.match(path)
    }


@pytest.fixture(scope="module")
def originals():
    """(method, path) of all routes of MLflow's own server, from the package of the stock client."""
    server = pytest.importorskip("mlflow.server")
    fast = pytest.importorskip("mlflow.server.fastapi_app")
    routes = {(method, rule.rule) for rule in server.app.url_map.iter_rules() for method in rule.methods}
    for name in ("assistant_router", "gateway_router", "job_api_router", "otel_router", "server_info_router"):
        routes |= {(method, route.path) for route in getattr(fast, name).routes for method in route.methods}
    for prefix in fast.get_mcp_server_api_route_prefixes() + fast.get_skill_registry_api_route_prefixes():
        routes |= {("GET", prefix), ("POST", prefix)}
    # At the root there are pages, Steward's there and MLflow's here.
    routes = {(method, path) for method, path in routes if method not in ("HEAD", "OPTIONS") and path != "/"}
    assert len(routes) > 400
    return routes


def is_refused(patterns, method, path):
    return any(pattern.fullmatch(f"{method} {way}") for pattern in patterns.values() for way in (path, twin(path)))


def named(patterns):
    """Those that name one call: a star stands for all that are not supported."""
    return {text: pattern for text, pattern in patterns.items() if "*" not in text}


def test_the_tables_are_what_the_server_has(endpoints):
    listed = supported()
    # Calls that pages and programs have are listed once.
    expected = {
        call: what
        for call, what in endpoints.items()
        if twin(call[1]) == call[1] or (call[0], twin(call[1])) not in endpoints
    }
    assert listed == expected


def test_what_is_under_api_is_under_ajax_api_too(endpoints):
    for method, path in endpoints:
        if path.startswith("/api/") and "/mpu/part/" not in path:
            assert (method, path.replace("/api/", "/ajax-api/", 1)) in endpoints


def test_every_route_of_mlflow_is_supported_or_refused(endpoints, originals):
    known = {(method, plain(path)) for method, path in endpoints}
    patterns = refused()
    undocumented = {
        (method, path)
        for method, path in originals
        if (method, plain(path)) not in known and not is_refused(patterns, method, path)
    }
    assert not undocumented
    both = {
        (method, path)
        for method, path in originals
        if (method, plain(path)) in known and is_refused(named(patterns), method, path)
    }
    assert not both


def test_every_refused_call_is_one_of_mlflow(originals):
    for text, pattern in refused().items():
        assert any(pattern.fullmatch(f"{method} {way}") for method, path in originals for way in (path, twin(path))), (
            f"MLflow has nothing like {text}"
        )


def test_refused_routes_are_not_there(wire, endpoints, originals):
    patterns = refused()
    known = {(method, plain(path)) for method, path in endpoints}
    for method, path in sorted(originals):
        if is_refused(patterns, method, path) and (method, plain(path)) not in known:
            body = None if method == "GET" else {}
            reply = wire.send(method, PARAMETER.sub("x", path), body)
            assert reply.status in (404, 405), f"{method} {path}: {reply}"
            if path.startswith(("/api/", "/ajax-api/")):
                assert reply.json["error_code"] == "ENDPOINT_NOT_FOUND", f"{method} {path}: {reply}"


def test_refused_calls_say_not_implemented(wire, experiment):
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}
    info = {"trace_id": TRACE, "trace_location": location, "request_time": "2024-01-01T00:00:00Z", "state": "OK"}
    wire.post("/api/3.0/mlflow/traces", {"trace": {"trace_info": info}}).ok()
    calls = [call for call, what in supported().items() if what.startswith("Refused")]
    assert calls
    for method, path in calls:
        query, body = ARGUMENTS.get(path.rpartition("/")[2], ({}, {} if method == "POST" else None))
        reply = wire.send(method, PARAMETER.sub("x", path), body, query=query)
        reply.error(501, "NOT_IMPLEMENTED")


def test_supported_calls_are_there(wire):
    """With nothing to do they are refused in some way, but never as unknown."""
    for method, path in supported():
        reply = wire.send(method, PARAMETER.sub("documentation", path), None if method in ("GET", "PUT") else {})
        assert reply.status < 500 or reply.status == 501, f"{method} {path}: {reply}"
        assert b"ENDPOINT_NOT_FOUND" not in reply.content, f"{method} {path}: {reply}"
