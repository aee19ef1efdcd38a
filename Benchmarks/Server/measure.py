#!/usr/bin/env python3
"""Measures the server against `mlflow server`: the same requests to both, and what they cost the servers.

    python3 Benchmarks/Server/measure.py [--mlflow PROGRAM] [--only KEY ...] [--ours-only] [--quick]

The measure is CPU time of the whole process tree of the server per request, warm, less what the server spends idle: on
a machine that does other work it is far steadier than time. Figures are kept in .build/benchmark-server/results.json;
with --ours-only those of MLflow come from an earlier run, and the table says so.

Needs Linux (/proc), a C compiler, .build/release/steward and .build/release/tracking-benchmark.
"""
import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

import artifacts
import operations
import processes
import table
import wire
from servers import MLflow, Steward

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, ".build", "benchmark-server")
RESULTS = os.path.join(WORK, "results.json")


def say(text):
    print(text, file=sys.stderr, flush=True)


class Run:
    def __init__(self, options):
        self.options = options
        self.generator = wire.build_generator(WORK)
        self.results = {"mlflow": {}, "steward": {}}
        if os.path.exists(RESULTS):
            with open(RESULTS) as file:
                self.results = json.load(file)
        self.size = operations.Size()

    def wants(self, key):
        return not self.options.only or any(key.startswith(only) for only in self.options.only)

    def keep(self, server, key, figures):
        figures["at"] = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
        figures["load"] = os.getloadavg()[0]
        self.results[server.name][key] = figures
        with open(RESULTS + ".new", "w") as file:
            json.dump(self.results, file, indent=1)
        os.replace(RESULTS + ".new", RESULTS)

    # One operation

    def operation(self, server, context, operation):
        templates = operation.templates(context)
        seconds = min(operation.seconds, 1.0) if self.options.quick else operation.seconds
        began = time.monotonic()
        problem = self.check(server, operation, templates[0], context.size)
        # At least about three answers, and one where quick is enough.
        seconds = max(seconds, (1 if self.options.quick else 2.5) * (time.monotonic() - began))
        if problem:
            say("  %s %s: %s" % (server.name, operation.key, problem))
            self.keep(server, operation.key, {"problem": problem})
            return
        wire.load(self.generator, server.port, templates, operation.connections, 0.3)
        patience = 20 if operation.key.startswith("writers") else 120
        before, began = server.cpu(), time.monotonic()
        result = wire.load(self.generator, server.port, templates, operation.connections, seconds, patience)
        # What the answers left to be done, such as moving the write-ahead log into the database, counts too.
        time.sleep(0.3)
        spent = server.cpu() - before - server.idle_rate * (time.monotonic() - began)
        answers = result["answers"]
        figures = {
            "cpu": max(spent, 0) * 1000 / max(answers, 1), "rate": answers / max(result["seconds"], 1e-9),
            **{key: result[key] for key in ("answers", "bytes", "p50", "p99", "status", "broken", "unanswered")}}
        if not operation.key.startswith("writers") and set(result["status"]) != {"200"}:
            figures["problem"] = "answers by status: %s" % result["status"]
        self.keep(server, operation.key, figures)
        say("  %-8s %-16s %10.3f ms CPU %9.1f/s  p50 %.2f p99 %.2f ms  %s" % (
            server.name, operation.key, figures["cpu"], figures["rate"], figures["p50"], figures["p99"],
            figures.get("problem", "")))

    def check(self, server, operation, template, size):
        """What is wrong with one answer: the figures of a wrong answer say nothing."""
        status, body = wire.exchange(server.port, template)
        if status != 200:
            return "status %d: %s" % (status, body[:200].decode(errors="replace"))
        return operation.check(json.loads(body), size)

    # The whole

    def servers(self):
        ours = Steward(os.path.join(WORK, "steward"), self.options.binaries, self.options.steward)
        if self.options.ours_only:
            return [ours]
        theirs = MLflow(os.path.join(WORK, "mlflow"), self.options.mlflow)
        return [theirs] if self.options.mlflow_only else [theirs, ours]

    def start_filled(self, server):
        """Starts a server that holds the data; on the way measures start-up and memory."""
        shutil.rmtree(server.folder, ignore_errors=True)
        say("%s: start, fill with %d runs" % (server.name, self.size.runs))
        if server.name == "mlflow":
            wall, _ = server.start()
            server.settle()
            self.keep(server, "start-empty", {"wall": wall, "cpu": server.cpu()})
            server.fill(self.size)
        else:
            self.start_empty(server)
            server.fill(self.size.runs, self.size.points)
            server.start()
            operations.register(wire.Client(server.port), self.size)
        server.settle()
        server.measure_idle(1 if self.options.quick else 5)
        self.memory(server, "memory-idle")

    def memory(self, server, key):
        pids = server.pids()
        self.keep(server, key, {
            "rss": processes.resident(pids), "pss": processes.proportional(pids), "processes": len(pids),
            "peak": processes.peak(pids[0]) if len(pids) == 1 else None, "idle_rate": server.idle_rate})

    def start_empty(self, server):
        times = []
        for _ in range(3 if self.options.quick else 5):
            shutil.rmtree(server.folder, ignore_errors=True)
            times.append(server.start())
            server.stop()
        self.keep_start(server, "start-empty", times)

    def keep_start(self, server, key, times):
        wall, cpu = (statistics.median(column) for column in zip(*times))
        self.keep(server, key, {"wall": wall, "cpu": cpu})
        say("  %-8s %-16s %.3f s, %.3f s CPU" % (server.name, key, wall, cpu))

    def everything(self):
        servers = self.servers()
        try:
            chosen = [op for op in operations.OPERATIONS + operations.WRITERS if self.wants(op.key)]
            if chosen or self.wants("artifacts"):
                self.side_by_side(servers, chosen)
        finally:
            for server in servers:
                server.stop()
        chosen = [op for op in operations.MILLION if self.wants(op.key)]
        if (chosen or self.wants("start-million")) and not self.options.quick and not self.options.mlflow_only:
            self.million(chosen)

    def side_by_side(self, servers, chosen):
        contexts = {}
        for server in servers:
            self.start_filled(server)
            contexts[server.name] = operations.prepare(wire.Client(server.port), self.size, 64)
        for operation in chosen:
            if operation in operations.WRITERS:
                continue
            for server in servers:
                self.operation(server, contexts[server.name], operation)
        for server in servers:
            if self.wants("history"):
                self.pages(server)
            self.memory(server, "memory-load")
        if self.wants("artifacts"):
            source = os.path.join(WORK, "artifact.bin")
            artifacts.make_file(source, (128 << 20) if self.options.quick else (1 << 30))
            for server in servers:
                figures = artifacts.measure(server, source, WORK, 1 if self.options.quick else 3)
                self.keep(server, "artifacts", figures)
                say("  %-8s artifacts        %s" % (server.name, figures))
        # Last: MLflow does not recover from it at once.
        for operation in chosen:
            if operation in operations.WRITERS:
                for server in servers:
                    self.operation(server, contexts[server.name], operation)

    def pages(self, server):
        before, began = server.cpu(), time.monotonic()
        count = operations.pages(wire.Client(server.port), self.size)
        wall = time.monotonic() - began
        figures = {"cpu": (server.cpu() - before - server.idle_rate * wall) * 1000, "wall": wall}
        if count != self.size.points:
            figures["problem"] = "%d points" % count
        self.keep(server, "history-pages", figures)

    def million(self, chosen):
        server = Steward(os.path.join(WORK, "steward-million"), self.options.binaries, self.options.steward)
        size = operations.Size(runs=1_000_000)
        if not os.path.exists(os.path.join(server.folder, "filled")) or self.options.refill:
            say("steward: fill with %d runs" % size.runs)
            server.fill(size.runs, size.points)
            with open(os.path.join(server.folder, "filled"), "w"):
                pass
            server.start()
            server.stop()
        try:
            times = []
            for _ in range(3):
                times.append(server.start())
                server.stop()
            self.keep_start(server, "start-million", times)
            server.start()
            server.measure_idle(2)
            self.memory(server, "memory-million-idle")
            context = operations.prepare(wire.Client(server.port), size, 1)
            for operation in chosen:
                self.operation(server, context, operation)
            self.memory(server, "memory-million")
        finally:
            server.stop()


def main():
    parser = argparse.ArgumentParser(description="Measure the server against MLflow's.")
    parser.add_argument("--mlflow", default=shutil.which("mlflow"), help="the program (default: in PATH)")
    parser.add_argument("--steward", help="the program (default: .build/release/steward)")
    parser.add_argument("--binaries", default=os.path.join(ROOT, ".build", "release"), help="folder of the programs")
    parser.add_argument("--only", nargs="*", metavar="KEY", help="beginnings of: artifacts start-million " + " ".join(
        o.key for o in operations.OPERATIONS + operations.MILLION + operations.WRITERS))
    parser.add_argument("--ours-only", action="store_true", help="leave MLflow's figures as an earlier run found them")
    parser.add_argument("--mlflow-only", action="store_true", help="leave Steward's figures as they are")
    parser.add_argument("--quick", action="store_true", help="short runs, a small artifact, no million runs")
    parser.add_argument("--refill", action="store_true", help="make the database of a million runs anew")
    parser.add_argument("--table", action="store_true", help="print the table of the last run")
    options = parser.parse_args()
    os.makedirs(WORK, exist_ok=True)
    if not options.mlflow and not options.ours_only:
        say("no mlflow in PATH (pip install mlflow==3.18.0, or --mlflow PROGRAM): measuring Steward only")
        options.ours_only = True
    run = Run(options)
    if not options.table:
        run.everything()
    print("%s, %d CPUs, %s" % (time.strftime("%Y-%m-%d"), os.cpu_count(), platform.platform()))
    print(table.render(run.results))


if __name__ == "__main__":
    main()
