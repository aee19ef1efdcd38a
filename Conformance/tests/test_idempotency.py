"""Idempotency-Key: a write that is sent again is done once. MLflow has none of this."""

import uuid

import pytest

from wire import better, unique

pytestmark = better


@pytest.fixture
def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def test_one_run_for_one_key(wire, experiment, key):
    body = {"experiment_id": experiment, "run_name": "once"}
    first = wire.post("runs/create", body, headers=key).ok()
    second = wire.post("runs/create", body, headers=key).ok()
    assert first == second
    assert len(wire.post("runs/search", {"experiment_ids": [experiment]}).ok()["runs"]) == 1


def test_one_version_for_one_key(wire, model, key):
    body = {"name": model, "source": "s3://b/p"}
    answers = [wire.post("model-versions/create", body, headers=key).ok() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert wire.version(model)["version"] == "2"


def test_the_same_success_and_not_the_complaint_of_a_duplicate(wire, key):
    body = {"name": unique("once")}
    assert (
        wire.post("experiments/create", body, headers=key).ok()
        == wire.post("experiments/create", body, headers=key).ok()
    )
    name = {"name": unique("once")}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    assert (
        wire.post("registered-models/create", name, headers=key).ok()
        == wire.post("registered-models/create", name, headers=key).ok()
    )


def test_one_key_for_two_different_requests_is_refused(wire, experiment, key):
    wire.post("runs/create", {"experiment_id": experiment, "run_name": "a"}, headers=key).ok()
    reply = wire.post("runs/create", {"experiment_id": experiment, "run_name": "b"}, headers=key)
    assert reply.status in (400, 409, 422), reply
    assert len(wire.post("runs/search", {"experiment_ids": [experiment]}).ok()["runs"]) == 1


def test_keys_have_a_sane_length(wire, experiment):
    reply = wire.post("runs/create", {"experiment_id": experiment}, headers={"Idempotency-Key": "k" * 5000})
    assert reply.status == 400, reply
