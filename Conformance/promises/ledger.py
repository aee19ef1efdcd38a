"""The account of what was asked of the server: every write, and what is known to have become of it.

A write is "ok" (acknowledged: it must be there), "failed" (refused, or never sent: it must not be there) or "unknown"
(the connection ended before the answer: it is there once, or not at all).
"""

import collections
import dataclasses
import threading
import time
import uuid

from client import Answer, NoAnswer, NotSent

# What an overloaded or full server may answer to a write.
REFUSALS = (429, 503, 507)


@dataclasses.dataclass
class Operation:
    """`answered` is the port of the client's end and which answer on that connection it was."""

    identity: object
    request: tuple
    state: str
    answer: Answer | None = None
    how: str = ""
    seconds: float = 0.0
    answered: tuple | None = None
    # The thread that made it: a writer's own.
    by: int = dataclasses.field(default_factory=threading.get_ident)

    @property
    def is_keyed(self):
        return "Idempotency-Key" in (self.request[3] or {})


class Ledger:
    def __init__(self):
        self.operations = []
        self.surprises = []

    def attempt(self, client, identity, method, path, body, *, keyed=False):
        """Tries a write once and enters it. `identity` is what it can be recognised by afterwards."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} if keyed else None
        operation = Operation(identity, (method, path, body, headers), "unknown")
        self.operations.append(operation)
        self._send(client, operation)
        return operation

    def _send(self, client, operation):
        method, path, body, headers = operation.request
        begun = time.monotonic()
        try:
            answer = client.call(method, path, body, headers=headers)
        except NotSent:
            operation.state, operation.how = "failed", "not sent"
        except NoAnswer as reason:
            operation.how = reason.how
        else:
            operation.answer, operation.answered = answer, client.last
            operation.state = "ok" if answer.ok else "failed"
            operation.how = str(answer.status)
            if not answer.ok and answer.status not in REFUSALS:
                self.surprises.append(f"{method} {path} was answered {answer}")
            if answer.status in (429, 503) and not answer.headers.get("retry-after"):
                self.surprises.append(f"{method} {path} was answered {answer} without Retry-After")
        operation.seconds = time.monotonic() - begun

    def repeat_unknown(self, client):
        """Sends every unknown write that has a key again, under its key. Returns what is wrong with the answers."""
        problems = []
        for operation in self.operations:
            if operation.state != "unknown" or not operation.is_keyed:
                continue
            method, path, body, headers = operation.request
            answer = client.call(method, path, body, headers=headers)
            if answer.ok:
                operation.state, operation.answer = "ok", answer
            elif answer.status == 409 and b"carried out" in answer.body:
                operation.state = "ok"
            else:
                problems.append(f"{method} {path}, sent again under its key, was answered {answer}")
        return problems

    def count(self, state):
        return sum(operation.state == state for operation in self.operations)

    def __str__(self):
        return f"{self.count('ok')} acknowledged, {self.count('unknown')} unknown, {self.count('failed')} not done"


def compare(what, operations, found):
    """What is wrong when `found` (identities, as often as they are there) is what became of `operations`.

    Yields (promise, text).
    """
    counts = collections.Counter(found)
    for operation in operations:
        count = counts.pop(operation.identity, 0)
        if operation.state == "ok" and count == 0:
            yield "D1", f"{what} {operation.identity} was acknowledged and is lost"
        if operation.state == "failed" and count > 0:
            yield "D1", f"{what} {operation.identity} was not done ({operation.how}), and it is there"
        if count > 1:
            yield "D3", f"{what} {operation.identity} is there {count} times"
    for identity in list(counts)[:20]:
        yield "D1", f"{what} {identity} is there, and nobody wrote it"


class Register:
    """A place that is written over and over by one writer: a tag, an alias, a stage, a file."""

    def __init__(self, name, initial):
        self.name = name
        self.initial = initial
        self.writes = []

    def add(self, operation, value):
        self.writes.append((operation, value))

    def possible(self):
        """The values it may have: the last acknowledged one, or one of unknown fate after it."""
        values = [self.initial]
        for operation, value in self.writes:
            if operation.state == "ok":
                values = [value]
            elif operation.state == "unknown":
                values.append(value)
        return values

    def compare(self, value):
        if value not in self.possible():
            yield "D1", f"{self.name} is {value!r}, and it should be one of {self.possible()!r}"
        # What was seen once must not change by itself.
        self.initial = value
        self.writes = []
