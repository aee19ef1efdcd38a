"""D17: an older program does not touch a database that a newer one has written."""

import hashlib
import pathlib
import sqlite3
import subprocess

from corruption import PANIC, REFUSALS
from promise import Skip, promise

STATEMENT = "INSERT INTO platform_migration (name, applied_at) VALUES ('tracking-900-from-the-future', 1)"


@promise("D17", title="a newer schema is refused", databases=("sqlite", "postgresql"))
def newer_schema(bench):
    server = bench.server()
    server.start()
    server.terminate()
    before = make_newer(server, bench)
    outcome, status = server.outcome()
    words = server.last_words()
    if outcome == "up":
        bench.broken("D17", "a database with a schema from the future is served")
        return
    bench.require("D17", status in REFUSALS, f"the status is {status}: {words}")
    bench.require("D17", "newer" in words and "tracking-900" in words, f"the message does not say why: {words}")
    bench.require("D17", not any(sign in words for sign in PANIC), f"it fell over: {words}")
    if before:
        after = hashlib.sha256(pathlib.Path(server.database_file).read_bytes()).digest()
        bench.require("D17", before == after, "the refused start changed the database file")


def make_newer(server, bench):
    """Enters a migration that this program does not know. Returns the file's digest, for SQLite."""
    if bench.database == "sqlite":
        database = sqlite3.connect(server.database_file)
        with database:
            database.execute(STATEMENT)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return hashlib.sha256(pathlib.Path(server.database_file).read_bytes()).digest()
    address = server.command[server.command.index("--database") + 1]
    try:
        subprocess.run(["psql", "-qc", STATEMENT, address], check=True, capture_output=True)
    except FileNotFoundError:
        raise Skip("psql is not installed") from None
    return None
