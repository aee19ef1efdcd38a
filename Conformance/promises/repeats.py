"""D3: a write that is sent again under its Idempotency-Key is made once; and it is made, if it was not."""

import uuid

from promise import promise
from workload import TIME, Place, history


def calls(place, run, number):
    """Writes to a run, each of names that were never used before."""
    name = f"fresh{number}"
    metric = {"key": name, "value": 1, "timestamp": TIME, "step": 1}
    yield "runs/log-metric", {"run_id": run, **metric}, ("metrics", name)
    yield "runs/log-parameter", {"run_id": run, "key": name, "value": "1"}, ("params", name)
    yield "runs/set-tag", {"run_id": run, "key": name, "value": "1"}, ("tags", name)
    batch = {"run_id": run, "metrics": [{**metric, "key": name + "b"}], "tags": [{"key": name + "b", "value": "1"}]}
    yield "runs/log-batch", batch, ("metrics", name + "b")
    update = {"run_id": run, "run_name": name}
    yield "runs/update", update, None


@promise("D3", "D1", title="refused, then sent again under its key", databases=("sqlite", "postgresql"))
def refused_then_repeated(bench):
    """A refused write has not been made. Sent again when nothing stands against it any more, it is made, once."""
    server = bench.server()
    server.start()
    client = server.client()
    place = Place.make(client)
    run = place.run(client, "refused")
    for number, restart in enumerate((False, True)):
        for path, body, place_of in calls(place, run, number):
            headers = {"Idempotency-Key": str(uuid.uuid4())}
            client.json("POST", "runs/delete", {"run_id": run})
            refused = client.post(path, body, headers=headers)
            bench.require("D3", refused.status == 400, f"{path} on a deleted run was answered {refused}")
            client.json("POST", "runs/restore", {"run_id": run})
            if restart:
                server.kill()
                server.start()
                client = server.client()
            for _ in range(2):
                again = client.post(path, body, headers=headers)
                bench.require("D3", again.ok, f"{path}, sent again under its key, was answered {again}")
            data = client.json("GET", "runs/get", query={"run_id": run})["run"]["data"]
            if place_of:
                names = [item["key"] for item in data.get(place_of[0], [])]
                bench.require("D1", names.count(place_of[1]) == 1, f"{path} was acknowledged: {place_of[1]} in {names}")
    for key in ("fresh0", "fresh0b", "fresh1", "fresh1b"):
        count = len(history(client, run, key))
        bench.require("D3", count <= 1, f"the metric {key} is there {count} times")


@promise("D3", "D1", title="answered, killed, and sent again under its key", databases=("sqlite", "postgresql"))
def answered_then_repeated(bench):
    """The client did not see the answer: after a crash the same request gets the same answer, and nothing is made."""
    server = bench.server()
    server.start()
    client = server.client()
    place = Place.make(client)
    run = place.run(client, "repeated")
    requests = [(path, body) for path, body, _ in calls(place, run, 0)]
    requests += [
        ("experiments/create", {"name": uuid.uuid4().hex}),
        ("runs/create", {"experiment_id": place.experiment, "run_name": "once"}),
        ("registered-models/create", {"name": uuid.uuid4().hex}),
        ("model-versions/create", {"name": place.model, "source": "s3://bucket/once"}),
        ("model-versions/transition-stage", {"name": place.staged, "version": "1", "stage": "Staging"}),
        ("registered-models/alias", {"name": place.staged, "alias": "once", "version": "2"}),
        ("logged-models", {"experiment_id": place.experiment, "name": "once"}),
    ]
    first = []
    for path, body in requests:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        first.append((path, body, headers, client.post(path, body, headers=headers)))
    for path, _, _, answer in first:
        bench.require("D3", answer.ok, f"{path} was answered {answer}")
    for restart in (False, True):
        if restart:
            server.kill()
            server.start()
            client = server.client()
        for path, body, headers, answer in first:
            again = client.post(path, body, headers=headers)
            same = again.status == answer.status and again.body == answer.body
            bench.require("D3", same, f"{path} was answered {answer}, and under the same key {again}")
    events = client.json("GET", "/api/v1/events", query={"limit": 1000})["events"]
    made = [event for event in events if event["kind"] == "registry.alias-set"]
    bench.require("D3", len(made) == 1, f"an alias was set {len(made)} times")
