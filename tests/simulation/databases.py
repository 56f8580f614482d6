"""The database of a simulated company: kept once as it is at the start, then put back before each seed."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from devtools.embedded_postgres import PostgresServer, embedded_postgres
from tests.fixtures.databases import MEMORY, migrate

SQLITE, POSTGRESQL = "sqlite", "postgresql"
LOCK_TIMEOUT = "3ms"
"""All tasks are one thread: whoever waits for another's lock would wait for ever. So it is an error, at once."""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


class Database(ABC):
    """Migrated and empty at first. Nobody may be connected while it is kept or restored."""

    url: str

    @abstractmethod
    def keep(self) -> None:
        """What `restore` goes back to."""

    @abstractmethod
    def restore(self) -> None: ...

    @abstractmethod
    def copy(self) -> object:
        """A backup, while others are connected."""

    @abstractmethod
    def put_back(self, copy: object) -> None:
        """Nobody may be connected."""

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
        self.put_back(self._kept)

    def copy(self) -> object:
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(":memory:")) as target:
            source.backup(target)
            return target.serialize()

    def put_back(self, copy: object) -> None:
        assert isinstance(copy, bytes)
        for path in self._path.parent.iterdir():
            path.unlink()
        self._path.write_bytes(copy)

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

    def copy(self) -> object:
        """Every table beside itself, in a schema of its own: a template must not have anybody connected."""
        with self._connected() as connection:
            connection.execute("DROP SCHEMA IF EXISTS backup CASCADE; CREATE SCHEMA backup")
            connection.execute(
                "CREATE TABLE backup.numbers AS SELECT sequencename, last_value FROM pg_sequences"
            )
            tables = [name for (name,) in connection.execute(TABLES)]
            for name in tables:
                connection.execute(
                    SQL("CREATE TABLE backup.{0} AS TABLE public.{0}").format(Identifier(name))
                )
        return tables

    def put_back(self, copy: object) -> None:
        assert isinstance(copy, list)
        tables = [Identifier("public", name) for name in copy]
        with self._connected() as connection:
            connection.execute("SET session_replication_role = replica")  # no foreign key looks
            connection.execute(SQL("TRUNCATE {}").format(SQL(", ").join(tables)))
            for name in copy:
                connection.execute(SQL("INSERT INTO public.{0} TABLE backup.{0}").format(Identifier(name)))
            connection.execute("SELECT setval(sequencename::text::regclass, last_value) FROM backup.numbers")

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self._server.url(self.NAME).replace("+psycopg", ""))

    def close(self) -> None:
        with self._stack:
            for name in (self.NAME, self.KEPT):
                self._server.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


DATABASES: dict[str, type[Database]] = {SQLITE: SqliteFile, POSTGRESQL: PostgresDatabase}
