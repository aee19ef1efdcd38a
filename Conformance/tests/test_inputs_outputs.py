"""runs/log-inputs, runs/outputs, runs/log-model (2.x clients) and the search for datasets."""

import json

import pytest

from wire import AJAX, NO_SUCH_RUN, better

DATASET = {
    "name": "iris",
    "digest": "d1",
    "source_type": "http",
    "source": '{"url": "x"}',
    "schema": '{"a": 1}',
    "profile": '{"rows": 3}',
}


def log_inputs(wire, run, *datasets, **fields):
    return wire.post("runs/log-inputs", {"run_id": run, "datasets": list(datasets), **fields})


def context(value):
    return [{"key": "mlflow.data.context", "value": value}]


def inputs(wire, run):
    return wire.get_run(run)["inputs"].get("dataset_inputs", [])


def test_a_dataset_comes_back_whole(wire, run):
    log_inputs(wire, run, {"dataset": DATASET, "tags": context("training")}).empty()
    assert inputs(wire, run) == [{"dataset": DATASET, "tags": context("training")}]


def test_schema_and_profile_are_optional(wire, run):
    small = {"name": "n", "digest": "d", "source_type": "code", "source": "{}"}
    log_inputs(wire, run, {"dataset": small}).empty()
    (found,) = inputs(wire, run)
    assert found == {"dataset": small}


def test_logging_a_dataset_again_changes_nothing(wire, run):
    log_inputs(wire, run, {"dataset": DATASET, "tags": context("training")}).empty()
    log_inputs(wire, run, {"dataset": DATASET, "tags": context("training")}).empty()
    log_inputs(wire, run, {"dataset": DATASET, "tags": context("evaluation")}).empty()
    assert inputs(wire, run) == [{"dataset": DATASET, "tags": context("training")}]


def test_a_dataset_is_its_name_and_digest_within_the_experiment(wire, experiment):
    first, second = wire.run(experiment), wire.run(experiment)
    log_inputs(wire, first, {"dataset": DATASET}, {"dataset": {**DATASET, "digest": "d2"}}).empty()
    log_inputs(wire, second, {"dataset": DATASET, "tags": context("x")}).empty()
    assert sorted(i["dataset"]["digest"] for i in inputs(wire, first)) == ["d1", "d2"]
    assert inputs(wire, second) == [{"dataset": DATASET, "tags": context("x")}]


def test_nothing_to_log_is_fine(wire, run):
    log_inputs(wire, run).empty()
    wire.post("runs/log-inputs", {"run_id": run}).empty()
    assert wire.get_run(run)["inputs"] == {}


@pytest.mark.parametrize("field,limit", [("name", 500), ("digest", 36), ("source", 65_535), ("schema", 1_048_575)])
def test_fields_have_limits(wire, run, field, limit):
    log_inputs(wire, run, {"dataset": {**DATASET, field: "x" * limit}}).empty()
    log_inputs(wire, run, {"dataset": {**DATASET, field: "x" * (limit + 1)}}).invalid(
        f"'{field}' exceeds the maximum length of {limit}"
    )
    assert [i["dataset"][field] for i in inputs(wire, run)] == ["x" * limit]


@pytest.mark.parametrize(
    "tag,limit", [({"key": "k" * 256, "value": "v"}, 255), ({"key": "k", "value": "v" * 501}, 500)]
)
def test_input_tags_have_limits(wire, run, tag, limit):
    log_inputs(wire, run, {"dataset": DATASET, "tags": [tag]}).invalid(f"maximum length of {limit}")
    assert inputs(wire, run) == []


@better
@pytest.mark.parametrize(
    "entry",
    [
        {"tags": []},
        {"dataset": {}},
        {"dataset": {"name": "x"}},
        {"dataset": {**DATASET, "name": ""}},
        {"dataset": {**DATASET, "digest": ""}},
    ],
)
def test_a_dataset_without_identity_is_refused(wire, run, entry):
    log_inputs(wire, run, entry).invalid()


def test_model_inputs(wire, experiment, run):
    model = wire.logged_model(experiment)["model_id"]
    for _ in range(2):
        log_inputs(wire, run, models=[{"model_id": model}]).empty()
    assert wire.get_run(run)["inputs"]["model_inputs"] == [{"model_id": model}]


def test_model_outputs(wire, experiment, run):
    first, second = (wire.logged_model(experiment)["model_id"] for _ in range(2))
    wire.post("runs/outputs", {"run_id": run, "models": [{"model_id": first, "step": 3}]}).empty()
    wire.post("runs/outputs", {"run_id": run, "models": [{"model_id": second, "step": "0"}]}).empty()
    outputs = {o["model_id"]: o.get("step", 0) for o in wire.get_run(run)["outputs"]["model_outputs"]}
    assert outputs == {first: 3, second: 0}


def test_no_outputs(wire, run):
    wire.post("runs/outputs", {"run_id": run, "models": []}).empty()
    assert wire.get_run(run)["outputs"] == {}


@better
def test_one_output_twice_says_nothing_of_the_database(wire, experiment, run):
    model = wire.logged_model(experiment)["model_id"]
    body = {"run_id": run, "models": [{"model_id": model, "step": 3}]}
    wire.post("runs/outputs", body).empty()
    again = wire.post("runs/outputs", body)
    again.keeps_secrets()
    assert again.status in (200, 400, 409)
    assert len(wire.get_run(run)["outputs"]["model_outputs"]) == 1


@better
@pytest.mark.parametrize("entry", [{"model_id": "m-nobody", "step": 1}, {}])
def test_unknown_models_are_refused_as_outputs(wire, run, entry):
    wire.post("runs/outputs", {"run_id": run, "models": [entry]}).refused()
    assert wire.get_run(run)["outputs"] == {}


class TestLogModel:
    """The tag that 2.x clients keep their models in."""

    def info(self, run, path="model", **fields):
        return {
            "artifact_path": path,
            "utc_time_created": "2026-01-02 03:04:05.6",
            "run_id": run,
            "flavors": {"python_function": {}},
            **fields,
        }

    def log(self, wire, run, info):
        return wire.post(
            "runs/log-model", {"run_id": run, "model_json": info if isinstance(info, str) else json.dumps(info)}
        )

    def logged(self, wire, run):
        return json.loads(wire.tags(run)["mlflow.log-model.history"])

    def test_models_are_appended_to_the_tag(self, wire, run):
        self.log(wire, run, self.info(run, model_uuid="u1")).empty()
        self.log(wire, run, self.info(run, "second")).empty()
        self.log(wire, run, self.info(run)).empty()
        found = self.logged(wire, run)
        assert [m["artifact_path"] for m in found] == ["model", "second", "model"]
        assert found[0]["model_uuid"] == "u1"
        assert found[0]["flavors"] == {"python_function": {}} and found[0]["run_id"] == run
        assert found[0]["utc_time_created"] == "2026-01-02 03:04:05.6"

    @pytest.mark.parametrize("field", ["artifact_path", "utc_time_created", "run_id", "flavors"])
    def test_mandatory_fields(self, wire, run, field):
        info = self.info(run)
        del info[field]
        self.log(wire, run, info).invalid(f"missing mandatory fields.*{field}")

    @pytest.mark.parametrize("text", ["{", "nonsense", "{'a': 1}"])
    def test_malformed_json(self, wire, run, text):
        self.log(wire, run, text).invalid("[Mm]alformed")

    @better
    @pytest.mark.parametrize("text", ["[]", "5", "null", '"x"'])
    def test_json_that_is_no_object(self, wire, run, text):
        self.log(wire, run, text).invalid()

    def test_unknown_run(self, wire, run):
        self.log(wire, NO_SUCH_RUN, self.info(run)).not_found()


SEARCH_DATASETS = AJAX + "experiments/search-datasets"


def test_search_datasets(wire):
    first, second = wire.experiment(), wire.experiment()
    for experiment, dataset, tags in (
        (first, DATASET, context("training")),
        (first, {**DATASET, "name": "wine"}, []),
        (second, DATASET, []),
    ):
        log_inputs(wire, wire.run(experiment), {"dataset": dataset, "tags": tags}).empty()
    found = wire.post(SEARCH_DATASETS, {"experiment_ids": [first, second]}).ok()["dataset_summaries"]
    assert sorted((s["experiment_id"], s["name"], s["digest"], s.get("context")) for s in found) == sorted(
        [(first, "iris", "d1", "training"), (first, "wine", "d1", None), (second, "iris", "d1", None)],
        key=lambda s: s[:3],
    )
    assert wire.post(SEARCH_DATASETS, {"experiment_ids": ["999999999"]}).ok() == {}


def test_search_datasets_needs_1_to_20_experiments(wire):
    wire.post(SEARCH_DATASETS, {}).invalid("at least one experiment_id")
    wire.post(SEARCH_DATASETS, {"experiment_ids": []}).invalid("at least one experiment_id")
    wire.post(SEARCH_DATASETS, {"experiment_ids": [str(i) for i in range(21)]}).invalid("20")


@pytest.mark.client
def test_the_stock_client_logs_a_data_frame(mlflow, client, experiment):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": [1, 2, 3], "y": [0, 1, 0]})
    dataset = mlflow.data.from_pandas(frame, source="s3://bucket/key.csv", name="train-set", targets="y")
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_input(dataset, context="training", tags={"fold": "1"})
    (found,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert (found.dataset.name, found.dataset.digest) == ("train-set", dataset.digest)
    assert {t.key: t.value for t in found.tags} == {"mlflow.data.context": "training", "fold": "1"}
    assert json.loads(found.dataset.profile) == {"num_rows": 3, "num_elements": 6}
    assert len(client.search_runs([experiment], "dataset.context = 'training' AND dataset.name = 'train-set'")) == 1
