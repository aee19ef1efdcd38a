"""Rules that hold for every endpoint: content types, bodies, queries, field names, types, unknown routes."""

import http.client
import json
import socket
import urllib.parse

import pytest

from wire import AJAX, better, harmful, unique

CREATE = "experiments/create"


@pytest.mark.parametrize(
    "header", ["application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"]
)
def test_json_content_types_are_accepted(wire, header):
    name = unique("ct")
    wire.post(CREATE, {"name": name}, headers={"Content-Type": header}).ok()
    assert wire.get("experiments/get-by-name", {"experiment_name": name}).ok()["experiment"]["name"] == name


@pytest.mark.parametrize(
    "header",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/vnd.api+json", "", None],
)
def test_other_content_types_are_refused(wire, header):
    name = unique("ct")
    wire.post(CREATE, {"name": name}, headers={"Content-Type": header}).invalid("Content-Type")
    wire.get("experiments/get-by-name", {"experiment_name": name}).not_found()


def test_a_body_encoded_twice_is_decoded_twice(wire):
    name = unique("twice")
    wire.post(CREATE, raw=json.dumps(json.dumps({"name": name}))).ok()
    wire.get("experiments/get-by-name", {"experiment_name": name}).ok()


@pytest.mark.parametrize("body", ["", "{}", "null", '{"name":null}', '{"name":""}'])
def test_an_empty_body_lacks_the_required_field(wire, body):
    wire.post(CREATE, raw=body).missing("name")


@pytest.mark.parametrize("body", ['{"name":', "{'name':'x'}", "name=x", b'\xff\xfe{"name":"x"}', "{" * 50])
def test_a_body_that_is_no_json_is_refused(wire, body):
    wire.post(CREATE, raw=body).invalid()


@better
@pytest.mark.parametrize("body", ["[]", "5", "true", '"abc"', '[{"name":"x"}]', '"[]"', '"5"'])
def test_a_body_that_is_no_object_is_refused_with_400(wire, body):
    wire.post(CREATE, raw=body).invalid()


@better
@harmful
def test_depth_of_json_is_limited(wire):
    wire.post(CREATE, raw='{"name":' + "[" * 100_000 + "]" * 100_000 + "}").invalid()


def test_unknown_fields_are_ignored(wire):
    name = unique("unknown")
    body = {
        "name": name,
        "color": "red",
        "nested": {"deep": [1, {"x": None}]},
        "tags": [{"key": "k", "value": "v", "z": 1}],
    }
    wire.post(CREATE, body).ok()
    found = wire.get("experiments/get-by-name", {"experiment_name": name}).ok()["experiment"]
    assert found["tags"] == [{"key": "k", "value": "v"}]


def test_camel_case_names_are_accepted_in_bodies(wire):
    experiment = wire.experiment(artifactLocation="s3://bucket/camel")
    found = wire.get("experiments/get", {"experiment_id": experiment}).ok()["experiment"]
    assert found["artifact_location"] == "s3://bucket/camel"
    run = wire.post(
        "runs/create", {"experiment_id": experiment, "runName": "camel", "startTime": "7", "userId": "u"}
    ).ok()["run"]
    assert (run["info"]["run_name"], run["info"]["start_time"], run["info"]["user_id"]) == ("camel", 7, "u")
    body = {"experimentIds": [experiment], "runViewType": "ALL", "maxResults": 5}
    assert len(wire.post("runs/search", body).ok()["runs"]) == 1


def test_one_field_under_both_names_is_refused(wire):
    body = {"name": unique(), "artifactLocation": "s3://b/x", "artifact_location": "s3://b/x"}
    wire.post(CREATE, body).invalid("both 'artifact_location' and 'artifactLocation'")


def test_camel_case_names_are_not_read_from_queries(wire):
    wire.get("experiments/get", {"experimentId": "0"}).missing("experiment_id")


def test_a_get_without_query_reads_its_body(wire, experiment):
    found = wire.get("experiments/get", body={"experiment_id": experiment}).ok()["experiment"]
    assert found["experiment_id"] == experiment


def test_a_query_wins_over_the_body_of_a_get(wire, experiment):
    found = wire.get("experiments/get", {"experiment_id": experiment}, body={"experiment_id": "0"}).ok()["experiment"]
    assert found["experiment_id"] == experiment


def test_deletes_read_their_body_and_not_their_query(wire, model):
    wire.delete("registered-models/delete", query={"name": model}).missing("name")
    wire.get_model(model)
    wire.delete("registered-models/delete", {"name": model}).empty()
    wire.get("registered-models/get", {"name": model}).not_found()


def test_repeated_keys_of_a_query_are_a_list(wire):
    names = [unique("rep") for _ in range(3)]
    for name in names:
        wire.experiment(name)
    query = [
        ("max_results", "2"),
        ("filter", f"name LIKE '{names[0][:4]}%'"),
        ("order_by", "name DESC"),
        ("order_by", "experiment_id"),
    ]
    listed = [e["name"] for e in wire.get("experiments/search", query).ok()["experiments"]]
    assert len(listed) == 2 and listed == sorted(listed, reverse=True)


@pytest.mark.parametrize(
    "value,kind", [(1, "int"), (1.5, "float"), (True, "bool"), ([], "list"), ({"b": 1, "a": 2}, "dict")]
)
def test_a_string_of_the_wrong_type_is_named(wire, value, kind):
    text = json.dumps(value, separators=(",", ":"), sort_keys=True)
    message = wire.post(CREATE, {"name": value}).invalid(f"of type '{kind}'")
    assert message.startswith(f"Invalid value {text} for parameter 'name' supplied")


@pytest.mark.parametrize(
    "path,body,field",
    [
        (CREATE, {"name": "x", "tags": "t"}, "tags"),
        (CREATE, {"name": "x", "tags": {}}, "tags"),
        ("runs/create", {"experiment_id": 0}, "experiment_id"),
        ("runs/create", {"experiment_id": "0", "start_time": "abc"}, "start_time"),
        ("runs/update", {"run_id": "r", "end_time": "x"}, "end_time"),
        ("runs/search", {"experiment_ids": "1"}, "experiment_ids"),
        ("runs/search", {"experiment_ids": [], "max_results": "x"}, "max_results"),
        ("runs/log-metric", {"run_id": "r", "key": 5, "value": 0, "timestamp": 0}, "key"),
        ("runs/log-metric", {"run_id": "r", "key": "k", "value": "abc", "timestamp": 0}, "value"),
        ("runs/log-metric", {"run_id": "r", "key": "k", "value": 1, "timestamp": 0, "step": "x"}, "step"),
        ("runs/log-parameter", {"run_id": "r", "key": "k", "value": 5}, "value"),
        ("runs/set-tag", {"run_id": "r", "key": "k", "value": 5}, "value"),
        ("runs/log-batch", {"run_id": "r", "metrics": {}}, "metrics"),
        ("runs/log-inputs", {"run_id": "r", "datasets": {}}, "datasets"),
        ("experiments/search", {"max_results": "x"}, "max_results"),
        ("experiments/search", {"max_results": 10, "order_by": "name"}, "order_by"),
        ("registered-models/create", {"name": 5}, "name"),
        ("model-versions/create", {"name": "n", "source": 5}, "source"),
        ("registered-models/alias", {"name": "n", "alias": 5, "version": "1"}, "alias"),
        (
            "model-versions/transition-stage",
            {"name": "n", "version": "1", "stage": "None", "archive_existing_versions": "true"},
            "archive_existing_versions",
        ),
        ("registered-models/get-latest-versions", {"name": "n", "stages": "Production"}, "stages"),
        ("webhooks", {"name": "w", "url": "https://example.com/", "events": "x"}, "events"),
    ],
)
def test_fields_of_the_wrong_type_are_named(wire, path, body, field):
    wire.post(path, body).invalid(f"Invalid value .* for parameter '{field}'")


@pytest.mark.parametrize("value", ["5", 5, 5.0, "5.0", "5e0"])
def test_integers_come_as_numbers_or_strings(wire, experiment, value):
    run = wire.post("runs/create", {"experiment_id": experiment, "start_time": value}).ok()["run"]
    assert run["info"]["start_time"] == 5 and isinstance(run["info"]["start_time"], int)


@better
@pytest.mark.parametrize("value", [1.5, 2**63, -(2**63) - 1, "9223372036854775808", True, [5]])
def test_integers_that_are_none_are_refused_and_not_read_as_zero(wire, experiment, value):
    wire.post("runs/create", {"experiment_id": experiment, "start_time": value}).invalid()


@pytest.mark.parametrize("value", ["", "0x10", "five", "5 000"])
def test_texts_that_are_no_integer_are_refused(wire, experiment, value):
    wire.post("runs/create", {"experiment_id": experiment, "start_time": value}).invalid("start_time")


@pytest.mark.parametrize("value", ["DELETED_ONLY", 2, "2"])
def test_enumerations_come_as_names_or_numbers(wire, experiment, value):
    run = wire.run(experiment)
    wire.run(experiment)
    wire.post("runs/delete", {"run_id": run}).empty()
    found = wire.post("runs/search", {"experiment_ids": [experiment], "run_view_type": value}).ok()["runs"]
    assert [r["info"]["run_id"] for r in found] == [run]


def test_booleans_of_a_query_are_true_or_false(wire):
    wire.get("registered-models/search", {"max_results": "1"}).ok()
    body = {"name": wire.model(), "version": "1", "stage": "None", "archive_existing_versions": "maybe"}
    wire.post("model-versions/transition-stage", body).invalid("archive_existing_versions")


def test_run_uuid_stands_for_run_id(wire, run):
    assert wire.get("runs/get", {"run_uuid": run}).ok()["run"]["info"]["run_id"] == run
    wire.post("runs/set-tag", {"run_uuid": run, "key": "via", "value": "uuid"}).empty()
    wire.post("runs/update", {"run_uuid": run, "status": "FAILED"}).ok()
    assert wire.tags(run)["via"] == "uuid"
    assert wire.get_run(run)["info"]["status"] == "FAILED"


def test_ajax_routes_are_the_same_endpoints(wire, experiment):
    run = wire.post(AJAX + "runs/create", {"experiment_id": experiment, "run_name": "ajax"}).ok()["run"]["info"][
        "run_id"
    ]
    assert wire.get(AJAX + "runs/get", {"run_id": run}).ok() == wire.get("runs/get", {"run_id": run}).ok()


@pytest.mark.parametrize(
    "method,path",
    [
        ("GET", "experiments/nonsense"),
        ("POST", "experiments/nonsense"),
        ("GET", "/api/2.0/nonsense"),
        ("GET", "/api/2.0/mlflow/"),
        ("GET", "/api/9.9/mlflow/runs/get"),
        ("GET", "/api/3.0/mlflow/experiments/get"),
        ("GET", AJAX + "nonsense"),
        ("POST", "/api/2.0/preview/mlflow/nonsense"),
    ],
)
@better
def test_unknown_routes_answer_endpoint_not_found(wire, method, path):
    wire.send(method, path, {} if method == "POST" else None).error(404, "ENDPOINT_NOT_FOUND")


@better
@pytest.mark.parametrize(
    "method,path", [("DELETE", "experiments/get"), ("GET", "runs/create"), ("PUT", "runs/log-metric")]
)
def test_known_routes_refuse_other_methods_in_json(wire, method, path):
    reply = wire.send(method, path, {})
    assert reply.status in (404, 405), reply
    assert reply.json["error_code"] == "ENDPOINT_NOT_FOUND"


def test_names_are_compared_as_bytes_and_not_by_canonical_equivalence(wire):
    stem = unique("norm")
    composed, decomposed = stem + "\u00e9", stem + "e\u0301"
    first, second = wire.experiment(composed), wire.experiment(decomposed)
    assert first != second
    assert (
        wire.get("experiments/get-by-name", {"experiment_name": decomposed}).ok()["experiment"]["experiment_id"]
        == second
    )
    run = wire.run(first)
    wire.post("runs/log-parameter", {"run_id": run, "key": "\u00e9", "value": "1"}).empty()
    wire.post("runs/log-parameter", {"run_id": run, "key": "e\u0301", "value": "2"}).invalid()


@pytest.mark.parametrize(
    "text", ["naïve ☃ 𝄞", 'a"b\\c\n\t', "\u2028", "null", "' OR 1=1 --", "<script>", "%s %00", "a" * 5000]
)
def test_any_text_survives(wire, run, text):
    wire.post("runs/set-tag", {"run_id": run, "key": "text", "value": text}).empty()
    wire.post("runs/log-parameter", {"run_id": run, "key": "text", "value": text}).empty()
    assert wire.tags(run)["text"] == text
    assert wire.params(run)["text"] == text


def test_the_last_of_two_equal_keys_wins(wire):
    first, last = unique("dup"), unique("dup")
    identifier = wire.post(CREATE, raw=f'{{"name":"{first}","name":"{last}"}}').ok()["experiment_id"]
    assert wire.get("experiments/get", {"experiment_id": identifier}).ok()["experiment"]["name"] == last


def test_head_line_of_errors(wire):
    body = wire.get("runs/get", {"run_id": "nope"}).json
    assert set(body) >= {"error_code", "message"}
    assert body.get("error_class", "RESOURCE_NOT_FOUND") == "RESOURCE_NOT_FOUND"
    assert body.get("sqlstate", "KAM00") == "KAM00"


@better
def test_a_body_in_chunks(wire):
    name = unique("chunks")
    pieces = (piece.encode() for piece in ('{"na', 'me":"', name, '"}'))
    reply = wire.session.post(
        f"{wire.url}/api/2.0/mlflow/{CREATE}", data=pieces, headers={"Content-Type": "application/json"}, timeout=30
    )
    assert reply.status_code == 200, reply.content
    wire.get("experiments/get-by-name", {"experiment_name": name}).ok()


def test_a_client_that_waits_for_100_continue_gets_it(wire):
    """curl asks before it sends a large body."""
    place = urllib.parse.urlsplit(wire.url)
    body = json.dumps({"name": unique("expect")}).encode()
    head = (
        f"POST /api/2.0/mlflow/{CREATE} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_connection_lives_on_after_a_refusal(wire):
    place = urllib.parse.urlsplit(wire.url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    for path, body, status in (
        (CREATE, "{}", 400),
        ("runs/set-tag", '{"run_id":"x","key":"k"}', 404),
        (CREATE, "[", 400),
    ):
        connection.request("POST", f"/api/2.0/mlflow/{path}", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.request("GET", "/health")
    assert connection.getresponse().status == 200
    connection.close()
