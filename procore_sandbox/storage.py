"""Keeps the world in a SQLite file: one row per record, written through as records change."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

SCHEMA = """
    CREATE TABLE IF NOT EXISTS record (
        kind TEXT, id TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id)
    ) WITHOUT ROWID
"""


class SqliteStorage:
    """Used under the model's lock, by whichever thread holds it."""

    def __init__(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(SCHEMA)

    def load(self) -> Iterable[tuple[str, str]]:
        return self._connection.execute("SELECT kind, body FROM record").fetchall()

    def save(self, changes: list[tuple[str, str, str | None]]) -> None:
        kept = [(kind, key, body) for kind, key, body in changes if body is not None]
        gone = [(kind, key) for kind, key, body in changes if body is None]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", kept)
        self._connection.executemany("DELETE FROM record WHERE kind = ? AND id = ?", gone)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()
