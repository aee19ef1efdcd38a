"""runs/log-batch: what it takes, its limits, its errors, and that it is all or nothing."""

import re

import pytest

from wire import NO_SUCH_RUN, better


def batch(wire, run, **fields):
    return wire.post("runs/log-batch", {"run_id": run, **fields})


def metric(key="m", value=1, timestamp=1, **fields):
    return {"key": key, "value": value, "timestamp": timestamp, **fields}


def contents(wire, run):
    data = wire.get_run(run)["data"]
    return {
        kind: {e["key"]: e["value"] for e in data.get(kind, []) if e["key"] != "mlflow.runName"}
        for kind in ("metrics", "params", "tags")
    }


NOTHING = {"metrics": {}, "params": {}, "tags": {}}


def test_everything_at_once(wire, run):
    batch(
        wire,
        run,
        metrics=[metric("a", 1, 1, step=0), metric("a", 2, 2, step=1), metric("b", "NaN")],
        params=[{"key": "p", "value": "1"}, {"key": "q", "value": ""}],
        tags=[{"key": "t", "value": "1"}],
    ).empty()
    assert contents(wire, run) == {"metrics": {"a": 2.0, "b": "NaN"}, "params": {"p": "1", "q": ""}, "tags": {"t": "1"}}
    assert len(wire.history(run, "a")) == 2


def test_nothing_is_fine(wire, run):
    batch(wire, run).empty()
    batch(wire, run, metrics=[], params=[], tags=[]).empty()
    assert contents(wire, run) == NOTHING


def test_unknown_run(wire):
    batch(wire, NO_SUCH_RUN, metrics=[metric()]).not_found(f"Run with id={NO_SUCH_RUN} not found")


@pytest.mark.parametrize(
    "fields,message",
    [
        ({"metrics": [{"key": "m"}]}, r"Missing value for required parameter 'metrics\[0\]\.value'"),
        (
            {"metrics": [metric(), {"value": 1, "timestamp": 1}]},
            r"Missing value for required parameter 'metrics\[1\]\.key'",
        ),
        ({"metrics": [{"key": "m", "value": 1}]}, r"Missing value for required parameter 'metrics\[0\]\.timestamp'"),
        ({"metrics": [metric(value=None)]}, r"metrics\[0\]\.value"),
        ({"metrics": [metric(timestamp=-1)]}, r"metrics\[0\]\.timestamp"),
        ({"metrics": [metric(), metric("//")]}, r"metrics\[1\]\.name"),
        ({"metrics": [metric("k" * 251)]}, "250"),
        ({"params": [{"value": "x"}]}, r"Missing value for required parameter 'params\[0\]\.key'"),
        ({"params": [{"key": "a//b", "value": "x"}]}, r"params\[0\]\.key"),
        (
            {"params": [{"key": "d", "value": "1"}, {"key": "d", "value": "2"}]},
            r"Duplicate parameter keys have been submitted: \['d'\]",
        ),
        ({"params": [{"key": "d", "value": "1"}, {"key": "d", "value": "1"}]}, "Duplicate parameter keys"),
        ({"tags": [{"value": "x"}]}, r"Missing value for required parameter 'tags\[0\]\.key'"),
        ({"tags": [{"key": "a$", "value": "x"}]}, r"tags\[0\]\.key"),
    ],
)
def test_bad_entities_leave_nothing_behind(wire, run, fields, message):
    good = {"metrics": [metric("ok")], "params": [{"key": "ok", "value": "1"}], "tags": [{"key": "ok", "value": "1"}]}
    batch(wire, run, **{**good, **fields}).invalid(message)
    assert contents(wire, run) == NOTHING


@better
@pytest.mark.parametrize(
    "fields",
    [
        {"metrics": [1]},
        {"metrics": [metric(value="x")]},
        {"metrics": [metric(timestamp="x")]},
        {"metrics": [metric(), metric(step=1.5)]},
        {"tags": [{"key": "k", "value": 5}]},
        {"params": [{"key": "k", "value": 5}]},
        {"params": ["x"]},
    ],
)
def test_entities_of_the_wrong_type_are_refused_and_not_skipped(wire, run, fields):
    batch(wire, run, **fields).invalid()
    assert contents(wire, run) == NOTHING


def test_the_last_value_of_a_tag_wins(wire, run):
    batch(wire, run, tags=[{"key": "d", "value": "1"}, {"key": "d", "value": "2"}]).empty()
    assert contents(wire, run)["tags"] == {"d": "2"}


def test_long_params_and_tags_are_cut(wire, run):
    batch(wire, run, params=[{"key": "p", "value": "x" * 6001}], tags=[{"key": "t", "value": "x" * 8001}]).empty()
    data = contents(wire, run)
    assert (len(data["params"]["p"]), len(data["tags"]["t"])) == (6000, 8000)


def test_a_param_with_its_value_may_come_again(wire, run):
    batch(wire, run, params=[{"key": "p", "value": "1"}]).empty()
    batch(wire, run, params=[{"key": "p", "value": "1"}, {"key": "q", "value": "2"}]).empty()
    assert contents(wire, run)["params"] == {"p": "1", "q": "2"}


def test_a_changed_param_is_refused(wire, run):
    batch(wire, run, params=[{"key": "p", "value": "1"}]).empty()
    message = batch(wire, run, params=[{"key": "p", "value": "9"}]).invalid("^Changing param values is not allowed")
    assert "'p'" in message and "'1'" in message and "'9'" in message and run in message
    assert contents(wire, run)["params"] == {"p": "1"}


@pytest.mark.parametrize(
    "fields,what",
    [
        ({"metrics": [metric(f"m{i}") for i in range(1001)]}, "at most 1000 metrics. Got 1001"),
        ({"params": [{"key": f"p{i}", "value": ""} for i in range(101)]}, "at most 100 params. Got 101"),
        ({"tags": [{"key": f"t{i}", "value": ""} for i in range(101)]}, "at most 100 tags. Got 101"),
        (
            {
                "metrics": [metric(f"m{i}") for i in range(950)],
                "params": [{"key": f"p{i}", "value": ""} for i in range(51)],
            },
            "at most 1000 metrics, params, and tags. Got 1001",
        ),
    ],
)
def test_limits(wire, run, fields, what):
    batch(wire, run, **fields).invalid(re.escape(what))
    assert contents(wire, run) == NOTHING


def test_at_the_limits(wire, run):
    metrics = [metric(f"m{i}", i) for i in range(800)]
    params = [{"key": f"p{i}", "value": "v" * 5000} for i in range(100)]
    tags = [{"key": f"t{i}", "value": "v" * 7000} for i in range(100)]
    batch(wire, run, metrics=metrics, params=params, tags=tags).empty()
    data = contents(wire, run)
    assert [len(data[kind]) for kind in ("metrics", "params", "tags")] == [800, 100, 100]
    batch(wire, run, metrics=[metric("same", i, i, step=i) for i in range(1000)]).empty()
    assert len(wire.history(run, "same")) == 1000


def test_repeats_of_a_point_count_once(wire, run):
    points = [metric("m", 1, 1, step=1)] * 3 + [metric("m", "NaN", 1, step=1)] * 2
    batch(wire, run, metrics=points).empty()
    batch(wire, run, metrics=points).empty()
    assert [p["value"] for p in wire.history(run, "m")] in (["NaN", 1.0], [1.0, "NaN"])


@better
def test_a_batch_that_fails_in_its_metrics_leaves_no_params(wire, run):
    fields = {
        "params": [{"key": "p", "value": "1"}],
        "metrics": [metric("good"), metric("bad", model_id="m-" + "0" * 32)],
        "tags": [{"key": "t", "value": "1"}],
    }
    batch(wire, run, **fields).refused()
    assert contents(wire, run) == NOTHING


def test_a_batch_that_fails_in_its_params_leaves_nothing(wire, run):
    batch(wire, run, params=[{"key": "p", "value": "1"}]).empty()
    fields = {
        "params": [{"key": "new", "value": "1"}, {"key": "p", "value": "2"}],
        "metrics": [metric()],
        "tags": [{"key": "t", "value": "1"}],
    }
    batch(wire, run, **fields).invalid("Changing param values")
    assert contents(wire, run) == {"metrics": {}, "params": {"p": "1"}, "tags": {}}


@pytest.mark.client
def test_the_stock_client_splits_what_is_too_long(mlflow, client, experiment):
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_params({f"p{i}": i for i in range(150)})
        mlflow.log_metrics({f"m{i}": i for i in range(1200)}, step=2)
        mlflow.set_tags({f"t{i}": i for i in range(120)})
    data = client.get_run(run.info.run_id).data
    assert (
        len(data.params) == 150
        and len(data.metrics) == 1200
        and len([t for t in data.tags if t.startswith("t")]) == 120
    )
