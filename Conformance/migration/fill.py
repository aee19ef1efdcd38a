"""Fills an MLflow with a bit of everything, through its own client: `fill.py TRACKING_URI ARTIFACT_FOLDER`.

Runs in the environment of either generation of MLflow. What is made does not depend on chance but for identifiers.
"""

import math
import os
import sys
import tempfile
import unittest.mock

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS"] = "true"

import mlflow  # noqa: E402
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag  # noqa: E402

START = 1_700_000_000_000


def metrics(number):
    curve = [Metric("loss", 1.0 / (step + 1), START + step, step) for step in range(60)]
    odd = [Metric("nan", math.nan, START, 0), Metric("huge", math.inf, START, 0), Metric("low", -math.inf, START, 0)]
    # Points of one step: the latest is the one of the later time, then of the higher value.
    twins = [Metric("twins", value, START + late, 1) for value, late in ((3.0, 0), (1.0, 5), (2.0, 5))]
    return curve + odd + twins + [Metric("accuracy", 0.5 + number, START, -3)]


def run(client, experiment, number):
    made = client.create_run(
        experiment,
        run_name=f"run {number}",
        tags={"mlflow.user": "ann", "ключ": "v" * number},
        start_time=START + number,
    )
    run_id = made.info.run_id
    params = [Param("lr", "0.1"), Param("empty", ""), Param(f"p{number}", "x" * 300)]
    client.log_batch(run_id, metrics(number), params, [RunTag("mlflow.note.content", "# Überschrift\n\n\U0001f600")])
    data = Dataset("données", f"d{number % 2}", "local", '{"uri": "x"}', schema='{"a": 1}', profile=None)
    client.log_inputs(run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "training")])])
    client.log_text(run_id, f"hello {number}", "notes/a b.txt")
    if number != 4:
        client.set_terminated(run_id, "FINISHED" if number else "FAILED", end_time=START + 100_000)
    return run_id


def registry(client, root, runs):
    client.create_registered_model("fraud", tags={"a": "b"}, description="A model")
    client.create_registered_model("empty")
    for number in range(3):
        source = f"{root}/{runs[number]}/artifacts/notes"
        client.create_model_version(
            "fraud",
            source=source,
            run_id=runs[number],
            tags={"t": str(number)},
            description=f"v{number}",
            run_link="https://x/1",
        )
    client.set_registered_model_alias("fraud", "champion", "2")
    client.set_registered_model_alias("fraud", "old", "1")
    client.transition_model_version_stage("fraud", "1", "Production")
    client.transition_model_version_stage("fraud", "2", "Staging")
    client.delete_model_version("fraud", "3")


def trace(client, experiment):
    if mlflow.__version__.startswith("2"):
        from mlflow.tracing.processor.mlflow import MlflowSpanProcessor

        # OpenTelemetry asks for both since a later version than that which it was made for.
        MlflowSpanProcessor._shutdown, MlflowSpanProcessor._metrics = False, unittest.mock.Mock()
    made = client.start_trace("ask", inputs={"q": 1}, experiment_id=experiment, tags={"colour": "blue"})
    client.end_trace(made.request_id, outputs={"a": 2})
    if hasattr(mlflow, "flush_trace_async_logging"):
        mlflow.flush_trace_async_logging()
    return made


def only_in_three(client, experiment, runs, trace):
    """Logged models, webhooks, assessments of traces, prompts."""
    from mlflow.entities import LoggedModelInput, LoggedModelOutput

    model = client.create_logged_model(
        experiment, name="lm", source_run_id=runs[0], tags={"x": "y"}, params={"p": "1"}, model_type="sk"
    )
    with tempfile.TemporaryDirectory() as folder:
        weights = os.path.join(folder, "weights.bin")
        with open(weights, "wb") as file:
            file.write(bytes(range(256)))
        client.log_model_artifact(model.model_id, weights)
    client.finalize_logged_model(model.model_id, "READY")
    client.log_metric(
        runs[0],
        "auc",
        0.9,
        step=1,
        timestamp=START,
        model_id=model.model_id,
        dataset_name="données",
        dataset_digest="d0",
    )
    client.log_outputs(runs[0], [LoggedModelOutput(model.model_id, 3)])
    client.log_inputs(runs[1], models=[LoggedModelInput(model.model_id)])
    gone = client.create_logged_model(experiment, name="gone")
    client.delete_logged_model(gone.model_id)
    client.create_model_version("fraud", source=f"models:/{model.model_id}", model_id=model.model_id)
    client.create_prompt("greeting", tags={"for": "tests"})
    client.create_prompt_version("greeting", "Hello {{name}}", description="first")
    events = ["model_version.created", "registered_model.created"]
    client.create_webhook("hook", "https://127.0.0.1/hook", events, description="tells")
    mlflow.log_feedback(trace_id=trace.request_id, name="good", value=True, rationale="because", metadata={"k": "v"})
    mlflow.log_expectation(trace_id=trace.request_id, name="answer", value={"is": [1, "two"]})


def main(uri, root):
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    experiment = client.create_experiment(
        "fraud", artifact_location=f"{root}/1", tags={"team": "risk", "e": "\U0001f600"}
    )
    client.delete_experiment(client.create_experiment("old", artifact_location=f"{root}/2"))
    client.set_experiment_tag("0", "note", "the default one")
    runs = [run(client, experiment, number) for number in range(5)]
    client.delete_run(runs[3])
    registry(client, f"{root}/1", runs)
    asked = trace(client, experiment)
    if mlflow.__version__.startswith("3"):
        only_in_three(client, experiment, runs, asked)


main(*sys.argv[1:])
