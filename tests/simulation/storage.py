"""The database as the simulation sees it: a yield before each transaction and after each commit, and what can go wrong
at both. It listens to SQLAlchemy's own events; the store does not know."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from tests.simulation.scheduler import Scheduler, Task
from webapp.store.session import StoreSession


class Storage(ABC):
    """Registered once for an engine; `scheduler` is that of the seed under way. Of every engine's begin it hears, since
    what listens to the class is told before the store, which begins the transaction when it is told; another engine's
    is none of its business."""

    own_faults: Mapping[str, tuple[float, float]] = {}
    """Beside those that every database has; like `faults.MIX`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.scheduler: Scheduler | None = None
        self.writers: set[Task] = set()
        self.listeners: list[tuple[Any, str, Callable[..., Any]]] = [
            (Engine, "begin", self._begin),
            (engine, "commit", self._commit),
            (engine, "rollback", self._rollback),
            (StoreSession, "after_commit", self._committed),
            *self._own_listeners(),
        ]
        for target, name, act in self.listeners:
            event.listen(target, name, act)

    def close(self) -> None:
        for target, name, act in self.listeners:
            event.remove(target, name, act)

    # ---- what each database does in its own way --------------------------------------------------------

    @abstractmethod
    def _own_listeners(self) -> list[tuple[Any, str, Callable[..., Any]]]: ...

    @abstractmethod
    def _may_begin(self, task: Task) -> bool:
        """Whether it may write while others do."""

    @abstractmethod
    def _busy(self) -> Exception: ...

    @abstractmethod
    def _refuse_commit(self, connection: Connection) -> None: ...

    @abstractmethod
    def _lose_commit(self, connection: Connection) -> None:
        """It is done, but nobody is told."""

    # ---- what SQLAlchemy tells -------------------------------------------------------------------------

    def under_way(self) -> tuple[Scheduler, Task] | None:
        task = self.scheduler.current() if self.scheduler else None
        return (self.scheduler, task) if self.scheduler and task else None

    def _begin(self, connection: Connection) -> None:
        now = self.under_way()
        if now is None or connection.dialect is not self.engine.dialect:
            return
        scheduler, task = now
        reads = is_read(connection)
        may_switch = task.depth == 0 and task not in self.writers
        scheduler.point("reads" if reads else "begins", may_switch=may_switch)
        if reads:
            return
        if not self._may_begin(task):
            raise RuntimeError(f"{task.name} begins while {[other.name for other in self.writers]} write")
        if scheduler.faults.strikes("busy"):
            raise self._busy()
        self.writers.add(task)

    def _ends(self, connection: Connection) -> None:
        task = Scheduler.current()
        if task is not None and not is_read(connection):
            self.writers.discard(task)

    def _rollback(self, connection: Connection) -> None:
        self._ends(connection)

    def _commit(self, connection: Connection) -> None:
        """What is raised here, the database has rolled back or committed: SQLAlchemy leaves a failed commit to it."""
        self._ends(connection)
        now = self.under_way()
        if now is None:
            return
        scheduler, _ = now
        raw: Any = connection.connection.driver_connection
        try:
            scheduler.point("commits", may_switch=False)
            if scheduler.faults.strikes("commit_refused"):
                self._refuse_commit(connection)
        except BaseException:
            raw.rollback()
            raise
        if scheduler.faults.strikes("commit_unknown"):
            self._lose_commit(connection)

    def _committed(self, session: Any) -> None:
        now = self.under_way()
        if now is not None and session.get_bind().dialect is self.engine.dialect:
            scheduler, task = now
            scheduler.point("committed", may_switch=task.depth == 0, may_raise=False)


class SqliteStorage(Storage):
    """One writer at a time. What goes wrong is told as the driver tells it."""

    def _own_listeners(self) -> list[tuple[Any, str, Callable[..., Any]]]:
        return [(self.engine, "connect", _quick)]

    def _may_begin(self, task: Task) -> bool:
        return not self.writers

    def _busy(self) -> Exception:
        return OperationalError("BEGIN", {}, sqlite3.OperationalError("database is locked"))

    def _refuse_commit(self, connection: Connection) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    def _lose_commit(self, connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        raw.commit()
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("connection lost"))


def is_read(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("is_readonly", False))


def _quick(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
