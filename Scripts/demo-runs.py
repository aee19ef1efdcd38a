"""Fills a server with runs and a registered model: `demo-runs.py ADDRESS FOLDER`.

FOLDER is what `steward demo data` wrote, with report.html and report.json of `steward drift` beside it. The question is
the one the data are about: who will default? With MLflow and scikit-learn at hand the models are theirs, logged by the
stock client; without them a logistic regression is trained here, in plain Python, and logged over plain HTTP.
"""

import csv
import json
import math
import os
import pathlib
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings

ADDRESS, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
API = "/api/2.0/mlflow"
EXPERIMENT, MODEL = "credit risk", "credit-risk"
FEATURES = [
    "age", "income", "employment_years", "loan_amount", "interest_rate", "credit_score", "debt_to_income", "open_loans",
]
ROWS, TRAINING = 6000, 4500


def loans():
    """The first rows of the reference data: features, brought to mean 0 and deviation 1, and whether they defaulted."""
    rows, labels = [], []
    with open(FOLDER / "reference.csv", newline="") as file:
        for row in csv.DictReader(file):
            try:
                rows.append([float(row[name]) for name in FEATURES])
            except ValueError:
                continue  # A missing value.
            labels.append(int(row["defaulted"] == "true"))
            if len(rows) == ROWS:
                break
    for column in range(len(FEATURES)):
        values = [row[column] for row in rows[:TRAINING]]
        mean = sum(values) / len(values)
        deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)) or 1.0
        for row in rows:
            row[column] = (row[column] - mean) / deviation
    return rows, labels


def figures(chances, labels):
    """Log loss, accuracy and the area under the ROC curve of predicted chances."""
    clipped = [min(max(chance, 1e-12), 1 - 1e-12) for chance in chances]
    loss = -sum(math.log(p if y else 1 - p) for p, y in zip(clipped, labels)) / len(labels)
    right = sum((chance >= 0.5) == bool(label) for chance, label in zip(chances, labels))
    # The share of pairs that stand in the right order, by ranks; equal chances share theirs.
    order = sorted(range(len(labels)), key=lambda index: chances[index])
    ranks, start = [0.0] * len(labels), 0
    while start < len(order):
        end = start
        while end < len(order) and chances[order[end]] == chances[order[start]]:
            end += 1
        for place in range(start, end):
            ranks[order[place]] = (start + end + 1) / 2
        start = end
    positive = sum(labels)
    area = sum(rank for rank, label in zip(ranks, labels) if label) - positive * (positive + 1) / 2
    return {
        "loss": loss, "accuracy": right / len(labels), "auc": area / max(1, positive * (len(labels) - positive)),
    }


# Over plain HTTP.


def call(method, path, body=None, raw=None, headers=None):
    data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
    kind = "application/octet-stream" if raw is not None else "application/json"
    request = urllib.request.Request(
        ADDRESS + path, data=data, method=method, headers={"Content-Type": kind, **(headers or {})})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"{}")


def existing(path, body):
    """Makes something unless it is there."""
    try:
        call("POST", path, body)
    except urllib.error.HTTPError as error:
        if json.loads(error.read()).get("error_code") != "RESOURCE_ALREADY_EXISTS":
            raise


def upload(run_id, path, content):
    root = call("GET", f"{API}/runs/get?run_id={run_id}")["run"]["info"]["artifact_uri"]
    place = root.removeprefix("mlflow-artifacts:/").lstrip("/")
    call("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{place}/{path}", raw=content)


def descend(rows, labels, rate, penalty, epochs):
    """Logistic regression by stochastic gradient descent; gives the weights after each epoch, the bias last."""
    weights = [0.0] * (len(rows[0]) + 1)
    order = list(range(len(rows)))
    shuffle = random.Random(7).shuffle
    for _ in range(epochs):
        shuffle(order)
        for index in order:
            slope = chance(weights, rows[index]) - labels[index]
            for column, value in enumerate(rows[index]):
                weights[column] -= rate * (slope * value + penalty * weights[column])
            weights[-1] -= rate * slope
        yield list(weights)


def chance(weights, row):
    score = weights[-1] + sum(weight * value for weight, value in zip(weights, row))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def by_hand(rows, labels):
    """Runs over plain HTTP. Gives run, figures and the source for a version, of each."""
    experiment = call("GET", f"{API}/experiments/get-by-name?experiment_name={urllib.parse.quote(EXPERIMENT)}")
    done = []
    for rate, penalty in [(0.1, 0.0), (0.01, 0.0), (0.002, 0.01), (0.0005, 0.0)]:
        begin = int(time.time() * 1000)
        name = f"logistic-{rate}"
        run = call("POST", f"{API}/runs/create", {
            "experiment_id": experiment["experiment"]["experiment_id"], "run_name": name, "start_time": begin,
            "tags": [{"key": "library", "value": "plain Python"}]})["run"]["info"]["run_id"]
        points, weights = [], []
        for epoch, weights in enumerate(descend(rows[:TRAINING], labels[:TRAINING], rate, penalty, 12)):
            last = figures([chance(weights, row) for row in rows[TRAINING:]], labels[TRAINING:])
            points += [
                {"key": key, "value": value, "step": epoch, "timestamp": int(time.time() * 1000)}
                for key, value in last.items()
            ]
        settings = {"model": "logistic regression", "learning_rate": rate, "l2": penalty, "epochs": 12}
        call("POST", f"{API}/runs/log-batch", {
            "run_id": run, "metrics": points,
            "params": [{"key": key, "value": str(value)} for key, value in settings.items()]})
        upload(run, "model/weights.json", json.dumps(dict(zip([*FEATURES, "bias"], weights)), indent=1).encode())
        call("POST", f"{API}/runs/update", {
            "run_id": run, "status": "FINISHED", "end_time": int(time.time() * 1000)})
        done.append((run, last, f"runs:/{run}/model"))
    return done


# With the stock client.


def by_client(mlflow, rows, labels):
    """Runs through MLflow's client, of scikit-learn's models. Gives run, figures and source, of each."""
    import numpy
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree import DecisionTreeClassifier

    mlflow.set_experiment(EXPERIMENT)
    table, truth = numpy.array(rows), numpy.array(labels)
    dataset = mlflow.data.from_numpy(table[:TRAINING], targets=truth[:TRAINING], name="loans-reference")
    done = []
    for name, model, settings in [
        ("logistic", LogisticRegression(C=0.5), ["C"]),
        ("tree", DecisionTreeClassifier(max_depth=5, random_state=7), ["max_depth"]),
        ("forest", RandomForestClassifier(60, max_depth=8, random_state=7), ["n_estimators", "max_depth"]),
        ("boosting", GradientBoostingClassifier(n_estimators=60, max_depth=3, random_state=7),
         ["n_estimators", "max_depth", "learning_rate"]),
    ]:
        with mlflow.start_run(run_name=name) as run:
            mlflow.log_input(dataset, context="training")
            mlflow.set_tag("library", "scikit-learn")
            model.fit(table[:TRAINING], truth[:TRAINING])
            mlflow.log_params({"model": type(model).__name__} | {key: model.get_params()[key] for key in settings})
            # Boosting has a course: its figures after each tree.
            stages = getattr(model, "staged_predict_proba", lambda part: [model.predict_proba(part)])
            for step, chances in enumerate(stages(table[TRAINING:])):
                last = figures(chances[:, 1].tolist(), labels[TRAINING:])
                mlflow.log_metrics(last, step=step)
            # The requirements are said, not inferred: that would take longer than all the rest.
            logged = mlflow.sklearn.log_model(
                model, "model", serialization_format="cloudpickle", pip_requirements=["scikit-learn"])
            done.append((run.info.run_id, last, logged.model_uri))
    return done


def register(done, register_version):
    """The two best become versions; the better one is the champion, in production, and carries the drift report."""
    existing(f"{API}/registered-models/create", {"name": MODEL, "description": "Who will default?"})
    second, best = sorted(done, key=lambda run: run[1]["auc"])[-2:]
    numbers = [register_version(run, source) for run, _, source in (second, best)]
    for number, alias in zip(numbers, ["challenger", "champion"]):
        call("POST", f"{API}/registered-models/alias", {"name": MODEL, "version": number, "alias": alias})
    run, reached, _ = best
    upload(run, "drift/report.html", (FOLDER / "report.html").read_bytes())
    upload(run, "drift/report.json", (FOLDER / "report.json").read_bytes())
    drift = json.loads((FOLDER / "report.json").read_text())["dataset"]
    for key, value in {
        "drift.report": f"runs:/{run}/drift/report.html",
        "drift.verdict": f"{drift['drifted_columns']} of {drift['columns']} columns drifted",
    }.items():
        call("POST", f"{API}/model-versions/set-tag", {
            "name": MODEL, "version": numbers[1], "key": key, "value": value})
    call(
        "POST", f"{API}/model-versions/transition-stage",
        {"name": MODEL, "version": numbers[1], "stage": "Production", "archive_existing_versions": True},
        headers={"Steward-Reason": f"best AUC of the demo: {reached['auc']:.3f}"})
    return numbers[1]


def main():
    rows, labels = loans()
    existing(f"{API}/experiments/create", {"name": EXPERIMENT, "tags": [{"key": "team", "value": "risk"}]})
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    warnings.filterwarnings("ignore")
    try:
        import mlflow
        import mlflow.sklearn
        import sklearn
    except ImportError:
        done = by_hand(rows, labels)
        how = "plain Python over HTTP; with mlflow and scikit-learn installed the models would be theirs"

        def version(run, source):
            body = {"name": MODEL, "source": source, "run_id": run}
            return call("POST", f"{API}/model-versions/create", body)["model_version"]["version"]
    else:
        import logging

        logging.getLogger("mlflow").setLevel(logging.ERROR)
        mlflow.set_tracking_uri(ADDRESS)
        done = by_client(mlflow, rows, labels)
        how = f"scikit-learn {sklearn.__version__} and MLflow's client {mlflow.__version__}"

        def version(run, source):
            return mlflow.register_model(source, MODEL).version

    number = register(done, version)
    print(f"{len(done)} runs by {how}.")
    print(f"{MODEL} version {number} is the champion, in production; the drift report is among its run's artifacts.")


main()
