"""Transactions, and tenant isolation in one place.

A session works for one company: every query on a CompanyOwned table is filtered to it, every row written is checked
to be its own. `system()` sessions see all companies and are for what belongs to none (sign-in, hooks by secret,
schedules).
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, Session, with_loader_criteria

from webapp.errors import StoreUnavailable
from webapp.extensions import db
from webapp.store.base import CompanyOwned

EVERY_COMPANY = "every"
ONE_WRITER = text("SELECT 1 FROM companies WHERE id = :id FOR UPDATE")
"""Also waits for whoever is making a row of this company, such as an event its link: each row names its company."""
BUSY_MILLISECONDS = 30_000
LOCK_SECONDS = 30.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.0005, 0.005
NO_ANSWER = "The database does not answer. Please try again in a moment."


class ForeignRow(RuntimeError):
    """A row of another company was about to be written: a bug of ours, stopped here."""


class StoreSession(Session):
    """A session that knows its company, and what to do after it has committed."""

    @property
    def company_id(self) -> int:
        company_id: int = self.info["company_id"]
        return company_id

    def after_commit(self, act: Callable[[], None]) -> None:
        """Run `act` once this transaction is durable; never when it is rolled back."""
        self.info.setdefault("after_commit", []).append(act)


@contextmanager
def transaction(company_id: int, engine: Engine | None = None) -> Iterator[StoreSession]:
    """One write transaction for one company; commits at the end, rolls back on an exception. A company has one at a
    time: SQLite has one writer anyway, PostgreSQL is told to wait, so that nothing read here is changed before it is
    written back."""
    with _session(engine, company_id, is_readonly=False) as session:
        session.connection()  # waits for its turn now: whoever comes later reads a later clock
        if session.get_bind().dialect.name == "postgresql":
            session.execute(ONE_WRITER, {"id": company_id})
        yield session


@contextmanager
def reading(company_id: int, engine: Engine | None = None) -> Iterator[StoreSession]:
    """One consistent read for one company; takes no write lock."""
    with _session(engine, company_id, is_readonly=True) as session:
        yield session


@contextmanager
def system(engine: Engine | None = None, *, is_readonly: bool = False) -> Iterator[StoreSession]:
    """A transaction over all companies."""
    with _session(engine, EVERY_COMPANY, is_readonly=is_readonly) as session:
        yield session


@contextmanager
def plain_transaction(engine: Engine | None = None) -> Iterator[Connection]:
    """A write transaction over all companies without the ORM's session, for prepared statements that must be quick."""
    try:
        with (engine or db.engine).begin() as connection:
            yield connection
    except (OperationalError, InterfaceError) as error:
        raise StoreUnavailable(NO_ANSWER) from error


@contextmanager
def _session(engine: Engine | None, company: int | str, *, is_readonly: bool) -> Iterator[StoreSession]:
    bind = _bind(engine or db.engine, is_readonly=is_readonly)
    session = StoreSession(bind, expire_on_commit=False, info={"company_id": company})
    try:
        yield session
        if not is_readonly:
            session.commit()
    except (OperationalError, InterfaceError) as error:
        session.rollback()
        raise StoreUnavailable(NO_ANSWER) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()
    for act in session.info.pop("after_commit", []):
        act()


@lru_cache(maxsize=16)
def _bind(engine: Engine, *, is_readonly: bool) -> Engine:
    """Each query of PostgreSQL sees what is committed by then, unless it is told that a transaction sees one moment.
    One that writes must not: it would see the moment before it had its turn as the one writer. Kept: an engine with
    options puts the events of the other together anew."""
    if is_readonly and engine.dialect.name == "postgresql":
        return engine.execution_options(is_readonly=True, isolation_level="REPEATABLE READ")
    return engine.execution_options(is_readonly=is_readonly)


@event.listens_for(StoreSession, "do_orm_execute")
def _only_own_rows(state: ORMExecuteState) -> None:
    company = state.session.info.get("company_id")
    if company == EVERY_COMPANY or state.is_column_load or state.is_relationship_load:
        return
    if company is None:
        raise ForeignRow("a session without a company")
    state.statement = state.statement.options(_rows_of(company))


@lru_cache(maxsize=1024)
def _rows_of(company: int) -> LoaderCriteriaOption:
    """Kept: to make it costs as much as many a query."""
    return with_loader_criteria(CompanyOwned, lambda cls: cls.company_id == company, include_aliases=True)


@event.listens_for(StoreSession, "before_flush")
def _write_only_own_rows(session: Session, context: Any, instances: Any) -> None:
    company = session.info.get("company_id")
    if company == EVERY_COMPANY:
        return
    for row in session.new:
        if isinstance(row, CompanyOwned) and getattr(row, "company_id", None) is None:
            row.company_id = company
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, CompanyOwned) and row.company_id != company:
            raise ForeignRow(f"{type(row).__name__} of company {row.company_id} in a session of {company}")


def prepare_engine(engine: Engine) -> None:
    """SQLite as it must be set up for durable, truly serial write transactions. PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("is_readonly", False):
            connection.exec_driver_sql("BEGIN")
        else:
            _begin_writing(connection)


def _begin_writing(connection: Connection) -> None:
    """Takes SQLite's one write lock. Its own way to wait sleeps up to a tenth of a second between two tries, so that a
    writer among many waits long after the lock is free; here it is asked for again within a few milliseconds."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    deadline, pause = time.monotonic() + LOCK_SECONDS, SHORTEST_PAUSE
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < deadline:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 1.2, LONGEST_PAUSE)
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # tells what is wrong, in SQLAlchemy's words
