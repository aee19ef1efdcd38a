"""Registered models: create, get, update, rename, tags, delete."""

import re

import pytest

from wire import better, tick, unique

GOOD_NAMES = ["a b", "é中", "a.b-c_d", "a\\b", "a#b", "a?b", "a%2fb", "'q'", "x" * 200, "100%"]
BAD_NAMES = ["a/b", "a:b", "../x", "/a", "a/", "..", "."]


def test_create_answers_the_model(wire):
    name = unique()
    body = {"name": name, "description": "about it", "tags": [{"key": "team", "value": "fraud"}]}
    model = wire.post("registered-models/create", body).ok()["registered_model"]
    assert (model["name"], model["description"], model["tags"]) == (
        name,
        "about it",
        [{"key": "team", "value": "fraud"}],
    )
    assert isinstance(model["creation_timestamp"], int) and model["creation_timestamp"] > 1_600_000_000_000
    assert model["last_updated_timestamp"] == model["creation_timestamp"]
    assert "latest_versions" not in model and "aliases" not in model
    assert wire.get_model(name) == model


def test_a_model_with_nothing_but_a_name(wire, model):
    found = wire.get_model(model)
    assert set(found) - {"description"} == {"name", "creation_timestamp", "last_updated_timestamp"}


def test_names_are_unique(wire, model):
    wire.post("registered-models/create", {"name": model}).already_exists(
        rf"Registered Model \(name={model}\) already exists"
    )
    wire.model(model.upper())


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_good_names(wire, name):
    name = unique() + name
    wire.model(name)
    assert wire.get_model(name)["name"] == name


def test_names_are_not_decoded(wire):
    stem = unique()
    for name in (stem + "%41", stem + "A"):
        wire.model(name, description=name)
    for name in (stem + "%41", stem + "A"):
        assert wire.get_model(name)["description"] == name


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_names(wire, name):
    for reply in (
        wire.post("registered-models/create", {"name": name}),
        wire.get("registered-models/get", {"name": name}),
        wire.post("model-versions/create", {"name": name, "source": "s3://b/p"}),
        wire.post("registered-models/rename", {"name": wire.model(), "new_name": name}),
    ):
        reply.invalid("Invalid (model name|value)")


@pytest.mark.parametrize("name", ["", "   ", None])
def test_a_name_is_required(wire, name):
    wire.post("registered-models/create", {"name": name}).missing("name")


def test_unknown_models(wire):
    name = unique("nobody")
    pattern = f"Registered Model with name={name} not found"
    wire.get("registered-models/get", {"name": name}).not_found(pattern)
    wire.patch("registered-models/update", {"name": name, "description": "x"}).not_found(pattern)
    wire.post("registered-models/rename", {"name": name, "new_name": "x"}).not_found(pattern)
    wire.delete("registered-models/delete", {"name": name}).not_found(pattern)
    wire.post("registered-models/set-tag", {"name": name, "key": "k", "value": "v"}).not_found(pattern)
    wire.delete("registered-models/delete-tag", {"name": name, "key": "k"}).not_found(pattern)
    wire.post("registered-models/get-latest-versions", {"name": name}).not_found(pattern)
    wire.post("model-versions/create", {"name": name, "source": "s3://b/p"}).not_found(pattern)
    wire.get("registered-models/alias", {"name": name, "alias": "x"}).not_found(pattern)
    wire.delete("registered-models/alias", {"name": name, "alias": "x"}).not_found(pattern)


@pytest.mark.parametrize(
    "method,path,body,field",
    [
        ("GET", "registered-models/get", {}, "name"),
        ("PATCH", "registered-models/update", {"description": "x"}, "name"),
        ("POST", "registered-models/rename", {"new_name": "x"}, "name"),
        ("POST", "registered-models/rename", {"name": "x"}, "new_name"),
        ("POST", "registered-models/rename", {"name": "x", "new_name": ""}, "new_name"),
        ("DELETE", "registered-models/delete", {}, "name"),
        ("POST", "registered-models/set-tag", {"key": "k", "value": "v"}, "name"),
        ("POST", "registered-models/set-tag", {"name": "x", "value": "v"}, "key"),
        ("DELETE", "registered-models/delete-tag", {"name": "x"}, "key"),
        ("POST", "registered-models/get-latest-versions", {}, "name"),
    ],
)
def test_required_fields(wire, method, path, body, field):
    reply = wire.get(path, body) if method == "GET" else wire.send(method, path, body)
    reply.missing(field)


def test_update(wire, model):
    before = wire.get_model(model)
    tick()
    after = wire.patch("registered-models/update", {"name": model, "description": "new"}).ok()["registered_model"]
    assert after["description"] == "new"
    assert after["last_updated_timestamp"] > before["last_updated_timestamp"]
    assert after["creation_timestamp"] == before["creation_timestamp"]
    assert wire.get_model(model) == after
    cleared = wire.patch("registered-models/update", {"name": model, "description": ""}).ok()["registered_model"]
    assert cleared.get("description", "") == ""


def test_rename_moves_versions_aliases_and_tags(wire):
    model = wire.model(tags=[{"key": "a", "value": "b"}], description="d")
    for index in range(2):
        wire.version(model, f"s3://b/{index}", tags=[{"key": "i", "value": str(index)}])
    wire.post("registered-models/alias", {"name": model, "alias": "champion", "version": "1"}).empty()
    wire.post("model-versions/transition-stage", {"name": model, "version": "2", "stage": "Production"}).ok()
    new = unique("renamed")
    tick()
    renamed = wire.post("registered-models/rename", {"name": model, "new_name": new}).ok()["registered_model"]
    assert renamed == wire.get_model(new)
    assert (renamed["name"], renamed["description"], renamed["tags"]) == (new, "d", [{"key": "a", "value": "b"}])
    assert renamed["aliases"] == [{"alias": "champion", "version": "1"}]
    assert {v["name"] for v in renamed["latest_versions"]} == {new}
    version = wire.get_version(new, "1")
    assert (version["name"], version["source"], version["aliases"]) == (new, "s3://b/0", ["champion"])
    assert version["tags"] == [{"key": "i", "value": "0"}]
    assert wire.get_version(new, "2")["current_stage"] == "Production"
    wire.get("registered-models/get", {"name": model}).not_found()
    wire.get("model-versions/get", {"name": model, "version": "1"}).not_found()
    assert wire.version(new)["version"] == "3"
    wire.model(model)
    assert wire.version(model)["version"] == "1"


def test_rename_to_itself(wire, model):
    assert (
        wire.post("registered-models/rename", {"name": model, "new_name": model}).ok()["registered_model"]["name"]
        == model
    )


def test_rename_to_a_taken_name(wire, model):
    taken = wire.model()
    wire.post("registered-models/rename", {"name": model, "new_name": taken}).already_exists(
        rf"Registered Model \(name={taken}\)"
    )
    assert wire.get_model(model)["name"] == model


@better
def test_rename_to_a_taken_name_says_nothing_of_the_database(wire, model):
    taken = wire.model()
    wire.post("registered-models/rename", {"name": model, "new_name": taken}).keeps_secrets()


def test_tags(wire, model):
    for value in ("1", "2", ""):
        wire.post("registered-models/set-tag", {"name": model, "key": "k", "value": value}).empty()
        assert [(t["key"], t.get("value", "")) for t in wire.get_model(model)["tags"]] == [("k", value)]
    wire.post("registered-models/set-tag", {"name": model, "key": "bare"}).empty()
    for _ in range(2):
        wire.delete("registered-models/delete-tag", {"name": model, "key": "k"}).empty()
    assert [t["key"] for t in wire.get_model(model)["tags"]] == ["bare"]


@pytest.mark.parametrize("key", ["a//b", "../a", "/a", "a/", "a$b", "k" * 251, "."])
def test_bad_tag_keys(wire, model, key):
    wire.post("registered-models/set-tag", {"name": model, "key": key, "value": "v"}).invalid()
    wire.post("registered-models/create", {"name": unique(), "tags": [{"key": key, "value": "v"}]}).invalid()


def test_tag_values_have_at_most_100000_characters(wire, model):
    wire.post("registered-models/set-tag", {"name": model, "key": "k", "value": "v" * 100_000}).empty()
    wire.post("registered-models/set-tag", {"name": model, "key": "k", "value": "v" * 100_001}).invalid("100000")


def test_the_last_of_two_equal_tags_wins(wire):
    model = wire.model(tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
    assert wire.get_model(model)["tags"] == [{"key": "a", "value": "2"}]


def test_delete_takes_everything_along(wire):
    model = wire.model(tags=[{"key": "a", "value": "b"}])
    wire.version(model)
    wire.post("registered-models/alias", {"name": model, "alias": "champion", "version": "1"}).empty()
    wire.delete("registered-models/delete", {"name": model}).empty()
    wire.get("registered-models/get", {"name": model}).not_found()
    wire.get("model-versions/get", {"name": model, "version": "1"}).not_found()
    wire.model(model)
    assert set(wire.get_model(model)) - {"description"} == {"name", "creation_timestamp", "last_updated_timestamp"}
    wire.get("registered-models/alias", {"name": model, "alias": "champion"}).invalid()


def test_latest_versions_are_the_highest_of_each_stage(wire, model):
    for _ in range(4):
        wire.version(model)
    for version, stage in (("1", "Production"), ("2", "Staging"), ("3", "Production")):
        wire.post("model-versions/transition-stage", {"name": model, "version": version, "stage": stage}).ok()

    def latest(versions):
        return {v["current_stage"]: v["version"] for v in versions}

    everything = {"Production": "3", "Staging": "2", "None": "4"}
    assert latest(wire.get_model(model)["latest_versions"]) == everything
    ask = "registered-models/get-latest-versions"
    assert latest(wire.post(ask, {"name": model}).ok()["model_versions"]) == everything
    assert latest(wire.get(ask, {"name": model}).ok()["model_versions"]) == everything
    assert latest(wire.post(ask, {"name": model, "stages": ["production", "NONE"]}).ok()["model_versions"]) == {
        "Production": "3",
        "None": "4",
    }
    query = [("name", model), ("stages", "Production"), ("stages", "Staging")]
    assert latest(wire.get(ask, query).ok()["model_versions"]) == {"Production": "3", "Staging": "2"}
    assert wire.post(ask, {"name": model, "stages": ["Archived"]}).ok() == {}
    wire.post(ask, {"name": model, "stages": ["Nope"]}).invalid("Invalid Model Version stage: Nope")


@pytest.mark.client
def test_the_stock_client(mlflow, client):
    name = unique("stock")
    client.create_registered_model(name, tags={"k": "v"}, description="d")
    with pytest.raises(mlflow.MlflowException) as caught:
        client.create_registered_model(name)
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
    client.set_registered_model_tag(name, "a", "b")
    client.delete_registered_model_tag(name, "a")
    client.update_registered_model(name, "d2")
    client.rename_registered_model(name, name + "-2")
    found = client.get_registered_model(name + "-2")
    assert (found.description, found.tags) == ("d2", {"k": "v"})
    client.delete_registered_model(name + "-2")
    with pytest.raises(mlflow.MlflowException) as caught:
        client.get_registered_model(name + "-2")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    assert re.search("not found", str(caught.value))
