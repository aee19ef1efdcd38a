"""Traces as far as the stock clients need them to log a trace and to find it again."""

import os

import pytest

from wire import better

V3, V2 = "/api/3.0/mlflow/traces", "traces"


def info(experiment, **fields):
    return {
        "trace_id": "tr-" + os.urandom(16).hex(),
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}},
        "request_preview": '{"x": 1}',
        "response_preview": "2",
        "request_time": "2026-01-02T03:04:05.678Z",
        "execution_duration": "0.250s",
        "state": "OK",
        "trace_metadata": {"mlflow.traceInputs": '{"x": 1}', "mlflow.source.name": "s"},
        "tags": {"mlflow.traceName": "f", "k": "v"},
        **fields,
    }


def start(wire, trace):
    return wire.post(V3, {"trace": {"trace_info": trace}})


def places(*experiments):
    return [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": e}} for e in experiments]


def search(wire, experiment, **body):
    return wire.post(f"{V3}/search", {"locations": places(experiment), **body})


def ids(reply):
    return [t["trace_id"] for t in reply.ok().get("traces", [])]


def test_a_trace_comes_back(wire, experiment):
    trace = info(experiment)
    for answer in (start(wire, trace), wire.get(f"{V3}/{trace['trace_id']}")):
        found = answer.ok()["trace"]["trace_info"]
        for field in (
            "trace_id",
            "trace_location",
            "request_preview",
            "response_preview",
            "request_time",
            "execution_duration",
            "state",
        ):
            assert found[field] == trace[field], field
        assert found["trace_metadata"].items() >= trace["trace_metadata"].items()
        assert found["tags"].items() >= trace["tags"].items()
        place = f"mlflow-artifacts:/{experiment}/traces/{trace['trace_id']}/artifacts"
        assert found["tags"]["mlflow.artifactLocation"] == place


def test_starting_a_trace_again_is_no_error(wire, experiment):
    trace = info(experiment)
    start(wire, trace).ok()
    start(wire, {**trace, "tags": {"more": "1"}}).ok()
    assert ids(search(wire, experiment)) == [trace["trace_id"]]


def test_bad_traces(wire, experiment):
    wire.get(f"{V3}/tr-nobody").not_found("Trace with ID 'tr-nobody' not found")
    wire.post(V3, {}).missing("trace")
    wire.post(V3, {"trace": {}}).invalid()
    start(wire, info("999999999")).not_found("No Experiment with id=999999999")


def test_search(wire, experiment):
    traces = []
    for second, state in ((1, "OK"), (2, "ERROR"), (3, "OK")):
        trace = info(
            experiment,
            request_time=f"2026-01-02T03:04:0{second}Z",
            state=state,
            tags={"mlflow.traceName": f"f{second}", "n": str(second)},
        )
        start(wire, trace).ok()
        traces.append(trace["trace_id"])
    start(wire, info(wire.experiment())).ok()
    assert ids(search(wire, experiment)) == traces[::-1]
    assert ids(search(wire, experiment, filter="status = 'OK'")) == [traces[2], traces[0]]
    assert ids(search(wire, experiment, filter="tags.n = '2'")) == [traces[1]]
    assert ids(search(wire, experiment, filter="name = 'f3'")) == [traces[2]]
    assert ids(search(wire, experiment, order_by=["timestamp_ms ASC"])) == traces
    first = search(wire, experiment, max_results=2).ok()
    assert ids(search(wire, experiment, max_results=2, page_token=first["next_page_token"])) == [traces[0]]
    assert search(wire, wire.experiment()).ok() == {}


def test_bad_searches(wire, experiment):
    wire.post(f"{V3}/search", {}).missing("locations")
    search(wire, experiment, filter="bogus = 1").invalid()
    search(wire, experiment, max_results=501).invalid("max_results")
    search(wire, experiment, max_results=0).invalid("max_results")
    search(wire, experiment, page_token="zzz").invalid("page token")


def test_tags(wire, experiment):
    trace = info(experiment)
    start(wire, trace).ok()
    place = f"{V3}/{trace['trace_id']}/tags"
    wire.patch(place, {"key": "a", "value": "b"}).empty()
    assert wire.get(f"{V3}/{trace['trace_id']}").ok()["trace"]["trace_info"]["tags"]["a"] == "b"
    wire.patch(place, {"value": "b"}).missing("key")
    wire.delete(place, {"key": "a"}).empty()
    assert "a" not in wire.get(f"{V3}/{trace['trace_id']}").ok()["trace"]["trace_info"]["tags"]


@better
def test_tags_of_an_unknown_trace(wire):
    wire.patch(f"{V3}/tr-nobody/tags", {"key": "a", "value": "b"}).not_found()


@pytest.mark.parametrize("path", [f"{V3}/delete-traces", f"{V2}/delete-traces"])
def test_delete(wire, experiment, path):
    traces = [info(experiment) for _ in range(3)]
    for trace in traces:
        start(wire, trace).ok()
    wire.post(path, {"experiment_id": experiment}).invalid("max_timestamp_millis")
    wire.post(path, {"request_ids": ["x"]}).missing("experiment_id")
    body = {"experiment_id": experiment, "request_ids": [traces[0]["trace_id"]]}
    assert wire.post(path, body).ok() == {"traces_deleted": 1}
    wire.get(f"{V3}/{traces[0]['trace_id']}").not_found()
    assert wire.post(path, {"experiment_id": experiment, "max_timestamp_millis": 1}).ok().get("traces_deleted", 0) == 0
    assert wire.post(path, {"experiment_id": experiment, "max_timestamp_millis": 99999999999999}).ok() == {
        "traces_deleted": 2
    }


def test_traces_of_2_x_clients(wire, experiment):
    body = {
        "experiment_id": experiment,
        "timestamp_ms": 1000,
        "request_metadata": [{"key": "mlflow.traceInputs", "value": "{}"}],
        "tags": [{"key": "mlflow.traceName", "value": "f"}],
    }
    started = wire.post(V2, body).ok()["trace_info"]
    request = started["request_id"]
    assert (started["experiment_id"], started["timestamp_ms"], started["status"]) == (experiment, 1000, "IN_PROGRESS")
    assert {"key": "mlflow.traceName", "value": "f"} in started["tags"]
    assert any(t["key"] == "mlflow.artifactLocation" for t in started["tags"])
    end = {
        "request_id": request,
        "timestamp_ms": 1500,
        "status": "OK",
        "request_metadata": [{"key": "mlflow.traceOutputs", "value": "2"}],
        "tags": [{"key": "k", "value": "v"}],
    }
    ended = wire.patch(f"{V2}/{request}", end).ok()["trace_info"]
    assert (ended["execution_time_ms"], ended["status"]) == (500, "OK")
    assert {m["key"]: m["value"] for m in ended["request_metadata"]}.items() >= {
        "mlflow.traceInputs": "{}",
        "mlflow.traceOutputs": "2",
    }.items()
    assert wire.get(f"{V2}/{request}/info").ok()["trace_info"] == ended
    found = wire.get(V2, [("experiment_ids", experiment), ("max_results", "10")]).ok()["traces"]
    assert [t["request_id"] for t in found] == [request]
    query = [("experiment_ids", experiment), ("filter", "status = 'ERROR'"), ("order_by", "timestamp_ms DESC")]
    assert wire.get(V2, query).ok() == {}
    wire.patch(f"{V2}/{request}/tags", {"key": "a", "value": "b"}).empty()
    wire.delete(f"{V2}/{request}/tags", {"key": "k"}).empty()
    tags = {t["key"] for t in wire.get(f"{V2}/{request}/info").ok()["trace_info"]["tags"]}
    assert "a" in tags and "k" not in tags
    wire.get(f"{V2}/tr-nobody/info").not_found("Trace with ID 'tr-nobody' not found")
    wire.get(V2).missing("experiment_ids")
    wire.post(V2, {"experiment_id": "999999999", "timestamp_ms": 1}).not_found()


@pytest.mark.client
def test_the_stock_client(mlflow, client):
    experiment = mlflow.set_experiment("traces-" + os.urandom(4).hex()).experiment_id

    @mlflow.trace(name="outer")
    def outer(x):
        with mlflow.start_span("inner") as span:
            span.set_inputs({"y": x})
            span.set_outputs(x + 1)
        return x + 1

    outer(1)
    mlflow.flush_trace_async_logging()
    (trace,) = mlflow.search_traces([experiment], return_type="list")
    assert trace.info.state == "OK"
    assert [s.name for s in trace.data.spans] == ["outer", "inner"]
    assert trace.data.spans[0].inputs == {"x": 1} and trace.data.spans[1].outputs == 2
    assert client.get_trace(trace.info.trace_id).info.trace_id == trace.info.trace_id
    client.set_trace_tag(trace.info.trace_id, "reviewed", "yes")
    assert len(mlflow.search_traces([experiment], filter_string="tags.reviewed = 'yes'", return_type="list")) == 1
