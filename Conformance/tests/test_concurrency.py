"""Many clients at once: nothing is lost, nothing comes twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from wire import Wire, better, unique

CLIENTS = 8


def at_once(url, action, count):
    """Calls action(wire, index) for every index, each of the clients on connections of its own."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(lambda index: action(Wire(url), index), range(count)))


def test_versions_get_different_numbers(wire, url, model):
    made = at_once(url, lambda one, index: one.version(model, f"s3://b/{index}"), 24)
    assert sorted(int(v["version"]) for v in made) == list(range(1, 25))
    for version in made:
        assert wire.get_version(model, version["version"])["source"] == version["source"]


def test_one_name_goes_to_one_experiment(url):
    name = unique("race")
    replies = at_once(url, lambda one, _: one.post("experiments/create", {"name": name}), CLIENTS)
    won = [reply for reply in replies if reply.status == 200]
    assert len(won) == 1
    for reply in replies:
        if reply is not won[0]:
            reply.already_exists()


def test_one_name_goes_to_one_model(url):
    name = unique("race")
    replies = at_once(url, lambda one, _: one.post("registered-models/create", {"name": name}), CLIENTS)
    assert sorted(reply.status for reply in replies) == [200] + [400] * (CLIENTS - 1)
    for reply in replies:
        if reply.status != 200:
            reply.already_exists()


def test_no_point_is_lost(wire, url, run):
    at_once(url, lambda one, index: one.log_metric(run, "m", index, index, index).empty(), 80)
    assert [p["step"] for p in wire.history(run, "m")] == list(range(80))
    assert wire.metrics(run)["m"]["step"] == 79


def test_the_latest_point_is_the_latest_whoever_comes_first(wire, url, run):
    order = [(index * 37) % 40 for index in range(40)]
    at_once(url, lambda one, index: one.log_metric(run, "m", order[index], 1, order[index]).empty(), 40)
    assert wire.metrics(run)["m"] == {"key": "m", "value": 39.0, "timestamp": 1, "step": 39}


def test_a_parameter_takes_one_value(wire, url, run):
    body = {"run_id": run, "key": "p"}
    replies = at_once(url, lambda one, index: one.post("runs/log-parameter", {**body, "value": str(index)}), CLIENTS)
    won = [index for index, reply in enumerate(replies) if reply.status == 200]
    assert len(won) == 1 and wire.params(run) == {"p": str(won[0])}


def test_batches_do_not_mix(wire, url, run):
    def batch(one, index):
        tags = [{"key": f"t{n}", "value": str(index)} for n in range(20)]
        one.post("runs/log-batch", {"run_id": run, "tags": tags}).empty()

    at_once(url, batch, CLIENTS)
    assert len({value for key, value in wire.tags(run).items() if key.startswith("t")}) == 1


@better
@pytest.mark.by_chance
def test_an_alias_points_to_one_version(wire, url, model):
    for _ in range(CLIENTS):
        wire.version(model)

    def move(one, index):
        one.post("registered-models/alias", {"name": model, "alias": "champion", "version": str(index + 1)}).empty()

    at_once(url, move, CLIENTS)
    holders = [str(n) for n in range(1, CLIENTS + 1) if "aliases" in wire.get_version(model, str(n))]
    (alias,) = wire.get_model(model)["aliases"]
    assert holders == [alias["version"]]


@better
@pytest.mark.by_chance
def test_production_holds_one_version_when_all_are_archived(wire, url, model):
    for _ in range(4):
        wire.version(model)

    def promote(one, index):
        body = {"name": model, "version": str(index + 1), "stage": "Production", "archive_existing_versions": True}
        one.post("model-versions/transition-stage", body).ok()

    at_once(url, promote, 4)
    stages = [wire.get_version(model, str(n))["current_stage"] for n in range(1, 5)]
    assert stages.count("Production") == 1 and stages.count("Archived") == 3
