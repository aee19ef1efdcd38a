"""Logged models: create, finalize, tags, params, metrics, delete, artifacts."""

import re

import pytest

from wire import AJAX, PROXY, better, tick

NOBODY = "m-" + "0" * 32


def get(wire, model):
    return wire.get(f"logged-models/{model}").ok()["model"]


def finalize(wire, model, status):
    return wire.patch(f"logged-models/{model}", {"model_id": model, "status": status})


def test_create_answers_the_model(wire, experiment, run):
    body = {
        "experiment_id": experiment,
        "name": "classifier",
        "model_type": "agent",
        "source_run_id": run,
        "params": [{"key": "p", "value": "1"}],
        "tags": [{"key": "a", "value": "b"}],
    }
    model = wire.post("logged-models", body).ok()["model"]
    info = model["info"]
    assert re.fullmatch(r"m-[0-9a-f]{32}", info["model_id"])
    assert (info["experiment_id"], info["name"], info["model_type"], info["source_run_id"]) == (
        experiment,
        "classifier",
        "agent",
        run,
    )
    assert info["status"] == "LOGGED_MODEL_PENDING"
    assert info["artifact_uri"] == f"mlflow-artifacts:/{experiment}/models/{info['model_id']}/artifacts"
    assert isinstance(info["creation_timestamp_ms"], int) and info["creation_timestamp_ms"] > 1_600_000_000_000
    assert info["last_updated_timestamp_ms"] >= info["creation_timestamp_ms"]
    assert info["tags"] == [{"key": "a", "value": "b"}]
    assert model["data"] == {"params": [{"key": "p", "value": "1"}]}
    assert get(wire, info["model_id"]) == model


def test_a_model_without_a_name_gets_one(wire, experiment):
    names = {wire.logged_model(experiment, **fields)["name"] for fields in ({}, {"name": ""}, {})}
    assert len(names) >= 2 and all(re.fullmatch(r"[a-z]+-[a-z]+-\d+", name) for name in names)


def test_the_location_follows_the_experiment(wire):
    experiment = wire.experiment(artifact_location="s3://bucket/p")
    info = wire.logged_model(experiment)
    assert info["artifact_uri"] == f"s3://bucket/p/models/{info['model_id']}/artifacts"


def test_names_may_repeat(wire, experiment):
    first, second = (wire.logged_model(experiment, name="same") for _ in range(2))
    assert first["name"] == second["name"] and first["model_id"] != second["model_id"]


@pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", "a%b", 'a"b', "a'b", ".."])
def test_bad_names(wire, experiment, name):
    wire.post("logged-models", {"experiment_id": experiment, "name": name}).invalid("Invalid model name")


@pytest.mark.parametrize("name", ["é", "a b", "a-b_c", "x" * 250])
def test_good_names(wire, experiment, name):
    assert wire.logged_model(experiment, name=name)["name"] == name


def test_bad_experiments(wire):
    wire.post("logged-models", {}).missing("experiment_id")
    wire.post("logged-models", {"experiment_id": "999999999"}).not_found("No Experiment with id=999999999")
    wire.post("logged-models", {"experiment_id": "abc"}).invalid("Invalid experiment ID")


@better
@pytest.mark.parametrize("field", ["params", "tags"])
def test_one_key_twice_says_nothing_of_the_database(wire, experiment, field):
    entries = [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]
    reply = wire.post("logged-models", {"experiment_id": experiment, field: entries})
    reply.keeps_secrets()
    assert reply.status in (200, 400)


@pytest.mark.parametrize(
    "method,path,body",
    [
        ("GET", "", None),
        ("PATCH", "", {"model_id": NOBODY, "status": "LOGGED_MODEL_READY"}),
        ("DELETE", "", None),
        ("PATCH", "/tags", {"model_id": NOBODY, "tags": [{"key": "x", "value": "y"}]}),
        ("DELETE", "/tags/x", None),
        ("POST", "/params", {"model_id": NOBODY, "params": [{"key": "q", "value": "3"}]}),
        ("GET", "/artifacts/directories", None),
    ],
)
def test_unknown_models(wire, method, path, body):
    wire.send(method, f"logged-models/{NOBODY}{path}", body).not_found(f"Logged model with ID '{NOBODY}' not found")


@pytest.mark.parametrize("status", ["LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_PENDING", 2])
def test_finalize(wire, experiment, status):
    info = wire.logged_model(experiment)
    tick()
    after = finalize(wire, info["model_id"], status).ok()["model"]["info"]
    assert after["status"] == ("LOGGED_MODEL_READY" if status == 2 else status)
    assert after["last_updated_timestamp_ms"] > info["last_updated_timestamp_ms"]
    assert get(wire, info["model_id"])["info"] == after


@better
@pytest.mark.parametrize("status", ["READY", "nonsense", 99])
def test_an_unknown_status_is_refused(wire, experiment, status):
    model = wire.logged_model(experiment)["model_id"]
    finalize(wire, model, status).invalid()
    assert get(wire, model)["info"]["status"] == "LOGGED_MODEL_PENDING"


def test_tags(wire, experiment):
    model = wire.logged_model(experiment, tags=[{"key": "a", "value": "b"}])["model_id"]
    wire.patch(
        f"logged-models/{model}/tags",
        {"model_id": model, "tags": [{"key": "x", "value": "y"}, {"key": "a", "value": "c"}]},
    ).ok()
    wire.patch(f"logged-models/{model}/tags", {"tags": [{"key": "e", "value": ""}]}).ok()
    assert {t["key"]: t.get("value", "") for t in get(wire, model)["info"]["tags"]} == {"a": "c", "x": "y", "e": ""}
    wire.delete(f"logged-models/{model}/tags/x").ok()
    wire.delete(f"logged-models/{model}/tags/x").not_found("No tag with key 'x'")
    assert sorted(t["key"] for t in get(wire, model)["info"]["tags"]) == ["a", "e"]
    wire.patch(f"logged-models/{model}/tags", {"tags": []}).ok()


@better
@pytest.mark.parametrize("tag", [{"value": "y"}, {"key": "k" * 251, "value": "y"}, {"key": "a//b", "value": "v"}])
def test_bad_tags_are_refused(wire, experiment, tag):
    model = wire.logged_model(experiment)["model_id"]
    wire.patch(f"logged-models/{model}/tags", {"model_id": model, "tags": [tag]}).invalid()


def log_params(wire, model, **params):
    entries = [{"key": k, "value": v} for k, v in params.items()]
    return wire.post(f"logged-models/{model}/params", {"model_id": model, "params": entries})


def test_params(wire, experiment):
    model = wire.logged_model(experiment, params=[{"key": "p", "value": "1"}])["model_id"]
    log_params(wire, model, q="2", r="").ok()
    assert {p["key"]: p.get("value", "") for p in get(wire, model)["data"]["params"]} == {"p": "1", "q": "2", "r": ""}


@better
def test_a_changed_param_is_refused_in_words(wire, experiment):
    model = wire.logged_model(experiment, params=[{"key": "p", "value": "1"}])["model_id"]
    log_params(wire, model, p="1").ok()
    log_params(wire, model, p="2").invalid("param")
    assert get(wire, model)["data"]["params"] == [{"key": "p", "value": "1"}]


def test_metrics_of_a_run_belong_to_the_model_too(wire, experiment, run):
    model = wire.logged_model(experiment)["model_id"]
    wire.log_metric(run, "acc", 0.5, 1, 1, model_id=model, dataset_name="d", dataset_digest="g").empty()
    wire.log_metric(run, "acc", 0.7, 2, 2, model_id=model).empty()
    metric = {"key": "f1", "value": 0.1, "timestamp": 1, "model_id": model, "dataset_name": "d", "dataset_digest": "g"}
    wire.post("runs/log-batch", {"run_id": run, "metrics": [metric]}).empty()
    found = get(wire, model)["data"]["metrics"]
    points = {
        (m["key"], m["value"], m["step"], m.get("dataset_name"), m.get("dataset_digest"), m["run_id"], m["model_id"])
        for m in found
    }
    assert points == {
        ("acc", 0.5, 1, "d", "g", run, model),
        ("acc", 0.7, 2, None, None, run, model),
        ("f1", 0.1, 0, "d", "g", run, model),
    }
    assert wire.metrics(run)["acc"]["value"] == 0.7
    assert len(wire.history(run, "acc")) == 2


@better
def test_a_metric_for_an_unknown_model_says_nothing_of_the_database(wire, run):
    wire.log_metric(run, "acc", 1, model_id=NOBODY).refused()
    assert wire.metrics(run) == {}


def test_delete(wire, experiment, run):
    model = wire.logged_model(experiment, name="gone")["model_id"]
    wire.delete(f"logged-models/{model}").ok()
    pattern = f"Logged model with ID '{model}' not found"
    wire.get(f"logged-models/{model}").not_found(pattern)
    assert wire.delete(f"logged-models/{model}").status in (200, 404)
    assert wire.post("logged-models/search", {"experiment_ids": [experiment]}).ok() == {}


@better
def test_a_deleted_model_takes_no_changes(wire, experiment):
    model = wire.logged_model(experiment)["model_id"]
    wire.delete(f"logged-models/{model}").ok()
    finalize(wire, model, "LOGGED_MODEL_READY").not_found()
    wire.patch(f"logged-models/{model}/tags", {"tags": [{"key": "x", "value": "y"}]}).not_found()


def test_artifacts(wire, experiment):
    model = wire.logged_model(experiment)["model_id"]
    root = f"{PROXY}/{experiment}/models/{model}/artifacts"
    for path, data in (("MLmodel", b"x: 1"), ("data/weights.bin", b"abc")):
        assert wire.put(f"{root}/{path}", data).status == 200
    uri = f"mlflow-artifacts:/{experiment}/models/{model}/artifacts"
    top = wire.get(f"logged-models/{model}/artifacts/directories").ok()
    assert top["root_uri"] == uri
    assert [(f["path"], f["is_dir"], f.get("file_size")) for f in top["files"]] == [
        ("MLmodel", False, 4),
        ("data", True, None),
    ]
    below = wire.get(f"logged-models/{model}/artifacts/directories", {"artifact_directory_path": "data"}).ok()
    assert below["files"] == [{"path": "data/weights.bin", "is_dir": False, "file_size": 3}]
    assert wire.get(f"logged-models/{model}/artifacts/directories", {"artifact_directory_path": "nope"}).ok() == {
        "root_uri": uri
    }
    wire.get(f"logged-models/{model}/artifacts/directories", {"artifact_directory_path": "../x"}).invalid(
        "Invalid path"
    )
    files = f"{AJAX}logged-models/{model}/artifacts/files"
    download = wire.get(files, {"artifact_file_path": "data/weights.bin"})
    assert download.content == b"abc" and "attachment" in download.headers["Content-Disposition"]
    wire.get(files, {"artifact_file_path": "nope"}).not_found()
    wire.get(files, {"artifact_file_path": "../x"}).invalid("Invalid path")
    assert wire.get(files).status == 400


@pytest.mark.parametrize("status", [None, ""])
def test_a_status_is_required(wire, experiment, status):
    finalize(wire, wire.logged_model(experiment)["model_id"], status).missing("status")


@pytest.mark.client
def test_the_stock_client(mlflow, client, experiment):
    model = mlflow.initialize_logged_model(name="lm", params={"p": "1"}, tags={"a": "b"}, experiment_id=experiment)
    assert model.status == "PENDING"
    assert mlflow.finalize_logged_model(model.model_id, "READY").status == "READY"
    mlflow.set_logged_model_tags(model.model_id, {"x": "y"})
    mlflow.delete_logged_model_tag(model.model_id, "x")
    mlflow.log_model_params({"q": "2"}, model.model_id)
    with mlflow.start_run(experiment_id=experiment):
        mlflow.log_metric("acc", 0.9, model_id=model.model_id)
    found = mlflow.get_logged_model(model.model_id)
    assert {key: value for key, value in found.tags.items() if not key.startswith("mlflow.")} == {"a": "b"}
    assert found.params == {"p": "1", "q": "2"}
    assert [(m.key, m.value) for m in found.metrics] == [("acc", 0.9)]
    client.delete_logged_model(model.model_id)
    with pytest.raises(mlflow.MlflowException, match="not found"):
        mlflow.get_logged_model(model.model_id)
