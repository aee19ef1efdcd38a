"""Metrics: values, keys, the latest point, and history: plain, bulk and sampled."""

import math
import random

import pytest

from wire import AJAX, NO_SUCH_RUN, better

HUGE = 1.7976931348623157e308


@pytest.mark.parametrize(
    "raw,stored",
    [
        ("1.5", 1.5),
        ("1", 1.0),
        ("0", 0.0),
        ("-0.0", 0.0),
        ('"2.5"', 2.5),
        ('"1e3"', 1000.0),
        ("5e-324", 5e-324),
        ("0.1", 0.1),
        ("12345678901234567890", 12345678901234567000.0),
        ("1.7976931348623157e308", HUGE),
        ('"NaN"', "NaN"),
        ('"Infinity"', HUGE),
        ('"-Infinity"', -HUGE),
        ("123456789.123456789", 123456789.12345679),
    ],
)
def test_values(wire, run, raw, stored):
    body = f'{{"run_id":"{run}","key":"m","value":{raw},"timestamp":7,"step":3}}'
    wire.post("runs/log-metric", raw=body).empty()
    assert wire.metrics(run) == {"m": {"key": "m", "value": stored, "timestamp": 7, "step": 3}}
    assert wire.history(run, "m") == [{"key": "m", "value": stored, "timestamp": 7, "step": 3}]


@better
@pytest.mark.parametrize("raw,stored", [("NaN", "NaN"), ("Infinity", HUGE), ("-Infinity", -HUGE), ('"nan"', "NaN")])
def test_what_is_no_json_number_is_refused_or_kept_but_never_read_as_zero(wire, run, raw, stored):
    reply = wire.post("runs/log-metric", raw=f'{{"run_id":"{run}","key":"m","value":{raw},"timestamp":7}}')
    if reply.status == 200:
        assert wire.metrics(run)["m"] == {"key": "m", "value": stored, "timestamp": 7, "step": 0}
    else:
        reply.invalid()
        assert wire.metrics(run) == {}


@better
@pytest.mark.parametrize("raw", ["[]", "{}", "[1]"])
def test_values_that_are_no_number_are_refused(wire, run, raw):
    wire.post("runs/log-metric", raw=f'{{"run_id":"{run}","key":"m","value":{raw},"timestamp":1}}').invalid("value")
    assert wire.metrics(run) == {}


@pytest.mark.parametrize("raw", ["null", '""'])
def test_a_value_is_required(wire, run, raw):
    wire.post("runs/log-metric", raw=f'{{"run_id":"{run}","key":"m","value":{raw},"timestamp":1}}').missing("value")


def test_numbers_are_numbers_and_a_step_is_always_there(wire, run):
    wire.post("runs/log-metric", {"run_id": run, "key": "m", "value": "2", "timestamp": "3"}).empty()
    point = wire.metrics(run)["m"]
    assert point == {"key": "m", "value": 2.0, "timestamp": 3, "step": 0}
    assert isinstance(point["timestamp"], int) and isinstance(point["step"], int)


@pytest.mark.parametrize("step", [-3, 0, 2**62, "5"])
def test_steps_are_any_integer(wire, run, step):
    wire.log_metric(run, "m", 1, step=step).empty()
    assert wire.metrics(run)["m"]["step"] == int(step)


def test_zeros_are_values(wire, run):
    wire.log_metric(run, "m", 0, timestamp=0, step=0).empty()
    assert wire.metrics(run)["m"] == {"key": "m", "value": 0.0, "timestamp": 0, "step": 0}


@pytest.mark.parametrize(
    "fields,field",
    [
        ({"key": "m", "value": 1, "timestamp": 1}, "run_id"),
        ({"run_id": "r", "value": 1, "timestamp": 1}, "key"),
        ({"run_id": "r", "key": "", "value": 1, "timestamp": 1}, "key"),
        ({"run_id": "r", "key": "m", "timestamp": 1}, "value"),
        ({"run_id": "r", "key": "m", "value": 1}, "timestamp"),
    ],
)
def test_required_fields(wire, fields, field):
    wire.post("runs/log-metric", fields).missing(field)


def test_a_negative_timestamp_is_refused(wire, run):
    wire.log_metric(run, "m", 1, timestamp=-1).invalid("Timestamp must be a nonnegative long")


@pytest.mark.parametrize("key", ["a", "a/b", "val/loss 1", "a:b", "a.b", "é", "中", "k" * 250, "a..b", ".x"])
def test_good_keys(wire, run, key):
    wire.log_metric(run, key, 1).empty()
    assert list(wire.metrics(run)) == [key]
    assert len(wire.history(run, key)) == 1


@pytest.mark.parametrize(
    "key",
    [
        "a//b",
        "../a",
        "/a",
        "a/",
        "a/../b",
        "a/./b",
        ".",
        "..",
        "..a",
        "a$b",
        "a\nb",
        "a,b",
        "a(b)",
        "a\\b",
        "a%b",
        "k" * 251,
    ],
)
def test_bad_keys(wire, run, key):
    wire.log_metric(run, key, 1).invalid()
    assert wire.metrics(run) == {}


LATEST = [
    # (points in the order logged as (step, timestamp, value), the latest)
    ([(0, 1, 1.0), (1, 2, 2.0)], (1, 2, 2.0)),
    ([(1, 2, 2.0), (0, 9, 1.0)], (1, 2, 2.0)),
    ([(1, 5, 1.0), (1, 4, 9.0)], (1, 5, 1.0)),
    ([(1, 4, 9.0), (1, 5, 1.0)], (1, 5, 1.0)),
    ([(1, 5, 1.0), (1, 5, 3.0), (1, 5, 2.0)], (1, 5, 3.0)),
    ([(-5, 1, 1.0), (-7, 9, 2.0)], (-5, 1, 1.0)),
    ([(2, 1, "NaN"), (1, 9, 5.0)], (2, 1, "NaN")),
    ([(1, 9, 5.0), (2, 1, "NaN")], (2, 1, "NaN")),
    ([(1, 1, "NaN"), (1, 2, 5.0)], (1, 2, 5.0)),
    ([(1, 1, "-Infinity"), (1, 1, 0.5)], (1, 1, 0.5)),
    ([(1, 1, 0.5), (1, 1, "Infinity")], (1, 1, HUGE)),
]


@pytest.mark.parametrize("points,latest", LATEST)
@pytest.mark.parametrize("way", ["log-metric", "log-batch"])
def test_the_latest_point_has_the_greatest_step_then_timestamp_then_value(wire, run, points, latest, way):
    if way == "log-metric":
        for step, timestamp, value in points:
            wire.log_metric(run, "m", value, timestamp, step).empty()
    else:
        metrics = [{"key": "m", "step": s, "timestamp": t, "value": v} for s, t, v in points]
        wire.post("runs/log-batch", {"run_id": run, "metrics": metrics}).empty()
    step, timestamp, value = latest
    assert wire.metrics(run)["m"] == {"key": "m", "value": value, "timestamp": timestamp, "step": step}
    assert len(wire.history(run, "m")) == len(points)


POINTS = [
    (2, 10, 1.0),
    (1, 30, 5.0),
    (2, 20, "NaN"),
    (0, 20, 7.0),
    (2, 20, 3.0),
    (2, 20, "Infinity"),
    (2, 20, 3.0),
    (3, 10, -4.0),
]
SORTED = [(2, 10, 1.0), (3, 10, -4.0), (0, 20, 7.0), (2, 20, "NaN"), (2, 20, 3.0), (2, 20, HUGE), (1, 30, 5.0)]


@pytest.fixture
def logged(wire, run):
    """POINTS under the key m; one of them comes twice and counts once."""
    for step, timestamp, value in POINTS:
        wire.log_metric(run, "m", value, timestamp, step).empty()
    wire.log_metric(run, "other", 1).empty()
    return run


def triples(points):
    return [(p["step"], p["timestamp"], p["value"]) for p in points]


def test_history_is_sorted_by_timestamp_step_value_without_exact_repeats(wire, logged):
    assert triples(wire.history(logged, "m")) == SORTED
    assert {p["key"] for p in wire.history(logged, "m")} == {"m"}


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_history_in_pages(wire, logged, size):
    points, token, pages = [], None, 0
    while True:
        query = {"run_id": logged, "metric_key": "m", "max_results": size, **({"page_token": token} if token else {})}
        answer = wire.get("metrics/get-history", query).ok()
        points += answer.get("metrics", [])
        assert len(answer.get("metrics", [])) <= size
        pages += 1
        token = answer.get("next_page_token")
        if not token:
            break
    assert triples(points) == SORTED
    assert pages == math.ceil(len(SORTED) / size)


def test_history_of_nothing(wire, logged):
    assert wire.history(logged, "nope") == []
    assert wire.get("metrics/get-history", {"run_id": logged, "metric_key": "M"}).ok() == {}


@pytest.mark.parametrize("query,field", [({"metric_key": "m"}, "run_id"), ({"run_id": "r"}, "metric_key")])
def test_history_needs_a_run_and_a_key(wire, query, field):
    wire.get("metrics/get-history", query).missing(field)


def test_history_takes_run_uuid(wire, logged):
    answer = wire.get("metrics/get-history", {"run_uuid": logged, "metric_key": "m"}).ok()
    assert triples(answer["metrics"]) == SORTED


@pytest.mark.parametrize("count", [0, -1])
def test_history_pages_have_a_size(wire, logged, count):
    wire.get("metrics/get-history", {"run_id": logged, "metric_key": "m", "max_results": count}).invalid("max_results")


@pytest.mark.parametrize("token", ["zzz", "!", "e30="])
def test_history_with_a_bad_token(wire, logged, token):
    wire.get("metrics/get-history", {"run_id": logged, "metric_key": "m", "page_token": token}).invalid("page token")


@better
def test_pages_of_history_do_not_shift_when_points_are_added(wire, run):
    for index in range(10, 16):
        wire.log_metric(run, "m", index, timestamp=index, step=index).empty()
    query = {"run_id": run, "metric_key": "m", "max_results": 3}
    first = wire.get("metrics/get-history", query).ok()
    for index in range(3):
        wire.log_metric(run, "m", index, timestamp=index, step=index).empty()
    rest = wire.get("metrics/get-history", {**query, "page_token": first["next_page_token"]}).ok()
    assert [p["step"] for p in first["metrics"] + rest["metrics"]] == [10, 11, 12, 13, 14, 15]


BULK = AJAX + "metrics/get-history-bulk"


@pytest.fixture
def two(wire, experiment):
    """Two runs in the order of their ids, with 12 and 3 points."""
    runs = sorted(wire.run(experiment) for _ in range(2))
    for run, count in zip(runs, (12, 3)):
        metrics = [{"key": "m", "value": i * 10, "timestamp": 100 + i, "step": i} for i in range(count)]
        wire.post("runs/log-batch", {"run_id": run, "metrics": metrics}).empty()
    return runs


def test_bulk_history(wire, two):
    answer = wire.get(BULK, [("run_id", two[1]), ("run_id", two[0]), ("metric_key", "m")]).ok()
    expected = [
        {"key": "m", "value": i * 10.0, "timestamp": 100 + i, "step": i, "run_id": run}
        for run, count in zip(two, (12, 3))
        for i in range(count)
    ]
    assert answer["metrics"] == expected


def test_bulk_history_is_limited_as_a_whole(wire, two):
    query = [("run_id", two[0]), ("run_id", two[1]), ("metric_key", "m"), ("max_results", "13")]
    answer = wire.get(BULK, query).ok()["metrics"]
    assert [p["run_id"] for p in answer] == [two[0]] * 12 + [two[1]]


def test_bulk_history_of_nothing(wire, two):
    assert wire.get(BULK, {"run_id": two[0], "metric_key": "nope"}).ok() == {"metrics": []}
    assert wire.get(BULK, {"run_id": NO_SUCH_RUN, "metric_key": "m"}).ok() == {"metrics": []}


def test_bulk_history_needs_runs_and_a_key(wire):
    wire.get(BULK, {"metric_key": "m"}).invalid("at least one run_id")
    wire.get(BULK, {"run_id": "x"}).invalid("metric_key")
    wire.get(BULK, [("run_id", f"r{i}") for i in range(101)] + [("metric_key", "m")]).invalid("100")


@better
def test_bulk_history_refuses_a_limit_that_is_no_number(wire, two):
    wire.get(BULK, {"run_id": two[0], "metric_key": "m", "max_results": "x"}).invalid()


INTERVAL = "metrics/get-history-bulk-interval"


def interval(wire, runs, **query):
    pairs = [("run_ids", run) for run in runs] + [("metric_key", "m")] + [(k, str(v)) for k, v in query.items()]
    return wire.get(INTERVAL, pairs)


@pytest.mark.parametrize(
    "query,steps",
    [
        ({}, list(range(12))),
        ({"max_results": 12}, list(range(12))),
        ({"max_results": 20}, list(range(12))),
        ({"max_results": 1}, [11]),
        ({"start_step": 3, "end_step": 8}, [3, 4, 5, 6, 7, 8]),
        ({"start_step": 3, "end_step": 3}, [3]),
        ({"start_step": -5, "end_step": 1}, [0, 1]),
        ({"start_step": 50, "end_step": 60}, []),
    ],
)
def test_an_interval(wire, two, query, steps):
    answer = interval(wire, two[:1], **query).ok().get("metrics", [])
    assert answer == [{"key": "m", "value": s * 10.0, "timestamp": 100 + s, "step": s, "run_id": two[0]} for s in steps]


@pytest.mark.parametrize("count", [2, 3, 4, 5, 7, 11])
def test_a_sampled_interval_is_even_and_keeps_both_ends(wire, two, count):
    steps = [p["step"] for p in interval(wire, two[:1], max_results=count).ok()["metrics"]]
    assert steps == sorted(set(steps))
    assert len(steps) == count
    assert steps[0] == 0 and steps[-1] == 11
    gaps = [b - a for a, b in zip(steps, steps[1:])]
    assert max(gaps) <= 2 * math.ceil(11 / (count - 1))


def test_the_ajax_route_of_the_interval(wire, two):
    pairs = [("run_ids", two[0]), ("metric_key", "m"), ("max_results", "4")]
    assert wire.get(AJAX + INTERVAL, pairs).ok() == wire.get(INTERVAL, pairs).ok()


def test_an_interval_over_runs_keeps_their_order(wire, two):
    answer = interval(wire, [two[1], two[0]], max_results=3).ok()["metrics"]
    assert [p["run_id"] for p in answer] == [two[1]] * 3 + [two[0]] * 3


def test_an_interval_where_many_points_share_a_step_stays_bounded(wire, run):
    metrics = [{"key": "m", "value": i, "timestamp": i, "step": 0} for i in range(500)]
    wire.post("runs/log-batch", {"run_id": run, "metrics": metrics}).empty()
    answer = interval(wire, [run], max_results=10).ok()["metrics"]
    assert len(answer) == 10 and answer[-1]["value"] == 499


@pytest.mark.parametrize(
    "query,message",
    [
        ({"start_step": 3}, "both must be specified"),
        ({"end_step": 3}, "both must be specified"),
        ({"start_step": 8, "end_step": 3}, "end_step must be greater than start_step"),
        ({"max_results": 0}, "between 1 and 2500"),
        ({"max_results": 2501}, "between 1 and 2500"),
    ],
)
def test_bad_intervals(wire, run, query, message):
    interval(wire, [run], **query).invalid(message)


def test_an_interval_needs_runs_and_a_key(wire):
    wire.get(INTERVAL, {"metric_key": "m"}).missing("run_ids")
    wire.get(INTERVAL, {"run_ids": "x"}).missing("metric_key")
    interval(wire, [f"r{i}" for i in range(101)]).invalid("at most 100 run_ids")


@pytest.mark.client
def test_the_stock_client(client, experiment):
    run = client.create_run(experiment).info.run_id
    shuffled = list(range(60))
    random.Random(1).shuffle(shuffled)
    for step in shuffled[:5]:
        client.log_metric(run, "loss", 1 / (step + 1), timestamp=step, step=step)
    client.log_metric(run, "nan", float("nan"))
    client.log_metric(run, "inf", float("inf"))
    history = client.get_metric_history(run, "loss")
    assert [m.step for m in history] == sorted(shuffled[:5])
    data = client.get_run(run).data.metrics
    assert math.isnan(data["nan"]) and data["inf"] == HUGE
    assert data["loss"] == 1 / (max(shuffled[:5]) + 1)


@pytest.mark.client
def test_the_stock_client_logs_asynchronously(mlflow, client, experiment):
    with mlflow.start_run(experiment_id=experiment) as run:
        pending = [mlflow.log_metric("a", i, step=i, synchronous=False) for i in range(20)]
        pending.append(mlflow.log_params({"p": 1, "q": 2}, synchronous=False))
        for one in pending:
            one.wait()
    assert len(client.get_metric_history(run.info.run_id, "a")) == 20
    assert client.get_run(run.info.run_id).data.params == {"p": "1", "q": "2"}
