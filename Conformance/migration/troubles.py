"""Tests of what goes wrong: damaged databases, wrong folders, imports that are cut off, servers that do not answer."""

import contextlib
import json
import signal
import sqlite3
import subprocess
import time
import urllib.request

from checks import require
from pretender import pretending


def wrong_folder(bench):
    """A folder that is not that of the artifacts: what is missing is told, and the right one makes up for it."""
    path, artifacts = bench.copy("3", "wrong-folder")
    database = sqlite3.connect(path)
    database.execute("UPDATE experiments SET artifact_location = 'mlflow-artifacts:/' || experiment_id")
    database.execute("UPDATE runs SET artifact_uri = 'mlflow-artifacts:/1/' || run_uuid || '/artifacts'")
    database.execute(
        "UPDATE logged_models SET artifact_location = 'mlflow-artifacts:/1/models/' || model_id || '/artifacts'"
    )
    database.execute(
        "UPDATE trace_tags SET value = 'mlflow-artifacts:/1/traces/' || request_id || '/artifacts'"
        " WHERE key = 'mlflow.artifactLocation'"
    )
    database.execute("UPDATE model_versions SET source = 's3://b', storage_location = 's3://b'")
    database.commit()
    database.close()
    data, other = bench.folder / "data-wrong", bench.folder / "another"
    other.mkdir()
    report = bench.import_into(data, path, str(other), expect=(1,))
    left = [finding["text"] for finding in report["findings"] if finding["sort"] == "left_out"]
    require(len(left) == 1 and "none of the" in left[0], report["findings"])
    # The spans are rows, and need no folder.
    require(report["files"]["copied"] == 1, report["files"])
    report = bench.import_into(data, path, artifacts)
    require(report["is_complete"] and report["files"]["copied"] >= 5, report["files"])


def changed_here(bench):
    """What was changed here after an import is told of by the next one, and stays as it is."""
    address, artifacts = bench.source("2")
    data = bench.folder / "data-changed"
    bench.import_into(data, address, artifacts)

    def ask(url, method, path, body=None):
        headers = {"Content-Type": "application/json" if method == "POST" else "application/octet-stream"}
        request = urllib.request.Request(f"{url}/api/2.0/{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    with bench.serving(data) as url:
        found = json.loads(ask(url, "POST", "mlflow/runs/search", b'{"experiment_ids": ["1"], "max_results": 1}'))
        run = found["runs"][0]["info"]["run_id"]
        tag = json.dumps({"run_id": run, "key": "by", "value": "somebody"}).encode()
        ask(url, "POST", "mlflow/runs/set-tag", tag)
        file = f"mlflow-artifacts/artifacts/1/{run}/artifacts/notes/a%20b.txt"
        ask(url, "PUT", file, b"changed here")
    report = bench.import_into(data, address, artifacts, "--on-conflict", "skip", expect=(1,))
    conflicts = [finding["key"] for finding in report["findings"] if finding["sort"] == "conflict"]
    require(conflicts == [run], report["findings"])
    left = [(finding["key"], finding["text"]) for finding in report["findings"] if finding["sort"] == "left_out"]
    require(len(left) == 1 and left[0][0] == f"run {run}" and "other content" in left[0][1], left)
    with bench.serving(data) as url:
        require(ask(url, "GET", file) == b"changed here", "the file was written over")


def damage(bench):
    """Rows that cannot be read are named, and take their run with them; everything else comes."""
    path, artifacts = bench.copy("2", "damaged")
    database = sqlite3.connect(path)
    database.execute("PRAGMA foreign_keys = OFF")
    runs = [row[0] for row in database.execute("SELECT run_uuid FROM runs ORDER BY start_time")]
    database.execute("UPDATE params SET value = CAST(x'c328' AS TEXT) WHERE run_uuid = ? AND key = 'lr'", [runs[0]])
    database.execute("UPDATE metrics SET value = 'abc' WHERE run_uuid = ? AND step = 7", [runs[1]])
    database.execute("UPDATE runs SET experiment_id = 4711 WHERE run_uuid = ?", [runs[2]])
    database.execute("UPDATE runs SET status = NULL WHERE run_uuid = ?", [runs[4]])
    database.execute("INSERT INTO tags VALUES ('a', 'b', 'nobody')")
    database.commit()
    database.close()
    data = bench.folder / "data-damage"
    report = bench.import_into(data, path, artifacts, expect=(1,))
    require(report["is_verified"] and report["kinds"]["run"]["written"] == 1, report["kinds"])
    left = {finding["key"]: finding["text"] for finding in report["findings"] if finding["sort"] == "left_out"}
    require(set(left) == {runs[0], runs[1], runs[2], runs[4]}, left)
    require("parameters" in left[runs[0]] and "metrics" in left[runs[1]] and "4711" in left[runs[2]], left)
    notes = {finding["kind"]: finding["text"] for finding in report["findings"] if finding["sort"] == "note"}
    require("1 rows" in notes.get("tags", ""), notes)


def unknown_schema(bench):
    """A schema that is not known is refused, and so is what is no database of MLflow."""
    path, _ = bench.copy("2", "unknown")
    database = sqlite3.connect(path)
    database.execute("UPDATE alembic_version SET version_num = 'abcdefabcdef'")
    database.commit()
    database.close()
    data = str(bench.folder / "data-unknown")
    run = bench.steward("import", "mlflow", path, "--data", data, expect=(2,))
    require("abcdefabcdef" in run.stderr and "db upgrade" in run.stderr, run.stderr)
    empty = bench.folder / "empty.db"
    sqlite3.connect(empty).execute("CREATE TABLE x (y)")
    run = bench.steward("import", "mlflow", str(empty), "--data", data, expect=(2,))
    require("no database of an MLflow" in run.stderr, run.stderr)


def multiply(path, copies):
    """Copies each run of a database many times over: what MLflow would take minutes to make."""
    database = sqlite3.connect(path)
    column = "run_uuid"
    for table in ("runs", "metrics", "latest_metrics", "params", "tags"):
        names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        chosen = ", ".join("printf('%032x', ?1 * 100 + o.n)" if name == column else f"x.{name}" for name in names)
        for number in range(1, copies + 1):
            database.execute(
                f"INSERT INTO {table} SELECT {chosen} FROM {table} x JOIN "
                "(SELECT run_uuid AS u, row_number() OVER (ORDER BY start_time, run_uuid) AS n FROM runs "
                "WHERE length(run_uuid) = 32 AND run_uuid NOT LIKE '000000000000%') o ON o.u = x.run_uuid",
                [number],
            )
    database.commit()
    database.close()


def runs_in(data):
    """Runs that an import has written so far."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{data}/steward.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM tracking_run").fetchone()[0]
    except sqlite3.Error:
        return 0


def interrupted(bench):
    """Killed again and again, an import goes on where it was, and ends with the same as one that was left alone."""
    path, artifacts = bench.copy("2", "large")
    multiply(path, 600)
    data = bench.folder / "data-killed"
    command = [bench.binary, "import", "mlflow", path, "--artifacts-root", artifacts, "--data", str(data), "--json"]
    kills = 0
    # Before anything is there, and each time when some more is.
    for wanted in (-1, 0, 600, 1200):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and runs_in(data) <= wanted:
            time.sleep(0.01)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    report = bench.import_into(data, path, artifacts)
    require(report["is_complete"] and report["kinds"]["run"]["found"] == 3005, report["kinds"])
    require(kills > 0 and report["kinds"]["run"]["unchanged"] > 0, f"{kills} kills: {report['kinds']['run']}")
    alone = bench.import_into(bench.folder / "data-alone", path, artifacts)
    require(report["tables"] == alone["tables"], "an interrupted import differs from one that was not")
    print(f"  killed {kills} times; {report['kinds']['run']['unchanged']} runs were there before the last")


def half_a_download(bench):
    """A download that was cut off is gone on with, but never mixed with one of another server."""
    first = [("a" * 32, "FINISHED", 1.0), ("b" * 32, "RUNNING", 2.0), ("c" * 32, "FINISHED", 3.0)]

    def begin(data, address):
        run = bench.steward(
            "import", "mlflow", address, "--data", str(data), "--artifact-files", "skip", expect=(1, 2, 3, 4)
        )
        require("not now" in run.stderr, run.stderr)
        require((data / "import" / "mlflow.db").exists(), "nothing of the download is left")
        require((data / "import").stat().st_mode & 0o777 == 0o700, "others can read what was downloaded")

    def finish(data, address):
        report = bench.import_into(data, address, None, "--artifact-files", "skip")
        require(not (data / "import").exists(), "the download is still there")
        database = sqlite3.connect(data / "steward.db")
        runs = "SELECT r.run_id, r.status, l.value FROM tracking_run r JOIN tracking_latest l ON l.run = r.id"
        return report, database.execute(runs + " ORDER BY r.run_id").fetchall()

    with pretending(first, refused=2) as (server, address):
        data = bench.folder / "data-half"
        begin(data, address)
        server.refused, server.asked = None, ()
        server.runs = [first[0], ("b" * 32, "FINISHED", 2.5), first[2]]
        report, runs = finish(data, address)
        require(runs == server.runs, runs)
        require(server.asked.count("metrics/get-history-bulk") == 2, server.asked)
        require("download" in [finding["kind"] for finding in report["findings"]], report["findings"])
        require(report["kinds"]["trace"]["written"] == 1, report["kinds"])
        other = bench.folder / "data-other"
        server.refused = 2
        begin(other, address)
        second = [("d" * 32, "FINISHED", 4.0)]
        with pretending(second) as (_, elsewhere):
            report, runs = finish(other, elsewhere)
            require(runs == second and report["kinds"]["run"]["found"] == 1, (runs, report["kinds"]))


def beside_a_download(bench):
    """A dry run leaves nothing behind, and a folder that is in use is not downloaded into."""
    with pretending([("a" * 32, "FINISHED", 1.0)]) as (server, address):
        data, spare = bench.folder / "data-beside", bench.folder / "spare"
        spare.mkdir()
        report = bench.import_into(data, address, None, "--dry-run", settings={"TMPDIR": str(spare)})
        require(report["kinds"]["run"]["written"] == 1, report["kinds"])
        require(not list(spare.iterdir()) and not data.exists(), "a dry run has left something")
        server.asked = ()
        with bench.serving(data):
            run = bench.steward("import", "mlflow", address, "--data", str(data), expect=(2, 3, 4))
        require("another steward server" in run.stderr and not server.asked, (run.stderr, server.asked))


def busy_server(bench):
    """A server that is busy is asked again, for less where that was too much; names need no filter."""
    runs = [("a" * 32, "FINISHED", 1.0)]
    with pretending(runs, busy=("runs/search", "registered-models/search"), most=15_000) as (server, address):
        report = bench.import_into(bench.folder / "data-busy", address, None, "--artifact-files", "skip")
        require(report["kinds"]["run"]["written"] == 1 and report["kinds"]["trace"]["written"] == 1, report["kinds"])
        require(report["tables"]["model_versions"]["target"]["rows"] == 1, report["tables"])
        require(server.busy == (), server.busy)
        server.busy = ("experiments/search",)
        run = bench.steward("import", "mlflow", address, "--data", str(bench.folder / "data-never"), expect=(2, 3, 4))
        require("steward serve" not in run.stderr and "MLflow server" in run.stderr, run.stderr)
