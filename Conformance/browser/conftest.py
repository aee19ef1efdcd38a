"""What the tests share: a filled server, a browser, and visits that end with the test."""

import contextlib
import json
import os
import pathlib
import sys

import pytest
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import canary as canaries  # noqa: E402
import data  # noqa: E402

import browser  # noqa: E402
import servers  # noqa: E402

# A condition is waited for as long as a loaded machine may take, not for a number of seconds that a quick one takes.
expect.set_options(timeout=browser.PATIENCE)
LOGS = pathlib.Path(__file__).resolve().parents[2] / ".build" / "conformance" / "logs"
BINARY = os.environ.get("STEWARD_BINARY", str(LOGS.parents[1] / "release" / "steward"))


class Bench:
    """A running server, what is in it, how to talk to it, and the cookies that its pages are visited with."""

    def __init__(self, url, facts, client, cookies=()):
        self.url, self.facts, self.client, self.cookies = url, facts, client, list(cookies)


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
def fresh():
    """The server of one user, as it is at first."""
    with servers.steward(BINARY, None, LOGS / "browser-fresh.log") as (url, _):
        yield Bench(url, data.Facts(), data.Client(url))


@contextlib.contextmanager
def without_people(name):
    """A server where people sign in, before there is anybody."""
    log = LOGS / f"browser-{name}.log"
    with servers.steward(BINARY, None, log, "--auth") as (url, _):
        yield Bench(url, data.Facts(setup=servers.set_up_link(log)), data.Client(url))


@pytest.fixture(scope="session")
def fresh_team():
    """Its link is shown, and never used."""
    with without_people("fresh-team") as place:
        yield place


@pytest.fixture
def new_team():
    """Its link is used by the test that asks for it."""
    with without_people("new-team") as place:
        yield place


@pytest.fixture(scope="session")
def team(canary):
    """A server where people sign in, with people; visited as its administrator."""
    log = LOGS / "browser-team.log"
    with servers.steward(BINARY, None, log, "--auth") as (url, _):
        client, cookie = data.first_administrator(url, servers.set_up_link(log))
        facts = data.people(client, canary.url)
        yield Bench(url, facts, client, [{"name": cookie[0], "value": cookie[1], "url": url}])


@pytest.fixture(scope="session")
def places(request):
    """The servers by the names that samples call them by; each is started when it is asked for."""
    names = {"alone": "bench", "fresh": "fresh", "team": "team", "fresh-team": "fresh_team", "outside": "team"}

    def find(name):
        there = request.getfixturevalue(names[name])
        return Bench(there.url, there.facts, there.client) if name == "outside" else there

    return find


@pytest.fixture(scope="session")
def driver():
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chrome(driver):
    with browser.launched(driver) as running:
        yield running


@pytest.fixture
def visit(chrome, bench):
    """Opens contexts of the browser: visit("narrow"), visit(place=team, cookies=False), visit(has_touch=True)."""
    opened = []

    def begin(form="desktop", place=None, cookies=True, **options):
        there = place or bench
        opened.append(browser.Visit(chrome, there.url, form, **options))
        if cookies:
            opened[-1].context.add_cookies(there.cookies)
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
