#!/usr/bin/env python3
"""Opens every page of the built server in headless Chromium, uses it as people do, and attacks it as others would.

    python3 Conformance/browser/run.py                        all
    python3 Conformance/browser/run.py -k "runs and narrow"   what it does not know is passed on to pytest
    python3 Conformance/browser/run.py --screenshots DIR      pictures of all pages in all three forms, and no tests
    python3 Conformance/browser/run.py --tour docs/images     the pictures of docs/guides/interface.md

The browser is the system's (`apt-get install chromium`), or the one STEWARD_CHROMIUM names. The last line is
"N passed, N failed, N skipped".
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

import environments  # noqa: E402
from environments import Unavailable  # noqa: E402


def chromium():
    """Asked in the environment of the tests, so that there is one place that knows where browsers are."""
    answer = subprocess.run(
        [python(), "-c", "import browser; print(browser.chromium() or '')"], cwd=HERE, stdout=subprocess.PIPE, text=True
    )
    return answer.stdout.strip()


def python():
    return environments.prepared(HERE / "requirements.txt", "browser")


def counts(report):
    """(passed, failed, skipped) of a JUnit report."""
    total = {key: 0 for key in ("tests", "failures", "errors", "skipped")}
    for element in xml.etree.ElementTree.parse(report).getroot().iter("testsuite"):
        for key in total:
            total[key] += int(element.get(key, 0))
    failed = total["failures"] + total["errors"]
    return max(0, total["tests"] - failed - total["skipped"]), failed, total["skipped"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steward", default=str(ROOT / ".build" / "release" / "steward"), metavar="PATH")
    parser.add_argument("--screenshots", metavar="DIR", help="write pictures of all pages instead of testing them")
    parser.add_argument("--tour", metavar="DIR", help="write the pictures of the guide instead")
    options, arguments = parser.parse_known_args()
    binary = str(pathlib.Path(options.steward).resolve())
    if not os.path.exists(binary):
        raise SystemExit(f"{binary} is not there; build it first")
    try:
        interpreter = python()
        if not chromium():
            raise Unavailable("there is no Chromium; sh Scripts/setup.sh installs it")
    except Unavailable as reason:
        print(f"SKIPPED: the pages in a browser: {reason}")
        print("\n0 passed, 0 failed, 1 skipped")
        return
    settings = {**os.environ, "STEWARD_BINARY": binary, "PYTHONDONTWRITEBYTECODE": "1"}
    if options.screenshots:
        settings["STEWARD_SCREENSHOTS"] = str(pathlib.Path(options.screenshots).resolve())
        arguments = ["screenshots.py", *arguments]
    if options.tour:
        settings["STEWARD_TOUR"] = str(pathlib.Path(options.tour).resolve())
        arguments = ["tour.py", *arguments]
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        command = [interpreter, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report.name}", *arguments]
        status = subprocess.run(command, cwd=HERE, env=settings).returncode
        try:
            passed, failed, skipped = counts(report.name)
        except xml.etree.ElementTree.ParseError:
            passed, failed, skipped = 0, 0, 0
    if status not in (0, 1) or passed + failed + skipped == 0:
        print(f"FAILED: pytest ended with status {status}")
        failed += 1
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
