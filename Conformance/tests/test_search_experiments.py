"""experiments/search: the filter grammar, orders, pages, views."""

import pytest

from wire import better, tick, unique

SEARCH = "experiments/search"


@pytest.fixture(scope="module")
def world(wire):
    """Three experiments by one unique stem: <stem>a team=A, <stem>b team=b, and an upper-case <STEM>c without tags."""
    stem = unique("se").replace("-", "")
    ids = {}
    for name, tags in ((stem + "a", {"team": "A"}), (stem + "b", {"team": "b", "x y": "1"}), (stem.upper() + "c", {})):
        ids[name[-1]] = wire.experiment(name, tags=[{"key": k, "value": v} for k, v in tags.items()])
        tick()
    return {"stem": stem, "ids": ids}


def search(wire, world, filter, **body):
    text = filter.format(s=world["stem"], S=world["stem"].upper(), **world["ids"])
    return wire.post(SEARCH, {"max_results": 100, "filter": text, **body})


def letters(reply):
    return "".join(e["name"][-1] for e in reply.ok().get("experiments", []))


MINE = " AND name ILIKE '{s}%'"


@pytest.mark.parametrize(
    "filter,expected",
    [
        ("name = '{s}a'", "a"),
        ('name = "{s}a"', "a"),
        ("name='{s}a'", "a"),
        ("`name` = '{s}a'", "a"),
        ('"name" = "{s}a"', "a"),
        ("attribute.name = '{s}a'", "a"),
        ("attributes.name = '{s}a'", "a"),
        ("name LIKE '{s}%'", "ba"),
        ("name like '{s}_'", "ba"),
        ("name LIKE '%{s}b%'", "b"),
        ("name LIKE '{S}%'", "c"),
        ("name ILIKE '{s}%'", "cba"),
        ("name iLike '{S}_'", "cba"),
        ("name != '{s}a'" + MINE, "cb"),
        ("name LIKE '{s}'", ""),
        ("name = ''", ""),
        ("name = '{s}a' AND name = '{s}b'", ""),
        ("name = '{s}a' and name = '{s}a'", "a"),
        ("tags.team = 'A'" + MINE, "a"),
        ("tag.team = 'A'" + MINE, "a"),
        ("tags.`team` = 'A'" + MINE, "a"),
        ('tags."team" = "A"' + MINE, "a"),
        ("tags.`x y` = '1'" + MINE, "b"),
        ("tags.team != 'A'" + MINE, "b"),
        ("tags.team LIKE 'a'" + MINE, ""),
        ("tags.team ILIKE 'a'" + MINE, "a"),
        ("tags.team ILIKE '%'" + MINE, "ba"),
        ("tags.team IS NULL" + MINE, "c"),
        ("tags.team is not null" + MINE, "ba"),
        ("tags.nope = 'A'" + MINE, ""),
        ("tags.nope != 'A'" + MINE, ""),
        ("experiment_id = '{a}'", "a"),
        ("experiment_id != '{a}'" + MINE, "cb"),
        ("experiment_id IN ('{a}', '{b}')", "ba"),
        ("experiment_id IN ('{a}')", "a"),
        ("experiment_id in ('{a}','{c}')", "ca"),
        ("experiment_id NOT IN ('{a}', '{b}')" + MINE, "c"),
        ("creation_time > 0" + MINE, "cba"),
        ("creation_time >= 9999999999999" + MINE, ""),
        ("creation_time < 9999999999999" + MINE, "cba"),
        ("last_update_time > 0" + MINE, "cba"),
        ("last_update_time <= 1" + MINE, ""),
        ("creation_time != 5" + MINE, "cba"),
        ("creation_time = 5" + MINE, ""),
    ],
)
def test_filters(wire, world, filter, expected):
    assert letters(search(wire, world, filter)) == expected


@pytest.mark.parametrize(
    "filter,message",
    [
        ("name", "Invalid clause"),
        ("name =", "Invalid clause"),
        ("= 'x'", "Invalid clause"),
        ("name 'x'", None),
        ("name = abc", "not quoted"),
        ("name = 5", "quoted string"),
        ("name > 'a'", "Invalid comparator"),
        ("name <= 'a'", "Invalid comparator"),
        ("name == 'x'", "Invalid comparator"),
        ("name <> 'x'", "Invalid comparator"),
        ("name IN ('a')", "experiment_id"),
        ("name IS NULL", "IS NULL"),
        ("experiment_id LIKE '1'", "Invalid comparator"),
        ("experiment_id IN ()", "non-empty list"),
        ("experiment_id IN (1, 2)", None),
        ("experiment_id IN 'x'", None),
        ("creation_time > '1'", "numeric"),
        ("creation_time > 1.5", "numeric"),
        ("creation_time LIKE '1'", "numeric"),
        ("tags.team > 'x'", "Invalid comparator"),
        ("tags.team IN ('A')", None),
        ("tags.team = 5", "quoted string"),
        ("bogus = 'x'", "Invalid attribute key 'bogus'"),
        ("lifecycle_stage = 'active'", "Invalid attribute key"),
        ("attribute.bogus = 'x'", "Invalid attribute key"),
        ("metrics.x > 1", "Invalid entity type 'metrics'"),
        ("params.x = '1'", "Invalid entity type 'params'"),
        ("attr.name = 'x'", "Invalid entity type 'attr'"),
        ("Tags.x = '1'", "Invalid entity type 'Tags'"),
        ("name = 'a' OR name = 'b'", "OR"),
        ("NOT name = 'x'", "NOT"),
        ("(name = 'x')", "Invalid clause"),
        ("name = 'x' AND (name = 'y')", "Invalid clause"),
        ("name = 'x'; name = 'y'", None),
        ("name = 'x' -- comment", None),
        ("'x' = name", None),
        ("name BETWEEN 'a' AND 'b'", None),
        ("   ", None),
        ("name = 'unterminated", None),
        ("name = 'x' garbage", None),
    ],
)
def test_bad_filters(wire, filter, message):
    wire.post(SEARCH, {"max_results": 5, "filter": filter}).invalid(message)


@pytest.mark.parametrize(
    "order,expected",
    [
        (["name"], "cab"),
        (["name ASC"], "cab"),
        (["name DESC"], "bac"),
        (["name desc"], "bac"),
        (["attribute.name"], "cab"),
        (["attributes.name DESC"], "bac"),
        (["`name`"], "cab"),
        (["creation_time"], "abc"),
        (["creation_time ASC"], "abc"),
        (["creation_time DESC"], "cba"),
        (["last_update_time asc"], "abc"),
        (["experiment_id"], "abc"),
        (["experiment_id DESC"], "cba"),
        (["name", "experiment_id DESC"], "cab"),
        ([], "cba"),
    ],
)
def test_orders(wire, world, order, expected):
    assert letters(search(wire, world, "name ILIKE '{s}%'", order_by=order)) == expected


@pytest.mark.parametrize(
    "order", ["bogus", "tags.team", "name sideways", "name ASC DESC", "", "name, experiment_id", "metrics.x"]
)
def test_bad_orders(wire, order):
    wire.post(SEARCH, {"max_results": 5, "order_by": [order]}).invalid()


def test_pages_hold_everything_once(wire, world):
    seen, token = [], None
    for _ in range(5):
        answer = search(
            wire, world, "name ILIKE '{s}%'", max_results=1, **({"page_token": token} if token else {})
        ).ok()
        seen += [e["name"][-1] for e in answer.get("experiments", [])]
        token = answer.get("next_page_token")
        if not token:
            break
    assert seen == ["c", "b", "a"]


def test_no_token_when_nothing_is_left(wire, world):
    assert "next_page_token" not in search(wire, world, "name ILIKE '{s}%'", max_results=3).ok()
    assert "next_page_token" in search(wire, world, "name ILIKE '{s}%'", max_results=2).ok()
    assert search(wire, world, "name = '{s}zz'").ok() == {}


@better
def test_pages_do_not_shift_when_experiments_are_added(wire):
    stem = unique("shift").replace("-", "")
    for index in range(4):
        wire.experiment(f"{stem}{index}")
        tick()
    body = {"max_results": 2, "filter": f"name LIKE '{stem}%'"}
    first = wire.post(SEARCH, body).ok()
    for index in range(4, 7):
        wire.experiment(f"{stem}{index}")
    second = wire.post(SEARCH, {**body, "page_token": first["next_page_token"]}).ok()
    assert [e["name"][-1] for e in first["experiments"] + second["experiments"]] == ["3", "2", "1", "0"]


@pytest.mark.parametrize("token", ["zzz", "!!!", "e30=", "AAAA", "eyJvZmZzZXQiOiAi", pytest.param("💥", marks=better)])
def test_bad_page_tokens(wire, token):
    wire.post(SEARCH, {"max_results": 5, "page_token": token}).invalid("[Ii]nvalid page token")


def test_an_empty_page_token_is_the_first_page(wire, world):
    assert letters(search(wire, world, "name ILIKE '{s}%'", page_token="")) == "cba"


@pytest.mark.parametrize("count", [0, -1, 50_001, 2**40])
def test_max_results_has_limits(wire, count):
    wire.post(SEARCH, {"max_results": count}).invalid("max_results")


@pytest.mark.parametrize("count", [1, "2", 50_000])
def test_max_results_within_its_limits(wire, world, count):
    assert letters(search(wire, world, "name = '{s}a'", max_results=count)) == "a"


def test_views(wire):
    stem = unique("view").replace("-", "")
    gone = wire.experiment(stem + "d")
    wire.experiment(stem + "a")
    wire.post("experiments/delete", {"experiment_id": gone}).empty()

    def view(**body):
        body = {"max_results": 9, "filter": f"name LIKE '{stem}%'", "order_by": ["name"], **body}
        return letters(wire.post(SEARCH, body))

    assert view() == view(view_type="ACTIVE_ONLY") == view(view_type=1) == "a"
    assert view(view_type="DELETED_ONLY") == view(view_type=2) == "d"
    assert view(view_type="ALL") == view(view_type=3) == "ad"


def test_get_is_the_same_search(wire, world):
    query = [
        ("max_results", "10"),
        ("filter", f"name ILIKE '{world['stem']}%'"),
        ("order_by", "name DESC"),
        ("view_type", "ALL"),
    ]
    assert letters(wire.get(SEARCH, query)) == "bac"


@pytest.mark.client
def test_the_stock_client_pages_by_itself(mlflow):
    stem = unique("pages").replace("-", "")
    for index in range(5):
        mlflow.create_experiment(f"{stem}{index}")
    found = mlflow.search_experiments(filter_string=f"name LIKE '{stem}%'", order_by=["name DESC"])
    assert [e.name[-1] for e in found] == ["4", "3", "2", "1", "0"]
    assert len(mlflow.search_experiments(filter_string=f"name LIKE '{stem}%'", max_results=3)) == 3
