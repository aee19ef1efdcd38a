#!/usr/bin/env python3
"""The same random requests to Steward and to MLflow itself, and what they answer differently.

    python3 Conformance/differential.py                       starts both; 5,000 requests
    python3 Conformance/differential.py --seed 7 --requests 100
    python3 Conformance/differential.py --steward URL --mlflow URL

Compared are the status, the error code and the JSON of every answer, but for identifiers, times, page tokens and
made-up names. A sequence ends where one server takes a write that the other one refuses. Differences on purpose
(`DELIBERATE`) are counted by their reason. It is run by hand: MLflow takes its time.
"""

import argparse
import collections
import contextlib
import copy
import json
import pathlib
import random
import re
import sys
import time
import uuid

import environments
import servers
from environments import FOLDER, HERE

BASE = "/api/2.0/mlflow/"
LOGS = FOLDER / "logs"
TIMES = {
    "creation_time",
    "last_update_time",
    "creation_timestamp",
    "last_updated_timestamp",
    "creation_timestamp_ms",
    "last_updated_timestamp_ms",
}
# Lists whose order neither server promises.
SETS = {"tags", "params", "aliases", "dataset_inputs", "model_inputs", "model_outputs", "dataset_summaries"}
MADE_UP_NAME = re.compile(r"[a-z]+-[a-z]+-\d{1,3}")
IDENTIFIER = re.compile(r"(?:m-)?[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LOCATION = re.compile(r"(?<=mlflow-artifacts:/)\d+")
SYMBOL = re.compile(r"<\w+:\d+>")


class Side:
    """One server, and the identifiers it gave to what the requests made."""

    def __init__(self, url):
        import requests

        self.url = url.rstrip("/")
        self.session = requests.Session()
        self.identifiers = {}
        self.symbols = {}

    def forget(self):
        self.identifiers.clear()
        self.symbols.clear()

    def send(self, request):
        path = self._filled(request.path)
        url = self.url + (path if path.startswith("/") else BASE + path)
        body = None if request.body is None else json.dumps(self._filled(request.body))
        headers = {} if body is None else {"Content-Type": "application/json"}
        query = None if request.query is None else self._filled(request.query)
        reply = self.session.request(request.method, url, params=query, data=body, headers=headers, timeout=300)
        try:
            content = reply.json()
        except ValueError:
            content = None
        return reply.status_code, content

    def learn(self, request, content):
        """Notes what was made, under its symbol."""
        kind, symbol, place = request.makes
        for step in place:
            content = content[step]
        self.identifiers[symbol] = content
        self.symbols[kind == "experiment", content] = symbol

    def _filled(self, value):
        if isinstance(value, str):
            return SYMBOL.sub(lambda found: self.identifiers.get(found[0], found[0]), value)
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        return value

    def normal(self, value, key=None, parent=None):
        """An answer without what may differ."""
        if isinstance(value, dict):
            return {name: self.normal(item, name, key) for name, item in value.items()}
        if isinstance(value, list):
            items = [self.normal(item, key, parent) for item in value]
            # The metrics of a run, not those of a history.
            is_set = key in SETS or (key == "metrics" and parent == "data")
            return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if is_set else items
        if key in TIMES:
            return type(value).__name__
        if key == "next_page_token":
            return "TOKEN"
        if key == "experiment_id":
            return self.symbols.get((True, value), value)
        if isinstance(value, str):
            if MADE_UP_NAME.fullmatch(value):
                return "NAME"
            value = LOCATION.sub(lambda found: self.symbols.get((True, found[0]), found[0]), value)
            return IDENTIFIER.sub(lambda found: self.symbols.get((False, found[0]), found[0]), value)
        return value


class Answer:
    """What one side answered, ready to be compared."""

    def __init__(self, side, status, content):
        self.status = status
        self.content = content
        self.is_json = content is not None
        self.code = content.get("error_code") if isinstance(content, dict) and status != 200 else None
        self.message = content.get("message", "") if self.code else ""
        self.body = side.normal(content) if status == 200 else None

    def key(self):
        return (self.status, self.code, json.dumps(self.body, sort_keys=True))

    def __str__(self):
        return (
            f"{self.status} {self.code} {self.message[:300]}" if self.status != 200 else f"200 {json.dumps(self.body)}"
        )


def text(request):
    return json.dumps([request.path, request.query, request.body])


def accepted(answer):
    return answer.status == 200


def same(ours, theirs, change):
    """Whether two successes are the same once both are changed."""
    return accepted(ours) and accepted(theirs) and change(ours.body) == change(theirs.body)


def without(value, field):
    if isinstance(value, dict):
        return {key: without(item, field) for key, item in value.items() if key != field}
    return [without(item, field) for item in value] if isinstance(value, list) else value


# (reason, whether it explains the difference between Steward's and MLflow's answer to the request)
DELIBERATE = [
    ("MLflow fails with 5xx", lambda request, ours, theirs: theirs.status >= 500 > ours.status),
    (
        "versions say which logged model they are of, also when they are listed",
        lambda request, ours, theirs: (
            request.path.startswith(("model-versions", "registered-models"))
            and same(ours, theirs, lambda value: without(value, "model_id"))
        ),
    ),
    (
        "versions have their aliases also in a search and in their model",
        lambda request, ours, theirs: (
            request.path.startswith(("model-versions", "registered-models"))
            and same(ours, theirs, lambda value: without(without(value, "aliases"), "model_id"))
        ),
    ),
    (
        "runs/create checks and cuts tags as set-tag does",
        lambda request, ours, theirs: (
            request.path == "runs/create"
            and accepted(theirs)
            and "xxx" in text(request)
            and ("exceeds the maximum length" in ours.message or accepted(ours))
        ),
    ),
    (
        "a search of runs also tells which models they used",
        lambda request, ours, theirs: (
            request.path == "runs/search" and same(ours, theirs, lambda value: without(value, "model_inputs"))
        ),
    ),
    (
        "NaN is NaN in the metrics of logged models",
        lambda request, ours, theirs: (
            request.path.startswith("logged-models")
            and same(ours, theirs, lambda value: json.loads(json.dumps(value).replace('"NaN"', "0.0")))
        ),
    ),
    (
        "registered models can be sorted by creation_timestamp",
        lambda request, ours, theirs: (
            request.path == "registered-models/search"
            and "creation_timestamp" in text(request)
            and (ours.status, theirs.status) == (200, 400)
        ),
    ),
    (
        "keys have 1 to 250 characters everywhere",
        lambda request, ours, theirs: (
            accepted(theirs)
            and ("parameter 'key'" in ours.message or "key' exceeds the maximum length of 250" in ours.message)
        ),
    ),
    (
        "a data set has a name and a digest",
        lambda request, ours, theirs: request.path == "runs/log-inputs" and accepted(theirs) and ours.status == 400,
    ),
    (
        "outputs of runs are models that are there",
        lambda request, ours, theirs: request.path == "runs/outputs" and accepted(theirs) and ours.status == 404,
    ),
    (
        "deleted logged models stay as they are",
        lambda request, ours, theirs: (
            request.path.startswith("logged-models/<") and accepted(theirs) and ours.status == 404
        ),
    ),
    (
        "MLflow fails in its database, and says so",
        lambda request, ours, theirs: theirs.code == "BAD_REQUEST" or "sqlite3" in theirs.message,
    ),
    (
        "of two errors another one is told",
        lambda request, ours, theirs: request.oddities > 1 and 400 <= ours.status < 500 and 400 <= theirs.status < 500,
    ),
    (
        "required fields are read in camel case, too",
        lambda request, ours, theirs: (
            "Missing value for required parameter" in theirs.message
            and isinstance(request.body, dict)
            and any(key != key.lower() for key in request.body)
        ),
    ),
    (
        "runs without an experiment are in experiment 0",
        lambda request, ours, theirs: request.path == "runs/create" and not request.body.get("experiment_id"),
    ),
    (
        "MLflow takes a field of the wrong type for absent",
        lambda request, ours, theirs: (
            "Hint: Value was of type" in ours.message
            or (request.oddities > 1 and accepted(theirs) and ours.status == 400)
        ),
    ),
]


def explanation(request, ours, theirs):
    return next((reason for reason, explains in DELIBERATE if explains(request, ours, theirs)), None)


def difference(left, right, path=""):
    """The first place where two answers differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            if key not in left or key not in right:
                who = "MLflow" if key in right else "Steward"
                return f"{path}.{key}: only {who}: {left.get(key, right.get(key))!r}"
            if found := difference(left[key], right[key], f"{path}.{key}"):
                return found
        return None
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return f"{path}: {len(left)} against {len(right)}: {left!r:.300} against {right!r:.300}"
        pairs = enumerate(zip(left, right, strict=True))
        return next((found for i, (a, b) in pairs if (found := difference(a, b, f"{path}[{i}]"))), None)
    return None if json.dumps(left) == json.dumps(right) else f"{path}: {left!r} against {right!r}"


class Comparison:
    """Sends sequences to both servers and keeps what they answered differently."""

    def __init__(self, steward, mlflow):
        self.sides = Side(steward), Side(mlflow)
        self.answered = collections.Counter()
        self.deliberate = collections.Counter()
        self.findings = {}

    def sequence(self, seed, count):
        """At most `count` requests, fewer when the servers part."""
        from random_requests import RandomRequests

        for side in self.sides:
            side.forget()
        requests = RandomRequests(random.Random(seed), f"s{uuid.uuid4().hex[:8]}")
        for _ in range(count):
            request = requests.next()
            ours, theirs, reason = self.ask(request)
            if reason is not None and ours.status != theirs.status and not reads(request):
                return
            if ours.status == theirs.status == 200:
                requests.note(request)
            if reason is None and reads(request):
                self.turn_pages(request, ours, theirs)

    def ask(self, request):
        """Both answers, and why they differ: None if they do not."""
        replies = [side.send(request) for side in self.sides]
        if request.makes and all(status == 200 for status, _ in replies):
            for side, (_, content) in zip(self.sides, replies, strict=True):
                side.learn(request, content)
        ours, theirs = (Answer(side, *reply) for side, reply in zip(self.sides, replies, strict=True))
        # The clock of milliseconds advances: orders by time have no ties then.
        time.sleep(0.002)
        self.answered[ours.status] += 1
        if ours.key() == theirs.key():
            return ours, theirs, None
        reason = explanation(request, ours, theirs)
        if reason:
            self.deliberate[reason] += 1
        else:
            reason = self.finding(request, ours, theirs)
        return ours, theirs, reason

    def finding(self, request, ours, theirs):
        if ours.status == theirs.status == 200:
            what = difference(ours.body, theirs.body) or "order of fields"
        else:
            what = f"{ours.status} {ours.code} against {theirs.status} {theirs.code}"
        path = re.sub(r"<\w+:\d+>", "{}", request.path)
        key = (
            request.method,
            path,
            re.sub(r"\[\d+\]|\d+ against \d+.*|: .*", "", what) if ours.status == 200 == theirs.status else what,
        )
        self.findings.setdefault(key, []).append((str(request), what, str(ours), str(theirs)))
        return what

    def turn_pages(self, request, ours, theirs):
        """All further pages, each with its server's own token."""
        for _ in range(5):
            tokens = [answer.content.get("next_page_token") for answer in (ours, theirs)] if ours.status == 200 else []
            if not all(tokens) or not tokens:
                return
            pages = []
            for side, token in zip(self.sides, tokens, strict=True):
                page = copy.deepcopy(request)
                target = page.query if page.body is None else page.body
                target["page_token"] = token
                pages.append(Answer(side, *side.send(page)))
            ours, theirs = pages
            if ours.key() != theirs.key() and not explanation(request, ours, theirs):
                self.finding(request, ours, theirs)
                return


def reads(request):
    return request.method == "GET" or request.path.endswith(("search", "search-datasets", "get-latest-versions"))


@contextlib.contextmanager
def both(options):
    with contextlib.ExitStack() as stack:
        steward, mlflow = options.steward, options.mlflow
        if not steward:
            binary = str(HERE.parent / ".build" / "release" / "steward")
            steward, _ = stack.enter_context(servers.steward(binary, None, LOGS / "differential-steward.log"))
        if not mlflow:
            python = environments.environment("3")
            mlflow, _ = stack.enter_context(servers.mlflow(python, LOGS / "differential-mlflow.log"))
        yield steward, mlflow


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--requests", type=int, default=5000, help="in all")
    parser.add_argument("--length", type=int, default=200, help="the most requests of a sequence")
    parser.add_argument("--steward", metavar="URL", help="a server that runs already")
    parser.add_argument("--mlflow", metavar="URL", help="a server that runs already")
    parser.add_argument("--examples", type=int, default=1, help="of each finding")
    options = parser.parse_args()
    pathlib.Path(LOGS).mkdir(parents=True, exist_ok=True)
    with both(options) as (steward, mlflow):
        comparison = Comparison(steward, mlflow)
        seed = options.seed
        while comparison.answered.total() < options.requests:
            comparison.sequence(seed, options.length)
            seed += 1
    for reason, count in comparison.deliberate.most_common():
        print(f"{count:6} on purpose: {reason}")
    for (method, path, what), examples in sorted(comparison.findings.items()):
        print(f"\n{method} {path}: {what} ({len(examples)} times)")
        for request, exact, ours, theirs in examples[: options.examples]:
            for title, line in ("request", request), ("where", exact), ("Steward", ours), ("MLflow", theirs):
                print(f"  {title + ':':8} {line[:900]}")
    total = sum(comparison.answered.values())
    print(f"\n{total} answers compared ({dict(comparison.answered)}), {len(comparison.findings)} kinds of differences")
    sys.exit(1 if comparison.findings else 0)


if __name__ == "__main__":
    main()
