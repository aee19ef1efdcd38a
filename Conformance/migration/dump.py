"""Prints all that the stock client is told, as JSON: `dump.py TRACKING_URI`.

Runs in the environment of either generation. What is told in no order is sorted; what must differ after a migration
(the places of files) is left out, and the files themselves are read instead.
"""

import contextlib
import hashlib
import json
import os
import sys
import tempfile

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"

import mlflow  # noqa: E402
from mlflow.entities import ViewType  # noqa: E402


def pages(search, **arguments):
    token = None
    while True:
        page = search(page_token=token, **arguments)
        yield from page
        token = page.token
        if not token:
            return


def points(history):
    return sorted([point.step, point.timestamp, repr(point.value)] for point in history)


def files(client, run_id, path=None):
    for entry in client.list_artifacts(run_id, path):
        if entry.is_dir:
            yield from files(client, run_id, entry.path)
        else:
            with tempfile.TemporaryDirectory() as folder:
                yield [entry.path, digest(client.download_artifacts(run_id, entry.path, folder))]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def model_files(client, model_id):
    """The files of a logged model, which lie beside each other."""
    with tempfile.TemporaryDirectory() as folder:
        for entry in client.list_logged_model_artifacts(model_id):
            uri = f"{client.get_logged_model(model_id).artifact_location}/{entry.path}"
            yield [entry.path, digest(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=folder))]


def place(uri):
    """The end of a place, from the number of the experiment on: what is before it differs after a migration."""
    return "/".join((uri or "").split("/")[-4:])


def spans(trace):
    return sorted([span.name, repr(span.inputs), repr(span.outputs), str(span.status)] for span in trace.data.spans)


def describe_run(client, run, with_files):
    info, data = run.info, run.data
    inputs = run.inputs.dataset_inputs if run.inputs else []
    told = {
        "info": [info.experiment_id, info.run_name, info.user_id, info.status, info.start_time, info.end_time],
        "stage": info.lifecycle_stage,
        "params": data.params,
        "tags": data.tags,
        "metrics": {key: repr(value) for key, value in data.metrics.items()},
        "histories": {key: points(client.get_metric_history(info.run_id, key)) for key in data.metrics},
        "datasets": sorted(
            [
                i.dataset.name,
                i.dataset.digest,
                i.dataset.source_type,
                i.dataset.source,
                i.dataset.schema,
                i.dataset.profile,
            ]
            + sorted([tag.key, tag.value] for tag in i.tags)
            for i in inputs
        ),
    }
    if getattr(run, "outputs", None):
        told["outputs"] = sorted([model.model_id, model.step] for model in run.outputs.model_outputs)
        told["model inputs"] = sorted(model.model_id for model in run.inputs.model_inputs)
    if with_files:
        told["files"] = sorted(files(client, info.run_id))
    return told


def describe_version(client, version):
    return [
        version.name,
        str(version.version),
        version.creation_timestamp,
        version.last_updated_timestamp,
        version.description or "",
        version.user_id or "",
        version.current_stage,
        version.run_id or "",
        version.run_link or "",
        version.tags,
        version.status,
        place(version.source),
        place(client.get_model_version_download_uri(version.name, version.version)),
    ]


def describe_model(model):
    return [
        model.name,
        model.creation_timestamp,
        model.last_updated_timestamp,
        model.description or "",
        model.tags,
        {alias: str(version) for alias, version in model.aliases.items()},
        sorted(str(version.version) for version in model.latest_versions),
    ]


def only_in_three(client, experiments, told, with_files):
    for experiment in experiments:
        for model in pages(client.search_logged_models, experiment_ids=[experiment.experiment_id]):
            metrics = sorted(
                [m.key, repr(m.value), m.timestamp, m.step, m.run_id, m.dataset_name, m.dataset_digest]
                for m in model.metrics or []
            )
            told["logged models"][model.model_id] = [
                model.experiment_id,
                model.name,
                model.creation_timestamp,
                model.last_updated_timestamp,
                str(model.status),
                model.model_type,
                model.source_run_id,
                model.params,
                model.tags,
                metrics,
                sorted(model_files(client, model.model_id)) if with_files else [],
            ]
        for trace in pages(client.search_traces, locations=[experiment.experiment_id], include_spans=False):
            info = trace.info
            kept = {key: value for key, value in info.tags.items() if key not in HIDDEN_TAGS}
            assessments = sorted(
                [a.name, str(a.source.source_type), a.source.source_id, repr(a.value), a.rationale, a.metadata]
                for a in info.assessments
            )
            told["traces"][info.trace_id] = [
                info.request_time,
                info.execution_duration,
                str(info.state),
                info.request_preview,
                info.response_preview,
                kept,
                info.trace_metadata,
                assessments,
                spans(client.get_trace(info.trace_id)) if with_files else [],
            ]


def only_in_two(client, experiments, told, with_files):
    for experiment in experiments:
        for trace in pages(client.search_traces, experiment_ids=[experiment.experiment_id], include_spans=False):
            info = trace.info
            told["traces"][info.request_id] = [
                info.timestamp_ms,
                info.execution_time_ms,
                str(info.status),
                {key: value for key, value in info.tags.items() if key not in HIDDEN_TAGS},
                info.request_metadata,
                spans(client.get_trace(info.request_id)) if with_files else [],
            ]


# Where the spans are kept is each server's own matter.
HIDDEN_TAGS = {"mlflow.artifactLocation", "mlflow.trace.spansLocation"}


def main(uri, with_files):
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    told = {"experiments": {}, "runs": {}, "models": {}, "versions": [], "logged models": {}, "traces": {}}
    experiments = list(pages(client.search_experiments, view_type=ViewType.ALL))
    for experiment in experiments:
        told["experiments"][experiment.experiment_id] = [
            experiment.name,
            experiment.lifecycle_stage,
            experiment.creation_time,
            experiment.last_update_time,
            experiment.tags,
        ]
        ids = [experiment.experiment_id]
        for run in pages(client.search_runs, experiment_ids=ids, run_view_type=ViewType.ALL):
            whole = client.get_run(run.info.run_id)
            told["runs"][run.info.run_id] = describe_run(client, whole, with_files)
    for model in pages(client.search_registered_models):
        told["models"][model.name] = describe_model(model)
    told["versions"] = sorted(
        (describe_version(client, version) for version in pages(client.search_model_versions)),
        key=lambda one: (one[0], int(one[1])),
    )
    for name, model in told["models"].items():
        for alias in model[5]:
            told["versions"].append([name, alias, str(client.get_model_version_by_alias(name, alias).version)])
    if mlflow.__version__.startswith("3"):
        only_in_three(client, experiments, told, with_files)
        told["webhooks"] = sorted(
            [hook.name, hook.url, hook.description, str(hook.status), sorted(str(event) for event in hook.events)]
            for hook in client.list_webhooks()
        )
        with contextlib.suppress(Exception):
            told["prompt"] = client.get_prompt_version("greeting", "1").template
    else:
        only_in_two(client, experiments, told, with_files)
    print(json.dumps(told, indent=1, sort_keys=True, default=str))


main(sys.argv[1], with_files="--files" in sys.argv)
