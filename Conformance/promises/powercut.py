"""D2: the power goes. What a disk surely holds at some moment is computed from the system calls of a running server:
the writes of each file up to its last flush. From that, and some of what came later, a data folder is made; a server
that starts on it must have everything that had been acknowledged by then.
"""

import copy
import os
import pathlib
import re
import shutil
import time

import eventlog
import strace
from flush import FLUSHES, RENAMES
from promise import promise
from workload import Artifacts, Batches, Metrics, Place, Runs, Versions, Workload

CHANGES = ("openat", "openat2", "pwrite64", "ftruncate", "fallocate", "unlink", "unlinkat", "mkdir", "mkdirat", "write")
CALLS = (*CHANGES, *FLUSHES, *RENAMES, "writev", "sendto", "sendmsg")
STRING = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(\.\.\.)?')
NUMBERS = re.compile(r", (\d+)(?:, (\d+))?\) +=")
OPENED = re.compile(r"\) += \d+<(.*)>$")
FOLDER = re.compile(r"(?:AT_FDCWD|\d+)<([^<>]+)>, $")
PEER = re.compile(r"->127\.0\.0\.1:(\d+)\]")
# The beginning of an answer, as text or in hexadecimal.
ANSWER = ("HTTP/1.1 ", r"\x48\x54\x54\x50\x2f\x31\x2e\x31\x20")
ESCAPES = {"n": 10, "t": 9, "r": 13, "v": 11, "f": 12, '"': 34, "\\": 92}


def unescaped(text):
    """The bytes of a string as strace prints it: all of it in hexadecimal, or with C's escapes."""
    if text.startswith("\\x"):
        return bytes.fromhex(text.replace("\\x", ""))
    found = bytearray()
    index = 0
    while index < len(text):
        if text[index] != "\\":
            found += text[index].encode()
            index += 1
        elif text[index + 1] in ESCAPES:
            found.append(ESCAPES[text[index + 1]])
            index += 2
        else:
            digits = re.match(r"[0-7]{1,3}", text[index + 1 :]).group()
            found.append(int(digits, 8))
            index += 1 + len(digits)
    return bytes(found)


class File:
    """Bytes that are sure to be there, and the changes since: (offset, bytes), or (length, None) for a new length."""

    def __init__(self, content=b""):
        self.sure = bytearray(content)
        self.pending = []
        self.length = len(content)

    def write(self, offset, data):
        self.pending.append((offset, data))
        self.length = max(self.length, offset + len(data))

    def resize(self, length):
        self.pending.append((length, None))
        self.length = length

    def flush(self):
        self._apply(self.sure, self.pending)
        self.pending = []

    def after(self, changes):
        content = bytearray(self.sure)
        self._apply(content, changes)
        return content

    @staticmethod
    def _apply(content, changes):
        for offset, data in changes:
            if data is None:
                del content[offset:]
            content.extend(bytes(max(0, offset - len(content))))
            if data is not None:
                content[offset : offset + len(data)] = data


class Disk:
    """The files of a folder through a trace. Names become sure when their folder is flushed, bytes when their file."""

    def __init__(self, copied, root):
        """`copied` is how the folder `root` was when the trace began."""
        self.root = root
        self.names = {}
        self.folders = set()
        for folder, _, names in os.walk(copied):
            place = os.path.normpath(os.path.join(root, os.path.relpath(folder, copied)))
            self.folders.add(place)
            for name in names:
                if not name.endswith("-shm"):
                    self.names[f"{place}/{name}"] = File(pathlib.Path(folder, name).read_bytes())
        self.sure = dict(self.names)
        self.sure_folders = set(self.folders)
        self.pending = []

    def _is_here(self, path):
        return path.startswith(self.root + "/") and not path.endswith("-shm")

    def _name(self, path, file):
        """A name is given to a file, or taken away (None)."""
        if file is None:
            self.names.pop(path, None)
        else:
            self.names[path] = file
        self.pending.append((path, file))

    def take(self, call):
        if call.result is None or call.result < 0:
            return
        if call.name in ("openat", "openat2"):
            opened = OPENED.search(call.text)
            path = opened.group(1) if opened else ""
            if "O_CREAT" in call.text and self._is_here(path) and path not in self.names:
                self._name(path, File())
        elif call.name in FLUSHES:
            self._flush(call.target)
        elif call.name in RENAMES:
            old, new = self._paths(call)
            if self._is_here(new) and old in self.names:
                file = self.names[old]
                self._name(old, None)
                self._name(new, file)
        elif call.name in ("unlink", "unlinkat"):
            (path,) = self._paths(call)
            if path in self.names:
                self._name(path, None)
        elif call.name in ("mkdir", "mkdirat"):
            (path,) = self._paths(call)
            if self._is_here(path):
                self.folders.add(path)
                self.pending.append((path, "folder"))
        elif call.target in self.names:
            self._change(self.names[call.target], call)

    def _paths(self, call):
        """The paths among the arguments, each below the folder that is named before it."""
        found = []
        for match in STRING.finditer(call.text):
            path = os.fsdecode(unescaped(match.group(1)))
            folder = FOLDER.search(call.text[: match.start()])
            found.append(os.path.join(folder.group(1), path) if folder else path)
        return found

    def _change(self, file, call):
        if call.name in ("write", "pwrite64"):
            match = STRING.search(call.text)
            assert not match.group(2), "the trace does not hold all bytes of a write"
            data = unescaped(match.group(1))[: call.result]
            numbers = NUMBERS.search(call.text, match.end())
            # Files that are written without a place are new ones, written from front to end.
            file.write(int(numbers.group(2)) if call.name == "pwrite64" else file.length, data)
        elif call.name == "ftruncate":
            file.resize(int(NUMBERS.search(call.text).group(1)))
        elif call.name == "fallocate":
            numbers = [int(number) for number in re.findall(r"\b\d+\b", call.text.split(">", 1)[1])]
            file.resize(max(file.length, numbers[1] + numbers[2]))

    def _flush(self, path):
        if path in self.names:
            self.names[path].flush()
        elif path in self.folders:
            kept = []
            for name, what in self.pending:
                if os.path.dirname(name) == path:
                    self._settle(name, what)
                else:
                    kept.append((name, what))
            self.pending = kept

    def _settle(self, name, what):
        if what == "folder":
            self.sure_folders.add(name)
        elif what is None:
            self.sure.pop(name, None)
        else:
            self.sure[name] = what

    def remains(self, target, dice):
        """Makes the folder as it may be found when the power comes back."""
        keep = dice.choice(("nothing", "all", "some", "some"))
        names, folders = dict(self.sure), set(self.sure_folders)
        # A file system keeps the order of names, so what is kept of them is the beginning.
        count = {"nothing": 0, "all": len(self.pending), "some": dice.randrange(len(self.pending) + 1)}[keep]
        for name, what in self.pending[:count]:
            if what == "folder":
                folders.add(name)
            elif what is None:
                names.pop(name, None)
            else:
                names[name] = what
        for path, file in names.items():
            if os.path.dirname(path) not in folders:
                continue
            some = [change for change in file.pending if dice.random() < 0.5]
            changes = {"nothing": [], "all": file.pending, "some": some}[keep]
            place = pathlib.Path(target, os.path.relpath(path, self.root))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.after(changes))
            # As the server made them: the key is its alone.
            place.chmod(0o600)
        return keep


def answers(calls):
    """Where in the trace each answer began to go out: {(port of the client, number): place}."""
    found, counts = {}, {}
    for call in calls:
        if call.target.startswith("TCP") and any(sign in call.text[:500] for sign in ANSWER):
            port = int(PEER.search(call.target).group(1))
            counts[port] = counts.get(port, 0) + 1
            found[port, counts[port]] = call.begin
    return found


@promise("D2", "D1", "D3", "D4", "D5", title="the power is cut under writers, in simulation")
def power_cut(bench):
    server = bench.server()
    server.start()
    client = server.client()
    kinds = (Metrics, Batches, Versions, Artifacts, Runs, Batches)
    workload = Workload(client, 6, bench.random, kinds=kinds, place=Place.make(client))
    for writer in workload.of_kind(Artifacts):
        writer.LARGEST = 50_000
    pinned = eventlog.Checkpoint.of(client)
    # Nothing writes now: what is there counts as flushed long ago.
    time.sleep(0.3)
    start = f"{bench.folder}/start"
    shutil.copytree(server.folder, start)
    with strace.traced(server.pid, bench.logs / "power.strace", CALLS, length=1 << 21, binary=True) as calls:
        workload.start(lambda _: server.client())
        time.sleep(bench.seconds(2))
        workload.stop()
    server.kill()
    calls.sort(key=lambda call: call.end)
    sent = answers(sorted(calls, key=lambda call: call.begin))
    known = [operation for operation in workload.ledger.operations if operation.answered in sent]
    bench.require("D2", len(known) > 30, f"{len(known)} of {len(workload.ledger.operations)} answers are in the trace")
    disk = Disk(start, server.folder)
    rounds = bench.rounds(8)
    # Right after an answer went out is when a promise is easiest to break.
    moments = sorted(sent[operation.answered] for operation in bench.random.sample(known, min(rounds, len(known))))
    place = 0
    for number, moment in enumerate(moments):
        while place < len(calls) and calls[place].end <= moment:
            disk.take(calls[place])
            place += 1
        folder = f"{bench.folder}/cut-{number}"
        keep = disk.remains(folder, bench.random)
        after = bench.server(f"cut-{number}", folder=folder)
        after.start()
        compare(bench, after, workload, sent, moment, pinned, f"power cut {number} at {moment}, {keep} unflushed kept")
        after.kill()
        shutil.rmtree(folder)
    bench.note(f"{len(moments)} power cuts among {len(calls)} system calls and {len(known)} answers")


def compare(bench, server, workload, sent, moment, pinned, what):
    """The ledger as it was at that moment, against the server that came up afterwards."""
    then = copy.deepcopy(workload)
    for operation in then.ledger.operations:
        if operation.state == "ok" and sent.get(operation.answered, moment + 1) > moment:
            operation.state = "unknown"
    client = server.client()
    for promised, text in then.problems(client):
        promised = "D2" if promised in ("D1", "D8") else promised
        bench.broken(promised, f"{what}: {text}")
    for text in eventlog.problems(client, pinned):
        bench.broken("D5", f"{what}: {text}")
    replay = eventlog.Replay(client)
    for text in replay.problems(client, workload.place.model):
        bench.broken("D5", f"{what}: {text}")
