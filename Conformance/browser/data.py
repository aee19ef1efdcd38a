"""Fills a server with what the pages have to cope with: a busy experiment, everything empty, and everything hostile."""

import base64
import dataclasses
import json
import math
import random
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

API = "/api/2.0/mlflow"
LONG = "a-name-that-does-not-end-" * 12
RTL = "تجربة الاحتيال"


def hostile_texts(canary):
    """Texts that run, load something or break out where they are not escaped. `canary` must never be asked."""
    return [
        f"<script>window.pwned=1</script><script src='{canary}/script'></script>",
        f'"><img src={canary}/image onerror=window.pwned=1>',
        "'><svg onload=window.pwned=1>",
        "</title></textarea></style></script><script>window.pwned=1</script>",
        "javascript:window.pwned=1",
        '" autofocus onfocus=window.pwned=1 x="',
        "{{constructor.constructor('window.pwned=1')()}}",
        "\u202egnp.exe\u2066 <b>turned</b>",
    ]


@dataclasses.dataclass
class Facts:
    """What was made, for addresses of pages."""

    experiment: str = ""
    empty: str = ""
    hostile_experiment: str = ""
    runs: list = dataclasses.field(default_factory=list)
    running: str = ""
    failed: str = ""
    bare_run: str = ""
    hostile_run: str = ""
    artifacts: list = dataclasses.field(default_factory=list)
    hostile_artifacts: list = dataclasses.field(default_factory=list)
    model: str = "credit-risk"
    bare_model: str = "churn"
    hostile_model: str = ""
    webhook: str = ""
    failing_webhook: str = ""
    setup: str = ""
    hostile_user: str = ""
    logged_model: str = ""


def quoted(text):
    """As one segment of a path, or as a value of a query."""
    return urllib.parse.quote(text, safe="")


class Client:
    """Plain HTTP. `credentials` is what the Authorization header says."""

    def __init__(self, url, credentials=None):
        self.url = url
        self.headers = {"Authorization": credentials} if credentials else {}

    def call(self, method, path, body=None, raw=None):
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if raw is not None else "application/json"
        request = urllib.request.Request(
            self.url + path, data=data, method=method, headers={"Content-Type": kind, **self.headers}
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read()[:400]!r}") from None

    def post(self, path, **body):
        return self.call("POST", f"{API}/{path}", body)

    def patch(self, path, **body):
        return self.call("PATCH", f"{API}/{path}", body)

    def get(self, path, **query):
        return self.call("GET", f"{API}/{path}?{urllib.parse.urlencode(query)}")

    def experiment(self, name, **tags):
        pairs = [{"key": key, "value": value} for key, value in tags.items()]
        return self.post("experiments/create", name=name, tags=pairs)["experiment_id"]

    def run(self, experiment, name, start, tags=()):
        pairs = [{"key": key, "value": value} for key, value in tags]
        info = self.post("runs/create", experiment_id=experiment, run_name=name, start_time=start, tags=pairs)
        return info["run"]["info"]["run_id"]

    def log(self, run, metrics=(), params=(), tags=()):
        def pairs(items):
            return [{"key": key, "value": value} for key, value in items]

        points = [{"key": key, "value": value, "timestamp": at, "step": step} for key, value, at, step in metrics]
        self.post("runs/log-batch", run_id=run, metrics=points, params=pairs(params), tags=pairs(tags))

    def finish(self, run, status="FINISHED", end=None):
        self.post("runs/update", run_id=run, status=status, end_time=end or int(time.time() * 1000))

    def upload(self, run, path, content):
        root = self.get("runs/get", run_id=run)["run"]["info"]["artifact_uri"].split(":", 1)[1].lstrip("/")
        place = urllib.parse.quote(f"{root}/{path}")
        self.call("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{place}", raw=content)


def png(width, height):
    """A picture: a soft gradient."""
    rows = b"".join(
        b"\0" + bytes((x * 255 // width, y * 255 // height, 160)[i] for x in range(width) for i in range(3))
        for y in range(height)
    )

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def notebook(texts, outputs):
    cells = [{"cell_type": "markdown", "metadata": {}, "source": texts}]
    for text in outputs:
        cells.append(
            {
                "cell_type": "code",
                "execution_count": 1,
                "metadata": {},
                "source": ["print('loss', 0.31)\n", text],
                "outputs": [
                    {"output_type": "stream", "name": "stdout", "text": ["loss 0.31\n", text]},
                    {
                        "output_type": "display_data",
                        "metadata": {},
                        "data": {
                            "text/html": [text],
                            "text/plain": ["<Figure>"],
                            "image/png": base64.b64encode(png(64, 40)).decode(),
                        },
                    },
                    {
                        "output_type": "error",
                        "ename": "ValueError",
                        "evalue": text,
                        "traceback": ["\u001b[31mValueError"],
                    },
                ],
            }
        )
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def good_artifacts():
    table = {
        "columns": ["age", "income", "said"],
        "data": [[30 + i, 1000.5 * i, f"row {i}, with words"] for i in range(120)],
    }
    return {
        "notes.txt": ("A line of text.\n" * 40).encode(),
        "report/summary.md": b"# Summary\n\nThe **loss** fell to `0.31`.\n\n- one\n- two\n\n| a | b |\n|---|---|\n",
        "config.yaml": b"model: gbm\ndepth: 8\nfeatures: [age, income]\n",
        "metrics.json": json.dumps({"loss": 0.31, "by": {"region": [1, 2, 3]}}, indent=1).encode(),
        "table.csv": ("id,name,score\n" + "".join(f"{i},name {i},{i / 7:.4f}\n" for i in range(300))).encode(),
        "predictions.table.json": json.dumps(table).encode(),
        "plots/confusion.png": png(320, 200),
        "plots/roc.svg": b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M1 8 8 1'/></svg>",
        "explore.ipynb": notebook(["# Exploration\n", "What the data look like."], ["1 + 1"]),
        "page.html": b"<!doctype html><title>Report</title><p>A report.</p>",
        "train.py": b"import mlflow\n\n\ndef train(depth: int) -> float:\n    return 0.31 / depth\n",
        "model/MLmodel": b"artifact_path: model\nflavors:\n  python_function:\n    loader_module: mlflow.sklearn\n",
        "model/model.bin": bytes(range(256)) * 64,
        "empty.txt": b"",
        "large.log": b"epoch 1 loss 0.5\n" * 80_000,
        f"deep/{'folder/' * 6}{LONG[:120]}.txt": b"deep down",
        f"{RTL}.txt": RTL.encode(),
    }


def hostile_artifacts(canary):
    script = f"<script>window.pwned=1;fetch('{canary}/artifact')</script>"
    return {
        "evil.html": f"<!doctype html><body onload='window.pwned=1'>{script}<img src='{canary}/html'>".encode(),
        "evil.svg": f"<svg xmlns='http://www.w3.org/2000/svg' onload='window.pwned=1'>{script}"
        f"<image href='{canary}/svg'/></svg>".encode(),
        "evil.md": f"# t\n\n{script}\n\n[a](javascript:pwned=1) ![i]({canary}/m) <iframe src={canary}/f>".encode(),
        "evil.ipynb": notebook(
            [script, f"<img src={canary}/notebook onerror=window.pwned=1>"],
            [script, f"<img src={canary}/output onerror=window.pwned=1>"],
        ),
        "evil.json": json.dumps({"</script><script>window.pwned=1</script>": script}).encode(),
        "evil.csv": f"a,b\n{script},=cmd|' /C calc'!A0\n<img src={canary}/csv onerror=window.pwned=1>,1\n".encode(),
        "evil.xml": b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>window.pwned=1</script>"
        b"</html>",
        "evil.txt": script.encode() + b"\xff\xfe\x00\x01",
        "evil.png": f"<html>{script}".encode(),
        "<img src=x onerror=window.pwned=1>.txt": b"a name",
    }


def fill(client, canary, hook):
    """Fills the server. `hook` is the address of a receiver of webhooks. Gives the facts."""
    chance = random.Random(11)
    now = int(time.time() * 1000)
    facts = Facts()
    facts.experiment = client.experiment("credit risk", team="risk", **{"mlflow.note.content": "Who will default?"})
    facts.empty = client.experiment("nothing yet")
    client.experiment(LONG[:300])
    client.experiment(RTL)
    busy_runs(client, facts, chance, now)
    others(client, facts, now)
    views = {"Best by loss": "order=metrics.loss+ASC", hostile_texts(canary)[1][:100]: "filter=params.seed+%3D+%277%27"}
    for name, query in views.items():
        form(client.url, f"/experiments/{facts.experiment}/views", {"Origin": client.url}, name=name, query=query)
    hostile(client, facts, canary, now)
    models(client, facts, canary)
    webhooks(client, facts, hook)
    return facts


def busy_runs(client, facts, chance, now):
    kinds = ["gbm", "logistic", "mlp", "forest"]
    for number in range(32):
        start = now - (33 - number) * 47 * 60_000
        tags = [
            ("team", "risk"),
            ("mlflow.user", chance.choice(["mara", "ole", "ci"])),
            ("mlflow.source.name", "train.py"),
            ("mlflow.source.git.commit", f"{chance.getrandbits(160):040x}"),
        ]
        run = client.run(facts.experiment, f"run-{number:02}", start, tags)
        depth, floor = chance.randint(2, 12), chance.uniform(0.2, 0.4)
        points = []
        for step in range(60):
            at = start + step * 20_000
            fall = math.exp(-step / chance.uniform(9, 12))
            points += [
                ("loss", floor + 0.5 * fall + chance.gauss(0, 0.01), at, step * 10),
                ("val/loss", floor + 0.05 + 0.45 * fall + chance.gauss(0, 0.015), at, step * 10),
            ]
        points += [("accuracy", 1 - floor / 2, start + 1, 0), ("auc", 0.95 - floor / 4, start + 1, 0)]
        client.log(
            run,
            points,
            [
                ("model", kinds[number % 4]),
                ("depth", str(depth)),
                ("seed", "7"),
                ("learning_rate", f"{10 ** chance.uniform(-4, -1):.2g}"),
            ],
        )
        if number == 5:
            client.log(run, [("odd", 1e308, start, 0), ("odd", -1e-300, start, 1)])
        client.finish(run, "FAILED" if number == 9 else "KILLED" if number == 10 else "FINISHED", start + 1_234_000)
        facts.runs.append(run)
    facts.failed = facts.runs[9]


def others(client, facts, now):
    facts.running = client.run(facts.experiment, "still running", now - 90_000, [("mlflow.user", "mara")])
    client.log(facts.running, [("loss", 1 / (step + 1), now - 90_000 + step * 1000, step) for step in range(30)])
    child = client.run(facts.experiment, "child", now - 60_000, [("mlflow.parentRunId", facts.runs[31])])
    client.finish(child)
    facts.bare_run = client.run(facts.experiment, "bare", now - 50_000)
    best = facts.runs[31]
    for path, content in good_artifacts().items():
        client.upload(best, path, content)
        facts.artifacts.append(path)
    client.post(
        "runs/log-inputs",
        run_id=best,
        datasets=[
            {
                "dataset": {
                    "name": "payments-2026-10",
                    "digest": "9a1f03c2",
                    "source_type": "http",
                    "source": "{}",
                    "schema": json.dumps({"mlflow_colspec": [{"type": "double", "name": "age", "required": True}]}),
                    "profile": json.dumps({"num_rows": 120_433}),
                },
                "tags": [{"key": "mlflow.data.context", "value": "training"}],
            }
        ],
    )
    client.log(best, params=[(f"parameter_{number:03}", "x" * number) for number in range(60)])
    client.log(
        best,
        params=[("long", "A value that goes on. " * 60)],
        tags=[("mlflow.note.content", "The best so far.\n\nIt uses **monotone** constraints."), (LONG[:200], LONG)],
    )
    for number in range(3):
        logged = client.post(
            "logged-models",
            experiment_id=facts.experiment,
            name=f"model-{number}",
            model_type="sklearn",
            source_run_id=best,
        )
        facts.logged_model = logged["model"]["info"]["model_id"]


def hostile(client, facts, canary, now):
    texts = hostile_texts(canary)
    facts.hostile_experiment = client.experiment(texts[0], note=texts[1], **{"mlflow.note.content": "\n".join(texts)})
    for text in texts[1:]:
        client.experiment(text)
    for number, text in enumerate(texts):
        run = client.run(facts.hostile_experiment, text, now - number * 1000, [("mlflow.user", text), ("t", text)])
        client.log(
            run,
            [("plain", number / 10, now, 0)],
            [("text", text)],
            [("mlflow.source.name", text), ("mlflow.note.content", text), ("mlflow.source.git.commit", text)],
        )
        facts.hostile_run = facts.hostile_run or run
    for path, content in hostile_artifacts(canary).items():
        client.upload(facts.hostile_run, path, content)
        facts.hostile_artifacts.append(path)


def models(client, facts, canary):
    texts = hostile_texts(canary)
    facts.hostile_model = "<img src=x onerror=window.pwned=1> \"'& " + RTL
    for name, words in (
        (facts.model, "Tells who will default.\n\nOwned by the risk team."),
        (facts.hostile_model, "\n".join(texts)),
        (LONG[:250], LONG),
        (RTL, RTL),
    ):
        client.post(
            "registered-models/create",
            name=name,
            description=words,
            tags=[{"key": "owner", "value": "risk"}, {"key": "note", "value": texts[1]}],
        )
    client.post("registered-models/create", name=facts.bare_model)
    for number in range(5):
        run = facts.runs[27 + number]
        for name in (facts.model, facts.hostile_model) if number < 2 else (facts.model,):
            client.post(
                "model-versions/create",
                name=name,
                source=f"runs:/{run}/model",
                run_id=run,
                description=texts[0],
                tags=[{"key": "checked", "value": "yes"}, {"key": "note", "value": texts[2]}],
            )
    for version, stage in (("1", "Archived"), ("2", "Archived"), ("4", "Production"), ("5", "Staging")):
        client.post(
            "model-versions/transition-stage",
            name=facts.model,
            version=version,
            stage=stage,
            archive_existing_versions=False,
        )
    for alias, version in (("champion", "4"), ("challenger", "5"), ("oldest", "1")):
        client.post("registered-models/alias", name=facts.model, alias=alias, version=version)


def webhooks(client, facts, hook):
    events = [{"entity": "REGISTERED_MODEL", "action": "CREATED"}, {"entity": "MODEL_VERSION", "action": "CREATED"}]
    for name, url in (("chat", f"{hook}/chat"), ("nobody-listens", "http://127.0.0.1:9/gone")):
        made = client.post("webhooks", name=name, url=url, events=events, description="Tells the team.")
        facts.failing_webhook = made["webhook"]["webhook_id"]
        facts.webhook = facts.webhook or facts.failing_webhook
    client.post("registered-models/create", name="announced")


PASSWORD = "five quiet boats at noon"


def form(url, path, headers, **fields):
    """Sends a form. Gives the headers of an answer that leads on; raises RuntimeError for any other."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    request = urllib.request.Request(url + path, data=urllib.parse.urlencode(fields).encode(), headers=headers)
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=120) as answer:
            raise RuntimeError(f"{path}: {answer.status} {answer.read()[:400]!r}")
    except urllib.error.HTTPError as error:
        if error.code != 303:
            raise RuntimeError(f"{path}: {error.code} {error.read()[:400]!r}") from None
        return error.headers


def first_administrator(url, link, name="ada", shown="Ada"):
    """Uses the link of the first start: (client, cookie as (name, value))."""
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
    fields = {"name": name, "display_name": shown, "password": PASSWORD, "again": PASSWORD}
    headers = form(url, "/setup", {"Origin": url}, token=token, **fields)
    cookie = headers["Set-Cookie"].split(";")[0].split("=", 1)
    basic = base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
    return Client(url, f"Basic {basic}"), tuple(cookie)


def people(client, canary):
    """Fills a server where people sign in: users, groups, grants, tokens, and something to have rights over."""
    texts = hostile_texts(canary)
    facts = Facts(hostile_user="hostile-" + "x" * 80)
    facts.experiment = client.experiment("fraud-payments")
    client.post("registered-models/create", name="fraud-scores")
    made = [("mara", "Mara", "approver"), ("ole", "", "viewer"), (facts.hostile_user, texts[1][:180], "editor")]
    for name, shown, role in made:
        client.call("POST", "/api/v1/users", {"name": name, "display_name": shown, "role": role, "password": PASSWORD})
    client.call("POST", "/api/v1/users", {"name": "invited", "role": "viewer"})
    client.call("PATCH", "/api/v1/users/ole", {"active": False})
    client.call("POST", "/api/v1/service-accounts", {"name": "ci", "display_name": "The pipeline", "role": "editor"})
    client.call("POST", "/api/v1/groups", {"name": "risk", "description": texts[0][:180]})
    client.call("POST", "/api/v1/groups", {"name": "empty"})
    for name in ("mara", facts.hostile_user):
        client.call("PUT", f"/api/v1/groups/risk/members/{name}")
    grants = [
        ("group", "risk", "experiment", "fraud-*", "edit"),
        ("user", "mara", "registered_model", "*", "manage"),
        ("user", "mara", "experiment", texts[2][:60], "none"),
    ]
    for who, name, kind, pattern, level in grants:
        client.call("PUT", "/api/v1/grants", {who: name, "kind": kind, "pattern": pattern, "level": level})
    for name, user in (("laptop", None), (texts[0][:60], None), ("pipeline", "ci")):
        body = {"name": name, "level": "edit"} | ({"user": user} if user else {})
        client.call("POST", "/api/v1/tokens", body)
    return facts
