"""Writes runs and models straight into an MLflow 3.18 SQLite database: over HTTP it would take a quarter of an hour.

The same data as `tracking-benchmark fill` and `operations.register` give Steward: runs with 10 metrics, 5 parameters
and 3 tags, one run with a long history, registered models with versions that have two tags each and one alias a model.
"""
import random
import sqlite3

LONG_RUN = "f" * 32


def seed(path, runs, points, models, versions):
    random.seed(1)
    connection = sqlite3.connect(path, timeout=60)
    with connection:
        _runs(connection, runs)
        _long_run(connection, points)
        _models(connection, models, versions)
    connection.execute("ANALYZE")
    connection.close()


def _insert(connection, table, columns, rows):
    connection.executemany(
        "INSERT INTO %s (%s) VALUES (%s)" % (table, columns, ", ".join("?" * len(columns.split(",")))), rows)


def _run(run_id, name, start):
    location = "mlflow-artifacts:/0/%s/artifacts" % run_id
    return (run_id, name, "UNKNOWN", "", "", "user", "RUNNING", start, "", "active", location, 0)


RUN = ("run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, source_version, "
       "lifecycle_stage, artifact_uri, experiment_id")


def _runs(connection, count):
    ids = ["%032x" % random.getrandbits(128) for _ in range(count)]
    _insert(connection, "runs", RUN, (
        _run(run_id, "run-%d" % i, 1_600_000_000_000 + i * 1000) for i, run_id in enumerate(ids)))
    metrics = [("m%d" % key, random.random(), 1, 0, 0, run_id) for run_id in ids for key in range(10)]
    for table in ("metrics", "latest_metrics"):
        _insert(connection, table, "key, value, timestamp, step, is_nan, run_uuid", metrics)
    _insert(connection, "params", "key, value, run_uuid", (
        ("p%d" % key, "v%d" % random.randrange(50), run_id) for run_id in ids for key in range(5)))
    for key, value in (
            ("mlflow.runName", lambda i: "run-%d" % i), ("team", lambda i: "team-%d" % random.randrange(10)),
            ("stage", lambda i: ("dev", "prod")[i % 2])):
        _insert(connection, "tags", "key, value, run_uuid", ((key, value(i), run) for i, run in enumerate(ids)))


def _long_run(connection, points):
    _insert(connection, "runs", RUN, [_run(LONG_RUN, "long", 1)])
    _insert(connection, "metrics", "key, value, timestamp, step, is_nan, run_uuid", (
        ("loss", random.random(), 1000 + step, step, 0, LONG_RUN) for step in range(points)))
    _insert(connection, "latest_metrics", "key, value, timestamp, step, is_nan, run_uuid", [
        ("loss", 0.5, 1000 + points - 1, points - 1, 0, LONG_RUN)])


def _models(connection, models, versions):
    names = ["model-%d" % i for i in range(models)]
    _insert(connection, "registered_models", "name, creation_time, last_updated_time, description", (
        (name, 1, 1, "") for name in names))
    both = [(name, version) for name in names for version in range(1, versions + 1)]
    source = "s3://bucket/models/m-1"
    _insert(
        connection, "model_versions",
        "name, version, creation_time, last_updated_time, description, user_id, current_stage, source, run_id, status, "
        "status_message, run_link, storage_location",
        ((name, version, 1, 1, "", None, "None", source, "", "READY", None, "", source) for name, version in both))
    for key, value in (("origin", lambda version: "benchmark"), ("number", str)):
        _insert(connection, "model_version_tags", "key, value, name, version", (
            (key, value(version), name, version) for name, version in both))
    _insert(connection, "registered_model_aliases", "alias, version, name", (
        ("champion", versions, name) for name in names))
