"""Webhooks: create, read, change, delete, test, and delivery with a signature.

Steward and MLflow refuse private addresses unless told otherwise; the runner tells both to allow them (see servers.py),
so that deliveries can be received here.
"""

import base64
import datetime
import hashlib
import hmac
import http.server
import json
import queue
import threading
import time

import pytest

from wire import better, tick, unique

CREATED = [{"entity": "MODEL_VERSION", "action": "CREATED"}]
URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def hooks(wire):
    """Creates webhooks and takes them away afterwards: others would wait behind their deliveries."""
    made = []

    def create(**fields):
        reply = wire.post("webhooks", {"name": unique("hook"), "url": URL, "events": CREATED, **fields})
        if reply.status == 200:
            made.append(reply.json["webhook"]["webhook_id"])
        return reply

    yield create
    for webhook in made:
        wire.delete(f"webhooks/{webhook}", {})


def get(wire, webhook):
    return wire.get(f"webhooks/{webhook}").ok()["webhook"]


def test_create_answers_the_webhook(wire, hooks):
    name = unique("hook")
    events = [
        {"entity": "REGISTERED_MODEL", "action": "CREATED"},
        {"entity": "MODEL_VERSION_ALIAS", "action": "DELETED"},
    ]
    webhook = hooks(name=name, description="about", events=events, secret="s3cr3t").ok()["webhook"]
    assert (webhook["name"], webhook["description"], webhook["url"], webhook["status"]) == (
        name,
        "about",
        URL,
        "ACTIVE",
    )
    key = lambda event: event["entity"]  # noqa: E731
    assert sorted(webhook["events"], key=key) == sorted(events, key=key)
    assert isinstance(webhook["creation_timestamp"], int)
    assert isinstance(webhook["webhook_id"], str) and webhook["webhook_id"]
    assert "s3cr3t" not in json.dumps(webhook)
    found = get(wire, webhook["webhook_id"])
    assert {**found, "events": sorted(found["events"], key=key)} == {
        **webhook,
        "events": sorted(webhook["events"], key=key),
    }


@pytest.mark.parametrize(
    "entity,action",
    [
        ("REGISTERED_MODEL", "CREATED"),
        ("MODEL_VERSION", "CREATED"),
        ("MODEL_VERSION_TAG", "SET"),
        ("MODEL_VERSION_TAG", "DELETED"),
        ("MODEL_VERSION_ALIAS", "CREATED"),
        ("MODEL_VERSION_ALIAS", "DELETED"),
    ],
)
def test_the_events_of_mlflow(wire, hooks, entity, action):
    event = {"entity": entity, "action": action}
    assert hooks(events=[event]).ok()["webhook"]["events"] == [event]


@pytest.mark.parametrize(
    "event", [{"entity": "MODEL_VERSION", "action": "SET"}, {"entity": "REGISTERED_MODEL", "action": "DELETED"}]
)
def test_actions_that_an_entity_has_not(wire, hooks, event):
    hooks(events=[event]).invalid("Invalid action")


@better
@pytest.mark.parametrize(
    "events", [[{"entity": "NOPE", "action": "CREATED"}], [{"entity": "MODEL_VERSION"}], [{}], ["x"], CREATED + CREATED]
)
def test_events_that_are_none_are_refused_with_400(wire, hooks, events):
    hooks(events=events).invalid()


@pytest.mark.parametrize("field", ["name", "url", "events"])
def test_required_fields(wire, field):
    body = {"name": unique("hook"), "url": URL, "events": CREATED}
    del body[field]
    wire.post("webhooks", body).missing(field)


def test_no_events(wire, hooks):
    hooks(events=[]).invalid("non-empty list")


@pytest.mark.parametrize("name", ["a", "A", "a.b_c-1", "9", "a" * 63])
def test_good_names(wire, hooks, name):
    assert hooks(name=name).ok()["webhook"]["name"] == name


@pytest.mark.parametrize("name", ["a b", "a/b", "-a", "a-", ".a", "a.", "é", "a" * 64, " "])
def test_bad_names(wire, hooks, name):
    hooks(name=name).invalid("Webhook name|name")


@pytest.mark.parametrize(
    "address",
    ["x", "ftp://host/x", "file:///etc/passwd", "javascript:alert(1)", "http://", "gopher://127.0.0.1/", "//host/x"],
)
def test_bad_urls(wire, hooks, address):
    hooks(url=address).invalid("URL|url")
    webhook = hooks().ok()["webhook"]["webhook_id"]
    wire.patch(f"webhooks/{webhook}", {"url": address}).invalid("URL|url")
    assert get(wire, webhook)["url"] == URL


# Addresses that only the server can reach. The runner allows 127.0.0.0/8 and nothing else.
PRIVATE = [
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://172.16.0.1:8080/",
    "http://0.0.0.0/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
]


@better
@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(wire, hooks, address):
    hooks(url=address).invalid()


def test_a_disabled_webhook(wire, hooks):
    assert hooks(status="DISABLED").ok()["webhook"]["status"] == "DISABLED"


@better
def test_an_unknown_status_is_refused(wire, hooks):
    hooks(status="SLEEPING").invalid("status")


def test_update_changes_only_what_it_names(wire, hooks):
    before = hooks(description="old").ok()["webhook"]
    tick()
    place = f"webhooks/{before['webhook_id']}"
    after = wire.patch(place, {"description": "new", "status": "DISABLED"}).ok()["webhook"]
    assert (after["description"], after["status"]) == ("new", "DISABLED")
    assert after["last_updated_timestamp"] > before["last_updated_timestamp"]
    for field in ("name", "url", "events", "creation_timestamp"):
        assert after[field] == before[field]
    assert get(wire, before["webhook_id"]) == after
    events = [{"entity": "REGISTERED_MODEL", "action": "CREATED"}]
    again = wire.patch(place, {"name": "renamed", "events": events, "url": "http://127.0.0.1:9/other"}).ok()["webhook"]
    assert (again["name"], again["events"], again["url"], again["description"]) == (
        "renamed",
        events,
        "http://127.0.0.1:9/other",
        "new",
    )
    wire.patch(place, {"name": "BAD NAME"}).invalid()


@pytest.mark.parametrize(
    "call", [("GET", "", None), ("PATCH", "", {"description": "x"}), ("DELETE", "", {}), ("POST", "/test", {})]
)
def test_unknown_webhooks(wire, call):
    method, path, body = call
    wire.send(method, f"webhooks/nobody{path}", body).not_found("nobody")


def test_delete(wire, hooks):
    webhook = hooks().ok()["webhook"]["webhook_id"]
    wire.delete(f"webhooks/{webhook}", {}).empty()
    wire.get(f"webhooks/{webhook}").not_found(webhook)
    wire.delete(f"webhooks/{webhook}", {}).not_found(webhook)


def test_listing_in_pages(wire, hooks):
    made = [hooks().ok()["webhook"]["webhook_id"] for _ in range(3)]
    seen, token = [], None
    for _ in range(1000):
        query = {"max_results": "2", **({"page_token": token} if token else {})}
        answer = wire.get("webhooks", query).ok()
        assert len(answer.get("webhooks", [])) <= 2
        seen += [w["webhook_id"] for w in answer.get("webhooks", [])]
        token = answer.get("next_page_token")
        if not token or set(made) <= set(seen):
            break
    assert len(seen) == len(set(seen))
    assert [w for w in seen if w in made] == made[::-1], "newest first"


@pytest.mark.parametrize("query", [{"max_results": "1001"}, {"max_results": "-1"}, {"page_token": "zzz"}])
def test_bad_listings(wire, query):
    wire.get("webhooks", query).invalid()


class Receiver:
    """A small server that keeps what it is sent."""

    def __init__(self, status=200, location=None):
        self.requests = queue.Queue()
        received = self.requests

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                received.put((self.path, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "4")
                if location:
                    self.send_header("Location", location)
                self.end_headers()
                self.wfile.write(b"done")

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        """The next delivery: headers in lower case and the body."""
        _, headers, body = self.requests.get(timeout=20)
        return {key.lower(): value for key, value in headers.items()}, body


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


def verify(headers, body, secret):
    signed = f"{headers['x-mlflow-delivery-id']}.{headers['x-mlflow-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["x-mlflow-signature"] == f"v1,{digest}"
    assert abs(int(headers["x-mlflow-timestamp"]) - time.time()) < 300


def test_a_test_delivery(wire, hooks, receiver):
    webhook = hooks(url=receiver.url, secret="s3cr3t").ok()["webhook"]["webhook_id"]
    result = wire.post(f"webhooks/{webhook}/test", {"event": CREATED[0]}).ok()["result"]
    assert (result["success"], result["response_status"], result["response_body"]) == (True, 200, "done")
    headers, body = receiver.next()
    verify(headers, body, "s3cr3t")
    assert headers["content-type"].split(";")[0] == "application/json"
    message = json.loads(body)
    assert (message["entity"], message["action"]) == ("model_version", "created")
    assert set(message["data"]) >= {"name", "version", "source"}


def test_a_test_delivery_that_fails(wire, hooks):
    refusing = Receiver(status=418)
    webhook = hooks(url=refusing.url).ok()["webhook"]["webhook_id"]
    result = wire.post(f"webhooks/{webhook}/test", {}).ok()["result"]
    assert (result.get("success", False), result["response_status"]) == (False, 418)
    refusing.server.shutdown()
    webhook = hooks(url=URL).ok()["webhook"]["webhook_id"]
    result = wire.post(f"webhooks/{webhook}/test", {}).ok()["result"]
    assert result.get("success", False) is False and result["error_message"]


@better
def test_redirects_are_not_followed(wire, hooks, receiver):
    redirecting = Receiver(status=307, location=receiver.url)
    webhook = hooks(url=redirecting.url).ok()["webhook"]["webhook_id"]
    result = wire.post(f"webhooks/{webhook}/test", {}).ok()["result"]
    redirecting.server.shutdown()
    assert result.get("response_status") in (None, 307)
    assert receiver.requests.empty()


def test_deliveries(wire, hooks, receiver, run):
    """What each change in the registry sends, signed."""
    names = [
        ("REGISTERED_MODEL", "CREATED"),
        ("MODEL_VERSION", "CREATED"),
        ("MODEL_VERSION_TAG", "SET"),
        ("MODEL_VERSION_TAG", "DELETED"),
        ("MODEL_VERSION_ALIAS", "CREATED"),
        ("MODEL_VERSION_ALIAS", "DELETED"),
    ]
    hooks(
        url=receiver.url, secret="key", events=[{"entity": entity, "action": action} for entity, action in names]
    ).ok()
    model, deliveries = unique("hooked"), set()
    key = {"name": model, "version": "1"}

    def expect(entity, action, data):
        headers, body = receiver.next()
        verify(headers, body, "key")
        deliveries.add(headers["x-mlflow-delivery-id"])
        message = json.loads(body)
        assert (message["entity"], message["action"], message["data"]) == (entity, action, data)
        assert datetime.datetime.fromisoformat(message["timestamp"].replace("Z", "+00:00")).year >= 2020

    wire.model(model, tags=[{"key": "a", "value": "b"}], description="d")
    expect("registered_model", "created", {"name": model, "tags": {"a": "b"}, "description": "d"})
    wire.version(model, "s3://b/p", run_id=run, tags=[{"key": "x", "value": "y"}], description="v")
    version = {**key, "source": "s3://b/p", "run_id": run, "tags": {"x": "y"}, "description": "v"}
    expect("model_version", "created", version)
    wire.post("model-versions/set-tag", {**key, "key": "k", "value": "1"}).empty()
    expect("model_version_tag", "set", {**key, "key": "k", "value": "1"})
    wire.delete("model-versions/delete-tag", {**key, "key": "k"}).empty()
    expect("model_version_tag", "deleted", {**key, "key": "k"})
    wire.post("registered-models/alias", {**key, "alias": "champion"}).empty()
    expect("model_version_alias", "created", {**key, "alias": "champion"})
    wire.delete("registered-models/alias", {"name": model, "alias": "champion"}).empty()
    expect("model_version_alias", "deleted", {"name": model, "alias": "champion"})
    assert len(deliveries) == 6


def test_a_disabled_webhook_gets_nothing(wire, hooks, receiver):
    hooks(url=receiver.url + "/silent", status="DISABLED").ok()
    hooks(url=receiver.url + "/loud").ok()
    wire.version(wire.model())
    path, _, _ = receiver.requests.get(timeout=20)
    assert path == "/hook/loud"
    assert receiver.requests.empty()


@pytest.mark.client
def test_the_stock_client(mlflow, client):
    webhook = client.create_webhook(
        unique("hook"), URL, ["model_version.created", "model_version_alias.created"], secret="s"
    )
    assert {str(e) for e in webhook.events} == {"model_version.created", "model_version_alias.created"}
    assert webhook.webhook_id in {w.webhook_id for w in client.list_webhooks()}
    client.update_webhook(webhook.webhook_id, status="DISABLED", description="off")
    found = client.get_webhook(webhook.webhook_id)
    assert (str(found.status), found.description) == ("DISABLED", "off")
    assert client.test_webhook(webhook.webhook_id).success is False
    client.delete_webhook(webhook.webhook_id)
    with pytest.raises(mlflow.MlflowException, match="not found"):
        client.get_webhook(webhook.webhook_id)
