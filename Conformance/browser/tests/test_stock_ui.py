"""MLflow's own pages, of an installed MLflow, against Steward: what people do with them works.

`FORGIVEN` names every request that may fail: what belongs to features that this server does not have, which the pages
ask for all the same and do without.
"""

import datetime
import json
import pathlib
import re
import time

import data
import pytest

import browser
import servers
from conftest import BINARY, LOGS
from environments import Unavailable, environment

FORGIVEN = [
    # Whether there are users: the stock server without its plug-in for sign-in says the same.
    r"404 .*/ajax-api/2\.0/mlflow/users/current$",
    r"404 .*/ajax-api/3\.0/mlflow/assistant/(config|providers)$",
    # Figures about spans, which are artifacts here, and about assessments.
    r"501 .*/ajax-api/3\.0/mlflow/traces/metrics$",
]
# What the policy stops on purpose: pictures and films from elsewhere, and the scripts of artifacts.
STOPPED = [r"^(img|media)-src https://", r"^script-src-elem inline blob:"]


class Stock:
    """A server with pages of one generation of MLflow, and what is in it."""

    def __init__(self, url, generation):
        self.url, self.generation = url, generation
        self.client = client = data.Client(url)
        self.experiment = client.experiment("credit risk", team="risk")
        self.runs = [client.run(self.experiment, f"run-{number}", 1_790_000_000_000 + number) for number in range(4)]
        for number, run in enumerate(self.runs):
            points = [("loss", 1 / (step + 1 + number), 1_790_000_000_000 + step, step) for step in range(30)]
            client.log(run, points, [("depth", str(number))], [("owner", "ann")])
            client.finish(run, end=1_790_000_060_000)
        client.upload(self.runs[0], "notes.txt", b"what was found\n")
        client.upload(self.runs[0], "page.html", b"<p id=p>as sent</p><script>p.textContent = 'run'</script>")
        client.upload(self.runs[0], "plot.png", data.png(64, 48))
        for run in self.runs[:2]:
            client.upload(run, "model/MLmodel", b"flavors: {python_function: {loader_module: mlflow.sklearn}}\n")
        self.trace()
        for name in ("credit-model", "other-model"):
            client.post("registered-models/create", name=name)
        for run in self.runs[:2]:
            client.post("model-versions/create", name="credit-model", source=f"runs:/{run}/model", run_id=run)

    def trace(self):
        """A trace of one span, as clients store it."""
        now = time.time_ns()
        moment = datetime.datetime.fromtimestamp(now / 1e9, datetime.UTC).isoformat(timespec="milliseconds")
        info = {
            "trace_id": "tr-1",
            "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": self.experiment}},
            "request_time": moment.replace("+00:00", "Z"),
            "execution_duration": "0.250s",
            "state": "OK",
            "request_preview": "what was asked",
            "response_preview": "what was answered",
            "trace_metadata": {
                "mlflow.trace_schema.version": "3",
                "mlflow.traceInputs": '"what was asked"',
                "mlflow.traceOutputs": '"what was answered"',
            },
            "tags": {"mlflow.traceName": "answer"},
        }
        self.client.call("POST", "/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
        span = {
            "trace_id": "AAAAAAAAAAAAAAAAAAAAAQ==",
            "span_id": "AAAAAAAAAAE=",
            "parent_span_id": None,
            "name": "look for an answer",
            "kind": "SPAN_KIND_INTERNAL",
            "start_time_unix_nano": now,
            "end_time_unix_nano": now + 250_000_000,
            "events": [],
            "status": {"code": "STATUS_CODE_OK", "message": ""},
            "attributes": {"mlflow.traceRequestId": '"tr-1"', "mlflow.spanInputs": '"what was asked"'},
            "links": [],
        }
        place = f"/api/2.0/mlflow-artifacts/artifacts/{self.experiment}/traces/tr-1/artifacts/traces.json"
        self.client.call("PUT", place, raw=json.dumps({"spans": [span]}).encode())

    def model(self):
        return self.client.get("registered-models/get", name="credit-model")["registered_model"]

    def tags(self, run):
        tags = self.client.get("runs/get", run_id=run)["run"]["data"]["tags"]
        return {tag["key"]: tag["value"] for tag in tags}

    def stage(self, version):
        answer = self.client.get("model-versions/get", name="credit-model", version=version)
        return answer["model_version"]["current_stage"]


@pytest.fixture(scope="session", params=["3", "2"])
def stock(request):
    """A server for each generation of the pages."""
    try:
        prefix = pathlib.Path(environment(request.param)).parents[1]
    except Unavailable as reason:
        pytest.skip(str(reason))
    log = LOGS / f"stock-ui-{request.param}.log"
    with servers.steward(BINARY, None, log, "--mlflow-ui", str(prefix)) as (url, _):
        yield Stock(url, request.param)


@pytest.fixture
def pages(chrome, stock):
    """Opens a route of the pages, and checks in the end that nothing failed on the way."""
    tour = browser.Visit(chrome, stock.url)
    faults = []

    def go(route):
        # Another route of the same document would not load anything anew.
        faults.extend(stopped(tour))
        tour.page.goto("about:blank")
        tour.page.goto(f"{stock.url}/mlflow/#{route}")
        return tour.page

    # The pages praise their new registry, in front of what one came for.
    praise = tour.page.get_by_role("button", name="Try it now")
    tour.page.add_locator_handler(praise, lambda button: button.click())

    go.forgiven = [*FORGIVEN]
    yield go
    faults += [*stopped(tour), *failed(tour, go.forgiven)]
    tour.close()
    assert faults == []


def failed(tour, forgiven):
    for answer in tour.broken:
        if not any(re.match(pattern, answer) for pattern in forgiven):
            yield f"answer: {answer}"
    yield from (f"script failed: {text}" for text in tour.errors)
    yield from (f"dialog: {text}" for text in tour.dialogs)
    # Only what got as far as being asked for: the policy stops the rest before that.
    yield from (f"request to another place: {url}" for url in tour.foreign if not url.startswith(("blob:", "https://")))


def stopped(tour):
    """What the policy stopped in the document that is open."""
    for text in tour.page.evaluate("window.stopped ?? []"):
        if not any(re.match(pattern, text) for pattern in STOPPED):
            yield f"policy: {text}"


def test_experiments(pages, stock):
    page = pages("/experiments" if stock.generation == "3" else "/")
    link = page.get_by_role("link", name="credit risk").first
    link.wait_for()
    link.click()
    page.wait_for_url(re.compile(rf"#/experiments/{stock.experiment}"))


def test_runs_table(pages, stock):
    page = pages(f"/experiments/{stock.experiment}/runs")
    for number in range(4):
        page.get_by_text(f"run-{number}", exact=True).first.wait_for()
    page.get_by_text("run-2", exact=True).first.click()
    page.wait_for_url(re.compile(stock.runs[2]))
    page.get_by_text(stock.runs[2]).first.wait_for()


def test_run(pages, stock):
    page = pages(f"/experiments/{stock.experiment}/runs/{stock.runs[0]}")
    for text in (stock.runs[0], "Finished", "depth", "loss", "credit-model"):
        page.get_by_text(text).first.wait_for()


def test_a_chart_has_points(pages, stock):
    page = pages(f"/experiments/{stock.experiment}/runs/{stock.runs[0]}/model-metrics")
    line = page.locator(".js-plotly-plot path.js-line").first
    line.wait_for(state="attached")
    # Thirty points, of which the chart leaves out those that a straight line passes.
    page.wait_for_function(
        "() => (document.querySelector('.js-plotly-plot path.js-line')?.getAttribute('d') ?? '').split('L').length > 8"
    )


def test_compare(pages, stock):
    page = pages(f"/experiments/{stock.experiment}/runs")
    box = page.get_by_role("checkbox", name=re.compile("toggle row selection"))
    box.first.wait_for()
    # A row that is chosen changes its name.
    for _ in range(2):
        page.get_by_role("checkbox", name="(unchecked)").first.click()
    page.get_by_role("button", name="Compare").click()
    page.get_by_text(re.compile("Comparing 2 Runs")).first.wait_for()
    page.get_by_text("Run details").first.wait_for()


def test_artifacts(pages, stock):
    page = pages(f"/experiments/{stock.experiment}/runs/{stock.runs[0]}/artifacts/notes.txt")
    page.get_by_text("what was found").wait_for()
    with page.expect_download() as download:
        page.locator("[data-component-id*='artifactview.tsx']:has(svg)").first.click()
    assert download.value.suggested_filename == "notes.txt"
    assert pathlib.Path(download.value.path()).read_bytes() == b"what was found\n"
    page.get_by_text("plot.png").click()
    page.locator("img[src^='blob:'], .image-container img, [class*=image] img").first.wait_for()


def test_no_script_of_an_artifact_runs(pages, stock):
    page = pages(f"/experiments/{stock.experiment}/runs/{stock.runs[0]}/artifacts/page.html")
    frame = page.frame_locator("iframe").locator("#p")
    frame.wait_for()
    assert frame.inner_text() == "as sent"


def test_edit_a_tag(pages, stock):
    page = pages(f"/experiments/{stock.experiment}/runs/{stock.runs[1]}")
    page.get_by_role("button", name="Edit tags").click()
    dialog = page.get_by_role("dialog")
    key = dialog.get_by_role("combobox")
    key.click()
    key.press_sequentially("color")
    key.press("Enter")
    dialog.get_by_label("Value").fill("blue")
    dialog.get_by_role("button", name="Add tag").click()
    dialog.get_by_role("button", name="Save tags").click()
    dialog.wait_for(state="hidden")
    page.get_by_text("blue").first.wait_for()
    assert stock.tags(stock.runs[1])["color"] == "blue"
    assert stock.tags(stock.runs[1])["owner"] == "ann"


def test_traces(pages, stock):
    if stock.generation == "2":
        # Its pages show spans as clients of 2.x write them.
        page = pages(f"/experiments/{stock.experiment}?compareRunsMode=TRACES")
        page.get_by_text("what was asked").first.wait_for()
        return
    page = pages(f"/experiments/{stock.experiment}/traces")
    page.get_by_text("what was asked").first.click()
    page.get_by_text("look for an answer").first.wait_for()


def test_models(pages, stock):
    page = pages("/models")
    page.get_by_role("link", name="credit-model").first.wait_for()
    page = pages("/models/credit-model")
    page.get_by_role("link", name="Version 2").first.wait_for()
    page.get_by_role("link", name="Version 1").first.click()
    page.wait_for_url(re.compile("#/models/credit-model/versions/1"))
    page.get_by_role("link", name="run-0").first.wait_for()


def test_change_an_alias(pages, stock):
    page = pages("/models/credit-model/versions/1")
    page.locator("[data-component-id*=modelversionviewaliaseditor]").first.click()
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_role("combobox")
    name.click()
    name.press_sequentially("champion")
    name.press("Enter")
    dialog.get_by_role("button", name="Save aliases").click()
    dialog.wait_for(state="hidden")
    page.get_by_text("champion").first.wait_for()
    assert [(alias["alias"], alias["version"]) for alias in stock.model()["aliases"]] == [("champion", "1")]


def test_change_a_stage(pages, stock):
    page = pages("/models/credit-model/versions/2")
    page.get_by_role("switch", name="New model registry UI").click()
    page.get_by_role("button", name="Disable").click()
    page.get_by_text("None", exact=True).first.click()
    page.get_by_role("menuitem").filter(has_text="Staging").click()
    page.get_by_role("dialog").get_by_role("button", name="OK").click()
    page.get_by_text("Staging", exact=True).first.wait_for()
    assert stock.stage("2") == "Staging"


def test_what_is_not_there(pages, stock):
    # Pages of 2.x ask the REST API, whose refusal is an answer with 404.
    pages.forgiven.append(r"404 .*/ajax-api/2\.0/mlflow/(runs|experiments)/get\?")
    page = pages(f"/experiments/{stock.experiment}/runs/{'0' * 32}")
    page.get_by_text("does not exist").first.wait_for()
    page = pages("/experiments/99999")
    page.get_by_text(re.compile("No Experiment with id=99999 exists")).first.wait_for()
