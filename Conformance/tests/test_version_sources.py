"""Where the files of a model version may lie: what clients really send, and what attackers sent to MLflow."""

import pytest

from wire import better, unique


@pytest.fixture
def owned(wire, experiment):
    """A run and its own places."""
    run = wire.run(experiment)
    return {"run": run, "root": f"mlflow-artifacts:/{experiment}/{run}/artifacts", "experiment": experiment}


def create(wire, model, source, **fields):
    return wire.post("model-versions/create", {"name": model, "source": source, **fields})


@pytest.mark.parametrize("source", ["s3://bucket/model", "s3://bucket/a b/ü", "s3://bucket/x?versionId=1", "dbfs:/x"])
def test_object_stores_are_accepted(wire, model, source):
    assert create(wire, model, source).ok()["model_version"]["source"] == source
    assert wire.get("model-versions/get-download-uri", {"name": model, "version": "1"}).ok()["artifact_uri"] == source


def test_the_artifacts_of_a_run_are_accepted_with_the_run(wire, model, owned):
    for index, source in enumerate(
        (f"runs:/{owned['run']}/model", f"{owned['root']}/model", owned["root"], f"{owned['root']}/a/b c")
    ):
        version = create(wire, model, source, run_id=owned["run"]).ok()["model_version"]
        assert (version["version"], version["source"], version["run_id"]) == (str(index + 1), source, owned["run"])


def test_the_artifacts_of_a_run_need_the_run(wire, model, owned):
    other = wire.run(owned["experiment"])
    for source in (f"runs:/{owned['run']}/model", f"{owned['root']}/model"):
        create(wire, model, source).invalid("Invalid model version source")
        create(wire, model, source, run_id=other).invalid("Invalid model version source")
    assert "latest_versions" not in wire.get_model(model)


def test_a_logged_model_needs_its_id(wire, model, experiment):
    info = wire.logged_model(experiment)
    source = f"models:/{info['model_id']}"
    create(wire, model, source).invalid("Invalid model version source")
    create(wire, model, source, model_id=wire.logged_model(experiment)["model_id"]).invalid(
        "Invalid model version source"
    )
    create(wire, model, info["artifact_uri"]).invalid("Invalid model version source")
    create(wire, model, info["artifact_uri"], model_id=info["model_id"]).ok()


LOCAL = [
    "/etc",
    "/etc/passwd",
    "file:///etc",
    "file:/etc/passwd",
    "//proc/self/root",
    "/proc/self/environ",
    "./x",
    "../x",
    "x",
    "   ",
    "\\\\host\\share",
    "C:\\Windows",
]


@pytest.mark.parametrize("source", LOCAL)
@pytest.mark.parametrize("with_run", [False, True])
def test_local_paths_are_refused(wire, model, owned, source, with_run):
    create(wire, model, source, **({"run_id": owned["run"]} if with_run else {})).invalid(
        "Invalid model version source"
    )
    assert "latest_versions" not in wire.get_model(model)


@pytest.mark.parametrize("source", ["file://localhost/etc/passwd", "FILE:///etc", "s3://bucket/x#/../../etc"])
def test_local_paths_in_disguise_are_refused(wire, model, source):
    create(wire, model, source).invalid()


@better
@pytest.mark.parametrize("source", ["file://host/etc", "C:/Windows", "s3://b/a\\..\\x"])
def test_more_local_paths_are_refused(wire, model, source):
    create(wire, model, source).refused()


@pytest.mark.parametrize(
    "source",
    [
        "s3://b/../x",
        "s3://b/a/../../x",
        "s3://b/..",
        "s3://b/%2e%2e/x",
        "s3://b/%252e%252e/x",
        "s3://b/%25252e%25252e/x",
        "mlflow-artifacts:/../x",
        "mlflow-artifacts:/%2e%2e/x",
        "runs:/../x",
        "runs:/",
        "s3:b",
        "bogus://x",
    ],
)
def test_traversal_and_nonsense_are_refused(wire, model, source):
    create(wire, model, source).invalid()


@pytest.mark.parametrize(
    "suffix", ["/../x", "/../../other/artifacts", "/%2e%2e/x", "/%252e%252e/x", "/a/../../../../etc"]
)
def test_traversal_out_of_the_own_run_is_refused(wire, model, owned, suffix):
    create(wire, model, owned["root"] + suffix, run_id=owned["run"]).invalid()


@pytest.mark.parametrize("scheme", ["http", "https", "ftp", "sftp", "hdfs", "viewfs", "abfss", "r2", "b2"])
def test_other_hosts_are_refused(wire, model, scheme):
    create(wire, model, f"{scheme}://attacker.example/x").invalid(f"{scheme}|source")


@pytest.mark.parametrize("source", ["/etc", "file:///etc/passwd", "http://attacker.example/x"])
def test_a_prompt_is_no_excuse(wire, model, source):
    create(wire, model, source, tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}]).invalid()


def test_a_location_of_an_experiment_is_no_excuse(wire, model):
    name = unique()
    reply = wire.post("experiments/create", {"name": name, "artifact_location": "http:///#/../../../../../etc/"})
    assert reply.status == 400, reply
    create(wire, model, "file:///etc/").invalid()


def test_unknown_sources_in_the_registry(wire, model):
    create(wire, model, f"models:/{unique('nobody')}/1").not_found()
    wire.version(model)
    create(wire, model, f"models:/{model}/99").not_found()
    create(wire, model, f"models:/{model}@nobody").invalid("not found")


def test_a_copy_by_alias(wire, model):
    wire.version(model, "s3://bucket/one")
    wire.post("registered-models/alias", {"name": model, "alias": "champion", "version": "1"}).empty()
    copy = create(wire, wire.model(), f"models:/{model}@champion").ok()["model_version"]
    uri = wire.get("model-versions/get-download-uri", {"name": copy["name"], "version": "1"}).ok()["artifact_uri"]
    assert uri == "s3://bucket/one"


NO_VERSIONS = [
    "models:/{model}/x",
    "models:/",
    "models:/{model}",
    pytest.param("models:/{model}/Production", marks=better),
]


@pytest.mark.parametrize("source", NO_VERSIONS)
def test_sources_that_name_no_version_are_refused_with_4xx(wire, model, source):
    wire.version(model)
    create(wire, model, source.format(model=model)).refused()
