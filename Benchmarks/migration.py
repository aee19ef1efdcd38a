#!/usr/bin/env python3
"""How long `steward import mlflow` takes, wall clock and processor time, and how much memory.

    python3 Benchmarks/migration.py --runs 10000

The database has the schema of MLflow 3.18 (`steward export mlflow` of an empty server makes it) and the runs of
`Server/seed_mlflow.py`: 10 metrics, 5 parameters and 3 tags each, one point of each metric. Needs a release build and
nothing else; SQLite on both sides, artifacts left where they are.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "Server"))

import seed_mlflow  # noqa: E402


def measure(command):
    """Runs a command: its JSON answer, seconds of wall clock and of processor, megabytes at most."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return json.loads(answer), time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--points", type=int, default=0, help="points of one more run with a long history")
    parser.add_argument("--steward", default=str(HERE.parent / ".build" / "release" / "steward"), metavar="PATH")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        empty, source, data = f"{folder}/empty", f"{folder}/mlflow.db", f"{folder}/data"
        server = subprocess.Popen(
            [options.steward, "serve", "--port", "0", "--data", empty], stderr=subprocess.PIPE, text=True
        )
        server.stderr.readline()
        server.terminate()
        server.wait()
        subprocess.run(
            [options.steward, "export", "mlflow", source, "--data", empty, "--json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        seed_mlflow.seed(source, options.runs, options.points, 0, 0)
        command = [
            options.steward,
            "import",
            "mlflow",
            source,
            "--data",
            data,
            "--artifact-files",
            "reference",
            "--json",
        ]
        for title in ("imported", "again  "):
            report, wall, processor, memory = measure(command)
            assert report["is_verified"], report["findings"][:5]
            runs, points = report["kinds"]["run"]["found"], report["tables"]["metrics"]["target"]["rows"]
            print(
                f"{title} {runs} runs, {points} points: "
                f"{wall:.2f} s, {processor:.2f} s of processor, {memory:.0f} MB"
            )


if __name__ == "__main__":
    main()
