"""registered-models/search and model-versions/search: filters, orders, pages, prompts."""

import pytest

from wire import better, tick, unique

MODELS, VERSIONS = "registered-models/search", "model-versions/search"


class World:
    """Models <stem>a (team=A), <stem>b (team=b), <STEM>c and a prompt <stem>p, created in this order.

    Versions in the order of creation, each a tick apart:
    a/1 source s3://B/x no run q=1; a/2 s3://b/2 run q=2; b/1 s3://b/3 run q=3; c/1 s3://b/4.
    """

    def __init__(self, wire):
        self.wire = wire
        self.stem = unique("sr").replace("-", "")
        self.names = {}
        for letter, tags in (
            ("a", {"team": "A"}),
            ("b", {"team": "b", "x y": "1"}),
            ("c", {}),
            ("p", {"mlflow.prompt.is_prompt": "true"}),
        ):
            name = (self.stem.upper() if letter == "c" else self.stem) + letter
            self.names[letter] = wire.model(name, tags=[{"key": k, "value": v} for k, v in tags.items()])
            tick()
        self.run = wire.run(wire.experiment())
        for letter, source, run, q in (
            ("a", "s3://B/x", "", "1"),
            ("a", "s3://b/2", self.run, "2"),
            ("b", "s3://b/3", self.run, "3"),
            ("c", "s3://b/4", "", None),
        ):
            tags = [{"key": "q", "value": q}] if q else []
            wire.version(self.names[letter], source, run_id=run, tags=tags)
            tick()

    def text(self, filter):
        return filter.format(s=self.stem, S=self.stem.upper(), run=self.run, **self.names)

    def query(self, filter, **fields):
        pairs = [("filter", self.text(filter))] if filter is not None else []
        for key, value in fields.items():
            pairs += [(key, v) for v in (value if isinstance(value, list) else [value])]
        return pairs

    def models(self, filter, **fields):
        return self.wire.get(MODELS, self.query(filter, **fields))

    def versions(self, filter, **fields):
        return self.wire.get(VERSIONS, self.query(filter, **fields))

    def model_letters(self, filter, **fields):
        return "".join(m["name"][-1] for m in self.models(filter, **fields).ok().get("registered_models", []))

    def version_labels(self, filter, **fields):
        return " ".join(
            v["name"][-1] + v["version"] for v in self.versions(filter, **fields).ok().get("model_versions", [])
        )


@pytest.fixture(scope="module")
def world(wire):
    return World(wire)


MINE = " AND name ILIKE '{s}%'"


@pytest.mark.parametrize(
    "filter,expected",
    [
        ("name = '{s}a'", "a"),
        ('name = "{s}a"', "a"),
        ("name='{s}a'", "a"),
        ("attribute.name = '{s}a'", "a"),
        pytest.param("`name` = '{s}a'", "a", marks=better),
        ("name LIKE '{s}%'", "ab"),
        ("name LIKE '{s}_'", "ab"),
        ("name LIKE '%{S}%'", "c"),
        ("name ILIKE '{s}%'", "cab"),
        ("name ilike '{S}_'", "cab"),
        ("name != '{s}a'" + MINE, "cb"),
        ("name IN ('{s}a', '{s}b', 'x')", "ab"),
        ("name NOT IN ('{s}a')" + MINE, "cb"),
        ("name = '{s}zz'", ""),
        ("name LIKE '{s}'", ""),
        ("tags.team = 'A'" + MINE, "a"),
        ("tag.team = 'A'" + MINE, "a"),
        ("tags.`team` = 'A'" + MINE, "a"),
        ("tags.\"x y\" = '1'" + MINE, "b"),
        ("tags.team != 'A'" + MINE, "b"),
        ("tags.team LIKE 'a'" + MINE, ""),
        ("tags.team ILIKE 'a'" + MINE, "a"),
        ("tags.team LIKE '%' AND tags.`x y` = '1'" + MINE, "b"),
        ("tags.nope = 'A'" + MINE, ""),
        # prompts are models that hide
        ("name = '{s}p'", ""),
        ("name = '{s}p' AND tags.`mlflow.prompt.is_prompt` = 'true'", "p"),
        ("tags.`mlflow.prompt.is_prompt` = 'true'" + MINE, "p"),
        ("tags.`mlflow.prompt.is_prompt` = 'false'" + MINE, "cab"),
        ("tags.`mlflow.prompt.is_prompt` != 'true'" + MINE, "cab"),
    ],
)
def test_filters_of_models(world, filter, expected):
    assert world.model_letters(filter, max_results=100) == expected


@pytest.mark.parametrize(
    "filter,message",
    [
        ("name", "Invalid clause"),
        ("name = x", "not quoted"),
        ("name = 5", "quoted string"),
        ("name > 'a'", "[Ii]nvalid comparator"),
        ("name IS NULL", "IS NULL"),
        ("tags.team IS NULL", "IS NULL"),
        ("tags.team IN ('A')", None),
        ("tags.team > 'A'", "[Ii]nvalid comparator"),
        ("bogus = 'x'", "Invalid attribute key 'bogus'"),
        ("description = 'x'", "Invalid attribute key"),
        ("creation_timestamp > 1", "Invalid attribute key"),
        ("run_id = 'x'", "Invalid attribute key"),
        ("metrics.x > 1", "Invalid entity type"),
        ("attributes.name = 'x'", "Invalid entity type"),
        ("name = 'a' OR name = 'b'", "OR"),
        ("NOT name = 'a'", None),
        ("(name = 'a')", None),
        ("name = 'a'; name = 'b'", None),
        ("name IN ()", None),
        ("name = 'unterminated", None),
    ],
)
def test_bad_filters_of_models(world, filter, message):
    world.models(filter).invalid(message)


@pytest.mark.parametrize(
    "order,expected",
    [
        ([], "cab"),
        (["name"], "cab"),
        (["name ASC"], "cab"),
        (["name DESC"], "bac"),
        (["name desc"], "bac"),
        (["timestamp"], "abc"),
        (["last_updated_timestamp"], "abc"),
        (["last_updated_timestamp DESC"], "cba"),
        (["timestamp desc", "name"], "cba"),
    ],
)
def test_orders_of_models(world, order, expected):
    assert world.model_letters("name ILIKE '{s}%'", order_by=order) == expected


@pytest.mark.parametrize(
    "order", ["bogus", "description", "tags.team", "name sideways", "name ASC DESC", "name, timestamp", ""]
)
def test_bad_orders_of_models(world, order):
    world.models("name ILIKE '{s}%'", order_by=[order]).invalid()


@better
@pytest.mark.parametrize(
    "path,order",
    [(MODELS, ["name", "name"]), (MODELS, ["timestamp", "last_updated_timestamp"]), (VERSIONS, ["name", "name DESC"])],
)
def test_one_key_twice_in_an_order_is_refused_with_400(wire, path, order):
    wire.get(path, [("order_by", one) for one in order]).invalid("duplicate")


@better
def test_creation_timestamp_orders_models_too(world):
    assert world.model_letters("name ILIKE '{s}%'", order_by=["creation_timestamp DESC"]) == "cba"


def pages(world, path, key, size, **fields):
    found, token = [], None
    for _ in range(12):
        more = {"page_token": token} if token else {}
        answer = world.wire.get(path, world.query("name ILIKE '{s}%'", max_results=size, **fields, **more)).ok()
        assert len(answer.get(key, [])) <= size
        found += answer.get(key, [])
        token = answer.get("next_page_token")
        if not token:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("order", [[], ["name DESC"], ["timestamp"]])
@pytest.mark.parametrize("size", [1, 2])
def test_pages_of_models(world, order, size):
    found = pages(world, MODELS, "registered_models", size, order_by=order)
    assert "".join(m["name"][-1] for m in found) == world.model_letters("name ILIKE '{s}%'", order_by=order)


@pytest.mark.parametrize("order", [[], ["name"], ["version_number DESC"], ["creation_timestamp"]])
@pytest.mark.parametrize("size", [1, 3])
def test_pages_of_versions(world, order, size):
    found = pages(world, VERSIONS, "model_versions", size, order_by=order)
    assert " ".join(v["name"][-1] + v["version"] for v in found) == world.version_labels(
        "name ILIKE '{s}%'", order_by=order
    )


def test_no_token_when_nothing_is_left(world):
    assert "next_page_token" not in world.models("name ILIKE '{s}%'", max_results=3).ok()
    assert "next_page_token" in world.models("name ILIKE '{s}%'", max_results=2).ok()
    assert "next_page_token" not in world.versions("name ILIKE '{s}%'", max_results=4).ok()
    assert world.models("name = '{s}zz'").ok() == {}
    assert world.versions("name = '{s}zz'").ok() == {}


@better
def test_pages_of_models_do_not_shift_when_models_are_added(wire):
    stem = unique("shift").replace("-", "")
    for letter in "mnop":
        wire.model(stem + letter)
    query = {"filter": f"name LIKE '{stem}%'", "max_results": 2}
    first = wire.get(MODELS, query).ok()
    for letter in "abc":
        wire.model(stem + letter)
    second = wire.get(MODELS, {**query, "page_token": first["next_page_token"]}).ok()
    assert "".join(m["name"][-1] for m in first["registered_models"] + second["registered_models"]) == "mnop"


@pytest.mark.parametrize("path", [MODELS, VERSIONS])
@pytest.mark.parametrize("token", ["zzz", "!!!", "e30=", "AAAA"])
def test_bad_page_tokens(wire, path, token):
    wire.get(path, {"page_token": token}).invalid("[Ii]nvalid page token")


@pytest.mark.parametrize(
    "path,count", [(MODELS, 1001), (VERSIONS, 200_001), (VERSIONS, 0), (VERSIONS, -1), (MODELS, "x"), (VERSIONS, "x")]
)
def test_max_results_has_limits(wire, path, count):
    wire.get(path, {"max_results": count}).invalid("max_results")


@better
@pytest.mark.parametrize("count", [-1, -100])
def test_max_results_of_models_is_positive(wire, count):
    wire.get(MODELS, {"max_results": count}).invalid("max_results")


@pytest.mark.parametrize("path,key,count", [(MODELS, "registered_models", 1000), (VERSIONS, "model_versions", 200_000)])
def test_max_results_within_its_limits(world, path, key, count):
    assert len(world.wire.get(path, world.query("name ILIKE '{s}%'", max_results=count)).ok()[key]) >= 3


def test_a_search_without_anything(wire, world):
    assert wire.get(MODELS).ok()["registered_models"]
    assert wire.get(VERSIONS).ok()["model_versions"]


@pytest.mark.parametrize(
    "filter,expected",
    [
        ("name = '{s}a'", "a2 a1"),
        ('name = "{s}a"', "a2 a1"),
        ("attribute.name = '{s}a'", "a2 a1"),
        ("name LIKE '{s}%'", "b1 a2 a1"),
        ("name ILIKE '{s}%'", "c1 b1 a2 a1"),
        ("name != '{s}a'" + MINE, "c1 b1"),
        ("name IN ('{s}a','{s}b')", "b1 a2 a1"),
        ("name = '{s}a' AND name = '{s}b'", ""),
        ("run_id = '{run}'", "b1 a2"),
        ("run_id IN ('{run}', 'x')", "b1 a2"),
        ("run_id NOT IN ('x')" + MINE, "c1 b1 a2 a1"),
        ("run_id LIKE '{run}'", "b1 a2"),
        ("source_path = 's3://b/2'" + MINE, "a2"),
        ("source_path LIKE 's3://b/%'" + MINE, "c1 b1 a2"),
        ("source_path ILIKE 's3://b/%'" + MINE, "c1 b1 a2 a1"),
        ("source_path != 's3://b/2'" + MINE, "c1 b1 a1"),
        ("version_number = 1" + MINE, "c1 b1 a1"),
        ("version_number = '1'" + MINE, "c1 b1 a1"),
        ("version_number > 1" + MINE, "a2"),
        ("version_number >= 1" + MINE, "c1 b1 a2 a1"),
        ("version_number != 1" + MINE, "a2"),
        ("version_number < 2" + MINE, "c1 b1 a1"),
        ("version_number <= 0" + MINE, ""),
        ("tags.q = '1'" + MINE, "a1"),
        ("tag.q = '1'" + MINE, "a1"),
        ("tags.q != '1'" + MINE, "b1 a2"),
        ("tags.q LIKE '_'" + MINE, "b1 a2 a1"),
        ("tags.`q` ILIKE '3'" + MINE, "b1"),
        ("tags.q LIKE '_' AND tags.q != '3'" + MINE, "a2 a1"),
        ("run_id = '{run}' AND version_number = 2", "a2"),
    ],
)
def test_filters_of_versions(world, filter, expected):
    assert world.version_labels(filter) == expected


@pytest.mark.parametrize(
    "filter,message",
    [
        ("name", "Invalid clause"),
        ("name > 'x'", "[Ii]nvalid comparator"),
        ("name = x", "not quoted"),
        ("run_id IN ()", "non-empty list"),
        ("run_id IN ('x'", None),
        ("source = 'x'", None),
        ("version = 1", None),
        ("version_number IN (1,2)", None),
        ("version_number LIKE '1'", None),
        ("version_number = 'x'", None),
        ("version_number = 1.5", None),
        ("tags.q IS NULL", "IS NULL"),
        ("current_stage = 'None'", "Invalid attribute key"),
        ("status = 'READY'", "Invalid attribute key"),
        ("creation_timestamp > 0", "Invalid attribute key"),
        ("user_id = 'x'", "Invalid attribute key"),
        ("aliases = 'x'", "Invalid attribute key"),
        ("attributes.name = 'x'", "Invalid entity type"),
        ("name = 'a' OR name = 'b'", "OR"),
        ("metrics.x > 1", "Invalid entity type"),
        ("(name = 'x')", None),
    ],
)
def test_bad_filters_of_versions(world, filter, message):
    world.versions(filter).invalid(message)


@pytest.mark.parametrize(
    "order,expected",
    [
        ([], "c1 b1 a2 a1"),
        (["name"], "c1 a2 a1 b1"),
        (["name DESC"], "b1 a2 a1 c1"),
        (["version_number"], "c1 a1 b1 a2"),
        (["version_number DESC"], "a2 c1 a1 b1"),
        (["version_number DESC", "name DESC"], "a2 b1 a1 c1"),
        (["creation_timestamp"], "a1 a2 b1 c1"),
        (["creation_timestamp DESC"], "c1 b1 a2 a1"),
        (["last_updated_timestamp ASC"], "a1 a2 b1 c1"),
        (["name", "version_number"], "c1 a1 a2 b1"),
    ],
)
def test_orders_of_versions(world, order, expected):
    assert world.version_labels("name ILIKE '{s}%'", order_by=order) == expected


@pytest.mark.parametrize("order", ["version", "run_id", "bogus", "source_path", "tags.q", "name sideways", ""])
def test_bad_orders_of_versions(world, order):
    world.versions("name ILIKE '{s}%'", order_by=[order]).invalid()


def test_results_are_whole(wire, world):
    found = world.models("name = '{s}a'").ok()["registered_models"]
    assert found == [wire.get_model(world.names["a"])]
    found = world.versions("name = '{s}a' AND version_number = 2").ok()["model_versions"]
    assert found == [wire.get_version(world.names["a"], "2")]


@pytest.mark.client
def test_the_stock_client(mlflow, client, world):
    found = client.search_registered_models(f"name LIKE '{world.stem}%'", order_by=["name DESC"])
    assert [m.name[-1] for m in found] == ["b", "a"]
    found = client.search_model_versions(f"name = '{world.names['a']}'", order_by=["version_number ASC"])
    assert [int(v.version) for v in found] == [1, 2]
    assert len(mlflow.search_model_versions(filter_string=f"run_id = '{world.run}'")) == 2
    page = client.search_registered_models(f"name ILIKE '{world.stem}%'", max_results=2)
    rest = client.search_registered_models(f"name ILIKE '{world.stem}%'", max_results=2, page_token=page.token)
    assert [m.name[-1] for m in [*page, *rest]] == ["c", "a", "b"]
    with pytest.raises(mlflow.MlflowException):
        client.search_model_versions("bogus = 'x'")
