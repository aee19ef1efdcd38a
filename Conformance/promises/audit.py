"""D5, D6: what is in the audit log cannot be changed, removed, reordered or back-dated unnoticed.

The database file is tampered with while no server runs, in the ways of somebody who knows how the log is kept. Two
verifiers must notice: the one of these tests, which asks a running server for everything and remembers one checkpoint,
and `steward audit verify`.
"""

import json
import pathlib
import shutil
import sqlite3
import subprocess

import eventlog
from client import NoAnswer, NotSent
from promise import Skip, promise
from server import DidNotStart


def fill(client):
    """A log of some models, versions, stages and aliases."""
    for number in range(12):
        name = f"model {number}"
        client.json("POST", "registered-models/create", {"name": name})
        for _ in range(3):
            client.json("POST", "model-versions/create", {"name": name, "source": f"s3://bucket/{number}"})
        body = {"name": name, "version": "2", "stage": "Production", "archive_existing_versions": True}
        client.json("POST", "model-versions/transition-stage", body)
        client.json("POST", "registered-models/alias", {"name": name, "alias": "champion", "version": "1"})


class Tampering:
    """Ways to change a log in its database. Each takes the database and the number of entries."""

    def __init__(self, database, size, dice):
        self.database = database
        self.size = size
        self.dice = dice
        self.victim = dice.randrange(5, size - 5)

    def _entry(self, sequence):
        return self.database.execute("SELECT entry FROM eventlog_entry WHERE sequence = ?", (sequence,)).fetchone()[0]

    def _set(self, sequence, entry):
        self.database.execute("UPDATE eventlog_entry SET entry = ? WHERE sequence = ?", (entry, sequence))

    def _change(self, sequence, member, value):
        entry = json.loads(self._entry(sequence)) | {member: value}
        self._set(sequence, json.dumps(entry, separators=(",", ":"), sort_keys=True, ensure_ascii=False))

    def change_a_byte(self):
        entry = self._entry(self.victim)
        place = entry.index('"kind":"registry.') + len('"kind":"registry.')
        self._set(self.victim, entry[:place] + "x" + entry[place + 1 :])

    def change_the_actor(self):
        self._change(self.victim, "actor", {"method": "local", "name": "somebody else"})

    def change_the_time(self):
        self._change(self.victim, "time", "2020-01-01T00:00:00.000Z")

    def change_the_time_column(self):
        self.database.execute("UPDATE eventlog_entry SET time = 1577836800000 WHERE sequence = ?", (self.victim,))

    def change_the_subject_column(self):
        self.database.execute("UPDATE eventlog_entry SET subject = 'model/999' WHERE sequence = ?", (self.victim,))

    def change_the_kind_column(self):
        self.database.execute("UPDATE eventlog_entry SET kind = 'x.y' WHERE sequence = ?", (self.victim,))

    def remove_one(self):
        self.database.execute("DELETE FROM eventlog_entry WHERE sequence = ?", (self.victim,))

    def remove_one_and_close_the_gap(self):
        self.remove_one()
        for sequence in range(self.victim + 1, self.size):
            self.database.execute("UPDATE eventlog_entry SET sequence = ? WHERE sequence = ?", (sequence - 1, sequence))
            self._change(sequence - 1, "seq", sequence - 1)
        self._rebuild()

    def swap_two(self):
        one, two = self._entry(self.victim), self._entry(self.victim + 1)
        self._set(self.victim, two)
        self._set(self.victim + 1, one)

    def add_one(self):
        self.database.execute(
            "INSERT INTO eventlog_entry (sequence, time, kind, subject, entry)"
            " SELECT ?, time, kind, subject, entry FROM eventlog_entry WHERE sequence = ?",
            (self.size, self.victim),
        )
        self._change(self.size, "seq", self.size)

    def insert_one(self):
        for sequence in range(self.size - 1, self.victim - 1, -1):
            self.database.execute("UPDATE eventlog_entry SET sequence = ? WHERE sequence = ?", (sequence + 1, sequence))
            self._change(sequence + 1, "seq", sequence + 1)
        self.database.execute(
            "INSERT INTO eventlog_entry (sequence, time, kind, subject, entry)"
            " SELECT ?, time, kind, subject, entry FROM eventlog_entry WHERE sequence = ?",
            (self.victim, self.victim + 1),
        )
        self._rebuild()

    def cut_the_end(self):
        self.database.execute("DELETE FROM eventlog_entry WHERE sequence >= ?", (self.size - 3,))
        self._rebuild()

    def change_one_and_the_whole_tree(self):
        self.change_the_actor()
        self._rebuild()

    def change_a_hash(self):
        self.database.execute(
            "UPDATE eventlog_node SET hash = zeroblob(32) WHERE level = 0 AND position = ?", (self.victim,)
        )

    def change_the_head(self):
        (peaks,) = self.database.execute("SELECT peaks FROM eventlog_head").fetchone()
        self.database.execute("UPDATE eventlog_head SET peaks = ?", (bytes([peaks[0] ^ 1]) + peaks[1:],))

    def empty_the_log(self):
        self.database.execute("DELETE FROM eventlog_entry")
        self._rebuild()

    def _rebuild(self):
        """Computes all hashes again: the tree fits the changed entries, and the server will sign it."""
        rows = self.database.execute("SELECT entry FROM eventlog_entry ORDER BY sequence").fetchall()
        nodes, peaks = tree([row[0].encode() for row in rows])
        self.database.execute("DELETE FROM eventlog_node")
        self.database.executemany("INSERT INTO eventlog_node (level, position, hash) VALUES (?, ?, ?)", nodes)
        self.database.execute("UPDATE eventlog_head SET size = ?, peaks = ?", (len(rows), b"".join(peaks)))


def tree(entries):
    """All complete subtrees as (level, position, hash), and the largest ones from the left."""
    level = [eventlog.leaf_hash(entry) for entry in entries]
    nodes, peaks, height = [], [], 0
    while level:
        nodes += [(height, position, hash) for position, hash in enumerate(level)]
        if len(level) % 2:
            peaks.insert(0, level[-1])
        level = [eventlog.node_hash(*level[i : i + 2]) for i in range(0, len(level) - 1, 2)]
        height += 1
    return nodes, peaks


def changes():
    return [name for name in vars(Tampering) if not name.startswith("_")]


def made_log(bench):
    """A stopped server with a log, and the checkpoint it had."""
    server = bench.server("made")
    server.start()
    client = server.client()
    fill(client)
    pinned = eventlog.Checkpoint.of(client)
    remember(bench, server)
    assert server.terminate() == 0
    with sqlite3.connect(server.database_file) as database:
        rows = database.execute("SELECT entry FROM eventlog_entry ORDER BY sequence").fetchall()
        nodes, peaks = tree([row[0].encode() for row in rows])
        stored = database.execute("SELECT level, position, hash FROM eventlog_node ORDER BY 1, 2").fetchall()
        head = database.execute("SELECT size, peaks FROM eventlog_head").fetchone()
    database.close()
    # Otherwise the changes below that rebuild the tree would be clumsy ones, and easy to find.
    assert stored == nodes and head == (len(rows), b"".join(peaks)), "the tree is kept in another way than known here"
    return server, pinned


def tampered(bench, made, change):
    folder = f"{bench.folder}/{change}"
    shutil.copytree(made.folder, folder, ignore=shutil.ignore_patterns("lock"))
    server = bench.server(change, folder=folder)
    server.port = made.port
    server.command[server.command.index("--port") + 1] = str(made.port)
    database = sqlite3.connect(server.database_file)
    with database:
        (size,) = database.execute("SELECT size FROM eventlog_head").fetchone()
        getattr(Tampering(database, size, bench.random), change)()
    database.close()
    return server


def noticed(server, pinned):
    """What the verifier of these tests finds; the server must be up."""
    client = server.client(timeout=20)
    try:
        found = list(eventlog.problems(client, pinned))
        return found or list(eventlog.listing_problems(client))
    except (AssertionError, NoAnswer, NotSent, ValueError, KeyError) as refusal:
        return [f"the server cannot show it: {refusal}"]


@promise("D6", title="tampering with the database is noticed from outside")
def tampering(bench):
    made, pinned = made_log(bench)
    for change in changes():
        server = tampered(bench, made, change)
        try:
            server.start()
        except DidNotStart:
            continue
        found = noticed(server, pinned)
        bench.require("D6", found, f"{change}: nothing is noticed")
        bench.require("D6", server.is_alive(), f"{change}: the server is gone: {server.last_words()}")
        server.kill()
        shutil.rmtree(server.folder)
    made.start()
    found = noticed(made, pinned)
    bench.require("D6", not found, f"an honest log is doubted: {found}")
    bench.note(f"{len(changes())} ways to tamper, {pinned.size} entries")


# --- `steward audit verify`


def has_command(bench, name):
    """Whether this program has the command yet."""
    text = subprocess.run([bench.options.steward, "--help"], capture_output=True, text=True).stdout
    return any(line.startswith(f"  {name} ") for line in text.splitlines())


def steward(bench, *arguments):
    """Runs a command of the program; what it remembers is kept in this test's folder."""
    home = {"HOME": bench.folder, "XDG_STATE_HOME": f"{bench.folder}/state", "PATH": "/usr/bin:/bin"}
    command = [bench.options.steward, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=home)


def remember(bench, server):
    if has_command(bench, "audit"):
        done = steward(bench, "audit", "verify", f"http://127.0.0.1:{server.port}")
        bench.require("D6", done.returncode == 0, f"audit verify ends with {done.returncode}: {done.stderr}")


@promise("D6", title="`steward audit verify` notices tampering with the database")
def tampering_and_the_command(bench):
    if not has_command(bench, "audit"):
        raise Skip("this program has no `steward audit` yet")
    made, _ = made_log(bench)
    for change in changes():
        server = tampered(bench, made, change)
        try:
            server.start()
        except DidNotStart:
            continue
        done = steward(bench, "audit", "verify", f"http://127.0.0.1:{server.port}")
        bench.require("D6", done.returncode != 0, f"{change}: audit verify is content: {done.stdout}")
        bench.require("D6", len(done.stderr + done.stdout) > 10, f"{change}: audit verify says nothing")
        server.kill()
        shutil.rmtree(server.folder)
    made.start()
    done = steward(bench, "audit", "verify", f"http://127.0.0.1:{made.port}")
    bench.require("D6", done.returncode == 0, f"audit verify doubts an honest log: {done.stderr}")


@promise("D6", title="`steward audit verify` notices changes of an exported log")
def changed_export(bench):
    if not has_command(bench, "audit"):
        raise Skip("this program has no `steward audit` yet")
    made, _ = made_log(bench)
    made.start()
    export = pathlib.Path(bench.folder, "export")
    done = steward(bench, "audit", "export", str(export), "--server", f"http://127.0.0.1:{made.port}")
    if done.returncode != 0:
        bench.broken("D6", f"audit export ends with {done.returncode}: {done.stderr}")
        return
    made.kill()
    done = steward(bench, "audit", "verify", str(export))
    bench.require("D6", done.returncode == 0, f"audit verify doubts an honest export: {done.stderr}")
    files = [path for path in sorted(export.rglob("*")) if path.is_file()]
    count = bench.rounds(40)
    for _ in range(count):
        path = bench.random.choice(files)
        whole = path.read_bytes()
        place = bench.random.randrange(len(whole))
        harm = bench.random.choice(["change", "remove", "insert"])
        changed = bytearray(whole)
        if harm == "change":
            changed[place] ^= 1 << bench.random.randrange(8)
        elif harm == "remove":
            del changed[place]
        else:
            changed.insert(place, bench.random.randrange(256))
        if bytes(changed) == whole:
            continue
        path.write_bytes(changed)
        done = steward(bench, "audit", "verify", str(export))
        bench.require("D6", done.returncode != 0, f"{harm} at {place} of {path.relative_to(export)} goes unnoticed")
        path.write_bytes(whole)
    bench.note(f"{count} changes in {len(files)} files")
