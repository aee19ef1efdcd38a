"""A day with the stock client: train, log, register, promote, load, evaluate."""

import pytest

from wire import unique

pytestmark = pytest.mark.client


@pytest.fixture(scope="module")
def data():
    numpy = pytest.importorskip("numpy")
    x = numpy.random.default_rng(7).random((60, 3))
    return x, (x[:, 0] > 0.5).astype(int)


@pytest.fixture(scope="module")
def logged(mlflow, data):
    """A classifier, logged and registered."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = data
    experiment = mlflow.set_experiment(unique("fluent")).experiment_id
    name = unique("classifier")
    model = linear_model.LogisticRegression().fit(x, y)
    arguments = {"input_example": x[:2], "registered_model_name": name, "pip_requirements": ["scikit-learn"]}
    with mlflow.start_run() as run:
        info = mlflow.sklearn.log_model(model, name="model", **arguments)
    return {"experiment": experiment, "run": run.info.run_id, "info": info, "name": name, "model": model}


def test_logging_a_model_makes_a_logged_model_an_output_and_a_version(mlflow, client, logged):
    model = mlflow.get_logged_model(logged["info"].model_id)
    assert (model.status, model.name, model.source_run_id) == ("READY", "model", logged["run"])
    assert [o.model_id for o in client.get_run(logged["run"]).outputs.model_outputs] == [model.model_id]
    version = client.get_model_version(logged["name"], "1")
    assert version.run_id == logged["run"] and version.source == f"models:/{model.model_id}"
    files = {f.path for f in client.list_logged_model_artifacts(model.model_id)}
    assert {"MLmodel", "requirements.txt"} <= files


@pytest.mark.parametrize("place", ["version", "alias", "stage", "latest", "model id", "run"])
def test_a_model_can_be_loaded_from_everywhere(mlflow, client, logged, data, place):
    x, _ = data
    name = logged["name"]
    if place == "alias":
        client.set_registered_model_alias(name, "champion", "1")
    elif place == "stage":
        client.transition_model_version_stage(name, "1", "Production", archive_existing_versions=True)
    uri = {
        "version": f"models:/{name}/1",
        "alias": f"models:/{name}@champion",
        "stage": f"models:/{name}/Production",
        "latest": f"models:/{name}/latest",
        "model id": f"models:/{logged['info'].model_id}",
        "run": f"runs:/{logged['run']}/model",
    }[place]
    assert list(mlflow.pyfunc.load_model(uri).predict(x)) == list(logged["model"].predict(x))


def test_autolog(mlflow, client, data):
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = data
    experiment = mlflow.set_experiment(unique("autolog")).experiment_id
    mlflow.sklearn.autolog(silent=True)
    try:
        linear_model.LogisticRegression(C=0.5).fit(x, y)
    finally:
        mlflow.sklearn.autolog(disable=True)
    (run,) = client.search_runs([experiment])
    assert run.info.status == "FINISHED"
    assert run.data.params["C"] == "0.5"
    assert run.data.metrics["training_accuracy_score"] > 0.6
    assert {"training_confusion_matrix.png", "estimator.html"} <= {
        f.path for f in client.list_artifacts(run.info.run_id)
    }
    assert len(mlflow.search_logged_models([experiment], output_format="list")) == 1


def test_evaluate(mlflow, client, logged, data):
    pandas = pytest.importorskip("pandas")
    x, y = data
    frame = pandas.DataFrame(x, columns=list("abc")).assign(target=y)
    with mlflow.start_run(experiment_id=logged["experiment"]) as run:
        mlflow.models.evaluate(
            logged["info"].model_uri,
            frame,
            targets="target",
            model_type="classifier",
            evaluator_config={"log_explainer": False},
        )
    found = client.get_run(run.info.run_id)
    assert found.data.metrics["accuracy_score"] > 0.6
    assert found.inputs.model_inputs[0].model_id == logged["info"].model_id
    assert found.inputs.dataset_inputs
    assert "accuracy_score" in {m.key for m in mlflow.get_logged_model(logged["info"].model_id).metrics}


def test_prompts(mlflow, client):
    name = unique("prompt")
    mlflow.genai.register_prompt(name, "hello {{who}}", commit_message="first")
    second = mlflow.genai.register_prompt(name, "good day, {{who}}", tags={"tone": "formal"})
    assert int(second.version) == 2
    prompt = mlflow.genai.load_prompt(f"prompts:/{name}/1")
    assert prompt.format(who="you") == "hello you"
    mlflow.genai.set_prompt_alias(name, "production", 2)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@production").template == "good day, {{who}}"
    assert name in {p.name for p in mlflow.genai.search_prompts(f"name = '{name}'")}
    assert client.search_registered_models(f"name = '{name}'") == []
    with pytest.raises(mlflow.MlflowException, match="[Pp]rompt"):
        client.set_registered_model_tag(name, "a", "b")


def test_pictures_tables_and_dictionaries(mlflow, client):
    numpy = pytest.importorskip("numpy")
    pandas = pytest.importorskip("pandas")
    mlflow.set_experiment(unique("pictures"))
    with mlflow.start_run() as run:
        mlflow.log_image(numpy.zeros((8, 8, 3), dtype="uint8"), "picture.png")
        mlflow.log_table(pandas.DataFrame({"q": ["a", "b"], "n": [1, 2]}), "table.json")
        mlflow.log_table(pandas.DataFrame({"q": ["c"], "n": [3]}), "table.json")
        mlflow.log_dict({"a": {"b": 1}}, "deep/config.yaml")
    assert {f.path for f in client.list_artifacts(run.info.run_id)} == {"picture.png", "table.json", "deep"}
    assert list(mlflow.load_table("table.json", [run.info.run_id])["n"]) == [1, 2, 3]
