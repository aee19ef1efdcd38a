#!/usr/bin/env python3
"""Measures what docs/benchmarks.md states: CPU seconds, wall seconds and peak memory of commands, medians of N runs.

    python3 Benchmarks/measure.py [--runs 5] [--rows 1000000] [--only NAME ...]

Makes the data first (.build/benchmark, 2 x 214 MB). Parquet is measured when `steward engine list` finds a DuckDB and
this Python has pyarrow to write the files; everything else needs the standard library only.
"""
import argparse
import os
import platform
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.path.join(ROOT, ".build", "release")
STEWARD = os.path.join(BIN, "steward")
DATA = os.path.join(ROOT, ".build", "benchmark")


def path(name):
    return os.path.join(DATA, name)


def drift(reference, current):
    return [STEWARD, "drift", path(reference), path(current), "--html", path("report.html"), "--fail-on", "never"]


# name, command, files that must exist first
WORK = [
    ("start-up", [STEWARD, "drift", "--help"], []),
    ("profile CSV", [STEWARD, "profile", path("reference.csv"), "-o", path("reference.profile")], []),
    ("drift CSV", drift("reference.csv", "current.csv"), []),
    ("drift profile CSV", drift("reference.profile", "current.csv"), ["reference.profile"]),
    ("drift Parquet", drift("reference.parquet", "current.parquet"), ["reference.parquet", "current.parquet"]),
    ("drift profile Parquet", drift("reference.profile", "current.parquet"), ["reference.profile", "current.parquet"]),
]


def run_once(command):
    """(cpu seconds, wall seconds, peak resident bytes), the child's alone."""
    start = time.monotonic()
    with open(os.devnull, "w") as null:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=null, stderr=subprocess.PIPE)
        message = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if child.returncode != 0:
        sys.exit("failed with status %d: %s\n%s" % (child.returncode, " ".join(command), message.decode()[-2000:]))
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return usage.ru_utime + usage.ru_stime, wall, peak


def make_data(rows):
    names = ["reference.csv", "current.csv"]
    stamp = path("rows")
    if os.path.exists(stamp) and open(stamp).read() == str(rows) and all(os.path.exists(path(n)) for n in names):
        return
    os.makedirs(DATA, exist_ok=True)
    for name in os.listdir(DATA):
        os.remove(path(name))
    subprocess.run([os.path.join(BIN, "benchmark-data"), DATA, "--rows", str(rows)], check=True)
    with open(stamp, "w") as file:
        file.write(str(rows))


def make_parquet():
    """Writes the same data as Parquet (snappy), where pyarrow is at hand.

    In a process of its own: a measured child begins as a copy of this one, whose memory would count as the child's.
    """
    code = "import sys, pyarrow.csv as c, pyarrow.parquet as p; p.write_table(c.read_csv(sys.argv[1]), sys.argv[2])"
    for name in ("reference", "current"):
        if not os.path.exists(path(name + ".parquet")):
            command = [sys.executable, "-c", code, path(name + ".csv"), path(name + ".parquet")]
            if subprocess.run(command, stderr=subprocess.DEVNULL).returncode != 0:
                return


def warm(files):
    """Reads the files once, so that every run finds them in the page cache."""
    for name in files:
        if os.path.exists(path(name)):
            with open(path(name), "rb") as file:
                while file.read(1 << 20):
                    pass


def main():
    parser = argparse.ArgumentParser(description="Measure Steward.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="of: " + ", ".join(w[0] for w in WORK))
    options = parser.parse_args()

    make_data(options.rows)
    make_parquet()
    has_duckdb = " in use " in subprocess.run([STEWARD, "engine", "list"], capture_output=True, text=True).stdout
    warm(["reference.csv", "current.csv", "reference.parquet", "current.parquet"])
    size = sum(os.path.getsize(path(n)) for n in ("reference.csv", "current.csv")) / 1e6
    print("%d + %d rows, %.0f MB of CSV, %d CPUs, %s" % (
        options.rows, options.rows, size, os.cpu_count(), platform.platform()))
    print("%-24s %10s %10s %10s   medians of %d runs" % ("", "CPU s", "wall s", "peak MB", options.runs))
    for name, command, needed in WORK:
        if options.only and name not in options.only:
            continue
        absent = [n for n in needed if not os.path.exists(path(n))]
        if any(n.endswith(".parquet") for n in needed) and not has_duckdb:
            print("%-24s skipped: no DuckDB (steward engine install duckdb)" % name)
            continue
        if absent:
            print("%-24s skipped: %s not made" % (name, " and ".join(absent)))
            continue
        runs = [run_once(command) for _ in range(options.runs)]
        cpu, wall, peak = (statistics.median(r[i] for r in runs) for i in range(3))
        print("%-24s %10.3f %10.3f %10.1f" % (name, cpu, wall, peak / 1e6))


if __name__ == "__main__":
    main()
