"""The database of a simulated company: kept once as it is at the start, then put back before each seed."""

from __future__ import annotations

import shutil
import tempfile
from abc import ABC, abstractmethod
from contextlib import ExitStack
from pathlib import Path

from devtools.embedded_postgres import PostgresServer, embedded_postgres
from tests.fixtures.databases import MEMORY, migrate

SQLITE, POSTGRESQL = "sqlite", "postgresql"
LOCK_TIMEOUT = "3ms"
"""All tasks are one thread: whoever waits for another's lock would wait for ever. So it is an error, at once."""


class Database(ABC):
    """Migrated and empty at first. Nobody may be connected while it is kept or restored."""

    url: str

    @abstractmethod
    def keep(self) -> None:
        """What `restore` goes back to."""

    @abstractmethod
    def restore(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class SqliteFile(Database):
    """A file in memory-backed storage; restoring is copying."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self._path = Path(self._directory.name) / "timesite.db"
        self._kept = b""
        self.url = f"sqlite:///{self._path}"
        migrate(self.url)

    def keep(self) -> None:
        copy = self._path.with_suffix(".copy")
        shutil.copyfile(self._path, copy)
        self._kept = copy.read_bytes()

    def restore(self) -> None:
        for path in self._path.parent.iterdir():
            path.unlink()
        self._path.write_bytes(self._kept)

    def close(self) -> None:
        self._directory.cleanup()


class PostgresDatabase(Database):
    """On the given server, or on one of its own. Restoring is making the database anew from a template, so that a seed
    finds every row at its old place on the disk, whatever ran before."""

    NAME, KEPT = "simulated", "kept"

    def __init__(self, server: PostgresServer | None = None) -> None:
        self._stack = ExitStack()
        self._server = server or self._stack.enter_context(embedded_postgres())
        self.url = f"{self._server.url(self.NAME)}?options=-c%20lock_timeout%3D{LOCK_TIMEOUT}"
        self._server.run(f"CREATE DATABASE {self.NAME}")
        migrate(self.url)

    def keep(self) -> None:
        self._server.run(f"CREATE DATABASE {self.KEPT} TEMPLATE {self.NAME} STRATEGY FILE_COPY")

    def restore(self) -> None:
        self._server.run(f"DROP DATABASE {self.NAME} WITH (FORCE)")
        self._server.run(f"CREATE DATABASE {self.NAME} TEMPLATE {self.KEPT} STRATEGY FILE_COPY")

    def close(self) -> None:
        with self._stack:
            for name in (self.NAME, self.KEPT):
                self._server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


DATABASES: dict[str, type[Database]] = {SQLITE: SqliteFile, POSTGRESQL: PostgresDatabase}
