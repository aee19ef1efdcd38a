"""runs/search: the filter grammar over metrics, parameters, tags, attributes and datasets."""

import pytest

from six_runs import SixRuns
from wire import better


@pytest.fixture(scope="module")
def world(wire):
    return SixRuns(wire)


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
    assert world.names(filter=filter.format(**world.ids)) == world.default_order(expected)


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
@pytest.mark.parametrize(
    "filter",
    ["AND", "metrics.acc > 0.8 AND", "AND metrics.acc > 0.8", "metrics.acc > 0.8 metrics.acc < 2", "tags. = 'x'"],
)
def test_filters_that_are_only_half_there_are_refused(world, filter):
    world.search(filter=filter).invalid()


MONSTERS = [
    pytest.param("metrics.acc > " + "1" * 5000, id="a number of 5000 digits", marks=better),
    pytest.param("tags.a = 'x' AND " * 20_000 + "tags.a = 'x'", id="20001 conditions"),
    pytest.param("(" * 20_000, id="20000 parentheses"),
    pytest.param("'" * 100_001, id="100001 quotes"),
]


@pytest.mark.parametrize("filter", MONSTERS)
def test_monstrous_filters_are_refused(world, filter):
    world.search(filter=filter).refused()
