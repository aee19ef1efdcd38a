"""The pages of the server, each with addresses that show it empty, full and hostile.

`test_every_page_is_tested` compares the patterns with what /openapi.json lists, so a page without an example is found.
"""

import dataclasses
import json
import urllib.parse
import urllib.request
from collections.abc import Callable

import data
from data import quoted


@dataclasses.dataclass
class Sample:
    """One page in one state. `place` is the server it is on: "alone" has one user, "team" has several, "fresh" none."""

    name: str
    pattern: str
    address: Callable
    status: int = 200
    place: str = "alone"
    # Faults that are meant, by the rule of accessibility.js.
    excused: tuple = ()

    def __str__(self):
        return self.name


def file(run, path):
    return f"/runs/{run}/artifacts/{urllib.parse.quote(path)}"


def version(model, number):
    return f"/models/{quoted(model)}/versions/{number}"


def compared(runs):
    return "/runs/compare?" + "&".join(f"run={run}" for run in runs)


EXPERIMENT, RUN, MODEL = "/experiments/{experiment}", "/runs/{run}", "/models/{name}"
FILES, VERSION = "/runs/{run}/artifacts/{path...}", "/models/{name}/versions/{version}"

SAMPLES = [
    Sample("home", "/", lambda f: "/"),
    Sample("home-empty", "/", lambda f: "/", place="fresh"),
    Sample("search", "/search", lambda f: "/search?q=c"),
    Sample("search-nothing", "/search", lambda f: "/search?q=" + quoted("<b>nothing</b> has this")),
    Sample("experiments", "/experiments", lambda f: "/experiments"),
    Sample("experiments-empty", "/experiments", lambda f: "/experiments?filter=nothing", place="fresh"),
    Sample("runs", EXPERIMENT, lambda f: f"/experiments/{f.experiment}"),
    Sample("runs-none", EXPERIMENT, lambda f: f"/experiments/{f.empty}"),
    Sample("runs-hostile", EXPERIMENT, lambda f: f"/experiments/{f.hostile_experiment}"),
    Sample("runs-wrong-filter", EXPERIMENT, lambda f: f"/experiments/{f.experiment}?filter=metrics.loss+%3C", 400),
    Sample(
        "runs-filtered",
        EXPERIMENT,
        lambda f: f"/experiments/{f.experiment}?filter={quoted('metrics.loss < 0.3')}&column=metrics.loss&column=user",
    ),
    Sample("experiment-settings", EXPERIMENT + "/settings", lambda f: f"/experiments/{f.experiment}/settings"),
    Sample(
        "experiment-settings-hostile",
        EXPERIMENT + "/settings",
        lambda f: f"/experiments/{f.hostile_experiment}/settings",
    ),
    Sample("run", RUN, lambda f: f"/runs/{f.runs[31]}"),
    Sample("run-plain", RUN, lambda f: f"/runs/{f.runs[3]}"),
    Sample("run-running", RUN, lambda f: f"/runs/{f.running}"),
    Sample("run-failed", RUN, lambda f: f"/runs/{f.failed}"),
    Sample("run-bare", RUN, lambda f: f"/runs/{f.bare_run}"),
    Sample("run-hostile", RUN, lambda f: f"/runs/{f.hostile_run}"),
    Sample("run-edit", RUN + "/edit", lambda f: f"/runs/{f.runs[31]}/edit"),
    Sample("run-edit-hostile", RUN + "/edit", lambda f: f"/runs/{f.hostile_run}/edit"),
    Sample("metrics", RUN + "/metrics", lambda f: f"/runs/{f.runs[3]}/metrics"),
    Sample("metrics-smoothed", RUN + "/metrics", lambda f: f"/runs/{f.runs[3]}/metrics?smooth=0.8&scale=log&x=elapsed"),
    Sample("metric", RUN + "/metrics/{metric...}", lambda f: f"/runs/{f.runs[3]}/metrics/val/loss?x=time"),
    Sample("compare", "/runs/compare", lambda f: compared(f.runs[8:16])),
    Sample("compare-two", "/runs/compare", lambda f: compared([f.runs[31], f.hostile_run])),
    Sample("compare-one", "/runs/compare", lambda f: compared(f.runs[:1]), 400),
    Sample("artifacts", RUN + "/artifacts", lambda f: f"/runs/{f.runs[31]}/artifacts"),
    Sample("artifacts-none", RUN + "/artifacts", lambda f: f"/runs/{f.runs[3]}/artifacts"),
    Sample("artifacts-folder", FILES, lambda f: file(f.runs[31], "model")),
    *(
        Sample(f"artifact-{path.split('/')[-1][:24]}", FILES, lambda f, path=path: file(f.runs[31], path))
        for path in data.good_artifacts()
    ),
    *(
        Sample(
            f"artifact-hostile-{number}",
            FILES,
            lambda f, number=number: file(f.hostile_run, f.hostile_artifacts[number]),
        )
        for number in range(len(data.hostile_artifacts("")))
    ),
    Sample("models", "/models", lambda f: "/models"),
    Sample("models-empty", "/models", lambda f: "/models", place="fresh"),
    Sample("model", MODEL, lambda f: f"/models/{quoted(f.model)}"),
    Sample("model-bare", MODEL, lambda f: f"/models/{quoted(f.bare_model)}"),
    Sample("model-hostile", MODEL, lambda f: f"/models/{quoted(f.hostile_model)}"),
    Sample("version", VERSION, lambda f: version(f.model, 5)),
    Sample("version-archived", VERSION, lambda f: version(f.model, 1)),
    Sample("version-hostile", VERSION, lambda f: version(f.hostile_model, 1)),
    Sample("audit", "/audit", lambda f: "/audit"),
    Sample("audit-empty", "/audit", lambda f: "/audit", place="fresh"),
    Sample("audit-entry", "/audit/{sequence}", lambda f: "/audit/3"),
    Sample("webhooks", "/webhooks", lambda f: "/webhooks"),
    Sample("webhooks-empty", "/webhooks", lambda f: "/webhooks", place="fresh"),
    Sample("webhook", "/webhooks/{id}", lambda f: f"/webhooks/{f.webhook}"),
    Sample("webhook-failing", "/webhooks/{id}", lambda f: f"/webhooks/{f.failing_webhook}"),
    Sample("system", "/system", lambda f: "/system"),
    Sample("no-such-page", "", lambda f: "/nothing-is-here", 404),
    Sample("no-such-run", RUN, lambda f: "/runs/0123456789abcdef0123456789abcdef", 404),
    Sample("sign-in", "/sign-in", lambda f: "/sign-in", place="outside"),
    Sample("setup-used", "/setup", lambda f: "/setup?token=used", 403, place="outside"),
    Sample("setup", "/setup", lambda f: f.setup, place="fresh-team"),
    Sample("home-team", "/", lambda f: "/", place="team"),
    Sample("users", "/users", lambda f: "/users", place="team"),
    Sample("user", "/users/{name}", lambda f: "/users/mara", place="team"),
    Sample("user-hostile", "/users/{name}", lambda f: f"/users/{quoted(f.hostile_user)}", place="team"),
    Sample("groups", "/groups", lambda f: "/groups", place="team"),
    Sample("group", "/groups/{name}", lambda f: "/groups/risk", place="team"),
    Sample("tokens", "/tokens", lambda f: "/tokens?all=1", place="team"),
    Sample("tokens-none", "/tokens", lambda f: "/tokens?user=mara", place="team"),
    Sample("roles", "/roles", lambda f: "/roles", place="team"),
]

# What the server lists with its pages because browsers ask for it, and what is no page of its own.
NO_PAGES = {
    "/assets/{digest}/{name}",
    "/experiments/{experiment}/filter-keys",
    "/experiments/{experiment}/runs.csv",
    "/experiments/{experiment}/runs.json",
    "/model/{id}",
    "/model/{id}/versions/{version}",
}


def listed(url, credentials=None):
    """(method, path) of all pages and forms that the server has, from its own description."""
    request = urllib.request.Request(f"{url}/openapi.json")
    if credentials:
        request.add_header("Authorization", credentials)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [(page["method"], page["path"]) for page in json.load(answer)["x-pages"] if page["path"] not in NO_PAGES]
