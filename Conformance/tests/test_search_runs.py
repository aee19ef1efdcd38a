"""runs/search: the filter grammar over all entities, orders with NaN and missing values, pages, views."""

import pytest

from wire import better

SEARCH = "runs/search"


class World:
    """Six runs of one experiment, named by one letter.

    name  start  latest acc  params           tags                  user  status        dataset
    A     1000   0.9         lr=0.1 opt=Adam  team=Alpha a.b=x      ada   FINISHED 2000 iris d1 train
    b     2000   0.7         lr=0.01 opt=adam team=beta             bob   FAILED 1500   none
    c     3000   NaN         lr=0.1 empty=''  team=''               ada   RUNNING       wine d2 eval
    d     3000   none        none             none                  ada   RUNNING       none
    e     500    +inf        lr=10            team=al_ha pct=10%    ada   RUNNING       iris d3 eval
    f     400    -inf        lr=9             none                  ada   RUNNING       none
    A also has acc 0.5 at an earlier step, and "my metric" = 1.
    """

    def __init__(self, wire):
        self.experiment = wire.experiment()
        self.ids = {}
        self.wire = wire
        self.add("A", 1000, {"acc": [0.5, 0.9], "my metric": [1]}, {"lr": "0.1", "opt": "Adam"}, {"team": "Alpha", "a.b": "x"})
        self.add("b", 2000, {"acc": [0.7]}, {"lr": "0.01", "opt": "adam"}, {"team": "beta"}, user="bob")
        self.add("c", 3000, {"acc": ["NaN"]}, {"lr": "0.1", "empty": ""}, {"team": ""})
        self.add("d", 3000, {}, {}, {})
        self.add("e", 500, {"acc": ["Infinity"]}, {"lr": "10"}, {"team": "al_ha", "pct": "10%"})
        self.add("f", 400, {"acc": ["-Infinity"]}, {"lr": "9"}, {})
        wire.post("runs/update", {"run_id": self.ids["A"], "status": "FINISHED", "end_time": 2000}).ok()
        wire.post("runs/update", {"run_id": self.ids["b"], "status": "FAILED", "end_time": 1500}).ok()
        for name, dataset, digest, context in (("A", "iris", "d1", "train"), ("c", "wine", "d2", "eval"), ("e", "iris", "d3", "eval")):
            entry = {
                "tags": [{"key": "mlflow.data.context", "value": context}],
                "dataset": {"name": dataset, "digest": digest, "source_type": "http", "source": "{}"},
            }
            wire.post("runs/log-inputs", {"run_id": self.ids[name], "datasets": [entry]}).empty()

    def add(self, name, start, metrics, params, tags, user="ada"):
        fields = {"run_name": name, "start_time": start, "user_id": user}
        run = self.wire.run(self.experiment, tags=[{"key": k, "value": v} for k, v in tags.items()], **fields)
        points = [{"key": k, "value": v, "timestamp": 1, "step": i} for k, vs in metrics.items() for i, v in enumerate(vs)]
        values = [{"key": k, "value": v} for k, v in params.items()]
        self.wire.post("runs/log-batch", {"run_id": run, "metrics": points, "params": values}).empty()
        self.ids[name] = run

    def search(self, **body):
        return self.wire.post(SEARCH, {"experiment_ids": [self.experiment], **body})

    def names(self, **body):
        return "".join(r["info"]["run_name"] for r in self.search(**body).ok().get("runs", []))


@pytest.fixture(scope="module")
def world(wire):
    return World(wire)


def default_order(world, letters):
    """The letters in default order: start_time descending, then run id."""
    start = dict(A=1000, b=2000, c=3000, d=3000, e=500, f=400)
    return "".join(sorted(letters, key=lambda name: (-start[name], world.ids[name])))


FILTERS = [
    # metrics
    ("metrics.acc > 0.8", "Ae"),
    ("metrics.acc >= 0.9", "Ae"),
    ("metrics.acc < 0.8", "bf"),
    ("metrics.acc <= 0.7", "bf"),
    ("metrics.acc = 0.9", "A"),
    ("metrics.acc = 0.5", ""),
    ("metrics.acc != 0.9", "bcef"),
    ("metric.acc > 0.8", "Ae"),
    ("metrics.`acc` > 0.8", "Ae"),
    ('metrics."acc" > 0.8', "Ae"),
    ("metrics.'acc' > 0.8", "Ae"),
    ('metrics."my metric" = 1', "A"),
    ("metrics.`my metric` = 1.0", "A"),
    ("metrics.acc > 1e3", "e"),
    ("metrics.acc > -1", "Abe"),
    ("metrics.acc > .8", "Ae"),
    ("metrics.acc = 0.90", "A"),
    ("metrics.acc < -1e3", "f"),
    ("metrics.nope > 0", ""),
    ("metrics.nope != 0", ""),
    ("metrics.ACC > 0.8", ""),
    ("metrics.acc>0.8", "Ae"),
    ("  metrics.acc   >   0.8  ", "Ae"),
    ("metrics.acc\t>\n0.8", "Ae"),
    ("metrics.acc > 0.1 AND metrics.acc < 0.8", "b"),
    # params
    ("params.lr = '0.1'", "Ac"),
    ('params.lr = "0.1"', "Ac"),
    ("param.lr = '9'", "f"),
    ("parameter.lr = '9'", "f"),
    ("parameters.lr = '9'", "f"),
    ("params.`lr` = '9'", "f"),
    ('params."lr" = "9"', "f"),
    ("params.lr='9'", "f"),
    ("params.lr != '0.1'", "bef"),
    ("params.lr LIKE '0%'", "Abc"),
    ("params.lr LIKE '_'", "f"),
    ("params.opt LIKE 'A%'", "A"),
    ("params.opt LIKE 'a%'", "b"),
    ("params.opt ILIKE 'ADAM'", "Ab"),
    ("params.opt ilike 'a%'", "Ab"),
    ("params.opt LIKE '%da%'", "Ab"),
    ("params.opt LIKE 'da'", ""),
    ("params.lr IS NULL", "d"),
    ("params.lr is not null", "Abcef"),
    ("params.nope IS NULL", "Abcdef"),
    ("params.empty = ''", "c"),
    ("params.empty != ''", ""),
    ("params.empty IS NOT NULL", "c"),
    ("params.nope != 'x'", ""),
    # tags
    ("tags.team = 'Alpha'", "A"),
    ("tag.team = 'beta'", "b"),
    ("tags.team != 'Alpha'", "bce"),
    ("tags.team LIKE '%a'", "Abe"),
    ("tags.team LIKE 'al_ha'", "e"),
    ("tags.team LIKE 'a%a'", "e"),
    ("tags.team ILIKE 'AL_HA'", "Ae"),
    ("tags.pct = '10%'", "e"),
    ("tags.pct LIKE '10%'", "e"),
    ("tags.`a.b` = 'x'", "A"),
    ('tags."a.b" = "x"', "A"),
    ("tags.a.b = 'x'", "A"),
    ("tags.team IS NULL", "df"),
    ("tags.team Is Not Null", "Abce"),
    ("tags.team = ''", "c"),
    ("tags.mlflow.runName = 'A'", "A"),
    ("tags.`mlflow.runName` = 'A'", "A"),
    ("tags.team = 'Al' AND tags.team = 'pha'", ""),
    # attributes
    ("attributes.status = 'FINISHED'", "A"),
    ("attribute.status = 'FINISHED'", "A"),
    ("attr.status = 'FINISHED'", "A"),
    ("run.status = 'FINISHED'", "A"),
    ("status = 'FINISHED'", "A"),
    ("status = 'finished'", ""),
    ("status != 'FINISHED'", "bcdef"),
    ("status LIKE 'F%'", "Ab"),
    ("status ILIKE 'f%'", "Ab"),
    ("status = 'BOGUS'", ""),
    ("run_id = '{A}'", "A"),
    ("run_id IN ('{A}','{b}')", "Ab"),
    ("run_id in ('{A}', '{b}', 'nobody')", "Ab"),
    ("run_id IN ('{A}')", "A"),
    ("attributes.run_id IN ('{A}')", "A"),
    ("run_id NOT IN ('{A}', '{b}')", "cdef"),
    ("run_id LIKE '{A}'", "A"),
    ("run_id != '{A}'", "bcdef"),
    ("run_name = 'A'", "A"),
    ("run_name = 'a'", ""),
    ("run_name != 'A'", "bcdef"),
    ("run_name LIKE '_'", "Abcdef"),
    ("run_name ILIKE 'a'", "A"),
    ("attributes.run_name = 'A'", "A"),
    ("`run name` = 'A'", "A"),
    ("`Run name` = 'A'", "A"),
    ("`Run Name` = 'A'", "A"),
    ("attributes.`run name` = 'A'", "A"),
    ("user_id = 'bob'", "b"),
    ("user_id LIKE 'b%'", "b"),
    ("artifact_uri LIKE '%{A}%'", "A"),
    ("attributes.artifact_uri = 'x'", ""),
    ("start_time > 1000", "bcd"),
    ("start_time >= 1000", "Abcd"),
    ("start_time < 500", "f"),
    ("start_time <= 500", "ef"),
    ("start_time = 1000", "A"),
    ("start_time != 1000", "bcdef"),
    ("start_time > 1000.5", "bcd"),
    ("attributes.start_time > 2500", "cd"),
    ("created > 1000", "bcd"),
    ("attributes.Created >= 3000", "cd"),
    ("end_time > 0", "Ab"),
    ("end_time = 2000", "A"),
    ("end_time != 2000", "b"),
    # datasets
    ("dataset.name = 'iris'", "Ae"),
    ("datasets.name = 'iris'", "Ae"),
    ("dataset.name != 'iris'", "c"),
    ("dataset.digest = 'd2'", "c"),
    ("dataset.context = 'train'", "A"),
    ("dataset.context = 'eval'", "ce"),
    ("dataset.name LIKE '%i%'", "Ace"),
    ("dataset.name ILIKE 'IRIS'", "Ae"),
    ("dataset.name IN ('iris','wine')", "Ace"),
    ("dataset.name NOT IN ('iris')", "c"),
    ("dataset.digest IN ('d1','d2')", "Ac"),
    ("datasets.context IN ('train')", "A"),
    ("dataset.name = 'iris' AND dataset.context = 'eval'", "e"),
    ("dataset.name = 'wine' AND dataset.context = 'train'", ""),
    # several
    ("metrics.acc > 0.8 and params.lr = '0.1'", "A"),
    ("metrics.acc > 0 AND tags.team != 'Alpha' AND status = 'RUNNING'", "e"),
    ("params.lr = '9' And status = 'RUNNING' aNd start_time < 500", "f"),
    ("dataset.name = 'iris' AND params.lr = '10' AND tags.pct LIKE '%!%' ", ""),
    ("", "Abcdef"),
    # text that looks like something else
    ("tags.team = 'it''s'", ""),
    ('tags.team = "it\'s"', ""),
    ("tags.team = '😀'", ""),
    ("tags.team = 'a AND b'", ""),
    ("tags.team = 'OR'", ""),
    ("tags.team = '); DROP TABLE runs; --'", ""),
]


@pytest.mark.parametrize("filter,expected", FILTERS)
def test_filters(world, filter, expected):
    assert world.names(filter=filter.format(**world.ids)) == default_order(world, expected)


BAD_FILTERS = [
    ("metrics.my metric = 1", "Invalid clause"),
    ("metrics.acc > '0.8'", "Expected numeric value"),
    ("metrics.acc > abc", "Expected numeric value"),
    ("metrics.acc = NaN", "Expected numeric value"),
    ("metrics.acc LIKE 'x'", None),
    ("metrics.acc IN (0.9)", None),
    ("metrics.acc IS NULL", "IS NULL"),
    ("metrics.acc IS NOT NULL", "IS NULL"),
    ("metrics.acc > +0.8", None),
    ("metrics.acc == 0.9", "Invalid comparator '=='"),
    ("metrics.acc <> 0.9", "Invalid comparator '<>'"),
    ("metrics.acc BETWEEN 0 AND 1", None),
    ("metrics.acc > 0.8 && x", None),
    ("Metrics.acc > 0.8", "Invalid entity type 'Metrics'"),
    ("METRICS.acc > 0.8", "Invalid entity type"),
    ("bogus.acc > 1", "Invalid entity type 'bogus'"),
    ("params.lr = 0.1", "Expected a quoted string"),
    ("params.lr > '0'", "Invalid comparator '>'"),
    ("params.lr IN ('9','10')", None),
    ("params.lr NOT IN ('9')", None),
    ("params.lr = '9' OR params.lr = '10'", "Invalid clause.*OR"),
    ("tags.team = beta", "not quoted"),
    ("tags.team = 5", "Expected a quoted string"),
    ("tags.team IN ('Alpha')", None),
    ("tags.team >= 'a'", "Invalid comparator"),
    ("tags = 'x'", "Invalid attribute key 'tags'"),
    ("tags.team 'x'", "Invalid clause"),
    ("status IN ('FAILED')", "run_id"),
    ("status > 'A'", "Invalid comparator"),
    ("status IS NULL", "IS NULL"),
    ("run_name IN ('A','b')", "run_id"),
    ("run_id IN ()", "non-empty list"),
    ("run_id IN ('x'", None),
    pytest.param("run_id IN (x)", None, marks=better),
    ("run_id IN (5)", None),
    ("run_id IN 'x'", None),
    pytest.param("run_id IN ('x',)", None, marks=better),
    ("run name = 'A'", None),
    ("start_time > '1000'", "numeric"),
    ("start_time LIKE '1'", "numeric"),
    ("start_time IN (1000)", "numeric"),
    ("end_time IS NULL", "IS NULL"),
    ("experiment_id = '1'", "Invalid attribute key 'experiment_id'"),
    ("lifecycle_stage = 'active'", "Invalid attribute key"),
    ("attributes.bogus = 'x'", "Invalid attribute key 'bogus'"),
    ("bogus = 'x'", "Invalid attribute key"),
    ("run_uuid = 'x'", "Invalid attribute key"),
    ("dataset.source = 'y'", "Invalid dataset key 'source'"),
    ("dataset.name > 'a'", "Invalid comparator"),
    ("   ", None),
    ("garbage", "Invalid clause"),
    ("metrics.acc", "Invalid clause"),
    ("metrics.acc >", "Invalid clause"),
    ("> 0.8", None),
    ("(metrics.acc > 0.8)", "Invalid clause"),
    ("metrics.acc > 0.8 AND (params.lr = '9')", "Invalid clause"),
    ("NOT metrics.acc > 0.8", "Invalid clause.*NOT"),
    ("metrics.acc > 0.8; drop table runs", None),
    ("metrics.acc > 0.8 -- x", None),
    ("metrics.acc > 0.8 /* x */ OR 1 = 1", None),
    ("0.8 < metrics.acc", None),
    ("tags.`te`am` = 'x'", None),
    ("tags.team = 'unterminated", None),
    ("tags.team = 'x' AND garbage", "Invalid clause"),
    ("SELECT * FROM runs", None),
]


@pytest.mark.parametrize("filter,message", BAD_FILTERS)
def test_bad_filters(world, filter, message):
    world.search(filter=filter).invalid(message)


@better
@pytest.mark.parametrize("filter", ["AND", "metrics.acc > 0.8 AND", "AND metrics.acc > 0.8", "metrics.acc > 0.8 metrics.acc < 2", "tags. = 'x'"])
def test_filters_that_are_only_half_there_are_refused(world, filter):
    world.search(filter=filter).invalid()


@better
@pytest.mark.parametrize("filter", ["metrics.acc > " + "1" * 5000, "tags.a = 'x' AND " * 20_000 + "tags.a = 'x'", "(" * 20_000, "'" * 100_001])
def test_monstrous_filters_are_refused(world, filter):
    world.search(filter=filter).refused()


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
    ["bogus", "attributes.bogus", "experiment_id", "lifecycle_stage", "dataset.name", "`run name`", "Run Name", "metrics.acc sideways",
     "metrics.acc ASC, run_name", "metrics.my metric", "", "bogus.x", "metrics.acc ASC DESC", "random()", "start_time; drop table runs"],
)
def test_bad_orders(world, order):
    world.search(order_by=[order]).invalid()


@better
@pytest.mark.parametrize("order", [["metrics.acc", "metrics.acc"], ["start_time", "attributes.start_time DESC"], ["created", "start_time"]])
def test_one_key_twice_in_an_order_is_refused_with_400(world, order):
    world.search(order_by=order).invalid("duplicate")


@pytest.mark.parametrize("order", [[], ["metrics.acc DESC"], ["params.lr"], ["tags.team DESC"], ["end_time"], ["metrics.nope"], ["run_name DESC"]])
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
    frame = mlflow.search_runs([world.experiment], "metrics.acc < 1 AND params.lr LIKE '0%'", order_by=["metrics.acc DESC"])
    assert list(frame["tags.mlflow.runName"]) == ["A", "b"]
    assert list(frame["metrics.acc"]) == [0.9, 0.7]
    page = client.search_runs([world.experiment], max_results=4)
    rest = client.search_runs([world.experiment], max_results=4, page_token=page.token)
    assert "".join(r.info.run_name for r in list(page) + list(rest)) == world.names()
    assert rest.token in (None, "")
    with pytest.raises(mlflow.MlflowException) as caught:
        client.search_runs([world.experiment], "bogus > 1")
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
