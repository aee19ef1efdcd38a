"""What a promise test is, and what it is given to work with."""

import contextlib
import dataclasses
import os
import pathlib
import random
import shutil
import tempfile
from collections.abc import Callable

from server import MLflow, Server

REGISTERED = []


class Skip(Exception):
    """What the test needs is not here; the reason is printed, and counted."""


@dataclasses.dataclass(frozen=True)
class Promise:
    numbers: tuple
    title: str
    databases: tuple
    function: Callable

    @property
    def name(self):
        return self.function.__name__


def promise(*numbers, title, databases=("sqlite",)):
    """Registers a test of the promises `numbers` of the reliability document (D1, D2, ...)."""

    def register(function):
        REGISTERED.append(Promise(numbers, title, databases, function))
        return function

    return register


class Bench:
    """One test's servers, folder, random numbers and findings. All servers are gone when it is closed."""

    def __init__(self, name, options, database, make_database):
        self.options = options
        self.database = database
        self.random = random.Random(f"{options.seed}/{name}")
        self.folder = tempfile.mkdtemp(prefix="steward-promises-")
        os.chmod(self.folder, 0o755)
        self.logs = pathlib.Path(options.logs) / name
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        self.findings = {}
        self.figures = []
        self.ending = contextlib.ExitStack()
        self._make_database = make_database

    @property
    def is_long(self):
        return self.options.rounds is not None or self.options.seconds is not None

    def rounds(self, short):
        return self.options.rounds or short

    def seconds(self, short):
        return self.options.seconds or short

    def server(self, name="server", *, folder=None, database=None, **settings):
        """A server of its own on a fresh data folder, unless `folder` names another; not started yet."""
        if self.options.oracle:
            made = MLflow(self.options.oracle, f"{self.folder}/{name}", self.logs / f"{name}.log")
            self.ending.callback(made.kill)
            return made
        if database is None and self.database == "postgresql":
            database = self.new_database()
        folder = folder or f"{self.folder}/{name}"
        made = Server(self.options.steward, folder, self.logs / f"{name}.log", database=database, **settings)
        self.ending.callback(made.kill)
        return made

    def new_database(self):
        """The address of an empty PostgreSQL database."""
        return self._make_database()

    def note(self, text):
        """A figure for the report."""
        self.figures.append(text)

    def broken(self, number, text):
        """The promise `number` does not hold. The test may go on."""
        self.findings.setdefault(number, []).append(text)

    def require(self, number, condition, text):
        if not condition:
            self.broken(number, text)

    def close(self):
        self.ending.close()
        if not self.options.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
