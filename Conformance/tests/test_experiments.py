"""Experiments: create, get, rename, delete, restore, tags."""

import pytest

from wire import better, harmful, tick, unique


def get(wire, experiment):
    return wire.get("experiments/get", {"experiment_id": experiment}).ok()["experiment"]


def test_the_default_experiment_exists(wire):
    experiment = get(wire, "0")
    assert experiment["experiment_id"] == "0"
    assert experiment["name"] == "Default"
    assert (
        wire.get("experiments/get-by-name", {"experiment_name": "Default"}).ok()["experiment"]["experiment_id"] == "0"
    )


def test_create_answers_a_decimal_id_and_get_the_whole_experiment(wire):
    name = unique("exp")
    identifier = wire.post("experiments/create", {"name": name, "tags": [{"key": "team", "value": "fraud"}]}).ok()[
        "experiment_id"
    ]
    assert isinstance(identifier, str) and identifier.isdecimal()
    experiment = get(wire, identifier)
    assert experiment["experiment_id"] == identifier
    assert experiment["name"] == name
    assert experiment["lifecycle_stage"] == "active"
    assert experiment["tags"] == [{"key": "team", "value": "fraud"}]
    assert experiment["artifact_location"] == f"mlflow-artifacts:/{identifier}"
    assert isinstance(experiment["creation_time"], int) and experiment["creation_time"] > 1_600_000_000_000
    assert isinstance(experiment["last_update_time"], int)
    assert wire.get("experiments/get-by-name", {"experiment_name": name}).ok()["experiment"] == experiment


def test_an_experiment_without_tags_has_no_tags_field(wire, experiment):
    assert "tags" not in get(wire, experiment)


@pytest.mark.parametrize(
    "name", ["with space", "sla/sh", "co:lon", "ümlaut 中文 🚀", "a.b-c_d", "'quoted'", "%41", "x\ty"]
)
def test_names_are_free_text(wire, name):
    name = unique() + name
    identifier = wire.experiment(name)
    assert (
        wire.get("experiments/get-by-name", {"experiment_name": name}).ok()["experiment"]["experiment_id"] == identifier
    )


def test_names_have_at_most_500_characters(wire):
    name = unique()
    wire.experiment(name + "é" * (500 - len(name)))
    wire.post("experiments/create", {"name": name + "x" * (501 - len(name))}).invalid(
        "'name' exceeds the maximum length of 500"
    )


@pytest.mark.parametrize("name", [" ", "   ", "\t\n"])
def test_blank_names_are_refused(wire, name):
    wire.post("experiments/create", {"name": name}).invalid("Invalid experiment name")


def test_names_are_unique_also_against_deleted_ones(wire):
    name = unique()
    identifier = wire.experiment(name)
    wire.post("experiments/create", {"name": name}).already_exists(name)
    wire.post("experiments/delete", {"experiment_id": identifier}).empty()
    wire.post("experiments/create", {"name": name}).already_exists(name)
    wire.experiment(name.upper())


@better
def test_a_duplicate_name_says_nothing_of_the_database(wire):
    name = unique()
    wire.experiment(name)
    wire.post("experiments/create", {"name": name}).keeps_secrets()


@pytest.mark.parametrize(
    "location", ["s3://bucket/path", "gs://bucket/p", "s3://b/a b", "dbfs:/x", "abfs://c@h/p", "oss://b/p"]
)
def test_artifact_locations_are_kept(wire, location):
    experiment = get(wire, wire.experiment(artifact_location=location))
    assert experiment["artifact_location"] == location
    run = wire.get_run(wire.run(experiment["experiment_id"]))["info"]
    assert run["artifact_uri"] == f"{location}/{run['run_id']}/artifacts"


@pytest.mark.parametrize(
    "location",
    [
        "http://host/x",
        "https://host/x",
        "ftp://host/x",
        "hdfs://host/x",
        "http:///?/../../../etc",
        "http:///#/../../../etc",
        "http://host#/../../etc",
        "s3://bucket/p#fragment",
        "file:///tmp/#/../x",
        "mlflow-artifacts://host/x",
        "abfss://container@host/p",
        "viewfs://host/x",
        "sftp://host/x",
        "r2://bucket@host/x",
        "b2://bucket@host/x",
        "runs:/abc/model",
        "x" * 2049,
    ],
)
def test_artifact_locations_that_lead_elsewhere_are_refused(wire, location):
    wire.post("experiments/create", {"name": unique(), "artifact_location": location}).invalid()


@better
@pytest.mark.parametrize(
    "location",
    [
        "file:///etc",
        "/etc",
        "../up",
        "s3://bucket/../p",
        "s3://bucket/%2e%2e/p",
        "s3://bucket/%252e%252e/p",
        "bogus://x",
        "mlflow-artifacts:/../x",
        "mlflow-artifacts:/%2e%2e/x",
        "file:///var/lib/steward",
        "//etc/passwd",
        "C:\\Windows",
        "s3://bucket/a\\..\\b",
    ],
)
def test_artifact_locations_on_the_servers_disk_are_refused(wire, location):
    wire.post("experiments/create", {"name": unique(), "artifact_location": location}).refused()


@pytest.mark.parametrize("identifier", ["abc", "1.0", "0x1", "a/b", "é", "1 OR 1=1", "--"])
def test_ids_are_integers(wire, identifier):
    wire.get("experiments/get", {"experiment_id": identifier}).invalid("Invalid experiment ID")


def test_unknown_experiments(wire):
    missing = "999999999"
    message = f"No Experiment with id={missing} exists"
    wire.get("experiments/get", {"experiment_id": missing}).not_found(message)
    wire.post("experiments/update", {"experiment_id": missing, "new_name": "x"}).not_found(message)
    wire.post("experiments/delete", {"experiment_id": missing}).not_found(message)
    wire.post("experiments/restore", {"experiment_id": missing}).not_found(message)
    wire.post("experiments/set-experiment-tag", {"experiment_id": missing, "key": "k", "value": "v"}).not_found(message)
    wire.post("experiments/delete-experiment-tag", {"experiment_id": missing, "key": "k"}).not_found(message)
    name = unique("nobody")
    wire.get("experiments/get-by-name", {"experiment_name": name}).not_found(
        f"Could not find experiment with name '{name}'"
    )


@better
@pytest.mark.parametrize("identifier", ["9" * 23, "-" + "9" * 23, str(2**63)])
def test_ids_beyond_64_bits_are_unknown_or_invalid(wire, identifier):
    wire.get("experiments/get", {"experiment_id": identifier}).refused()


@pytest.mark.parametrize(
    "method,path,body,field",
    [
        ("GET", "experiments/get", {}, "experiment_id"),
        ("GET", "experiments/get-by-name", {}, "experiment_name"),
        ("POST", "experiments/create", {}, "name"),
        ("POST", "experiments/update", {"new_name": "x"}, "experiment_id"),
        ("POST", "experiments/update", {"experiment_id": "0"}, "new_name"),
        ("POST", "experiments/update", {"experiment_id": "0", "new_name": ""}, "new_name"),
        ("POST", "experiments/delete", {}, "experiment_id"),
        ("POST", "experiments/restore", {}, "experiment_id"),
        ("POST", "experiments/set-experiment-tag", {"experiment_id": "0", "value": "v"}, "key"),
        ("POST", "experiments/set-experiment-tag", {"experiment_id": "0", "key": "", "value": "v"}, "key"),
        ("POST", "experiments/set-experiment-tag", {"key": "k", "value": "v"}, "experiment_id"),
        ("POST", "experiments/delete-experiment-tag", {"experiment_id": "0"}, "key"),
        ("POST", "experiments/delete-experiment-tag", {"key": "k"}, "experiment_id"),
    ],
)
def test_required_fields(wire, method, path, body, field):
    reply = wire.get(path, body) if method == "GET" else wire.post(path, body)
    reply.missing(field)


def test_rename(wire, experiment):
    before = get(wire, experiment)
    name = unique("renamed")
    tick()
    wire.post("experiments/update", {"experiment_id": experiment, "new_name": name}).empty()
    after = get(wire, experiment)
    assert after["name"] == name
    assert after["last_update_time"] > before["last_update_time"]
    assert after["creation_time"] == before["creation_time"]
    wire.get("experiments/get-by-name", {"experiment_name": before["name"]}).not_found()
    wire.post("experiments/update", {"experiment_id": experiment, "new_name": name}).empty()
    wire.experiment(before["name"])


def test_rename_to_too_long_a_name(wire, experiment):
    wire.post("experiments/update", {"experiment_id": experiment, "new_name": "x" * 501}).invalid("500")


def test_rename_to_a_taken_name_is_refused(wire, experiment):
    taken = unique("taken")
    wire.experiment(taken)
    assert wire.post("experiments/update", {"experiment_id": experiment, "new_name": taken}).status == 400
    assert get(wire, experiment)["name"] != taken


@better
def test_rename_to_a_taken_name_has_the_right_code(wire, experiment):
    taken = unique("taken")
    wire.experiment(taken)
    wire.post("experiments/update", {"experiment_id": experiment, "new_name": taken}).already_exists(taken)


def test_delete_and_restore(wire):
    name = unique()
    experiment = wire.experiment(name)
    kept, deleted = wire.run(experiment), wire.run(experiment)
    wire.post("runs/delete", {"run_id": deleted}).empty()
    wire.post("experiments/delete", {"experiment_id": experiment}).empty()
    assert get(wire, experiment)["lifecycle_stage"] == "deleted"
    by_name = wire.get("experiments/get-by-name", {"experiment_name": name}).ok()["experiment"]
    assert by_name["lifecycle_stage"] == "deleted"
    assert wire.get_run(kept)["info"]["lifecycle_stage"] == "deleted"
    wire.log_metric(kept, "m", 1).invalid("must be in the 'active' state")
    wire.post("experiments/delete", {"experiment_id": experiment}).not_found()
    wire.post("experiments/restore", {"experiment_id": experiment}).empty()
    assert get(wire, experiment)["lifecycle_stage"] == "active"
    assert wire.get_run(kept)["info"]["lifecycle_stage"] == "active"
    wire.log_metric(kept, "m", 1).empty()
    wire.post("experiments/restore", {"experiment_id": experiment}).not_found()


@pytest.mark.parametrize(
    "path,body",
    [
        ("runs/create", {}),
        ("experiments/set-experiment-tag", {"key": "k", "value": "v"}),
        ("experiments/delete-experiment-tag", {"key": "k"}),
    ],
)
def test_writing_to_a_deleted_experiment_is_refused(wire, path, body):
    experiment = wire.experiment(tags=[{"key": "k", "value": "v"}])
    wire.post("experiments/delete", {"experiment_id": experiment}).empty()
    pattern = f"The experiment {experiment} must be in the 'active' state. Current state is deleted."
    wire.post(path, {"experiment_id": experiment, **body}).invalid(pattern)


@better
def test_renaming_a_deleted_experiment_is_refused_with_4xx(wire, experiment):
    wire.post("experiments/delete", {"experiment_id": experiment}).empty()
    wire.post("experiments/update", {"experiment_id": experiment, "new_name": unique()}).refused()


def test_tags_are_set_overwritten_and_deleted(wire, experiment):
    for value in ("1", "2", ""):
        wire.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": "k", "value": value}).empty()
        assert {"key": "k", "value": value} in get(wire, experiment)["tags"]
    wire.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": "bare"}).empty()
    assert sorted(t["key"] for t in get(wire, experiment)["tags"]) == ["bare", "k"]
    wire.post("experiments/delete-experiment-tag", {"experiment_id": experiment, "key": "k"}).empty()
    wire.post("experiments/delete-experiment-tag", {"experiment_id": experiment, "key": "k"}).not_found(
        "No tag with name: k"
    )
    assert [t["key"] for t in get(wire, experiment)["tags"]] == ["bare"]


GOOD_KEYS = [
    "a",
    "a/b",
    "a b",
    "a:b",
    "a.b",
    "a-b_c",
    "é",
    "中",
    "mlflow.note.content",
    "k" * 250,
    "a/b/c.d",
    ".hidden",
    "a..b",
]
BAD_KEYS = [
    "a//b",
    "../a",
    "/a",
    "a/",
    "a/../b",
    "a/./b",
    ".",
    "..",
    "...",
    "..a",
    "a$b",
    "a\nb",
    "a,b",
    "a(b)",
    "a\\b",
    "a#b",
    "a?b",
    "a%b",
    "k" * 251,
]


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_good_tag_keys(wire, experiment, key):
    wire.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": key, "value": "v"}).empty()
    assert get(wire, experiment)["tags"] == [{"key": key, "value": "v"}]


@pytest.mark.parametrize("key", BAD_KEYS)
def test_bad_tag_keys(wire, experiment, key):
    wire.post("experiments/set-experiment-tag", {"experiment_id": experiment, "key": key, "value": "v"}).invalid()
    wire.post("experiments/create", {"name": unique(), "tags": [{"key": key, "value": "v"}]}).invalid()
    assert "tags" not in get(wire, experiment)


def test_tag_values_have_at_most_20000_characters(wire, experiment):
    body = {"experiment_id": experiment, "key": "big"}
    wire.post("experiments/set-experiment-tag", {**body, "value": "é" * 20_000}).empty()
    wire.post("experiments/set-experiment-tag", {**body, "value": "v" * 20_001}).invalid(
        "exceeds the maximum length of 20000"
    )
    assert get(wire, experiment)["tags"][0]["value"] == "é" * 20_000


@better
@harmful
def test_deleting_the_default_experiment_does_not_hide_it_for_good(wire):
    wire.post("experiments/delete", {"experiment_id": "0"})
    wire.post("experiments/restore", {"experiment_id": "0"})
    assert get(wire, "0")["lifecycle_stage"] == "active"


@pytest.mark.client
def test_the_stock_client(client, mlflow):
    name = unique("stock")
    identifier = client.create_experiment(name, tags={"a": "b"})
    with pytest.raises(mlflow.MlflowException) as caught:
        client.create_experiment(name)
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert client.get_experiment_by_name(unique("nobody")) is None
    assert client.get_experiment(identifier).tags == {"a": "b"}
    client.set_experiment_tag(identifier, "c", "d")
    client.rename_experiment(identifier, name + "-2")
    client.delete_experiment(identifier)
    assert client.get_experiment(identifier).lifecycle_stage == "deleted"
    with pytest.raises(mlflow.MlflowException, match="deleted"):
        mlflow.set_experiment(name + "-2")
    client.restore_experiment(identifier)
    assert mlflow.set_experiment(name + "-2").experiment_id == identifier
    assert client.get_experiment(identifier).tags == {"a": "b", "c": "d"}
