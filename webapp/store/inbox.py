"""The inbox: an event is stored once and its record marked dirty, in one short transaction.

Procore sends a storm of these and wants an answer to each at once. So the statements are built once for each kind of
database, and run without a session of the ORM: building them anew took most of the time of a request. And what arrives
at the same moment is committed together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, Engine, Executable, bindparam, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.extensions import db
from webapp.store.gathering import Gathering
from webapp.store.models import Company, Event, Hook, HookSecret, Link
from webapp.store.session import plain_transaction

UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """One event of any payload version, in our types. `kind`: create, update, delete, or as it came."""

    event_id: str
    resource: str
    kind: str
    procore_id: int | None
    company_id: int | None
    project_id: int | None
    user_id: int | None
    happened_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownHook:
    """The hook that a secret belongs to."""

    hook_id: int
    company_id: int
    procore_company_id: int
    procore_project_id: int | None


@dataclass(frozen=True, slots=True)
class _Statements:
    find_hook: Executable
    insert_event: Executable
    count_copy: Executable
    mark_link: Executable


def store_event(
    secret_hash: str, event: IncomingEvent, resource: str, now: datetime, engine: Engine | None = None
) -> KnownHook | None:
    """None when the secret belongs to no hook. Otherwise the event is durable when this returns; a copy of one that
    is known is only counted (D1), a foreign one is stored and never processed (R4)."""
    return _gathering(engine or db.engine).store(_Arrived(secret_hash, event, resource, now))


@dataclass(frozen=True, slots=True)
class _Arrived:
    secret_hash: str
    event: IncomingEvent
    resource: str
    now: datetime


@lru_cache(maxsize=4)
def _gathering(engine: Engine) -> Gathering[Connection, _Arrived, KnownHook | None]:
    return Gathering(partial(plain_transaction, engine), _store_all)


def _store_all(connection: Connection, batch: Sequence[_Arrived]) -> list[KnownHook | None]:
    """Events first, then links, each in the order of their keys: two batches of two processes never wait for each
    other in a circle."""
    hooks: list[KnownHook | None] = [None] * len(batch)
    marked: list[tuple[KnownHook, _Arrived]] = []
    statements = _statements(connection.dialect.name)
    for place in sorted(range(len(batch)), key=lambda p: batch[p].event.event_id):
        each = batch[place]
        found = {"hash": each.secret_hash, "now": each.now}
        row = connection.execute(statements.find_hook, found).first()
        if row is None:
            continue
        hooks[place] = hook = KnownHook(*row)
        outcome = _outcome(hook, each.event, each.resource)
        if _insert(connection, statements, hook, each.event, outcome, each.now) and outcome == "marked":
            marked.append((hook, each))
    for hook, each in sorted(marked, key=lambda pair: (pair[0].company_id, pair[1].event.procore_id or 0)):
        _mark(connection, statements, hook, each.event, each.now)
    return hooks


def _outcome(hook: KnownHook, event: IncomingEvent, resource: str) -> str:
    if event.kind == UNREADABLE:
        return UNREADABLE
    is_of_project = hook.procore_project_id in (None, event.project_id)
    if event.company_id != hook.procore_company_id or not is_of_project:
        return "foreign"
    return "marked" if event.resource == resource and event.procore_id is not None else "ignored"


def _insert(
    connection: Connection,
    statements: _Statements,
    hook: KnownHook,
    event: IncomingEvent,
    outcome: str,
    now: datetime,
) -> bool:
    """False for a copy."""
    keys = {"company_id": hook.company_id, "hook_id": hook.hook_id, "event_id": event.event_id}
    values = {
        **keys,
        "resource_name": event.resource,
        "event_type": event.kind,
        "procore_id": event.procore_id,
        "procore_project_id": event.project_id,
        "procore_user_id": event.user_id,
        "happened_at": event.happened_at,
        "received_at": now,
        "outcome": outcome,
    }
    if connection.execute(statements.insert_event, values).first() is not None:
        return True
    connection.execute(statements.count_copy, {f"own_{name}": value for name, value in keys.items()})
    return False


def _mark(
    connection: Connection, statements: _Statements, hook: KnownHook, event: IncomingEvent, now: datetime
) -> None:
    """One more generation for the card's link, made when there is none."""
    values = {
        "company_id": hook.company_id,
        "procore_id": event.procore_id,
        "procore_project_id": event.project_id,
        "mark_reason": f"event:{event.kind}"[:40],
        "marked_at": now,
        "hinted_at": event.happened_at or now,
        "newest_hint": event.happened_at,
        "is_delete_hinted": event.kind == "delete",
        "created_at": now,
    }
    connection.execute(statements.mark_link, values)


@lru_cache(maxsize=2)
def _statements(dialect: str) -> _Statements:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    find_hook = (
        select(Hook.id, Hook.company_id, Company.procore_company_id, Hook.procore_project_id)
        .join(HookSecret, HookSecret.hook_id == Hook.id)
        .join(Company, Company.id == Hook.company_id)
        .where(
            HookSecret.secret_hash == bindparam("hash"),
            or_(HookSecret.valid_until.is_(None), HookSecret.valid_until > bindparam("now")),
        )
    )
    keys = ["company_id", "hook_id", "event_id"]
    events: Any = Event.__table__
    insert_event = insert(events).values(copies=1).on_conflict_do_nothing(index_elements=keys)
    count_copy = (
        update(events)
        .where(*(events.c[key] == bindparam(f"own_{key}") for key in keys))
        .values(copies=events.c.copies + 1)
    )
    return _Statements(
        find_hook, insert_event.returning(events.c.id), count_copy, _mark_link(insert, Link.__table__)
    )


def _mark_link(insert: Any, table: Any) -> Executable:
    statement = insert(table).values(
        is_tombstone=False,
        state="waiting",
        is_excluded_for_good=False,
        generation=1,
        done_generation=0,
        is_dirty=True,
        attempts=0,
    )
    fresh = statement.excluded
    marked: Executable = statement.on_conflict_do_update(
        index_elements=["company_id", "procore_id"],
        set_={
            "generation": table.c.generation + 1,
            "is_dirty": True,
            "not_before": None,
            "mark_reason": fresh.mark_reason,
            "marked_at": fresh.marked_at,
            "hinted_at": _earlier(table.c.hinted_at, fresh.hinted_at),
            "newest_hint": _later(table.c.newest_hint, fresh.newest_hint),
            "is_delete_hinted": or_(table.c.is_delete_hinted, fresh.is_delete_hinted),
            "attempts": 0,
        },
    )
    return marked


def _earlier(old: Any, new: Any) -> Any:
    return case((old.is_(None), new), (old < new, old), else_=new)


def _later(old: Any, new: Any) -> Any:
    return case((old.is_(None), new), (new.is_(None), old), (old > new, old), else_=new)
