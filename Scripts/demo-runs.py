"""Fills a server with a few runs and a registered model: `demo-runs.py ADDRESS REPORT`.

With scikit-learn and MLflow's client at hand the models are real; without them the same is said over plain HTTP.
"""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

address, report = sys.argv[1], pathlib.Path(sys.argv[2])
API = "/api/2.0/mlflow"


def call(method, path, body=None, raw=None):
    data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
    kind = "application/octet-stream" if raw is not None else "application/json"
    request = urllib.request.Request(address + path, data=data, method=method, headers={"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"{}")


def plain(experiment):
    """Three runs whose loss falls; the best one's result becomes a version."""
    best = None
    for depth in (3, 5, 8):
        run = call("POST", f"{API}/runs/create", {
            "experiment_id": experiment, "run_name": f"depth-{depth}", "start_time": int(time.time() * 1000)})
        run_id = run["run"]["info"]["run_id"]
        points = [{"key": "loss", "value": 1 / (1 + step * depth / 10), "step": step,
                   "timestamp": int(time.time() * 1000)} for step in range(50)]
        call("POST", f"{API}/runs/log-batch", {
            "run_id": run_id, "metrics": points, "params": [{"key": "max_depth", "value": str(depth)}]})
        call("POST", f"{API}/runs/update", {
            "run_id": run_id, "status": "FINISHED", "end_time": int(time.time() * 1000)})
        best = run_id
    call("POST", f"{API}/model-versions/create", {
        "name": "credit-risk", "source": f"runs:/{best}/model", "run_id": best})
    return best


def with_sklearn(mlflow, sklearn):
    from sklearn.datasets import make_classification
    from sklearn.tree import DecisionTreeClassifier

    features, labels = make_classification(2000, 8, random_state=7)
    best = None
    for depth in (3, 5, 8):
        with mlflow.start_run(run_name=f"depth-{depth}") as run:
            model = DecisionTreeClassifier(max_depth=depth, random_state=7).fit(features[:1500], labels[:1500])
            mlflow.log_param("max_depth", depth)
            mlflow.log_metric("accuracy", model.score(features[1500:], labels[1500:]))
            last = depth == 8
            mlflow.sklearn.log_model(model, "model", registered_model_name="credit-risk" if last else None)
            best = run.info.run_id
    return best


def existing(path, body):
    try:
        return call("POST", path, body)
    except urllib.error.HTTPError as error:
        if error.code != 400:
            raise
        return None


experiment = existing(f"{API}/experiments/create", {"name": "credit risk"})
experiment = experiment or call("GET", f"{API}/experiments/get-by-name?experiment_name=credit%20risk")["experiment"]
existing(f"{API}/registered-models/create", {"name": "credit-risk", "description": "Who will default?"})
try:
    import mlflow
    import sklearn

    mlflow.set_tracking_uri(address)
    mlflow.set_experiment(experiment_id=experiment["experiment_id"])
    run_id = with_sklearn(mlflow, sklearn)
    how = f"scikit-learn {sklearn.__version__} and MLflow's client {mlflow.__version__}"
except ImportError:
    run_id = plain(experiment["experiment_id"])
    how = "plain HTTP"

root = call("GET", f"{API}/runs/get?run_id={run_id}")["run"]["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
place = f"/api/2.0/mlflow-artifacts/artifacts/{root.lstrip('/')}/drift/report.html"
call("PUT", place, raw=report.read_bytes())
version = call("POST", f"{API}/registered-models/get-latest-versions", {"name": "credit-risk"})["model_versions"][-1]
call("POST", f"{API}/model-versions/set-tag", {
    "name": "credit-risk", "version": version["version"], "key": "drift.report",
    "value": f"runs:/{run_id}/drift/report.html"})
call("POST", f"{API}/model-versions/transition-stage", {
    "name": "credit-risk", "version": version["version"], "stage": "Staging", "archive_existing_versions": "false"})
print(f"three runs and credit-risk version {version['version']}, logged with {how}; its drift report is an artifact")
