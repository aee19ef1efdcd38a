#!/usr/bin/env python3
"""Runs the conformance tests against Steward and, with --oracle, against MLflow itself.

    python3 Conformance/run.py                          both databases, both generations of clients
    python3 Conformance/run.py --database sqlite -k search
    python3 Conformance/run.py --oracle                 the suite itself is on trial: MLflow must pass it

What it does not know is passed on to pytest. The last line is "N passed, N failed, N skipped".
"""

import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import environments
import servers
from environments import FOLDER, HERE, Unavailable

ROOT = HERE.parent
LOGS = FOLDER / "logs"
SCRIPT = ROOT.parent / "shared" / "golden" / "mlflow" / "client_script.py"
# Steps of the client script whose API the 2.22 client does not have, or whose answer it does not wait for (trace).
NOT_IN_2_22 = {
    "load_model_id",
    "search_logged_models",
    "experiment_lifecycle",
    "webhooks",
    "logged_model_api",
    "trace",
    "prompt",
}


@dataclasses.dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def skip(self, reason):
        print(f"SKIPPED: {reason}", flush=True)
        self.skipped += 1


def step(title):
    print(f"\n== {title}", flush=True)


def suite(tally, python, url, database, arguments, oracle=False, data=None):
    """Runs pytest in the environment of `python` against the server at `url`."""
    settings = {"STEWARD_URL": url, "STEWARD_DATABASE": database, "PYTHONDONTWRITEBYTECODE": "1"}
    settings |= {"STEWARD_ORACLE": "mlflow"} if oracle else {}
    settings |= {"STEWARD_DATA": data} if data else {}
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report.name}", *arguments]
        status = subprocess.run(command, cwd=HERE, env={**os.environ, **settings}).returncode
        try:
            root = xml.etree.ElementTree.parse(report.name).getroot()
        except xml.etree.ElementTree.ParseError:
            print(f"FAILED: pytest ended with status {status} and without a report")
            tally.failed += 1
            return
    counts = {key: 0 for key in ("tests", "failures", "errors", "skipped")}
    for element in root.iter("testsuite"):
        for key in counts:
            counts[key] += int(element.get(key, 0))
    broken = counts["failures"] + counts["errors"]
    if status not in (0, 1, 5) or (status == 0 and counts["tests"] == 0):
        print(f"FAILED: pytest ended with status {status}")
        broken += 1
    tally.failed += broken
    tally.skipped += counts["skipped"]
    tally.passed += max(0, counts["tests"] - counts["failures"] - counts["errors"] - counts["skipped"])


def signed_in(tally, binary, generation):
    """Walks the stock client through a server where people sign in; every step counts."""
    step(f"the {generation}.x client, signed in")
    try:
        python = environments.environment(generation)
    except Unavailable as reason:
        tally.skip(str(reason))
        return
    log = LOGS / f"steward-signed-in-{generation}.log"
    with servers.steward(binary, None, log, "--auth") as (url, _):
        servers.first_administrator(url, log, "root", "the first password here")
        with open(LOGS / f"signed-in-{generation}.log", "w") as errors:
            command = [python, str(HERE / "signed_in.py"), url, "root", "the first password here"]
            run = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, stderr=errors, text=True)
    count(tally, run.stdout, f"the {generation}.x client, signed in", errors.name, ())


def count(tally, output, what, log, absent):
    """Counts the lines "PASS name" and "FAIL name why"; a step of `absent` that fails is left out."""
    steps = re.findall(r"^(PASS|FAIL) (\w+) ?(.*)$", output, re.MULTILINE)
    if not steps:
        print(f"FAILED: {what} did not run; see {log}")
        tally.failed += 1
    for outcome, name, rest in steps:
        if outcome == "PASS":
            tally.passed += 1
        elif name in absent:
            tally.skip(f"{name}: {rest}")
        else:
            print(f"FAILED: {name}: {rest}; see {log}")
            tally.failed += 1


def client_script(tally, python, generation, url):
    """Walks the stock client through the script beside the project; every step counts."""
    settings = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "PYTHONWARNINGS": "ignore"}
    with tempfile.TemporaryDirectory() as folder:
        log = LOGS / f"client-{generation}.log"
        with open(log, "w") as errors:
            command = [python, str(SCRIPT), url]
            run = subprocess.run(
                command, cwd=folder, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=errors, text=True
            )
    absent = NOT_IN_2_22 if generation == "2" else ()
    count(tally, run.stdout, f"the client script of {generation}.x", log, absent)


def against_steward(tally, options, arguments):
    binary = str(pathlib.Path(options.steward).resolve())
    if not os.path.exists(binary):
        raise SystemExit(f"{binary} is not there; build it first")
    try:
        python = environments.environment("3")
    except Unavailable as reason:
        tally.skip(f"everything: {reason}")
        return
    if options.database in ("sqlite", "all"):
        step("the suite on SQLite")
        with servers.steward(binary, None, LOGS / "sqlite.log") as (url, data):
            suite(tally, python, url, "SQLite", arguments, data=data)
    if options.database in ("postgresql", "all"):
        step("the suite on PostgreSQL")
        try:
            with servers.postgresql(LOGS / "postgresql.log") as make:
                with servers.steward(binary, make("conformance"), LOGS / "steward-postgresql.log") as (url, data):
                    suite(tally, python, url, "PostgreSQL", arguments, data=data)
        except Unavailable as reason:
            tally.skip(f"the suite on PostgreSQL: {reason}")
    if arguments:
        return
    for generation in ("3", "2"):
        signed_in(tally, binary, generation)
    for generation in ("3", "2"):
        step(f"the client script with the {generation}.x client")
        if not SCRIPT.exists():
            tally.skip("../shared is absent, so there is no client script")
            continue
        try:
            python = environments.environment(generation)
        except Unavailable as reason:
            tally.skip(str(reason))
            continue
        with servers.steward(binary, None, LOGS / f"steward-client-{generation}.log") as (url, _):
            client_script(tally, python, generation, url)


def against_mlflow(tally, arguments):
    try:
        python = environments.environment("3")
    except Unavailable as reason:
        tally.skip(f"everything: {reason}")
        return
    step("the suite against MLflow itself (skipped: differences on purpose, where MLflow must fail)")
    with servers.mlflow(python, LOGS / "mlflow.log") as (url, _):
        suite(tally, python, url, "SQLite", arguments, oracle=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql", "all"], default="all")
    parser.add_argument("--steward", default=str(ROOT / ".build" / "release" / "steward"), metavar="PATH")
    parser.add_argument("--oracle", action="store_true", help="test the tests against MLflow itself")
    options, arguments = parser.parse_known_args()
    LOGS.mkdir(parents=True, exist_ok=True)
    tally = Tally()
    if options.oracle:
        against_mlflow(tally, arguments)
    else:
        against_steward(tally, options, arguments)
    print(f"\n{tally}")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
