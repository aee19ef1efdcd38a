"""runs/search: orders with NaN and missing values, pages, tokens, experiments, views."""

import pytest

from six_runs import SEARCH, SixRuns
from wire import better


@pytest.fixture(scope="module")
def world(wire):
    return SixRuns(wire)


ORDERS = [
    # ties of the order come in default order, which puts c and d (both 3000) by id: compared as sets of neighbours
    (["metrics.acc"], ["f", "b", "A", "e", "c", "d"]),
    (["metrics.acc ASC"], ["f", "b", "A", "e", "c", "d"]),
    (["metrics.acc DESC"], ["e", "A", "b", "f", "c", "d"]),
    (["metrics.acc desc"], ["e", "A", "b", "f", "c", "d"]),
    (["metrics.`acc` DESC"], ["e", "A", "b", "f", "c", "d"]),
    (["metric.acc"], ["f", "b", "A", "e", "c", "d"]),
    (['metrics."my metric"'], ["A", "cd", "b", "e", "f"]),
    (["metrics.nope DESC"], ["cd", "b", "A", "e", "f"]),
    (["params.lr"], ["b", "c", "A", "e", "f", "d"]),
    (["params.lr DESC"], ["f", "e", "c", "A", "b", "d"]),
    (["parameter.opt"], ["A", "b", "cd", "e", "f"]),
    (["tags.team"], ["c", "A", "e", "b", "d", "f"]),
    (["tags.team DESC"], ["b", "e", "A", "c", "d", "f"]),
    (["tags.`a.b`"], ["A", "cd", "b", "e", "f"]),
    (["attributes.start_time"], ["f", "e", "A", "b", "cd"]),
    (["start_time ASC"], ["f", "e", "A", "b", "cd"]),
    (["start_time DESC"], ["cd", "b", "A", "e", "f"]),
    (["created"], ["f", "e", "A", "b", "cd"]),
    (["Created DESC"], ["cd", "b", "A", "e", "f"]),
    (["end_time"], ["b", "A", "cd", "e", "f"]),
    (["end_time DESC"], ["A", "b", "cd", "e", "f"]),
    (["run_name"], ["A", "b", "c", "d", "e", "f"]),
    (["attributes.run_name DESC"], ["f", "e", "d", "c", "b", "A"]),
    (["user_id", "run_name"], ["A", "c", "d", "e", "f", "b"]),
    (["status", "run_name DESC"], ["b", "A", "f", "e", "d", "c"]),
    (["params.lr", "start_time ASC"], ["b", "A", "c", "e", "f", "d"]),
    (["params.lr", "metrics.acc DESC"], ["b", "A", "c", "e", "f", "d"]),
    ([], ["cd", "b", "A", "e", "f"]),
]


@pytest.mark.parametrize("order,expected", ORDERS)
def test_orders(world, order, expected):
    expected = "".join("".join(sorted(group, key=world.ids.get)) for group in expected)
    assert world.names(order_by=order) == expected


@pytest.mark.parametrize("order", [["attribute.run_id"], ["run_id DESC"], ["artifact_uri"]])
def test_orders_by_id(world, order):
    descending = order[0].endswith("DESC")
    assert world.names(order_by=order) == "".join(sorted(world.ids, key=world.ids.get, reverse=descending))


@pytest.mark.parametrize(
    "order",
    [
        "bogus",
        "attributes.bogus",
        "experiment_id",
        "lifecycle_stage",
        "dataset.name",
        "`run name`",
        "Run Name",
        "metrics.acc sideways",
        "metrics.acc ASC, run_name",
        "metrics.my metric",
        "",
        "bogus.x",
        "metrics.acc ASC DESC",
        "random()",
        "start_time; drop table runs",
    ],
)
def test_bad_orders(world, order):
    world.search(order_by=[order]).invalid()


@better
@pytest.mark.parametrize(
    "order", [["metrics.acc", "metrics.acc"], ["start_time", "attributes.start_time DESC"], ["created", "start_time"]]
)
def test_one_key_twice_in_an_order_is_refused_with_400(world, order):
    world.search(order_by=order).invalid("duplicate")


@pytest.mark.parametrize(
    "order",
    [[], ["metrics.acc DESC"], ["params.lr"], ["tags.team DESC"], ["end_time"], ["metrics.nope"], ["run_name DESC"]],
)
@pytest.mark.parametrize("size", [1, 2, 4, 5])
def test_pages_join_to_the_whole(world, order, size):
    whole, pages, token = world.names(order_by=order), "", None
    for _ in range(10):
        answer = world.search(order_by=order, max_results=size, **({"page_token": token} if token else {})).ok()
        pages += "".join(r["info"]["run_name"] for r in answer.get("runs", []))
        token = answer.get("next_page_token")
        if not token:
            break
    assert pages == whole


def test_no_token_when_nothing_is_left(world):
    assert "next_page_token" not in world.search(max_results=6).ok()
    assert "next_page_token" not in world.search(max_results=7).ok()
    assert "next_page_token" in world.search(max_results=5).ok()
    assert world.search(filter="run_name = 'nobody'").ok() == {}


@better
def test_pages_do_not_shift_when_runs_come_and_go(wire):
    experiment = wire.experiment()
    runs = {name: wire.run(experiment, run_name=name, start_time=100 + i) for i, name in enumerate("abcdef")}
    body = {"experiment_ids": [experiment], "max_results": 3}
    first = wire.post(SEARCH, body).ok()
    assert [r["info"]["run_name"] for r in first["runs"]] == ["f", "e", "d"]
    for index in range(3):
        wire.run(experiment, run_name="new", start_time=1000 + index)
    wire.post("runs/delete", {"run_id": runs["e"]}).empty()
    second = wire.post(SEARCH, {**body, "page_token": first["next_page_token"]}).ok()
    assert [r["info"]["run_name"] for r in second["runs"]] == ["c", "b", "a"]


@better
def test_a_token_does_not_fit_another_search(world):
    token = world.search(max_results=2, order_by=["run_name"]).ok()["next_page_token"]
    world.search(max_results=2, order_by=["metrics.acc DESC"], page_token=token).invalid("[Ii]nvalid page token")


@pytest.mark.parametrize("token", ["zzz", "!!!", "e30=", "bm9uc2Vuc2U=", "AAAA"])
def test_bad_page_tokens(world, token):
    world.search(page_token=token).invalid("[Ii]nvalid page token")


@better
@pytest.mark.parametrize("token", ["eyJvZmZzZXQiOiAyfQ==", "eyJvZmZzZXQiOiAtMX0=", "💥"])
def test_forged_page_tokens_are_refused(world, token):
    world.search(page_token=token).invalid("[Ii]nvalid page token")


def test_a_token_changed_in_one_character_is_refused(world):
    token = world.search(max_results=2).ok()["next_page_token"]
    for place in range(0, len(token), 5):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        world.search(max_results=2, page_token=changed).invalid("[Ii]nvalid page token")


def test_an_empty_page_token_is_the_first_page(world):
    assert world.names(page_token="") == world.names()


@pytest.mark.parametrize("count", [0, -1, 50_001, 2**31 - 1])
def test_max_results_has_limits(world, count):
    world.search(max_results=count).invalid("max_results")


@pytest.mark.parametrize("count", [6, "6", 50_000])
def test_max_results_within_its_limits(world, count):
    assert len(world.names(max_results=count)) == 6


def test_experiments(wire, world):
    other = wire.experiment()
    wire.run(other, run_name="z", start_time=9000)
    both = {"experiment_ids": [other, world.experiment, world.experiment]}
    assert [r["info"]["run_name"] for r in wire.post(SEARCH, both).ok()["runs"]] == list("z" + world.names())
    assert wire.post(SEARCH, {"experiment_ids": []}).ok() == {}
    assert wire.post(SEARCH, {}).ok() == {}
    assert wire.post(SEARCH, {"experiment_ids": ["999999999"]}).ok() == {}
    wire.post(SEARCH, {"experiment_ids": ["abc"]}).invalid("Invalid experiment ID")


def test_views(wire):
    experiment = wire.experiment()
    gone, _ = wire.run(experiment, run_name="gone", start_time=2), wire.run(experiment, run_name="here", start_time=1)
    wire.post("runs/delete", {"run_id": gone}).empty()

    def view(**body):
        found = wire.post(SEARCH, {"experiment_ids": [experiment], **body}).ok().get("runs", [])
        return [r["info"]["run_name"] for r in found]

    assert view() == view(run_view_type="ACTIVE_ONLY") == ["here"]
    assert view(run_view_type="DELETED_ONLY") == ["gone"]
    assert view(run_view_type="ALL") == ["gone", "here"]
    wire.post("experiments/delete", {"experiment_id": experiment}).empty()
    assert view() == []
    assert view(run_view_type="DELETED_ONLY") == ["gone", "here"]


def test_results_are_whole_runs(wire, world):
    found = world.search(filter="run_name = 'A'").ok()["runs"][0]
    stored = wire.get_run(world.ids["A"])
    assert found["info"] == stored["info"]

    def by_key(entries):
        return sorted(entries, key=lambda entry: entry["key"])

    for kind in ("metrics", "params", "tags"):
        assert by_key(found["data"][kind]) == by_key(stored["data"][kind])
    assert found["inputs"] == stored["inputs"]


def test_a_run_whose_name_tag_is_gone_has_no_name_to_find(wire, experiment):
    run = wire.run(experiment, run_name="named")
    wire.post("runs/delete-tag", {"run_id": run, "key": "mlflow.runName"}).empty()
    body = {"experiment_ids": [experiment]}
    assert len(wire.post(SEARCH, {**body, "filter": "tags.`mlflow.runName` IS NULL"}).ok()["runs"]) == 1


@pytest.mark.client
def test_the_stock_client(mlflow, client, world):
    frame = mlflow.search_runs(
        [world.experiment], "metrics.acc < 1 AND params.lr LIKE '0%'", order_by=["metrics.acc DESC"]
    )
    assert list(frame["tags.mlflow.runName"]) == ["A", "b"]
    assert list(frame["metrics.acc"]) == [0.9, 0.7]
    page = client.search_runs([world.experiment], max_results=4)
    rest = client.search_runs([world.experiment], max_results=4, page_token=page.token)
    assert "".join(r.info.run_name for r in list(page) + list(rest)) == world.names()
    assert rest.token in (None, "")
    with pytest.raises(mlflow.MlflowException) as caught:
        client.search_runs([world.experiment], "bogus > 1")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
