"""The pages of the server, each with addresses that show it empty, full and hostile.

`test_every_page_is_tested` compares the patterns with what /openapi.json lists, so a page without an example is found.
"""

import dataclasses
import json
import urllib.parse
import urllib.request
from collections.abc import Callable


@dataclasses.dataclass
class Sample:
    """One page in one state."""

    name: str
    pattern: str
    address: Callable
    status: int = 200

    def __str__(self):
        return self.name


def quoted(text):
    return urllib.parse.quote(text, safe="")


SAMPLES = [
    Sample("home", "/", lambda f: "/"),
    Sample("experiments", "/experiments", lambda f: "/experiments"),
    Sample("runs", "/experiments/{id}", lambda f: f"/experiments/{f.experiment}"),
    Sample("runs-none", "/experiments/{id}", lambda f: f"/experiments/{f.empty}"),
    Sample("runs-hostile", "/experiments/{id}", lambda f: f"/experiments/{f.hostile_experiment}"),
    Sample("run", "/runs/{id}", lambda f: f"/runs/{f.runs[31]}"),
    Sample("run-plain", "/runs/{id}", lambda f: f"/runs/{f.runs[3]}"),
    Sample("run-running", "/runs/{id}", lambda f: f"/runs/{f.running}"),
    Sample("run-failed", "/runs/{id}", lambda f: f"/runs/{f.failed}"),
    Sample("run-hostile", "/runs/{id}", lambda f: f"/runs/{f.hostile_run}"),
    Sample("models", "/models", lambda f: "/models"),
    Sample("model", "/models/{name}", lambda f: f"/models/{quoted(f.model)}"),
    Sample("model-bare", "/models/{name}", lambda f: f"/models/{quoted(f.bare_model)}"),
    Sample("model-hostile", "/models/{name}", lambda f: f"/models/{quoted(f.hostile_model)}"),
    Sample("no-such-page", "", lambda f: "/nothing-is-here", 404),
    Sample("no-such-run", "/runs/{id}", lambda f: "/runs/0123456789abcdef0123456789abcdef", 404),
]


# What the server lists with its pages because browsers ask for it, and what is no page of its own.
NO_PAGES = {"/assets/{digest}/{name}"}


def listed(url, credentials=None):
    """(method, path) of all pages and forms that the server has, from its own description."""
    request = urllib.request.Request(f"{url}/openapi.json")
    if credentials:
        request.add_header("Authorization", credentials)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return [(page["method"], page["path"]) for page in json.load(answer)["x-pages"] if page["path"] not in NO_PAGES]
