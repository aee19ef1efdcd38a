"""Runs: create, get, update, delete, restore, names, tags and parameters."""

import re

import pytest

from wire import NO_SUCH_RUN, better, unique


def test_create_answers_the_run(wire, experiment):
    tags = [{"key": "mlflow.source.type", "value": "LOCAL"}]
    body = {"experiment_id": experiment, "user_id": "ada", "run_name": "first", "start_time": 1234, "tags": tags}
    run = wire.post("runs/create", body).ok()["run"]
    info = run["info"]
    assert re.fullmatch(r"[0-9a-f]{32}", info["run_id"])
    assert info["run_uuid"] == info["run_id"]
    assert info["experiment_id"] == experiment
    assert (info["run_name"], info["user_id"], info["status"], info["lifecycle_stage"]) == (
        "first",
        "ada",
        "RUNNING",
        "active",
    )
    assert info["start_time"] == 1234 and "end_time" not in info
    assert info["artifact_uri"] == f"mlflow-artifacts:/{experiment}/{info['run_id']}/artifacts"
    assert {t["key"]: t["value"] for t in run["data"]["tags"]} == {
        "mlflow.source.type": "LOCAL",
        "mlflow.runName": "first",
    }
    assert "metrics" not in run["data"] and "params" not in run["data"]
    stored = wire.get_run(info["run_id"])
    assert stored["info"] == info
    assert {t["key"]: t["value"] for t in stored["data"]["tags"]} == {
        "mlflow.source.type": "LOCAL",
        "mlflow.runName": "first",
    }


@pytest.mark.parametrize("fields", [{}, {"run_name": ""}])
def test_a_run_without_a_name_gets_one(wire, experiment, fields):
    run = wire.post("runs/create", {"experiment_id": experiment, **fields}).ok()["run"]
    name = run["info"]["run_name"]
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+", name)
    assert {"key": "mlflow.runName", "value": name} in run["data"]["tags"]


def test_generated_names_differ(wire, experiment):
    names = {wire.post("runs/create", {"experiment_id": experiment}).ok()["run"]["info"]["run_name"] for _ in range(6)}
    assert len(names) >= 5


def test_the_name_may_come_as_a_tag(wire, experiment):
    named = [{"key": "mlflow.runName", "value": "tagged"}]
    run = wire.post("runs/create", {"experiment_id": experiment, "tags": named}).ok()["run"]
    assert run["info"]["run_name"] == "tagged"
    wire.post("runs/create", {"experiment_id": experiment, "tags": named, "run_name": "tagged"}).ok()
    wire.post("runs/create", {"experiment_id": experiment, "tags": named, "run_name": "other"}).invalid("run_name")


@better
@pytest.mark.parametrize("fields", [{}, {"experiment_id": ""}])
def test_runs_go_to_the_default_experiment(wire, fields):
    info = wire.post("runs/create", {**fields, "start_time": 5}).ok()["run"]["info"]
    assert info["experiment_id"] == "0"


def test_unknown_experiment(wire):
    wire.post("runs/create", {"experiment_id": "999999999"}).not_found("No Experiment with id=999999999 exists")
    wire.post("runs/create", {"experiment_id": "abc"}).invalid("Invalid experiment ID")


@better
@pytest.mark.parametrize(
    "tag", [{"key": "a//b", "value": "1"}, {"key": "", "value": "1"}, {"value": "1"}, {"key": "k" * 251, "value": "v"}]
)
def test_the_tags_of_a_new_run_are_validated(wire, experiment, tag):
    wire.post("runs/create", {"experiment_id": experiment, "tags": [tag]}).invalid()


@better
def test_one_tag_twice_says_nothing_of_the_database(wire, experiment):
    tags = [{"key": "x", "value": "1"}, {"key": "x", "value": "2"}]
    reply = wire.post("runs/create", {"experiment_id": experiment, "tags": tags})
    reply.keeps_secrets()
    assert reply.status in (200, 400)


WRITES = [
    ("runs/update", {"status": "FAILED"}),
    ("runs/delete", {}),
    ("runs/restore", {}),
    ("runs/log-metric", {"key": "m", "value": 1, "timestamp": 1}),
    ("runs/log-parameter", {"key": "p", "value": "1"}),
    ("runs/set-tag", {"key": "t", "value": "1"}),
    ("runs/delete-tag", {"key": "t"}),
    ("runs/log-batch", {"metrics": []}),
    ("runs/log-inputs", {"datasets": []}),
    ("runs/outputs", {"models": [{"model_id": "m-1"}]}),
]


def test_unknown_runs(wire):
    pattern = f"^Run with id={NO_SUCH_RUN} not found"
    wire.get("runs/get", {"run_id": NO_SUCH_RUN}).not_found(pattern)
    wire.get("artifacts/list", {"run_id": NO_SUCH_RUN}).not_found(pattern)
    for path, body in WRITES:
        wire.post(path, {"run_id": NO_SUCH_RUN, **body}).not_found(pattern)


@pytest.mark.parametrize("identifier", ["a/b", "..", "é", "x" * 300, "' OR '1'='1", "*", "%"])
def test_ids_of_another_shape_are_unknown_or_invalid(wire, identifier):
    wire.get("runs/get", {"run_id": identifier}).not_found(f"^Run with id={re.escape(identifier)} not found")
    for path, body in WRITES:
        reply = wire.post(path, {"run_id": identifier, **body})
        assert (reply.status, reply.json["error_code"]) in (
            (404, "RESOURCE_DOES_NOT_EXIST"),
            (400, "INVALID_PARAMETER_VALUE"),
        ), reply


def test_ids_are_case_sensitive(wire, run):
    wire.get("runs/get", {"run_id": run.upper()}).not_found()


@pytest.mark.parametrize(
    "method,path,body,field",
    [
        ("GET", "runs/get", {}, "run_id"),
        ("GET", "runs/get", {"run_id": ""}, "run_id"),
        ("POST", "runs/update", {"status": "FAILED"}, "run_id"),
        ("POST", "runs/delete", {}, "run_id"),
        ("POST", "runs/restore", {}, "run_id"),
        ("POST", "runs/log-parameter", {"key": "k", "value": "v"}, "run_id"),
        ("POST", "runs/log-parameter", {"run_id": "r", "value": "v"}, "key"),
        ("POST", "runs/set-tag", {"key": "k", "value": "v"}, "run_id"),
        ("POST", "runs/set-tag", {"run_id": "r", "value": "v"}, "key"),
        ("POST", "runs/set-tag", {"run_id": "r", "key": "", "value": "v"}, "key"),
        ("POST", "runs/delete-tag", {"run_id": "r"}, "key"),
        ("POST", "runs/delete-tag", {"key": "k"}, "run_id"),
        ("POST", "runs/log-batch", {}, "run_id"),
        ("POST", "runs/log-inputs", {"datasets": []}, "run_id"),
        ("POST", "runs/outputs", {"models": []}, "run_id"),
        ("POST", "runs/outputs", {"run_id": "r"}, "models"),
        ("POST", "runs/log-model", {"model_json": "{}"}, "run_id"),
        ("POST", "runs/log-model", {"run_id": "r"}, "model_json"),
    ],
)
def test_required_fields(wire, method, path, body, field):
    reply = wire.get(path, body) if method == "GET" else wire.post(path, body)
    reply.missing(field)


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED", "SCHEDULED", "RUNNING"])
def test_update_answers_the_run_info(wire, run, status):
    info = wire.post("runs/update", {"run_id": run, "status": status, "end_time": 2000}).ok()["run_info"]
    assert (info["run_id"], info["run_uuid"], info["status"], info["end_time"]) == (run, run, status, 2000)
    assert wire.get_run(run)["info"] == info


def test_any_status_may_follow_any_other(wire, run):
    for status in ("FINISHED", "RUNNING", "KILLED", "SCHEDULED", "FAILED"):
        assert wire.post("runs/update", {"run_id": run, "status": status}).ok()["run_info"]["status"] == status
    assert wire.post("runs/update", {"run_id": run, "status": 3}).ok()["run_info"]["status"] == "FINISHED"


def test_an_update_changes_only_what_it_names(wire, run):
    before = wire.post("runs/update", {"run_id": run, "status": "FAILED", "end_time": 9, "run_name": "n"}).ok()[
        "run_info"
    ]
    assert wire.post("runs/update", {"run_id": run}).ok()["run_info"] == before
    assert wire.post("runs/update", {"run_id": run, "run_name": ""}).ok()["run_info"] == before
    after = wire.post("runs/update", {"run_id": run, "end_time": 10}).ok()["run_info"]
    assert after == {**before, "end_time": 10}


def test_a_status_beyond_the_enumeration_is_refused(wire, run):
    wire.post("runs/update", {"run_id": run, "status": 99}).invalid("status")


@better
def test_an_unknown_status_is_refused_and_not_ignored(wire, run):
    wire.post("runs/update", {"run_id": run, "status": "DONE"}).invalid("status")


def test_renaming_rewrites_the_tag(wire, run):
    assert wire.post("runs/update", {"run_id": run, "run_name": "renamed"}).ok()["run_info"]["run_name"] == "renamed"
    assert wire.tags(run)["mlflow.runName"] == "renamed"


def test_setting_the_tag_renames(wire, run):
    wire.post("runs/set-tag", {"run_id": run, "key": "mlflow.runName", "value": "tagged"}).empty()
    assert wire.get_run(run)["info"]["run_name"] == "tagged"
    body = {"run_id": run, "tags": [{"key": "mlflow.runName", "value": "batched"}]}
    wire.post("runs/log-batch", body).empty()
    assert wire.get_run(run)["info"]["run_name"] == "batched"
    assert wire.tags(run)["mlflow.runName"] == "batched"


def test_delete_and_restore(wire, run):
    for _ in range(2):
        wire.post("runs/delete", {"run_id": run}).empty()
        assert wire.get_run(run)["info"]["lifecycle_stage"] == "deleted"
    for _ in range(2):
        wire.post("runs/restore", {"run_id": run}).empty()
        assert wire.get_run(run)["info"]["lifecycle_stage"] == "active"


@pytest.mark.parametrize(
    "path,body",
    [
        ("runs/log-metric", {"key": "m", "value": 1, "timestamp": 1}),
        ("runs/log-parameter", {"key": "p", "value": "1"}),
        ("runs/set-tag", {"key": "t", "value": "1"}),
        ("runs/delete-tag", {"key": "mlflow.runName"}),
        ("runs/log-batch", {"metrics": []}),
        ("runs/log-batch", {"metrics": [{"key": "m", "value": 1, "timestamp": 1}]}),
        ("runs/update", {"status": "FINISHED"}),
        ("runs/log-inputs", {"datasets": []}),
        ("runs/outputs", {"models": [{"model_id": "m-x"}]}),
    ],
)
def test_a_deleted_run_takes_no_writes(wire, run, path, body):
    before = wire.get_run(run)["data"]
    wire.post("runs/delete", {"run_id": run}).empty()
    pattern = f"The run {run} must be in the 'active' state. Current state is deleted."
    wire.post(path, {"run_id": run, **body}).invalid(re.escape(pattern))
    assert wire.get_run(run)["data"] == before


def test_a_deleted_run_can_be_read(wire, run):
    wire.log_metric(run, "m", 1).empty()
    wire.post("runs/delete", {"run_id": run}).empty()
    assert wire.history(run, "m") == [{"key": "m", "value": 1.0, "timestamp": 1, "step": 0}]
    assert wire.metrics(run)["m"]["value"] == 1


class TestParams:
    def log(self, wire, run, key, value):
        return wire.post("runs/log-parameter", {"run_id": run, "key": key, "value": value})

    def test_the_same_value_again_is_fine(self, wire, run):
        self.log(wire, run, "a", "1").empty()
        self.log(wire, run, "a", "1").empty()
        assert wire.params(run) == {"a": "1"}

    def test_another_value_is_refused(self, wire, run):
        self.log(wire, run, "a", "1").empty()
        known = f"Param with key='a' was already logged with value='1' for run ID='{run}'"
        pattern = f"Changing param values is not allowed. {known}"
        message = self.log(wire, run, "a", "2").invalid(re.escape(pattern))
        assert "'2'" in message
        self.log(wire, run, "a", "").invalid("Changing param values")
        assert wire.params(run) == {"a": "1"}

    def test_empty_values_are_values(self, wire, run):
        self.log(wire, run, "e", "").empty()
        wire.post("runs/log-parameter", {"run_id": run, "key": "absent"}).empty()
        assert wire.get_run(run)["data"]["params"] in (
            [{"key": "e", "value": ""}, {"key": "absent", "value": ""}],
            [{"key": "absent", "value": ""}, {"key": "e", "value": ""}],
        )
        self.log(wire, run, "e", "x").invalid("Changing param values")

    def test_long_values_are_cut_to_6000_characters(self, wire, run):
        self.log(wire, run, "long", "é" * 6001).empty()
        assert wire.params(run)["long"] == "é" * 6000
        self.log(wire, run, "long", "é" * 6000).empty()
        self.log(wire, run, "long", "é" * 6002 + "x").empty()
        self.log(wire, run, "long", "é" * 5999).invalid("Changing param values")

    @pytest.mark.parametrize("key", ["a", "a/b", "a b", "a:b", "a.b", "é", "k" * 250])
    def test_good_keys(self, wire, run, key):
        self.log(wire, run, key, "v").empty()
        assert wire.params(run) == {key: "v"}

    @pytest.mark.parametrize(
        "key", ["a//b", "../a", "/a", "a/", "a/../b", ".", "..", "a$b", "a\nb", "a,b", "a(b)", "a\\b", "k" * 251]
    )
    def test_bad_keys(self, wire, run, key):
        self.log(wire, run, key, "v").invalid()
        assert wire.params(run) == {}

    def test_a_parameter_of_one_run_is_free_in_another(self, wire, experiment):
        first, second = wire.run(experiment), wire.run(experiment)
        self.log(wire, first, "a", "1").empty()
        self.log(wire, second, "a", "2").empty()
        assert (wire.params(first), wire.params(second)) == ({"a": "1"}, {"a": "2"})


class TestTags:
    def set(self, wire, run, key, value):
        return wire.post("runs/set-tag", {"run_id": run, "key": key, "value": value})

    def test_set_overwrite_delete(self, wire, run):
        for value in ("1", "2", ""):
            self.set(wire, run, "t", value).empty()
            assert wire.tags(run)["t"] == value
        wire.post("runs/set-tag", {"run_id": run, "key": "bare"}).empty()
        assert wire.tags(run)["bare"] == ""
        wire.post("runs/delete-tag", {"run_id": run, "key": "t"}).empty()
        assert "t" not in wire.tags(run)
        wire.post("runs/delete-tag", {"run_id": run, "key": "t"}).not_found("No tag with name: t")

    def test_long_values_are_cut_to_8000_characters(self, wire, run):
        self.set(wire, run, "long", "é" * 8001).empty()
        assert wire.tags(run)["long"] == "é" * 8000

    @pytest.mark.parametrize("key", ["a", "a/b", "a b", "a:b", "mlflow.note.content", "é", "k" * 250])
    def test_good_keys(self, wire, run, key):
        self.set(wire, run, key, "v").empty()
        assert wire.tags(run)[key] == "v"

    @pytest.mark.parametrize(
        "key", ["a//b", "../a", "/a", "a/", "a/../b", ".", "..", "a$b", "a\nb", "a,b", "a\\b", "k" * 251]
    )
    def test_bad_keys(self, wire, run, key):
        before = wire.tags(run)
        self.set(wire, run, key, "v").invalid()
        assert wire.tags(run) == before

    def test_keys_are_case_sensitive(self, wire, run):
        self.set(wire, run, "Key", "1").empty()
        self.set(wire, run, "key", "2").empty()
        assert (wire.tags(run)["Key"], wire.tags(run)["key"]) == ("1", "2")


@pytest.mark.client
def test_the_fluent_client(mlflow, client):
    experiment = client.create_experiment(unique("fluent"))
    with mlflow.start_run(experiment_id=experiment, run_name="outer", tags={"a": "b"}) as outer:
        mlflow.log_params({"lr": 0.1, "layers": 3})
        with mlflow.start_run(experiment_id=experiment, nested=True) as inner:
            mlflow.log_param("inner", True)
        mlflow.set_tags({"c": 1})
    run = client.get_run(outer.info.run_id)
    assert run.info.status == "FINISHED" and run.info.end_time >= run.info.start_time
    assert run.info.run_name == run.data.tags["mlflow.runName"] == "outer"
    assert run.data.params == {"lr": "0.1", "layers": "3"}
    assert (run.data.tags["a"], run.data.tags["c"]) == ("b", "1")
    child = client.get_run(inner.info.run_id)
    assert child.data.tags["mlflow.parentRunId"] == outer.info.run_id
    with pytest.raises(mlflow.MlflowException, match="Changing param values"):
        client.log_param(outer.info.run_id, "lr", 0.2)
    with pytest.raises(ZeroDivisionError):
        with mlflow.start_run(experiment_id=experiment) as failed:
            raise ZeroDivisionError
    assert client.get_run(failed.info.run_id).info.status == "FAILED"
    client.delete_run(child.info.run_id)
    assert client.get_run(child.info.run_id).info.lifecycle_stage == "deleted"
    client.restore_run(child.info.run_id)
    client.update_run(child.info.run_id, status="KILLED", name="child")
    assert client.get_run(child.info.run_id).info.run_name == "child"
    with pytest.raises(mlflow.MlflowException) as caught:
        client.get_run(NO_SUCH_RUN)
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
