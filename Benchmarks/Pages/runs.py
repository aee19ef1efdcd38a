"""Measures the pages of experiments and runs: `runs.py STEWARD [--runs 100000]`.

Fills a database with `tracking-benchmark` (which lies beside STEWARD): runs with 10 metrics, 5 parameters and 3 tags
each in one experiment, and one run with a metric of 100,000 points. Then asks for each page as a browser does.
"""

import argparse
import pathlib
import subprocess
import tempfile
import urllib.parse

from measuring import HEAD, measure, start


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("steward")
    arguments.add_argument("--runs", type=int, default=100_000)
    arguments.add_argument("--port", type=int, default=5398)
    arguments.add_argument("--data", help="a folder that is filled already")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.data or temporary
        if not given.data:
            benchmark = pathlib.Path(given.steward).resolve().with_name("tracking-benchmark")
            subprocess.run([benchmark, "fill", f"{folder}/steward.db", "--runs", str(given.runs)], check=True)
        server = start(given.steward, folder, given.port)
        print(HEAD)

        def runs(**query):
            return "/experiments/0?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote)

        for path in [
            "/", "/experiments", "/experiments/0", runs(order="metrics.m0 DESC"),
            runs(filter="metrics.m0 > 0.5", order="metrics.m1 ASC"), runs(filter="params.p1 = 'v7'"),
            runs(state="deleted"), "/experiments/0/filter-keys", "/experiments/0/settings", "/runs/" + "f" * 32,
            "/runs/" + "f" * 32 + "/metrics/loss", "/search?q=run-99",
        ]:
            measure(server, given.port, path)
        server.terminate()
        server.wait()


main()
