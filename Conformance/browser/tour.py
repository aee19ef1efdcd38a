"""The pictures of docs/guides/interface.md: `run.py --tour docs/images`. Written as a test for its fixtures.

The server is filled as a team would fill it in a week. Text is drawn in Inter where it is installed (fonts-inter),
else in the system's own font.
"""

import math
import os
import pathlib
import random
import shutil
import struct
import time
import zlib

import data
import pytest

import browser
import conftest
import servers

FOLDER = pathlib.Path(os.environ.get("STEWARD_TOUR", "."))
LIMIT = 200_000
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><include>/etc/fonts/fonts.conf</include>%s</fontconfig>"""
SYSTEM = ("system-ui", "sans", "sans-serif", "DejaVu Sans")
RULE = """<match target="pattern"><test name="family"><string>%s</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>"""
HOUR = 3_600_000
NAMES = """amber-heron brisk-otter calm-fox deep-sea early-lark fair-wind grey-elm high-tide iron-oak jolly-wren
keen-hawk late-frost mild-rain north-star odd-stone pale-moon quick-hare red-fern still-lake tall-pine
true-north urban-owl vivid-dawn warm-sand""".split()


class Week:
    """Fills the server; what the pictures show is kept."""

    def __init__(self, client):
        self.client, self.chance, self.now = client, random.Random(5), int(time.time() * 1000)
        self.experiment = client.experiment(
            "credit-risk", team="risk", **{"mlflow.note.content": "Who will default within a year?"}
        )
        for name, team in (("churn", "growth"), ("fraud-payments", "risk"), ("demand-forecast", "supply")):
            other = client.experiment(name, team=team)
            for number in range(self.chance.randint(2, 5)):
                self.run(other, f"{NAMES[number + 3]}-{number}", self.now - (number * 7 + 3) * HOUR)
        self.runs = [
            self.run(self.experiment, f"{name}-{number + 1}", self.now - (len(NAMES) - number) * 5 * HOUR)
            for number, name in enumerate(NAMES)
        ]
        client.finish(self.runs[-2], "FAILED", self.now - 9 * HOUR)
        self.running = client.run(self.experiment, "zesty-plum-25", self.now - 12 * 60_000, self.tags("mara"))
        client.log(self.running, self.course(40, 0.24, self.now - 12 * 60_000, 18_000), self.settings("gbm", 9))
        self.best = self.runs[-1]
        self.model = "credit-risk"
        self.files()
        self.versions()

    def tags(self, user):
        commit = f"{self.chance.getrandbits(160):040x}"
        return [
            ("mlflow.user", user),
            ("team", "risk"),
            ("mlflow.source.name", "train.py"),
            ("mlflow.source.git.commit", commit),
        ]

    def settings(self, model, depth):
        rate = self.chance.choice(["0.3", "0.1", "0.03", "0.01"])
        return [("model", model), ("depth", str(depth)), ("learning_rate", rate), ("seed", "7"), ("rows", "120433")]

    def course(self, steps, floor, start, pace):
        speed = self.chance.uniform(7, 13)
        for step in range(steps):
            fall, at = math.exp(-step / speed), start + step * pace
            yield "train/loss", floor + 0.42 * fall + self.chance.gauss(0, 0.006), at, step * 25
            yield "val/loss", floor + 0.04 + 0.4 * fall + self.chance.gauss(0, 0.01), at, step * 25
            yield "val/auc", 0.93 - floor / 2 - 0.3 * fall + self.chance.gauss(0, 0.006), at, step * 25

    def run(self, experiment, name, start):
        run = self.client.run(experiment, name, start, self.tags(self.chance.choice(["mara", "ole", "ci"])))
        depth = self.chance.randint(3, 12)
        floor = 0.2 + abs(depth - 8) * 0.018 + self.chance.uniform(0, 0.06)
        points = list(self.course(50, floor, start, 24_000))
        self.client.log(run, points, self.settings(self.chance.choice(["gbm", "gbm", "forest", "logistic"]), depth))
        self.client.finish(run, "FINISHED", start + self.chance.randint(900, 2400) * 1000)
        return run

    def files(self):
        client, run = self.client, self.best
        for path, content in (
            (
                "model/MLmodel",
                b"artifact_path: model\nflavors:\n  python_function:\n    loader_module: mlflow.sklearn\n"
                b'signature:\n  inputs: \'[{"name": "age", "type": "double", "required": true},'
                b' {"name": "income", "type": "double", "required": true}]\'\n'
                b'  outputs: \'[{"type": "double", "required": true}]\'\n',
            ),
            ("model/conda.yaml", b"dependencies:\n  - python=3.12\n  - scikit-learn=1.9\n"),
            ("model/model.skops", bytes(range(256)) * 900),
            (
                "importance.csv",
                b"feature,gain,splits\ninterest_rate,0.31,412\nincome,0.22,388\n"
                b"debt_to_income,0.17,341\nemployment_years,0.11,290\nage,0.08,233\n"
                b"open_loans,0.06,198\nregion,0.05,120\n",
            ),
            ("report/roc.png", curve()),
            ("explore.ipynb", data.notebook(["# What the data look like"], ["frame.describe()"])),
        ):
            client.upload(run, path, content)
        client.post(
            "runs/log-inputs",
            run_id=run,
            datasets=[
                {
                    "dataset": {
                        "name": "loans-2026-10",
                        "digest": "9a1f03c2",
                        "source_type": "http",
                        "source": '{"url": "https://data.example/loans-2026-10.parquet"}',
                        "profile": '{"num_rows": 120433}',
                        "schema": '{"mlflow_colspec": [{"type": "double", "name": "age", "required": true}]}',
                    },
                    "tags": [{"key": "mlflow.data.context", "value": "training"}],
                }
            ],
        )
        client.log(run, tags=[("mlflow.note.content", "Monotone in income, as the risk team asked.")])

    def versions(self):
        client = self.client
        words = "Tells who will default within a year. Scores every application before a person looks at it."
        client.post(
            "registered-models/create",
            name=self.model,
            description=words,
            tags=[{"key": "owner", "value": "risk"}, {"key": "tier", "value": "1"}],
        )
        for name, text in (("churn", "Who will leave."), ("fraud-payments", "Which payments to hold back.")):
            client.post("registered-models/create", name=name, description=text)
        told = ["First", "With open loans", "Calibrated", "Monotone in income"]
        for number, text in enumerate(told):
            run = self.runs[number * 6 + 5] if number < 3 else self.best
            client.post(
                "model-versions/create", name=self.model, source=f"runs:/{run}/model", run_id=run, description=text
            )
        reasons = {"2": "Beats the rules of 2024 by 0.04 AUC.", "3": "Calibrated: fewer manual reviews."}
        for version, stage in (
            ("1", "Staging"),
            ("1", "Production"),
            ("2", "Staging"),
            ("2", "Production"),
            ("3", "Staging"),
            ("3", "Production"),
            ("4", "Staging"),
        ):
            client.headers["Steward-Reason"] = reasons.get(version, "Passed the checks of the pipeline.")
            client.post(
                "model-versions/transition-stage",
                name=self.model,
                version=version,
                stage=stage,
                archive_existing_versions=stage == "Production",
            )
        client.headers.pop("Steward-Reason")
        for alias, version in (("champion", "3"), ("challenger", "4")):
            client.post("registered-models/alias", name=self.model, alias=alias, version=version)


def curve(width=440, height=300):
    """A ROC curve as a picture."""
    rows = []
    for y in range(height):
        row = bytearray(b"\0")
        for x in range(width):
            share = (1 - (1 - x / width) ** 3.2) * height
            near = abs(height - y - share) < 2.2
            row += (
                b"\x34\x51\xd1"
                if near
                else b"\xc8\xcd\xd6"
                if abs(x / width - 1 + y / height) < 0.004
                else b"\xff\xff\xff"
            )
        rows.append(bytes(row))

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"".join(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture(scope="session")
def week():
    log = conftest.LOGS / "tour.log"
    with servers.steward(conftest.BINARY, None, log, "--auth") as (url, _):
        client, cookie = data.first_administrator(url, conftest.set_up_link(log), "mara", "Mara Lind")
        week = Week(client)
        week.url, week.cookies = url, [{"name": cookie[0], "value": cookie[1], "url": url}]
        yield week


@pytest.fixture(scope="session")
def inter(driver, tmp_path_factory):
    """A browser that draws the system's text in Inter."""
    path = tmp_path_factory.mktemp("fonts") / "fonts.conf"
    path.write_text(FONTS % "".join(RULE % name for name in SYSTEM))
    settings = {"FONTCONFIG_FILE": str(path)} if shutil.which("fc-list") else {}
    with browser.launched(driver, environment={**os.environ, **settings}) as chrome:
        yield chrome


def filtered(week):
    return f"/experiments/{week.experiment}?filter={data.quoted('metrics.`val/auc` > 0.78')}"


def compared(week):
    return "/runs/compare?" + "&".join(f"run={run}" for run in [*week.runs[-8:-2], week.best])


PICTURES = [
    ("home", "desktop", lambda week: "/"),
    ("runs", "desktop", filtered),
    ("runs-dark", "dark", filtered),
    ("run", "desktop", lambda week: f"/runs/{week.best}"),
    ("run-narrow", "narrow", lambda week: f"/runs/{week.best}"),
    ("metrics", "desktop", lambda week: f"/runs/{week.running}/metrics?smooth=0.6"),
    ("artifacts", "desktop", lambda week: f"/runs/{week.best}/artifacts/importance.csv"),
    ("compare", "desktop", compared),
    ("model", "desktop", lambda week: f"/models/{week.model}"),
    ("version", "desktop", lambda week: f"/models/{week.model}/versions/4"),
    ("audit", "desktop", lambda week: "/audit"),
]


@pytest.mark.parametrize("name,form,address", PICTURES, ids=[name for name, _, _ in PICTURES])
def test_picture(week, inter, name, form, address):
    tour = browser.Visit(inter, week.url, form, device_scale_factor=1)
    tour.context.add_cookies(week.cookies)
    tour.open(address(week))
    size = tour.page.viewport_size
    tour.page.set_viewport_size({"width": 1280 if form != "narrow" else size["width"], "height": 840})
    if name == "metrics":
        tour.page.locator("svg[data-x]").first.hover()
    path = FOLDER / f"interface-{name}.png"
    tour.page.screenshot(path=path)
    tour.close()
    assert path.stat().st_size < LIMIT, f"{path} is too large for the documentation"
