"""A browser that means harm: pages of strangers, foreign host names, forged forms, planted code, framing."""

import http.client
import json
import pathlib
import re
import urllib.parse
import urllib.request

import canary as canaries
import pages
import pytest

import browser

FOREIGN = ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1", "http://localhost:1"]
HOSTS = ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "localhost.evil.example", "2130706433", "0.0.0.0"]


def answer(url, method, path, headers, body=b""):
    """(status, headers, body) of one request, with these headers and no others but the length."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=browser.PATIENCE / 1000)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in ({"Host": parts.netloc, "Content-Length": str(len(body))} | headers).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, dict((name.lower(), value) for name, value in response.getheaders()), response.read()
    finally:
        connection.close()


def changes(url):
    """(method, path) of everything that can change something, with something in each parameter."""
    with urllib.request.urlopen(f"{url}/openapi.json", timeout=60) as response:
        paths = json.load(response)["paths"]
    found = [(method.upper(), path) for path, methods in paths.items() for method in methods] + pages.listed(url)
    return [(method, re.sub(r"\{[^}]*\}", "1", path)) for method, path in found if method not in ("GET", "HEAD")]


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_change_from_another_origin(bench, origin):
    routes = changes(bench.url)
    assert len(routes) > 50
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        for method, path in routes:
            status, _, body = answer(bench.url, method, path, {"Origin": origin, "Content-Type": kind}, b"{}")
            assert status == 403 and b"Cross-origin" in body, (method, path, kind, status, body[:200])


@pytest.mark.parametrize("host", HOSTS)
def test_no_answer_to_another_host(bench, host):
    for path in ("/", "/experiments", "/api/2.0/mlflow/experiments/get?experiment_id=0", "/openapi.json"):
        status, headers, body = answer(bench.url, "GET", path, {"Host": host})
        assert status == 403 and b"credit" not in body, (path, status)
        assert "location" not in headers


def test_rebound_name_in_a_browser(bench, driver):
    """A name that first leads to the attacker and then to this machine."""
    port = urllib.parse.urlsplit(bench.url).port
    with browser.launched(driver, "--host-resolver-rules=MAP rebound.example 127.0.0.1") as chrome:
        page = chrome.new_page()
        shown = page.goto(f"http://rebound.example:{port}/experiments")
        assert shown.status == 403
        assert "credit risk" not in page.content()


ATTACKER = (pathlib.Path(browser.__file__).parent / "attacker.js").read_text()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_page_of_a_stranger(bench, chrome, host):
    """From another site (localhost) and from the same site but another origin (another port), to which browsers send
    cookies that are SameSite."""
    forms = [re.sub(r"\{[^}]*\}", "1", path) for method, path in pages.listed(bench.url) if method == "POST"]
    assert state(bench) == []
    with canaries.place() as attacker:
        settings = f"const target = {json.dumps(bench.url)}, forms = {json.dumps(forms)};"
        attacker.page("/", f"<!doctype html><title>harmless</title><body><script>{settings}{ATTACKER}</script>")
        page = chrome.new_page()
        page.set_default_timeout(browser.PATIENCE)
        page.goto(f"http://{host}:{attacker.port}/")
        page.wait_for_function("window.done")
        done = dict(page.evaluate("window.done"))
        page.close()
    assert state(bench) == []
    for name in ("json", "header", "read", "read page"):
        assert str(done[name]).startswith("refused"), (name, done[name])
    # What may be sent blindly tells nothing.
    assert done["plain"] == "opaque" or done["plain"].startswith("refused")
    assert done["read opaque"] == "" or done["read opaque"].startswith("refused")
    assert done["script"] == "failed" and done["script page"] == "failed"
    assert done["image"] == "failed"


def state(bench):
    """Everything that an attack has made."""
    experiments = bench.client.post("experiments/search", max_results=1000, filter="name LIKE 'forged%'")
    models = bench.client.get("registered-models/search", filter="name LIKE 'forged%'")
    return experiments.get("experiments", []) + models.get("registered_models", [])


@pytest.mark.parametrize("sample", pages.SAMPLES, ids=str)
def test_no_framing(bench, chrome, sample):
    with canaries.place() as attacker:
        attacker.page(
            "/", f"<!doctype html><iframe name=victim src='{bench.url}{sample.address(bench.facts)}'></iframe>"
        )
        page = chrome.new_page()
        page.set_default_timeout(browser.PATIENCE)
        page.goto(f"{attacker.url}/", wait_until="load")
        victim = page.frame("victim")
        assert victim.url.startswith("chrome-error:")
        page.close()


def raw_addresses(bench):
    root = bench.client.get("runs/get", run_id=bench.facts.hostile_run)["run"]["info"]["artifact_uri"]
    root = root.split(":", 1)[1].lstrip("/")
    for path in bench.facts.hostile_artifacts:
        yield "/api/2.0/mlflow-artifacts/artifacts/" + urllib.parse.quote(f"{root}/{path}")
        yield f"/get-artifact?run_uuid={bench.facts.hostile_run}&path={urllib.parse.quote(path)}"


def test_artifacts_are_downloads(bench):
    for path in raw_addresses(bench):
        status, headers, _ = answer(bench.url, "GET", path, {})
        assert status == 200, path
        assert headers["content-disposition"].startswith("attachment"), path
        assert headers["x-content-type-options"] == "nosniff", path
        assert "sandbox" in headers["content-security-policy"], path
        assert headers["cross-origin-resource-policy"] == "same-origin", path


def test_opening_an_artifact_saves_it(bench, visit):
    for path in raw_addresses(bench):
        tour = visit()
        with tour.page.expect_download() as saved:
            # The visit does not happen: the browser saves instead, and says so.
            with pytest.raises(Exception, match="Download is starting|ERR_ABORTED"):
                tour.open(path)
        assert saved.value.failure() is None
        assert tour.page.url == "about:blank"


def test_embedded_artifacts_do_nothing(bench, chrome, canary):
    embedded = "".join(
        f"<iframe src='{url}'></iframe><object data='{url}'></object><embed src='{url}'><img src='{url}'>"
        f"<script src='{url}'></script><link rel=stylesheet href='{url}'>"
        for url in (bench.url + path.replace("'", "%27") for path in raw_addresses(bench))
    )
    before = len(canary.asked)
    with canaries.place() as attacker:
        attacker.page("/", f"<!doctype html><title>t</title>{embedded}")
        page = chrome.new_page()
        page.set_default_timeout(browser.PATIENCE)
        page.goto(f"{attacker.url}/", wait_until="load")
        assert page.evaluate("window.pwned") is None
        page.close()
    assert canary.asked[before:] == []


@pytest.mark.parametrize("sample", pages.SAMPLES, ids=str)
def test_nothing_planted_runs(places, visit, canary, sample):
    """Names, tags, descriptions and artifacts have code in them; whoever runs any of it asks the canary."""
    place = places(sample.place)
    tour = visit("desktop", place)
    tour.open(sample.address(place.facts))
    # Long enough for whatever a page does by itself when it is idle.
    tour.page.evaluate("new Promise((done) => requestIdleCallback(() => setTimeout(done)))")
    assert tour.page.evaluate("window.pwned") is None
    assert tour.dialogs == [] and tour.foreign == []
    assert canary.asked == []
