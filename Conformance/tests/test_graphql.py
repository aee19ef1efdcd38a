"""GraphQL as MLflow's pages use it: the same data as the REST calls, in MLflow's types."""

import math

import pytest

from wire import IS_ORACLE, unique

GET_RUN = """
query GetRun($data: MlflowGetRunInput!) @component(name: "MLflow.ExperimentRunTracking") {
  mlflowGetRun(input: $data) {
    apiError { helpUrl code message __typename }
    run {
      info { runName status runUuid experimentId artifactUri endTime lifecycleStage startTime userId __typename }
      experiment { experimentId name tags { key value } artifactLocation lifecycleStage lastUpdateTime __typename }
      modelVersions { status version name source __typename }
      data {
        metrics { key value step timestamp __typename }
        params { key value __typename }
        tags { key value __typename }
        __typename
      }
      inputs {
        datasetInputs { dataset { digest name profile schema source sourceType } tags { key value } }
        modelInputs { modelId }
      }
      outputs { modelOutputs { modelId step } }
      __typename
    }
    __typename
  }
}
"""


@pytest.fixture
def ask(wire):
    def ask(query, variables=None, operation=None):
        body = {"query": query, "variables": variables, "operationName": operation}
        answer = wire.post("/graphql", body)
        assert answer.status == 200, answer
        return answer.json

    return ask


@pytest.fixture
def run(wire, experiment):
    """A run with a bit of everything."""
    info = wire.post(
        "/api/2.0/mlflow/runs/create", {"experiment_id": experiment, "run_name": "named", "start_time": 1234}
    ).ok()["run"]["info"]
    wire.post(
        "/api/2.0/mlflow/runs/log-batch",
        {
            "run_id": info["run_id"],
            "metrics": [
                {"key": "loss", "value": 0.5, "timestamp": 9007199254740993, "step": 3},
                {"key": "odd", "value": "NaN", "timestamp": 1, "step": 0},
            ],
            "params": [{"key": "depth", "value": "3"}],
            "tags": [{"key": "team", "value": "risk"}],
        },
    ).ok()
    dataset = {"name": "d", "digest": "1", "source_type": "http", "source": "{}"}
    wire.post("/api/2.0/mlflow/runs/log-inputs", {"run_id": info["run_id"], "datasets": [{"dataset": dataset}]}).ok()
    return info


def test_a_run_as_the_pages_ask_for_it(ask, run):
    answer = ask(GET_RUN, {"data": {"runId": run["run_id"]}}, "GetRun")
    assert not answer.get("errors")
    found = answer["data"]["mlflowGetRun"]
    assert found["__typename"] == "MlflowGetRunResponse"
    assert found["apiError"] is None
    run_found = found["run"]
    assert run_found["__typename"] == "MlflowRunExtension"
    assert run_found["info"] == {
        "runName": "named",
        "status": "RUNNING",
        "runUuid": run["run_id"],
        "experimentId": run["experiment_id"],
        "artifactUri": run["artifact_uri"],
        "endTime": "0",
        "lifecycleStage": "active",
        "startTime": "1234",
        "userId": "",
        "__typename": "MlflowRunInfo",
    }
    assert run_found["experiment"]["experimentId"] == run["experiment_id"]
    assert run_found["modelVersions"] == []
    data = run_found["data"]
    assert sorted(data["metrics"], key=lambda metric: metric["key"]) == [
        {
            "key": "loss",
            "value": 0.5,
            "step": "3",
            "timestamp": "9007199254740993",
            "__typename": "MlflowMetricExtension",
        },
        {"key": "odd", "value": None, "step": "0", "timestamp": "1", "__typename": "MlflowMetricExtension"},
    ]
    assert data["params"] == [{"key": "depth", "value": "3", "__typename": "MlflowParam"}]
    assert {"key": "team", "value": "risk", "__typename": "MlflowRunTag"} in data["tags"]
    assert run_found["inputs"] == {
        "datasetInputs": [
            {
                "dataset": {
                    "digest": "1",
                    "name": "d",
                    "profile": "",
                    "schema": "",
                    "source": "{}",
                    "sourceType": "http",
                },
                "tags": [],
            }
        ],
        "modelInputs": [],
    }
    assert run_found["outputs"] == {"modelOutputs": []}


def test_versions_of_runs(ask, wire, run):
    name = unique("model")
    wire.post("/api/2.0/mlflow/registered-models/create", {"name": name}).ok()
    source = {"name": name, "source": f"runs:/{run['run_id']}/m", "run_id": run["run_id"]}
    for _ in range(2):
        wire.post("/api/2.0/mlflow/model-versions/create", source).ok()
    query = """
        query($i: MlflowSearchRunsInput!) {
          mlflowSearchRuns(input: $i) { runs { info { runId } modelVersions { name version status aliases } } }
        }
    """
    answer = ask(query, {"i": {"experimentIds": [run["experiment_id"]], "maxResults": 5}})
    found = answer["data"]["mlflowSearchRuns"]["runs"]
    assert [one["info"]["runId"] for one in found] == [run["run_id"]]
    assert found[0]["modelVersions"] == [
        {"name": name, "version": version, "status": "READY", "aliases": []} for version in ("2", "1")
    ]
    query = f"{{ mlflowSearchModelVersions(input: {{filter: \"name = '{name}'\", maxResults: 1}}) {{"
    answer = ask(query + " modelVersions { version deploymentJobState { jobId } } nextPageToken } }")
    page = answer["data"]["mlflowSearchModelVersions"]
    assert page["modelVersions"] == [{"version": "2", "deploymentJobState": {"jobId": ""}}]
    assert page["nextPageToken"]


def test_an_experiment(ask, experiment):
    query = (
        "query Q($i: MlflowGetExperimentInput!) { mlflowGetExperiment(input: $i) { experiment { name workspace } } }"
    )
    found = ask(query, {"i": {"experimentId": experiment}})["data"]["mlflowGetExperiment"]["experiment"]
    assert found["name"] and found["workspace"] == "default"


def test_thinned_histories(ask, run):
    answer = ask(
        "query($d: MlflowGetMetricHistoryBulkIntervalInput!) { mlflowGetMetricHistoryBulkInterval(input: $d) "
        "{ metrics { runId key value step timestamp } } }",
        {"d": {"runIds": [run["run_id"]], "metricKey": "loss", "maxResults": 10}},
    )
    assert answer["data"]["mlflowGetMetricHistoryBulkInterval"]["metrics"] == [
        {"runId": run["run_id"], "key": "loss", "value": 0.5, "step": "3", "timestamp": "9007199254740993"}
    ]


def test_artifacts(ask, run):
    query = (
        f'{{ mlflowListArtifacts(input: {{runId: "{run["run_id"]}"}}) {{ rootUri files {{ path }} nextPageToken }} }}'
    )
    found = ask(query)["data"]["mlflowListArtifacts"]
    assert found == {"rootUri": run["artifact_uri"], "files": [], "nextPageToken": ""}


def message(error):
    """MLflow's errors are texts."""
    return error if IS_ORACLE else error["message"]


def test_what_is_not_there_is_an_error_and_a_hole(ask, run):
    query = '{ a: mlflowGetRun(input: {runId: "nope"}) { run { info { runId } } } b: __typename }'
    answer = ask(query)
    assert answer["data"] == {"a": None, "b": "Query"}
    assert [message(error) for error in answer["errors"]] == ["Run with id=nope not found"]


@pytest.mark.better_than_mlflow
def test_errors_have_the_form_of_the_specification(ask):
    answer = ask('{ a: mlflowGetRun(input: {runId: "nope"}) { run { info { runId } } } }')
    assert answer["errors"][0]["path"] == ["a"]
    assert answer["errors"][0]["locations"] == [{"line": 1, "column": 3}]
    assert answer["errors"][0]["extensions"] == {"error_code": "RESOURCE_DOES_NOT_EXIST"}


@pytest.mark.parametrize(
    "query",
    [
        "{ nope }",
        "{ mlflowGetRun }",
        "{ mlflowGetRun(nope: 1) { __typename } }",
        "query($x: String) { __typename }",
        "query($x: MlflowGetRunInput!) { mlflowGetRun(input: $x) { __typename } }",
        "{ ...F }",
        "fragment F on Query { __typename } { __typename }",
        "{ ...F } fragment F on Query { ...F }",
        "query A { __typename } query B { __typename }",
        "{ a: __typename a: mlflowGetRun { __typename } }",
        "{" + " ".join(f"a{number}: __typename" for number in range(20)) + "}",
    ],
)
def test_wrong_queries_have_no_data(ask, query):
    answer = ask(query)
    assert answer.get("data") is None
    assert len(answer["errors"]) >= 1 and message(answer["errors"][0])


@pytest.mark.better_than_mlflow
@pytest.mark.parametrize("body", [{"query": "{"}, {"query": '{ a(b: "x) }'}, {}, {"query": 3}])
def test_what_is_no_query_is_no_fault_of_the_server(wire, body):
    answer = wire.post("/graphql", body)
    assert answer.status in (200, 400)
    assert answer.json.get("errors") or answer.json["error_code"] == "INVALID_PARAMETER_VALUE"


def test_numbers_stay_numbers(ask, run):
    answer = ask(GET_RUN, {"data": {"runId": run["run_id"]}})
    values = [metric["value"] for metric in answer["data"]["mlflowGetRun"]["run"]["data"]["metrics"]]
    assert all(value is None or math.isfinite(value) for value in values)
