"""PostgreSQL as the simulation sees it: others go on inside a transaction, whoever wants what they have locked waits,
and the server's own errors come from the server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from tests.simulation.scheduler import Scheduler, Task
from tests.simulation.storage import Storage, is_read

DEADLOCK, NOT_SERIALIZABLE = "40P01", "40001"
MOST_WAITS = 600
"""Seconds that a task waits for another's lock: one that stalls with a lock in hand goes on within 500."""


class PostgresStorage(Storage):
    """Several may write at a time. All are one thread, so that nobody may really wait for a lock: a statement that
    would have to is undone, and tried again when others have gone on."""

    own_faults = {
        "goes_between": (0.4, 0.03),
        "deadlock": (0.25, 0.004),
        "lost_within": (0.25, 0.004),
        "commit_lost": (0.25, 0.03),
    }

    def _own_listeners(self) -> list[tuple[Any, str, Callable[..., Any]]]:
        return [(self.engine, "do_execute", self._one), (self.engine, "do_executemany", self._many)]

    def _may_begin(self, task: Task) -> bool:
        return task not in self.writers

    def _busy(self) -> Exception:
        return OperationalError("BEGIN", {}, psycopg.errors.TooManyConnections("too many clients already"))

    def _refuse_commit(self, connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        try:
            _fail(raw, NOT_SERIALIZABLE)
        except psycopg.OperationalError as error:
            raise OperationalError("COMMIT", {}, error) from error

    def _lose_commit(self, connection: Connection) -> None:
        """What comes next is the driver's own error: the connection is closed."""
        raw: Any = connection.connection.driver_connection
        raw.commit()
        raw.close()

    def _commit(self, connection: Connection) -> None:
        super()._commit(connection)
        raw: Any = connection.connection.driver_connection
        now = self.under_way()
        if now is not None and not raw.closed and now[0].faults.strikes("commit_lost"):
            _lose(raw)

    # ---- inside a transaction ----------------------------------------------------------------------------

    def _one(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        return self._execute(context, lambda: cursor.execute(statement, parameters))

    def _many(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
        return self._execute(context, lambda: cursor.executemany(statement, parameters))

    def _execute(self, context: Any, act: Callable[[], object]) -> bool:
        """True where the statement has been carried out here."""
        now = self.under_way()
        if now is None:
            return False
        scheduler, task = now
        raw = context.root_connection.connection.driver_connection
        if task.depth == 0 and scheduler.faults.strikes("goes_between"):
            self._yield(scheduler, raw, "lets others between")
        if is_read(context.root_connection):
            return False
        if scheduler.faults.strikes("deadlock"):
            _fail(raw, DEADLOCK)
        if scheduler.faults.strikes("lost_within"):
            _lose(raw)
        if not self.writers - {task}:
            return False
        self._wait_until_done(scheduler, task, raw, act)
        return True

    def _wait_until_done(self, scheduler: Scheduler, task: Task, raw: Any, act: Callable[[], object]) -> None:
        for _ in range(MOST_WAITS):
            raw.execute("SAVEPOINT simulated")
            try:
                act()
            except psycopg.errors.LockNotAvailable:
                if task.depth:  # it holds a lock of this process, for which others would wait for ever
                    raise
                raw.execute("ROLLBACK TO SAVEPOINT simulated")
            else:
                raw.execute("RELEASE SAVEPOINT simulated")
                return
            task.wake_at = scheduler.clock.now() + timedelta(seconds=1)
            self._yield(scheduler, raw, "waits for a lock")
        raise RuntimeError(f"{task.name} waits for {[other.name for other in self.writers]} for ever")

    @staticmethod
    def _yield(scheduler: Scheduler, raw: Any, what: str) -> None:
        """Whoever is killed meanwhile holds no lock any more."""
        try:
            scheduler.point(what)
        except BaseException:
            raw.rollback()
            raise


def _fail(raw: Any, state: str) -> None:
    raw.execute(f"DO $$ BEGIN RAISE EXCEPTION 'simulated' USING ERRCODE = '{state}'; END $$")


def _lose(raw: Any) -> None:
    """The server has undone the transaction by the time that somebody else asks for its locks."""
    raw.rollback()
    raw.close()
