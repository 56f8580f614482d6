"""The database as the simulation sees it: a yield before each transaction and after each commit, and what can go wrong
at both. It listens to SQLAlchemy's own events; the store does not know."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from tests.simulation.scheduler import Scheduler, Task
from webapp.store.session import StoreSession


class Storage:
    """Registered once for an engine; `scheduler` is that of the seed under way. Of every engine's begin it hears, since
    what listens to the class is told before the store, which begins the transaction when it is told."""

    def __init__(self, engine: Engine) -> None:
        self.scheduler: Scheduler | None = None
        self.writer: Task | None = None
        self.listeners = [
            (Engine, "begin", self._begin),
            (engine, "commit", self._commit),
            (engine, "rollback", self._rollback),
            (StoreSession, "after_commit", self._committed),
        ]
        for target, name, act in self.listeners:
            event.listen(target, name, act)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _quick)

    def close(self) -> None:
        for target, name, act in self.listeners:
            event.remove(target, name, act)

    def _begin(self, connection: Connection) -> None:
        scheduler = self.scheduler
        task = scheduler.current() if scheduler else None
        if scheduler is None or task is None:
            return
        is_read = connection.get_execution_options().get("is_readonly", False)
        if self.writer is not None and not is_read:
            raise RuntimeError(f"{task.name} begins while {self.writer.name} writes")
        scheduler.point("reads" if is_read else "begins", may_switch=task.depth == 0 and self.writer is None)
        if not is_read and scheduler.faults.strikes("busy"):
            raise OperationalError("BEGIN", {}, sqlite3.OperationalError("database is locked"))
        if not is_read:
            self.writer = task

    def _rollback(self, connection: Connection) -> None:
        self.writer = None

    def _commit(self, connection: Connection) -> None:
        """What is raised here, the database has rolled back or committed: SQLAlchemy leaves a failed commit to it."""
        scheduler, self.writer = self.scheduler, None
        if scheduler is None or scheduler.current() is None:
            return
        raw: Any = connection.connection.driver_connection
        try:
            scheduler.point("commits", may_switch=False)
            if scheduler.faults.strikes("commit_refused"):
                raise OperationalError("COMMIT", {}, sqlite3.OperationalError("could not serialize"))
        except BaseException:
            raw.rollback()
            raise
        if scheduler.faults.strikes("commit_unknown"):
            raw.commit()
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("connection lost"))

    def _committed(self, session: Any) -> None:
        scheduler = self.scheduler
        task = scheduler.current() if scheduler else None
        if scheduler is not None and task is not None:
            task.committed_at = scheduler.clock.now()
            scheduler.point("committed", may_switch=task.depth == 0, may_raise=False)


def _quick(connection: Any, record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
