"""logged-models/search: its own filter grammar, datasets, orders, pages."""

import pytest

from wire import better, tick

SEARCH = "logged-models/search"


class World:
    """Three models of one experiment.

    name  type   params  tags  status   source run  metrics
    ma    agent  p=1     t=A   PENDING  yes         acc 0.5 on d1, acc 0.9 on d2
    mb    none   p=2     t=b   READY    yes         acc 0.7 on d1
    Mc    none   none    none  PENDING  none        none
    """

    def __init__(self, wire):
        self.wire = wire
        self.experiment = wire.experiment()
        self.run = wire.run(self.experiment)
        self.ids = {}
        for name, kind, p, t in (("ma", "agent", "1", "A"), ("mb", "", "2", "b"), ("Mc", "", None, None)):
            fields = {"name": name, "model_type": kind}
            if p:
                fields |= {
                    "params": [{"key": "p", "value": p}],
                    "tags": [{"key": "t", "value": t}],
                    "source_run_id": self.run,
                }
            self.ids[name] = wire.logged_model(self.experiment, **fields)["model_id"]
            tick()
        for step, (name, value, dataset) in enumerate((("ma", 0.5, "d1"), ("ma", 0.9, "d2"), ("mb", 0.7, "d1"))):
            extra = {"model_id": self.ids[name], "dataset_name": dataset, "dataset_digest": "g" + dataset}
            wire.log_metric(self.run, "acc", value, step, step, **extra).empty()
        ready = {"model_id": self.ids["mb"], "status": "LOGGED_MODEL_READY"}
        wire.patch(f"logged-models/{self.ids['mb']}", ready).ok()

    def search(self, **body):
        return self.wire.post(SEARCH, {"experiment_ids": [self.experiment], **body})

    def letters(self, **body):
        return "".join(m["info"]["name"][1] for m in self.search(**body).ok().get("models", []))


@pytest.fixture(scope="module")
def world(wire):
    return World(wire)


@pytest.mark.parametrize(
    "filter,expected",
    [
        ("", "cba"),
        ("name = 'ma'", "a"),
        pytest.param('name = "ma"', "a", marks=better),
        ("attributes.name = 'ma'", "a"),
        ("name != 'ma'", "cb"),
        ("name LIKE 'm%'", "ba"),
        ("name ILIKE 'm%'", "cba"),
        ("name like '_a'", "a"),
        ("name IN ('ma', 'mb')", "ba"),
        ("name NOT IN ('ma')", "cb"),
        ("model_id = '{ma}'", "a"),
        ("model_id IN ('{ma}', '{Mc}')", "ca"),
        ("model_type = 'agent'", "a"),
        ("status = 'READY'", "b"),
        ("status = 'PENDING'", "ca"),
        ("status != 'READY'", "ca"),
        ("status IN ('READY')", "b"),
        ("source_run_id = '{run}'", "ba"),
        ("creation_timestamp > 0", "cba"),
        ("creation_timestamp_ms > 0", "cba"),
        ("creation_time < 5", ""),
        ("last_updated_timestamp > 0", "cba"),
        ("last_updated_timestamp_ms <= 5", ""),
        ("params.p = '1'", "a"),
        ("params.p != '1'", "b"),
        ("params.p LIKE '%'", "ba"),
        ("params.p IN ('1')", "a"),
        ("params.nope = '1'", ""),
        ("tags.t = 'A'", "a"),
        ("tags.t != 'A'", "b"),
        ("tags.t LIKE 'a'", ""),
        ("tags.t ILIKE 'a'", "a"),
        ("tags.`t` = 'A'", "a"),
        ("metrics.acc > 0.6", "ba"),
        ("metrics.acc >= 0.9", "a"),
        ("metrics.acc < 0.6", ""),
        ("metrics.acc = 0.5", ""),
        ("metrics.acc = 0.7", "b"),
        ("metrics.acc != 0.7", "a"),
        ("metrics.acc > 1e3", ""),
        ("metrics.nope > 0", ""),
        ("name = 'ma' AND metrics.acc > 0.1", "a"),
        ("name LIKE 'm%' and params.p = '2' AND tags.t = 'b'", "b"),
    ],
)
def test_filters(world, filter, expected):
    assert world.letters(filter=filter.format(run=world.run, **world.ids)) == expected


@pytest.mark.parametrize(
    "filter",
    [
        "name",
        "name =",
        "name > 'a'",
        "name = 'a' OR name = 'b'",
        "NOT name = 'a'",
        "(name = 'ma')",
        "tags.t IS NULL",
        "status = 'LOGGED_MODEL_READY'",
        "attribute.name = 'ma'",
        "metric.acc > 1",
        "param.p = '1'",
        "bogus.x = 1",
        "metrics.acc LIKE '1'",
        "params.p > '1'",
        "garbage",
        "name = 'a'; name = 'b'",
        pytest.param("bogus = 'x'", marks=better),
        pytest.param("metrics.acc > 'x'", marks=better),
        pytest.param("metrics.acc > abc", marks=better),
    ],
)
def test_bad_filters(world, filter):
    world.search(filter=filter).invalid()


@pytest.mark.parametrize(
    "filter,datasets,expected",
    [
        ("metrics.acc > 0.6", [{"dataset_name": "d1", "dataset_digest": "gd1"}], "b"),
        ("metrics.acc > 0.6", [{"dataset_name": "d2", "dataset_digest": "gd2"}], "a"),
        (
            "metrics.acc > 0.4",
            [{"dataset_name": "d1", "dataset_digest": "gd1"}, {"dataset_name": "d2", "dataset_digest": "gd2"}],
            "ba",
        ),
        ("metrics.acc < 0.6", [{"dataset_name": "d1", "dataset_digest": "gd1"}], "a"),
        ("metrics.acc > 0.6", [{"dataset_name": "d1", "dataset_digest": "other"}], ""),
        ("metrics.acc > 0.6", [{"dataset_name": "other", "dataset_digest": "gd1"}], ""),
        ("", [{"dataset_name": "d2", "dataset_digest": "gd2"}], "a"),
        ("", [{"dataset_name": "d1", "dataset_digest": "gd1"}], "ba"),
    ],
)
def test_datasets(world, filter, datasets, expected):
    assert world.letters(filter=filter, datasets=datasets) == expected


@better
def test_a_dataset_may_be_named_without_its_digest(world):
    assert world.letters(filter="metrics.acc > 0.6", datasets=[{"dataset_name": "d1"}]) == "b"


@pytest.mark.parametrize("dataset", [{}, {"dataset_digest": "gd1"}])
def test_a_dataset_needs_a_name(world, dataset):
    world.search(datasets=[dataset]).invalid("dataset_name")


@pytest.mark.parametrize(
    "order,expected",
    [
        ([], "cba"),
        ([{"field_name": "name"}], "cab"),
        ([{"field_name": "name", "ascending": True}], "cab"),
        ([{"field_name": "name", "ascending": False}], "bac"),
        ([{"field_name": "creation_timestamp"}], "abc"),
        ([{"field_name": "creation_timestamp_ms", "ascending": False}], "cba"),
        ([{"field_name": "creation_time"}], "abc"),
        ([{"field_name": "last_updated_timestamp"}], "acb"),
        ([{"field_name": "metrics.acc", "dataset_name": "d1", "dataset_digest": "gd1"}], "abc"),
        ([{"field_name": "metrics.acc", "ascending": False, "dataset_name": "d1", "dataset_digest": "gd1"}], "bac"),
        ([{"field_name": "metrics.acc", "ascending": False, "dataset_name": "d2", "dataset_digest": "gd2"}], "acb"),
        ([{"field_name": "metrics.nope"}], "cba"),
        ([{"field_name": "model_type", "ascending": False}, {"field_name": "name"}], "acb"),
    ],
)
def test_orders(world, order, expected):
    assert world.letters(order_by=order) == expected


@pytest.mark.parametrize(
    "field", ["bogus", "", "params.p", "tags.t", "attributes.name", "name ASC", "name; drop table x", None]
)
def test_bad_orders(world, field):
    world.search(order_by=[{"field_name": field}] if field is not None else [{}]).invalid("order by|field_name|Missing")


@pytest.mark.parametrize("order", [[], [{"field_name": "name"}]])
def test_pages_join_to_the_whole(world, order):
    names, token = "", None
    for _ in range(5):
        answer = world.search(order_by=order, max_results=1, **({"page_token": token} if token else {})).ok()
        names += "".join(m["info"]["name"][1] for m in answer.get("models", []))
        token = answer.get("next_page_token")
        if not token:
            break
    assert names == world.letters(order_by=order)
    assert "next_page_token" not in world.search(max_results=3).ok()


def test_a_token_belongs_to_its_filter(world):
    token = world.search(max_results=2).ok()["next_page_token"]
    world.search(max_results=2, page_token=token, filter="name LIKE 'm%'").invalid("[Pp]age token|[Ff]ilter string")


@pytest.mark.parametrize("token", ["!!", "AAAA", "e30=", pytest.param("zzz", marks=better), "💥"])
def test_bad_page_tokens(world, token):
    world.search(page_token=token).invalid("page token")


@better
@pytest.mark.parametrize("count", [-1, 50_001])
def test_max_results_has_limits(world, count):
    world.search(max_results=count).invalid("max_results")


@pytest.mark.parametrize("count", [3, 50, 100, "100"])
def test_max_results_within_its_limits(world, count):
    assert world.letters(max_results=count) == "cba"


def test_experiments(wire, world):
    wire.post(SEARCH, {}).missing("experiment_ids")
    assert wire.post(SEARCH, {"experiment_ids": ["999999999"]}).ok() == {}
    wire.post(SEARCH, {"experiment_ids": ["abc"]}).invalid("Invalid experiment ID")
    other = wire.experiment()
    wire.logged_model(other, name="xd")
    assert [
        m["info"]["name"] for m in wire.post(SEARCH, {"experiment_ids": [world.experiment, other]}).ok()["models"]
    ] == ["xd", "Mc", "mb", "ma"]


@pytest.mark.client
def test_the_stock_client(mlflow, world):
    found = mlflow.search_logged_models([world.experiment], "params.p = '1'", output_format="list")
    assert [m.name for m in found] == ["ma"]
    order = [{"field_name": "metrics.acc", "ascending": False, "dataset_name": "d1", "dataset_digest": "gd1"}]
    found = mlflow.search_logged_models([world.experiment], order_by=order, max_results=2, output_format="list")
    assert [m.name for m in found] == ["mb", "ma"]
    frame = mlflow.search_logged_models([world.experiment], datasets=[{"dataset_name": "d2", "dataset_digest": "gd2"}])
    assert list(frame["name"]) == ["ma"]
