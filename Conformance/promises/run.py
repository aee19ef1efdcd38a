#!/usr/bin/env python3
"""Tries to break what Steward promises, against the built server.

    python3 Conformance/promises/run.py                         every promise, short
    python3 Conformance/promises/run.py kill_under_writers --rounds 50
    python3 Conformance/promises/run.py D9 D10                  by promise
    python3 Conformance/promises/run.py no_input_gives_a_500 --seconds 600 --seed 7
    python3 Conformance/promises/run.py --oracle                the tests on trial: MLflow must fail them

The last line is "N passed, N failed, N skipped".
"""

import argparse
import contextlib
import itertools
import os
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import attacks  # noqa: E402, F401
import audit  # noqa: E402, F401
import backup  # noqa: E402, F401
import connections  # noqa: E402, F401
import corruption  # noqa: E402, F401

# Each module registers its tests; this is the order they run in.
import crash  # noqa: E402, F401
import disk  # noqa: E402, F401
import repeats  # noqa: E402, F401
import flush  # noqa: E402, F401
import fuzz  # noqa: E402, F401
import memory  # noqa: E402, F401
import overload  # noqa: E402, F401
import powercut  # noqa: E402, F401
import replicas  # noqa: E402, F401
import stop  # noqa: E402, F401
import upgrade  # noqa: E402, F401
from promise import REGISTERED, Bench, Skip  # noqa: E402

import environments  # noqa: E402
import servers  # noqa: E402
from environments import Unavailable  # noqa: E402

ROOT = HERE.parents[1]
# What MLflow breaks, and by which test that is seen.
ORACLE = {"kill_under_writers": "D4", "writers_64": "D8"}


class Databases:
    """A PostgreSQL that is started when the first test wants it."""

    def __init__(self, log):
        self.stack = contextlib.ExitStack()
        self.log = log
        self.make = None
        self.reason = None
        self.numbers = itertools.count(1)

    def new(self):
        if self.make is None and self.reason is None:
            try:
                self.make = self.stack.enter_context(servers.postgresql(self.log))
            except Unavailable as reason:
                self.reason = str(reason)
        if self.reason:
            raise Skip(self.reason)
        return self.make(f"promises{next(self.numbers)}")


def chosen(names):
    """The tests of the given names or promises; all when there are none."""
    if not names:
        return list(REGISTERED)
    known = {one.name for one in REGISTERED} | {number for one in REGISTERED for number in one.numbers}
    for name in names:
        if name not in known:
            raise SystemExit(f"{name}: there is no such test or promise; there are {', '.join(sorted(known))}")
    return [one for one in REGISTERED if one.name in names or set(one.numbers) & set(names)]


def run(test, database, options, databases):
    """Runs one test on one database. Prints a line for each of its promises; returns (passed, failed, skipped) and the
    bench with what was found.
    """
    name = f"{test.name}-{database}" if len(test.databases) > 1 else test.name
    bench = Bench(name, options, database, databases.new)
    begun = time.monotonic()
    reason = early = None
    try:
        test.function(bench)
    except Skip as skip:
        reason = str(skip)
    except AssertionError as error:
        early = str(error) or traceback.format_exc()
    except Exception:
        early = traceback.format_exc()
    finally:
        bench.close()
    if early:
        for number in test.numbers:
            if number not in bench.findings:
                bench.broken(number, f"not shown, for the test ended early: {early}")
    seconds = time.monotonic() - begun
    label = f"{test.title} [{database}]"
    figures = f" ({'; '.join(bench.figures)})" if bench.figures else ""
    if reason is not None and not bench.findings:
        print(f"SKIPPED {' '.join(test.numbers)} {label}: {reason}", flush=True)
        return (0, 0, len(test.numbers)), bench
    failed = 0
    told = set()
    for number in test.numbers:
        found = bench.findings.get(number, [])
        failed += bool(found)
        print(f"{'FAILED' if found else 'passed'}  {number} {label}", flush=True)
        found = [text for text in found if text not in told]
        told.update(found)
        for text in found[:10]:
            print("    " + text.strip().replace("\n", "\n    "))
        if len(found) > 10:
            print(f"    and {len(found) - 10} more")
    stray = set(bench.findings) - set(test.numbers)
    assert not stray, f"{test.name} reports on {stray}, which it does not name"
    print(f"        {seconds:.1f} s{figures}", flush=True)
    return (len(test.numbers) - failed, failed, 0), bench


def against_mlflow(options, databases):
    """Runs the tests that MLflow must fail. Returns (passed, failed, skipped)."""
    try:
        python = environments.environment("3")
    except Unavailable as reason:
        print(f"SKIPPED {reason}")
        return 0, 0, len(ORACLE)
    options.oracle = str(pathlib.Path(python).parent / "mlflow")
    failed = 0
    for test in REGISTERED:
        if test.name in ORACLE:
            bench = run(test, "sqlite", options, databases)[1]
            if ORACLE[test.name] not in bench.findings:
                print(f"FAILED  {test.name} does not see that MLflow breaks {ORACLE[test.name]}")
                failed += 1
    return len(ORACLE) - failed, failed, 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="tests or promises; all when none is given")
    parser.add_argument("--steward", default=str(ROOT / ".build" / "release" / "steward"), metavar="PATH")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "all"], default="all")
    parser.add_argument("--rounds", type=int, help="kills and stops per test, instead of a few")
    parser.add_argument("--seconds", type=float, help="how long the soak and the fuzzer run, instead of some seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--logs", default=str(ROOT / ".build" / "conformance" / "promises"), metavar="FOLDER")
    parser.add_argument("--patience", type=float, default=1.0, help="factor on limits of time, for busy machines")
    parser.add_argument("--keep", action="store_true", help="leave data folders behind")
    parser.add_argument("--oracle", action="store_true", help="see the tests fail against MLflow itself")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list:
        for test in REGISTERED:
            print(f"{test.name:36} {' '.join(test.numbers):18} {test.title}")
        return
    options.steward = str(pathlib.Path(options.steward).resolve())
    if not options.oracle and not os.path.exists(options.steward):
        raise SystemExit(f"{options.steward} is not there; build it first")
    pathlib.Path(options.logs).mkdir(parents=True, exist_ok=True)
    databases = Databases(pathlib.Path(options.logs) / "postgresql.log")
    sums = [0, 0, 0]
    with databases.stack:
        if options.oracle:
            sums = against_mlflow(options, databases)
        for test in chosen(options.names) if not options.oracle else ():
            for database in test.databases:
                if options.database in (database, "all"):
                    sums = [sum(pair) for pair in zip(sums, run(test, database, options, databases)[0])]
    print("\n{} passed, {} failed, {} skipped".format(*sums))
    sys.exit(1 if sums[1] else 0)


if __name__ == "__main__":
    main()
