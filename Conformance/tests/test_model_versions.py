"""Model versions: numbers, create, get, update, tags, stages, aliases, delete, download URIs."""

import json

import pytest

from wire import better, tick, unique


def test_create_answers_the_version(wire, model, run):
    fields = {"run_id": run, "tags": [{"key": "a", "value": "b"}], "run_link": "http://x", "description": "about"}
    version = wire.version(model, "s3://bucket/m", **fields)
    assert (version["name"], version["version"], version["source"]) == (model, "1", "s3://bucket/m")
    assert (version["run_id"], version["run_link"], version["description"]) == (run, "http://x", "about")
    assert (version["current_stage"], version["status"]) == ("None", "READY")
    assert version["tags"] == [{"key": "a", "value": "b"}]
    assert isinstance(version["creation_timestamp"], int)
    assert version["last_updated_timestamp"] == version["creation_timestamp"]
    assert wire.get_version(model, "1") == version
    assert wire.get("model-versions/get-download-uri", {"name": model, "version": "1"}).ok() == {
        "artifact_uri": "s3://bucket/m"
    }


def test_a_version_with_nothing_but_a_source(wire, model):
    version = wire.version(model)
    assert version.get("run_id", "") == version.get("run_link", "") == version.get("description", "") == ""
    assert "tags" not in version and "aliases" not in version


def test_numbers_count_up_per_model_and_are_strings(wire):
    first, second = wire.model(), wire.model()
    assert [wire.version(first)["version"] for _ in range(3)] == ["1", "2", "3"]
    assert wire.version(second)["version"] == "1"


def test_numbers_are_never_used_again(wire, model):
    for _ in range(3):
        wire.version(model)
    wire.delete("model-versions/delete", {"name": model, "version": "3"}).empty()
    wire.delete("model-versions/delete", {"name": model, "version": "1"}).empty()
    assert wire.version(model)["version"] == "4"
    for version in ("2", "4"):
        wire.delete("model-versions/delete", {"name": model, "version": version}).empty()
    assert "latest_versions" not in wire.get_model(model)
    assert wire.version(model)["version"] == "5"


@pytest.mark.parametrize(
    "method,path,body,field",
    [
        ("POST", "model-versions/create", {"name": "n"}, "source"),
        ("POST", "model-versions/create", {"name": "n", "source": ""}, "source"),
        ("POST", "model-versions/create", {"source": "s3://b"}, "name"),
        ("GET", "model-versions/get", {"name": "n"}, "version"),
        ("GET", "model-versions/get", {"version": "1"}, "name"),
        ("PATCH", "model-versions/update", {"name": "n", "description": "d"}, "version"),
        ("DELETE", "model-versions/delete", {"name": "n"}, "version"),
        ("DELETE", "model-versions/delete", {"version": "1"}, "name"),
        ("POST", "model-versions/set-tag", {"name": "n", "key": "k", "value": "v"}, "version"),
        ("POST", "model-versions/set-tag", {"name": "n", "version": "1", "value": "v"}, "key"),
        ("DELETE", "model-versions/delete-tag", {"name": "n", "version": "1"}, "key"),
        ("POST", "model-versions/transition-stage", {"name": "n", "version": "1"}, "stage"),
        ("POST", "model-versions/transition-stage", {"name": "n", "version": "1", "stage": ""}, "stage"),
        ("POST", "model-versions/transition-stage", {"name": "n", "stage": "None"}, "version"),
        ("POST", "model-versions/transition-stage", {"version": "1", "stage": "None"}, "name"),
        ("POST", "registered-models/alias", {"name": "n", "alias": "a"}, "version"),
        ("POST", "registered-models/alias", {"name": "n", "version": "1"}, "alias"),
        ("POST", "registered-models/alias", {"alias": "a", "version": "1"}, "name"),
        ("POST", "registered-models/alias", {"name": "n", "alias": "", "version": "1"}, "alias"),
        ("GET", "registered-models/alias", {"name": "n"}, "alias"),
        ("GET", "registered-models/alias", {"alias": "a"}, "name"),
        ("DELETE", "registered-models/alias", {"name": "n"}, "alias"),
    ],
)
def test_required_fields(wire, method, path, body, field):
    reply = wire.get(path, body) if method == "GET" else wire.send(method, path, body)
    reply.missing(field)


def calls(name, version):
    """Every call that names a version."""
    key = {"name": name, "version": version}
    return [
        ("GET", "model-versions/get", key),
        ("GET", "model-versions/get-download-uri", key),
        ("PATCH", "model-versions/update", {**key, "description": "d"}),
        ("DELETE", "model-versions/delete", key),
        ("POST", "model-versions/set-tag", {**key, "key": "k", "value": "v"}),
        ("DELETE", "model-versions/delete-tag", {**key, "key": "k"}),
        ("POST", "model-versions/transition-stage", {**key, "stage": "Staging"}),
        ("POST", "registered-models/alias", {**key, "alias": "x"}),
    ]


@pytest.mark.parametrize("version", ["9999", "0", "-1"])
def test_unknown_versions(wire, model, version):
    wire.version(model)
    for method, path, body in calls(model, version):
        reply = wire.get(path, body) if method == "GET" else wire.send(method, path, body)
        reply.not_found(rf"Model Version \(name={model}, version={version}\) not found")


@pytest.mark.parametrize("version", ["x", "1.0", "1e0", "0x1", "one", "1;2", "' OR 1"])
def test_versions_are_integers(wire, model, version):
    wire.version(model)
    for method, path, body in calls(model, version):
        reply = wire.get(path, body) if method == "GET" else wire.send(method, path, body)
        reply.invalid("'version' must be an integer")


@better
@pytest.mark.parametrize("version", ["9" * 20, str(2**63), "-" + "9" * 30])
def test_versions_beyond_64_bits_are_unknown_or_invalid(wire, model, version):
    wire.get("model-versions/get", {"name": model, "version": version}).refused()


def test_a_version_that_is_a_number_is_refused(wire, model):
    wire.version(model)
    wire.patch("model-versions/update", {"name": model, "version": 1, "description": "n"}).invalid("'version'")


def test_update(wire, model):
    before = wire.version(model, description="old")
    tick()
    after = wire.patch("model-versions/update", {"name": model, "version": "1", "description": "new"}).ok()[
        "model_version"
    ]
    assert after["description"] == "new"
    assert after["last_updated_timestamp"] > before["last_updated_timestamp"]
    assert wire.get_version(model, "1") == after


def test_tags(wire, model):
    wire.version(model)
    for value in ("1", "2", ""):
        wire.post("model-versions/set-tag", {"name": model, "version": "1", "key": "k", "value": value}).empty()
        assert [(t["key"], t.get("value", "")) for t in wire.get_version(model, "1")["tags"]] == [("k", value)]
    for _ in range(2):
        wire.delete("model-versions/delete-tag", {"name": model, "version": "1", "key": "k"}).empty()
    assert "tags" not in wire.get_version(model, "1")


@pytest.mark.parametrize("tag", [("a//b", "v"), ("k" * 251, "v"), ("a$", "v"), ("k", "v" * 100_001)])
def test_bad_tags(wire, model, tag):
    wire.version(model)
    key, value = tag
    wire.post("model-versions/set-tag", {"name": model, "version": "1", "key": key, "value": value}).invalid()
    wire.post(
        "model-versions/create", {"name": model, "source": "s3://b/p", "tags": [{"key": key, "value": value}]}
    ).invalid()
    assert wire.version(model)["version"] == "2"


def test_deleted_versions_are_gone(wire, model):
    wire.version(model)
    wire.version(model)
    wire.post("registered-models/alias", {"name": model, "alias": "gone", "version": "2"}).empty()
    wire.delete("model-versions/delete", {"name": model, "version": "2"}).empty()
    for method, path, body in calls(model, "2"):
        reply = wire.get(path, body) if method == "GET" else wire.send(method, path, body)
        reply.not_found("version=2")
    wire.get("registered-models/alias", {"name": model, "alias": "gone"}).invalid(
        "Registered model alias gone not found"
    )
    assert [v["version"] for v in wire.get_model(model)["latest_versions"]] == ["1"]
    found = wire.get("model-versions/search", {"filter": f"name = '{model}'"}).ok()["model_versions"]
    assert [v["version"] for v in found] == ["1"]


def stage(wire, model, version, to, **fields):
    body = {"name": model, "version": version, "stage": to, **fields}
    return wire.post("model-versions/transition-stage", body)


class TestStages:
    @pytest.mark.parametrize(
        "given,stored",
        [
            ("Staging", "Staging"),
            ("production", "Production"),
            ("ARCHIVED", "Archived"),
            ("none", "None"),
            ("sTaGiNg", "Staging"),
        ],
    )
    def test_names_of_stages_ignore_case(self, wire, model, given, stored):
        before = wire.version(model)
        tick()
        after = stage(wire, model, "1", given).ok()["model_version"]
        assert after["current_stage"] == stored
        assert after["last_updated_timestamp"] > before["last_updated_timestamp"]
        assert wire.get_version(model, "1") == after

    @pytest.mark.parametrize("name", ["Nope", "Deleted_Internal", "Prod", " Production", "1"])
    def test_other_stages_are_refused(self, wire, model, name):
        wire.version(model)
        pattern = f"Invalid Model Version stage: {name}. Value must be one of None, Staging, Production, Archived"
        stage(wire, model, "1", name).invalid(pattern)
        assert wire.get_version(model, "1")["current_stage"] == "None"

    def test_several_versions_may_share_a_stage(self, wire, model):
        for number in ("1", "2"):
            wire.version(model)
            stage(wire, model, number, "Production", archive_existing_versions=False).ok()
        assert {wire.get_version(model, n)["current_stage"] for n in "12"} == {"Production"}

    @pytest.mark.parametrize("to", ["Production", "Staging"])
    def test_archiving_moves_the_others_of_that_stage_only(self, wire, model, to):
        other = "Staging" if to == "Production" else "Production"
        for number, name in (("1", to), ("2", other), ("3", to), ("4", "None"), ("5", "None")):
            wire.version(model)
            stage(wire, model, number, name).ok()
        stage(wire, model, "5", to, archive_existing_versions=True).ok()
        assert [wire.get_version(model, n)["current_stage"] for n in "12345"] == [
            "Archived",
            other,
            "Archived",
            "None",
            to,
        ]
        stage(wire, model, "5", to.lower(), archive_existing_versions=True).ok()
        assert wire.get_version(model, "5")["current_stage"] == to

    @better
    @pytest.mark.parametrize("to", ["Archived", "None"])
    def test_archiving_into_a_passive_stage_is_refused_with_400(self, wire, model, to):
        wire.version(model)
        stage(wire, model, "1", to, archive_existing_versions=True).refused()


class TestAliases:
    def set(self, wire, model, alias, version="1"):
        return wire.post("registered-models/alias", {"name": model, "alias": alias, "version": version})

    def get(self, wire, model, alias):
        return wire.get("registered-models/alias", {"name": model, "alias": alias})

    def test_set_move_and_delete(self, wire, model):
        for _ in range(2):
            wire.version(model)
        self.set(wire, model, "champion", "1").empty()
        self.set(wire, model, "challenger", "1").empty()
        assert self.get(wire, model, "champion").ok()["model_version"]["version"] == "1"
        assert sorted(wire.get_version(model, "1")["aliases"]) == ["challenger", "champion"]
        self.set(wire, model, "champion", "2").empty()
        assert self.get(wire, model, "champion").ok()["model_version"] == wire.get_version(model, "2")
        assert wire.get_version(model, "1")["aliases"] == ["challenger"]
        aliases = {a["alias"]: a["version"] for a in wire.get_model(model)["aliases"]}
        assert aliases == {"champion": "2", "challenger": "1"}
        for _ in range(2):
            wire.delete("registered-models/alias", {"name": model, "alias": "champion"}).empty()
        self.get(wire, model, "champion").invalid("Registered model alias champion not found")
        assert "aliases" not in wire.get_version(model, "2")

    @pytest.mark.parametrize("alias", ["a", "a_b-c", "-", "1", "v1a", "av1", "vv1", "é", "a" * 255])
    def test_good_names(self, wire, model, alias):
        wire.version(model)
        self.set(wire, model, alias).empty()
        assert self.get(wire, model, alias).ok()["model_version"]["aliases"] == [alias]

    @pytest.mark.parametrize("alias", ["a b", "a.b", "a/b", "a@b", "a:b", "a%", "a" * 256])
    def test_bad_names(self, wire, model, alias):
        wire.version(model)
        self.set(wire, model, alias).invalid()
        assert "aliases" not in wire.get_model(model)

    @pytest.mark.parametrize("alias", ["latest", "LATEST", "Latest", "v1", "V1", "v123"])
    def test_reserved_names(self, wire, model, alias):
        wire.version(model)
        self.set(wire, model, alias).invalid("reserved")

    def test_latest_can_be_read(self, wire, model):
        for _ in range(2):
            wire.version(model)
        assert self.get(wire, model, "latest").ok()["model_version"]["version"] == "2"

    def test_names_are_case_sensitive(self, wire, model):
        wire.version(model)
        self.set(wire, model, "champion").empty()
        self.get(wire, model, "Champion").invalid("not found")

    def test_an_alias_of_another_model_is_another(self, wire, model):
        other = wire.model()
        for name in (model, other):
            wire.version(name)
        self.set(wire, model, "champion").empty()
        self.get(wire, other, "champion").invalid("not found")


def test_a_version_of_a_logged_model(wire, model, experiment, run):
    info = wire.logged_model(experiment, source_run_id=run, params=[{"key": "p", "value": "1"}])
    version = wire.version(model, f"models:/{info['model_id']}", run_id=run, model_id=info["model_id"])
    assert version["source"] == f"models:/{info['model_id']}" and version["run_id"] == run
    uri = wire.get("model-versions/get-download-uri", {"name": model, "version": "1"}).ok()["artifact_uri"]
    assert uri == info["artifact_uri"]
    tags = wire.get(f"logged-models/{info['model_id']}").ok()["model"]["info"]["tags"]
    (tag,) = [t for t in tags if t["key"] == "mlflow.modelVersions"]
    assert [(v["name"], str(v["version"])) for v in json.loads(tag["value"])] == [(model, "1")]


def test_a_version_of_a_logged_model_takes_its_run(wire, model, experiment, run):
    info = wire.logged_model(experiment, source_run_id=run)
    assert wire.version(model, f"models:/{info['model_id']}", model_id=info["model_id"])["run_id"] == run


def test_a_copy_of_a_version_keeps_its_location_and_run(wire, model, run):
    wire.version(model, "s3://bucket/original", run_id=run)
    copy = wire.version(wire.model(), f"models:/{model}/1")
    assert (copy["version"], copy["run_id"]) == ("1", run)
    uri = wire.get("model-versions/get-download-uri", {"name": copy["name"], "version": "1"}).ok()["artifact_uri"]
    assert uri == "s3://bucket/original"


def test_unknown_logged_models(wire, model):
    wire.post("model-versions/create", {"name": model, "source": "s3://b/p", "model_id": "m-nobody"}).not_found(
        "m-nobody"
    )


@pytest.mark.client
def test_the_stock_client(mlflow, client, run):
    name = unique("stock")
    client.create_registered_model(name)
    version = client.create_model_version(name, f"runs:/{run}/model", run_id=run, tags={"a": "b"}, description="d")
    assert (str(version.version), version.status, version.current_stage, version.tags) == (
        "1",
        "READY",
        "None",
        {"a": "b"},
    )
    client.update_model_version(name, "1", "new")
    client.set_model_version_tag(name, "1", "validation", "ok")
    client.delete_model_version_tag(name, "1", "a")
    client.set_registered_model_alias(name, "champion", "1")
    found = client.get_model_version_by_alias(name, "champion")
    assert (found.description, found.tags, list(found.aliases)) == ("new", {"validation": "ok"}, ["champion"])
    moved = client.transition_model_version_stage(name, "1", "Production", archive_existing_versions=True)
    assert moved.current_stage == "Production"
    assert [str(v.version) for v in client.get_latest_versions(name, ["Production"])] == ["1"]
    assert client.get_model_version_download_uri(name, "1") == f"runs:/{run}/model"
    copy = client.copy_model_version(f"models:/{name}@champion", name + "-copy")
    assert (copy.name, str(copy.version)) == (name + "-copy", "1")
    client.delete_registered_model_alias(name, "champion")
    with pytest.raises(mlflow.MlflowException) as caught:
        client.get_model_version_by_alias(name, "champion")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    client.delete_model_version(name, "1")
    with pytest.raises(mlflow.MlflowException) as caught:
        client.get_model_version(name, "1")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
