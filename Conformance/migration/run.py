#!/usr/bin/env python3
"""Moves MLflow's databases into Steward and back, and compares what the stock client is told on both sides.

    python3 Conformance/migration/run.py                 everything
    python3 Conformance/migration/run.py conflicts       by name

The databases are made by MLflow itself, 2.22 and 3.18, through its own client. The last line is "N passed, N failed,
N skipped".
"""

import argparse
import base64
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import schema  # noqa: E402
import troubles  # noqa: E402
from checks import require, same  # noqa: E402

import environments  # noqa: E402
import servers  # noqa: E402
from environments import FOLDER, Unavailable  # noqa: E402

ROOT = HERE.parents[1]
LOGS = FOLDER / "logs" / "migration"
# MLflow 2.22 does not start with SQLAlchemy 2.1, and neither environment has a driver for PostgreSQL.
EXTRA = {"2": ("sqlalchemy==2.0.44", "psycopg2-binary==2.9.13"), "3": ("psycopg2-binary==2.9.13",)}
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}


class Bench:
    """What the tests share: MLflow's databases, which are made once, and a PostgreSQL."""

    def __init__(self, binary, folder, make_database):
        self.binary = binary
        self.folder = pathlib.Path(folder)
        self.make_database = make_database
        self.filled = {}
        self.dumps = {}

    def python(self, generation):
        return environments.environment(generation)

    def settings(self, generation, extra=()):
        return {**os.environ, **QUIET, "PYTHONPATH": environments.extra(generation, *EXTRA[generation], *extra)}

    def script(self, generation, name, *arguments, extra=()):
        # A database and a server may be asked at the same time.
        what = urllib.parse.urlsplit(arguments[0]).scheme or "file"
        log = LOGS / f"{name}-{generation}-{what}.log"
        with open(log, "w") as errors:
            return subprocess.run(
                [self.python(generation), str(HERE / name), *arguments],
                cwd=self.folder,
                env=self.settings(generation, extra),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                check=True,
            ).stdout

    def new_database(self, name):
        if self.make_database is None:
            raise Unavailable("no PostgreSQL")
        return self.make_database(name)

    def source(self, generation, kind="sqlite"):
        """A database that MLflow has filled, as (address, folder of its artifacts)."""
        key = (generation, kind)
        if key not in self.filled:
            home = self.folder / f"mlflow-{generation}-{kind}"
            home.mkdir()
            address = f"sqlite:///{home}/mlflow.db"
            if kind == "postgresql":
                # SQLAlchemy 2.1 would take another driver.
                address = self.new_database(f"mlflow{generation}").replace("postgresql:", "postgresql+psycopg2:")
            self.script(generation, "fill.py", address, f"{home}/artifacts")
            self.filled[key] = (address, f"{home}/artifacts")
        return self.filled[key]

    def copy(self, generation, name):
        """The SQLite database of a generation, to be spoilt."""
        address, artifacts = self.source(generation)
        target = self.folder / f"{name}.db"
        shutil.copy(address.removeprefix("sqlite:///"), target)
        return str(target), artifacts

    def dump(self, generation, address, *flags):
        return json.loads(self.script(generation, "dump.py", address, *flags))

    def original(self, generation, kind="sqlite"):
        key = (generation, kind)
        if key not in self.dumps:
            self.dumps[key] = self.dump(generation, self.source(generation, kind)[0], "--files")
        return self.dumps[key]

    def steward(self, *arguments, expect=(0,), settings=None):
        run = subprocess.run(
            [self.binary, *arguments], capture_output=True, text=True, env={**os.environ, **(settings or {})}
        )
        require(run.returncode in expect, f"{' '.join(arguments)}: status {run.returncode}\n{run.stdout}{run.stderr}")
        return run

    def import_into(self, data, source, artifacts, *flags, expect=(0,), settings=None):
        """Imports and gives back the report."""
        where = ["--artifacts-root", artifacts] if artifacts else []
        run = self.steward(
            "import", "mlflow", source, "--data", str(data), "--json", *where, *flags, expect=expect, settings=settings
        )
        return json.loads(run.stdout)

    @contextlib.contextmanager
    def serving(self, data, database=None):
        with servers.steward_on(self.binary, str(data), database, LOGS / "steward.log") as url:
            yield url


# -- The tests


def imports(bench, generation, kind):
    """A database comes over whole, a second time changes nothing."""
    address, artifacts = bench.source(generation, kind)
    data = bench.folder / f"data-{generation}-{kind}"
    report = bench.import_into(data, address, artifacts)
    require(report["is_verified"] and report["kinds"]["run"]["written"] == 5, report)
    require(report["files"]["copied"] >= 5, report["files"])
    again = bench.import_into(data, address, artifacts)
    require(all(kind["written"] == 0 for kind in again["kinds"].values()), again["kinds"])
    require(again["kinds"]["run"]["unchanged"] == 5 and again["files"]["copied"] == 0, again)
    with bench.serving(data) as url, concurrent.futures.ThreadPoolExecutor() as pool:
        original = pool.submit(bench.original, generation, kind)
        same(bench.dump(generation, url, "--files"), original.result())
        # Exits with 0 only when the log is whole.
        bench.steward("audit", "verify", url, "--state", str(data / "audit-state"), "--json")


def from_mlflow_2_sqlite(bench):
    imports(bench, "2", "sqlite")


def from_mlflow_2_postgresql(bench):
    imports(bench, "2", "postgresql")


def from_mlflow_3_sqlite(bench):
    imports(bench, "3", "sqlite")


def from_mlflow_3_postgresql(bench):
    imports(bench, "3", "postgresql")


def into_postgresql(bench):
    """The other side is PostgreSQL."""
    address, artifacts = bench.source("3")
    data, database = bench.folder / "data-pg", bench.new_database("steward")
    bench.import_into(data, address, artifacts, "--database", database)
    again = bench.import_into(data, address, artifacts, "--database", database)
    require(all(kind["written"] == 0 for kind in again["kinds"].values()), again["kinds"])
    with bench.serving(data, database) as url:
        same(bench.dump("3", url, "--files"), bench.original("3"))
        made = bench.script("3", "new.py", url).split()
        require(int(made[0]) > 2, f"a new experiment has the number {made[0]}")


def round_trip(bench):
    """Imported, exported, opened by MLflow's own server, compared; then read from that server over HTTP."""
    address, artifacts = bench.source("3")
    data, files = bench.folder / "data-trip", bench.folder / "exported-files"
    bench.import_into(data, address, artifacts)
    target = bench.folder / "exported.db"
    arguments = ["export", "mlflow", str(target), "--data", str(data), "--artifacts-to", str(files), "--json"]
    report = json.loads(bench.steward(*arguments).stdout)
    require(report["is_complete"], report)
    again = json.loads(bench.steward(*arguments).stdout)
    require(all(kind["written"] == 0 for kind in again["kinds"].values()), again["kinds"])
    schema.compare(str(target), address.removeprefix("sqlite:///"))
    log = LOGS / "mlflow-3.log"
    with servers.mlflow_on(bench.python("3"), f"sqlite:///{target}", str(files), log) as url:
        same(bench.dump("3", url, "--files"), bench.original("3"))
        other = bench.folder / "data-http"
        bench.import_into(other, url, str(files))
    # A server does not tell whether a webhook has a secret, so it comes disabled.
    hooks = [[name, url, text, "DISABLED", events] for name, url, text, _, events in bench.original("3")["webhooks"]]
    with bench.serving(other) as url:
        same(bench.dump("3", url, "--files"), bench.original("3") | {"webhooks": hooks})


def behind_a_server(bench, generation):
    """The database of a server that stands in front of its files: nobody else knows the folder they are in."""
    path, artifacts = bench.copy(generation, f"proxied-{generation}")
    database = sqlite3.connect(path)
    columns = [("experiments", "artifact_location"), ("runs", "artifact_uri"), ("trace_tags", "value")]
    columns += [("model_versions", "source"), ("model_versions", "storage_location")]
    if generation == "3":
        columns.append(("logged_models", "artifact_location"))
    for table, column in columns:
        database.execute(f"UPDATE {table} SET {column} = replace({column}, ?, 'mlflow-artifacts:')", [artifacts])
    database.commit()
    database.close()
    return f"sqlite:///{path}", artifacts


def from_server(bench, generation):
    """What a server tells comes over HTTP, with the files it stands in front of."""
    address, artifacts = behind_a_server(bench, generation)
    settings = bench.settings(generation)
    log, python = LOGS / f"mlflow-{generation}.log", bench.python(generation)
    data = bench.folder / f"data-http-{generation}"
    with servers.mlflow_on(python, address, artifacts, log, {"PYTHONPATH": settings["PYTHONPATH"]}) as url:
        report = bench.import_into(data, url, None)
        again = bench.import_into(data, url, None)
        before = bench.dump(generation, url, "--files")
    require(report["files"]["copied"] >= 5 and report["files"]["failed"] == 0, report["files"])
    require(again["files"]["copied"] == 0, again["files"])
    require(not (data / "import").exists(), "the download was left behind")
    with bench.serving(data) as url:
        return bench.dump(generation, url, "--files"), before


def from_mlflow_2_server(bench):
    """A server of 2.22 is asked over HTTP."""
    same(*from_server(bench, "2"))


def from_mlflow_3_server(bench):
    """A server of 3.18 is asked over HTTP, also for spans that it has in its database."""
    after, before = from_server(bench, "3")
    # A webhook whose secret did not come along is off.
    before["webhooks"] = [[name, url, text, "DISABLED", events] for name, url, text, _, events in before["webhooks"]]
    same(after, before)


def dry_run(bench):
    """Says what would come, and leaves nothing behind."""
    address, artifacts = bench.source("3")
    data = bench.folder / "data-dry"
    report = bench.import_into(data, address, artifacts, "--dry-run")
    require(report["kinds"]["run"]["written"] == 5 and report["files"]["copied"] >= 5, report)
    other = bench.folder / "nothing"
    other.mkdir()
    bench.import_into(data, address, str(other), "--dry-run", expect=(1,))
    require(not data.exists(), "a dry run has made something")
    require(report["tables"]["metrics"]["source"]["rows"] > 300, report["tables"]["metrics"])


def conflicts(bench):
    """What stands in the way is told before anything is written; with `skip` the rest comes."""
    address, artifacts = bench.source("2")
    data = bench.folder / "data-conflict"
    with bench.serving(data) as url:
        bench.script("2", "new.py", url, "fraud")
    report = bench.import_into(data, address, artifacts, expect=(1,))
    require(report["is_stopped"] and report["kinds"]["run"]["written"] == 0, report)
    found = {(finding["kind"], finding["key"]) for finding in report["findings"] if finding["sort"] == "conflict"}
    require(found == {("experiment", "1"), ("registered_model", "fraud")}, found)
    report = bench.import_into(data, address, artifacts, "--on-conflict", "skip", expect=(1,))
    # The experiment has the same name and number, so its runs have a home; the model stays as it was.
    require(report["kinds"]["run"]["written"] == 5 and report["kinds"]["registered_model"]["kept"] == 1, report)


def workspace(bench):
    """Of several workspaces one is meant."""
    path, artifacts = bench.copy("3", "workspaces")
    database = sqlite3.connect(path)
    database.execute("INSERT INTO workspaces (name) VALUES ('other')")
    database.execute("UPDATE experiments SET workspace = 'other' WHERE experiment_id = 2")
    database.commit()
    database.close()
    for name, found in (("default", 2), ("other", 1)):
        data = bench.folder / f"data-workspace-{name}"
        report = bench.import_into(data, path, artifacts, "--workspace", name, "--artifact-files", "copy")
        require(report["kinds"]["experiment"]["written"] == found, (name, report["kinds"]))
        notes = {finding["kind"]: finding["text"] for finding in report["findings"] if finding["sort"] == "note"}
        require("experiments of other workspaces" in notes, notes)


def give_role_elsewhere(accounts):
    """Bob may do everything, in another workspace."""
    database = sqlite3.connect(accounts)
    database.execute("INSERT INTO roles (id, name, workspace) VALUES (900, 'all', 'other')")
    database.execute(
        "INSERT INTO role_permissions (role_id, resource_type, resource_pattern, permission)"
        " VALUES (900, 'experiment', '*', 'MANAGE'), (900, 'registered_model', '*', 'MANAGE')"
    )
    database.execute(
        "INSERT INTO user_role_assignments (user_id, role_id) SELECT id, 900 FROM users WHERE username = 'bob'"
    )
    database.commit()
    database.close()


def users(bench):
    """Users of MLflow's basic-auth app come with their passwords and permissions."""
    address, _ = bench.source("2")
    for generation in ("2", "3"):
        accounts = bench.folder / f"basic_auth-{generation}.db"
        bench.script(generation, "users.py", str(accounts), extra=("flask-wtf==1.3.0", "wtforms==3.3.2"))
        if generation == "3":
            give_role_elsewhere(accounts)
        data = bench.folder / f"data-users-{generation}"
        report = bench.import_into(data, address, None, "--artifact-files", "skip", "--users", str(accounts))
        require(report["users"] == {"written": 2, "unchanged": 0, "left_out": 0}, report["users"])
        notes = {finding["key"]: finding["text"] for finding in report["findings"] if finding["sort"] == "note"}
        require(notes.get("bob", "").startswith("1 rights"), report["findings"])
        again = bench.import_into(data, address, None, "--artifact-files", "skip", "--users", str(accounts))
        require(again["users"] == {"written": 0, "unchanged": 2, "left_out": 0}, again["users"])
        with bench.serving(data) as url:

            def status(path, user, password=None, body=None, url=url):
                credentials = f"{user}:{password or user + 'spassword123'}"
                data = body and json.dumps(body).encode()
                request = urllib.request.Request(f"{url}/api/2.0/mlflow/{path}", data=data)
                request.add_header("Content-Type", "application/json")
                request.add_header("Authorization", "Basic " + base64.b64encode(credentials.encode()).decode())
                try:
                    with urllib.request.urlopen(request, timeout=60) as answer:
                        return answer.status
                except urllib.error.HTTPError as error:
                    return error.code

            tag = {"experiment_id": "1", "key": "by", "value": "bob"}
            seen = {
                "ann reads": status("registered-models/get?name=fraud", "ann"),
                "ann with a wrong password": status("experiments/get?experiment_id=1", "ann", "wrong password"),
                "bob edits his experiment": status("experiments/set-experiment-tag", "bob", body=tag),
                "bob edits another": status("experiments/set-experiment-tag", "bob", body=tag | {"experiment_id": "0"}),
            }
            wanted = [200, 401, 200, 403]
            require(list(seen.values()) == wanted, f"{seen}, not {wanted}")
            require(status("registered-models/get?name=fraud", "bob") in (403, 404), "bob reads what he must not")


TESTS = [
    from_mlflow_2_sqlite,
    from_mlflow_3_sqlite,
    from_mlflow_2_postgresql,
    from_mlflow_3_postgresql,
    into_postgresql,
    dry_run,
    conflicts,
    troubles.wrong_folder,
    troubles.changed_here,
    workspace,
    troubles.damage,
    troubles.unknown_schema,
    users,
    troubles.interrupted,
    troubles.half_a_download,
    troubles.beside_a_download,
    troubles.busy_server,
    round_trip,
    from_mlflow_2_server,
    from_mlflow_3_server,
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="TEST")
    parser.add_argument("--steward", default=str(ROOT / ".build" / "release" / "steward"), metavar="PATH")
    options = parser.parse_args()
    binary = str(pathlib.Path(options.steward).resolve())
    if not os.path.exists(binary):
        raise SystemExit(f"{binary} is not there; build it first")
    chosen = [test for test in TESTS if not options.names or test.__name__ in options.names]
    if not chosen:
        raise SystemExit("tests: " + ", ".join(test.__name__ for test in TESTS))
    LOGS.mkdir(parents=True, exist_ok=True)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(servers.folder())
        try:
            make = stack.enter_context(servers.postgresql(LOGS / "postgresql.log"))
        except Unavailable as reason:
            print(f"SKIPPED: what needs PostgreSQL: {reason}")
            make = None
        bench = Bench(binary, folder, make)
        for test in chosen:
            start = time.monotonic()
            try:
                test(bench)
                outcome = "passed"
            except Unavailable as reason:
                print(f"SKIPPED: {test.__name__}: {reason}")
                outcome = "skipped"
            except Exception:
                traceback.print_exc()
                print(f"FAILED: {test.__name__}")
                outcome = "failed"
            counts[outcome] += 1
            print(f"{outcome} {test.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
    print(f"\n{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
