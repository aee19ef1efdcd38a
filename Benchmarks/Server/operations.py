"""What is measured: each operation with its requests, its target and a check that the answer is the one meant."""
import dataclasses
import typing

import wire
from seed_mlflow import LONG_RUN

MARK = "#" * 10


@dataclasses.dataclass
class Size:
    """How much data the servers hold."""
    runs: int = 10_000
    points: int = 100_000
    models: int = 500
    versions: int = 10


@dataclasses.dataclass
class Operation:
    """Requests that are measured together.

    `target` is the most server CPU in ms per request, None where issue 3 gives none. `check` is given one answer and
    returns what is wrong with it, or None.
    """
    key: str
    title: str
    templates: typing.Callable[["Context"], list]
    target: typing.Optional[float] = None
    connections: int = 1
    rate_target: typing.Optional[float] = None
    seconds: float = 3.0
    check: typing.Callable[[dict, Size], typing.Optional[str]] = lambda answer, size: None


@dataclasses.dataclass
class Context:
    """What requests need to know of a filled server."""
    size: Size
    experiment: str
    #: Runs that may be written to, and some of those the server was filled with.
    writable: list
    filled: list


def prepare(client, size, writers):
    """A second experiment for what writes, so that what is searched stays as it was filled."""
    experiment = client.send("POST", "experiments/create", {"name": "bench-%d" % len(_names(client))})["experiment_id"]
    writable = [
        client.send("POST", "runs/create", {"experiment_id": experiment, "start_time": 1})["run"]["info"]["run_id"]
        for _ in range(writers)]
    found = client.send("POST", "runs/search", {"experiment_ids": ["0"], "max_results": 1000})
    return Context(size, experiment, writable, [run["info"]["run_id"] for run in found.get("runs", [])])


def _names(client):
    return client.send("POST", "experiments/search", {"max_results": 1000}).get("experiments", [])


def register(client, size):
    """The models of `seed_mlflow`, over HTTP."""
    for i in range(size.models):
        name = "model-%d" % i
        client.send("POST", "registered-models/create", {"name": name})
        for version in range(1, size.versions + 1):
            client.send("POST", "model-versions/create", {
                "name": name, "source": "s3://bucket/models/m-1",
                "tags": [{"key": "origin", "value": "benchmark"}, {"key": "number", "value": str(version)}]})
        client.send("POST", "registered-models/alias", {
            "name": name, "alias": "champion", "version": str(size.versions)})


def log_metric(context, runs=1):
    """Points of as many runs, or of those there are."""
    return [
        wire.prepare("POST", "runs/log-metric", '{"run_id":"%s","key":"loss","value":0.25,"timestamp":%s000,"step":%s}'
                     % (run, MARK, MARK)) for run in context.writable[:runs]]


def log_batch(context):
    metrics = ",".join(
        '{"key":"m%d","value":%d.5,"timestamp":%s%03d,"step":%s%03d}' % (i % 10, i, MARK, i, MARK, i)
        for i in range(1000))
    return [wire.prepare("POST", "runs/log-batch", '{"run_id":"%s","metrics":[%s]}' % (context.writable[0], metrics))]


def create_run(context):
    return [wire.prepare(
        "POST", "runs/create", '{"experiment_id":"%s","run_name":"run-%s","start_time":%s000,"tags":[{"key":"team",'
        '"value":"a"}]}' % (context.experiment, MARK, MARK))]


def get_run(context):
    return [wire.prepare("GET", "runs/get", query={"run_id": run}) for run in context.filled[:200]]


def search(**body):
    return lambda context: [wire.prepare("POST", "runs/search", dict(experiment_ids=["0"], **body))]


def history(**query):
    return lambda context: [wire.prepare(
        "GET", "metrics/get-history", query=dict(run_id=LONG_RUN, metric_key="loss", **query))]


def versions(context):
    return [wire.prepare("GET", "model-versions/search", query={"max_results": 10_000})]


def by_alias(context):
    return [
        wire.prepare("GET", "registered-models/alias", query={"name": "model-%d" % i, "alias": "champion"})
        for i in range(min(200, context.size.models))]


def transition(context):
    return [
        wire.prepare("POST", "model-versions/transition-stage", {
            "name": "model-%d" % (i % context.size.models), "version": str(1 + i % 2), "stage": stage,
            "archive_existing_versions": False})
        for i in range(100) for stage in ("Staging", "Production")]


def expect(key, count):
    def check(answer, size):
        wanted = count(size)
        found = len(answer.get(key, []))
        return None if found == wanted else "%d %s instead of %d" % (found, key, wanted)
    return check


def _whole_run(answer, size):
    data = answer["run"]["data"]
    found = [len(data.get(part, [])) for part in ("metrics", "params", "tags")]
    return None if found == [10, 5, 3] else "metrics, parameters, tags: %s" % found


def _ordered(answer, size):
    values = [next(m["value"] for m in run["data"]["metrics"] if m["key"] == "m2") for run in answer["runs"]]
    if len(values) != 100:
        return "%d runs instead of 100" % len(values)
    return None if values == sorted(values, reverse=True) else "the runs are not in the order asked for"


FILTER = {"filter": "metrics.m0 > 0.5 and metrics.m1 < 0.5", "order_by": ["metrics.m2 DESC"], "max_results": 100}
RARE = {"filter": "metrics.m3 > 0.9 and params.p1 = 'v7'", "max_results": 100}
LIKE = {"filter": "tags.team LIKE '%-7'", "max_results": 100}

OPERATIONS = [
    Operation("log-metric-1", "log-metric, 1 connection", log_metric, 0.15),
    Operation("log-metric-8", "log-metric, 8 connections", lambda c: log_metric(c, 8), 0.15, 8, 8000),
    Operation("log-batch", "log-batch of 1000 metrics", log_batch, 4),
    Operation("create-run", "create_run", create_run, 0.25),
    Operation("get-run", "get_run, 10 metrics", get_run, 0.12, check=_whole_run),
    Operation("search-1000", "search {runs}, 1000 results", search(max_results=1000), 50, check=expect(
        "runs", lambda size: 1000)),
    Operation("search-100", "search {runs}, 100 results", search(max_results=100), check=expect(
        "runs", lambda size: 100)),
    Operation("filter-order", "filter by 2 metrics, order by a third, 100 of {runs}", search(**FILTER), 12,
              check=_ordered),
    Operation("filter-rare", "filter by metric and parameter, {runs}", search(**RARE)),
    Operation("filter-like", "filter by tag LIKE, 100 of {runs}", search(**LIKE), check=expect(
        "runs", lambda size: 100)),
    Operation("history", "history of 100,000 points", history(), 100, check=expect(
        "metrics", lambda size: size.points)),
    Operation("history-page", "history, a page of 25,000 points", history(max_results=25_000), check=expect(
        "metrics", lambda size: min(25_000, size.points))),
    Operation("versions", "list 5,000 model versions", versions, 30, check=expect(
        "model_versions", lambda size: size.models * size.versions)),
    Operation("alias", "get version by alias", by_alias),
    Operation("transition", "transition stage", transition),
]

# On a million runs, ours only.
MILLION = [
    Operation("million-get", "get_run among {runs}", get_run, check=_whole_run),
    Operation("million-search", "search {runs}, 1000 results", search(max_results=1000), 50, check=expect(
        "runs", lambda size: 1000)),
    Operation("million-filter", "filter by 2 metrics, order by a third, 100 of {runs}", search(**FILTER), 50,
              check=_ordered),
    Operation("million-rare", "filter by metric and parameter, 100 of {runs}", search(**RARE), check=expect(
        "runs", lambda size: 100)),
    Operation("million-like", "filter by tag LIKE, 100 of {runs}", search(**LIKE), check=expect(
        "runs", lambda size: 100)),
    Operation("million-create", "create_run among {runs}", create_run),
    Operation("million-metric", "log-metric among {runs}", log_metric),
]

WRITERS = [
    Operation("writers-64", "64 writers, log-metric", lambda c: log_metric(c, 64), None, 64, seconds=5),
    Operation("writers-512", "512 writers, log-metric", lambda c: log_metric(c, 512), None, 512, seconds=5),
]


def pages(client, size):
    """Reads the long history in pages as MLflow's client does; returns the number of points."""
    count, query = 0, {"run_id": LONG_RUN, "metric_key": "loss", "max_results": 25_000}
    while True:
        answer = client.send("GET", "metrics/get-history", query=query)
        count += len(answer["metrics"])
        if "next_page_token" not in answer:
            return count
        query["page_token"] = answer["next_page_token"]


