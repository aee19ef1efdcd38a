"""What the tests share: a filled server, a browser, and visits that end with the test."""

import json
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import canary as canaries  # noqa: E402
import data  # noqa: E402

import browser  # noqa: E402
import servers  # noqa: E402

LOGS = pathlib.Path(__file__).resolve().parents[2] / ".build" / "conformance" / "logs"
BINARY = os.environ.get("STEWARD_BINARY", str(LOGS.parents[1] / "release" / "steward"))


class Bench:
    """A running server, what is in it, and how to talk to it."""

    def __init__(self, url, facts, client):
        self.url, self.facts, self.client = url, facts, client


@pytest.fixture(scope="session")
def canary():
    """Whoever asks it was tricked into it."""
    with canaries.place() as place:
        yield place


@pytest.fixture(scope="session")
def bench(canary):
    """The server of one user, filled."""
    with canaries.place() as hook, servers.steward(BINARY, None, LOGS / "browser.log") as (url, _):
        client = data.Client(url)
        yield Bench(url, data.fill(client, canary.url, hook.url), client)


@pytest.fixture(scope="session")
def chrome():
    with browser.launched() as running:
        yield running


@pytest.fixture
def visit(chrome, bench):
    """Opens contexts of the browser: visit("narrow") or visit("desktop", java_script_enabled=False)."""
    opened = []

    def begin(form="desktop", url=None, **options):
        opened.append(browser.Visit(chrome, url or bench.url, form, **options))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


class Sheets:
    """The sheet of components, served with a filter to complete."""

    KEYS = {
        "keys": [
            {"name": "metrics.val_loss", "kind": "number"},
            {"name": "metrics.`a b`", "kind": "number"},
            {"name": "params.model", "kind": "text", "values": ["gbm", "mlp", "it's"]},
            {"name": "attributes.status", "kind": "text", "values": ["RUNNING", "FINISHED"]},
        ],
        "more": False,
    }
    UI = LOGS.parents[2] / "ui"

    def __init__(self, place):
        self.place = place
        kinds = {"html": "text/html; charset=utf-8", "css": "text/css", "js": "text/javascript"}
        for name in ("components.html", "steward.css", "steward.js"):
            place.pages[f"/{name}"] = ((self.UI / name).read_bytes(), kinds[name.split(".")[1]])
        place.pages["/filter-keys.json"] = (json.dumps(self.KEYS).encode(), "application/json")
        place.pages["/favicon.ico"] = (b"", "image/x-icon")


@pytest.fixture(scope="session")
def sheets():
    with canaries.place() as place:
        yield Sheets(place)


@pytest.fixture
def sheet(chrome, sheets):
    """Opens the sheet of components: sheet("narrow")."""
    opened = []

    def begin(form="desktop", **options):
        tour = browser.Visit(chrome, sheets.place.url, form, **options)
        tour.open("/components.html")
        opened.append(tour)
        return tour

    yield begin
    for one in opened:
        one.close()
