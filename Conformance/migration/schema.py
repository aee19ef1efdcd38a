"""Compares the schema of an exported database with that of one that MLflow has made."""

import sqlite3


def describe(path):
    """Tables with columns, keys and indices, without the order in which they were made."""
    database = sqlite3.connect(path)
    tables = {}
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for name in names:
        if name.startswith("sqlite_"):
            continue
        columns = sorted(
            # Name, type, NOT NULL, default (quotes around a number say nothing), place in the primary key, generated.
            (row[1], row[2], row[3], (row[4] or "").strip("'"), row[5], row[6])
            for row in database.execute(f'PRAGMA table_xinfo("{name}")')
        )
        keys = sorted(row[2:8] for row in database.execute(f'PRAGMA foreign_key_list("{name}")'))
        indices = sorted(
            (
                row[2],
                row[3] if row[3] != "u" else "u",
                tuple(r[2] for r in database.execute(f'PRAGMA index_info("{row[1]}")')),
            )
            for row in database.execute(f'PRAGMA index_list("{name}")')
        )
        tables[name] = {"columns": columns, "foreign keys": keys, "indices": indices}
    revision = database.execute("SELECT version_num FROM alembic_version").fetchall()
    return tables, revision


def compare(exported, original):
    ours, theirs = describe(exported), describe(original)
    assert ours[1] == theirs[1], f"revision {ours[1]}, not {theirs[1]}"
    assert set(ours[0]) == set(theirs[0]), f"tables: {set(ours[0]) ^ set(theirs[0])}"
    for name, table in theirs[0].items():
        for part, value in table.items():
            assert ours[0][name][part] == value, f"{name}, {part}:\n  ours   {ours[0][name][part]}\n  theirs {value}"
