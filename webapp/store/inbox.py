"""The inbox: an event is stored once and its record marked dirty, in one short transaction of plain statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from webapp.store.models import Company, Event, Hook, HookSecret, Link
from webapp.store.session import StoreSession, system


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


def hook_of_secret(session: StoreSession, secret_hash: str, now: datetime) -> KnownHook | None:
    row = session.execute(
        select(Hook.id, Hook.company_id, Company.procore_company_id, Hook.procore_project_id)
        .join(HookSecret, HookSecret.hook_id == Hook.id)
        .join(Company, Company.id == Hook.company_id)
        .where(
            HookSecret.secret_hash == secret_hash,
            or_(HookSecret.valid_until.is_(None), HookSecret.valid_until > now),
        )
    ).first()
    return KnownHook(*row) if row is not None else None


def store_event(
    secret_hash: str, event: IncomingEvent, resource: str, now: datetime, engine: Engine | None = None
) -> KnownHook | None:
    """None when the secret belongs to no hook. Otherwise the event is durable when this returns; a copy of one that
    is known is only counted (D1), a foreign one is stored and never processed (R4)."""
    with system(engine) as session:
        hook = hook_of_secret(session, secret_hash, now)
        if hook is None:
            return None
        is_own = event.company_id == hook.procore_company_id and hook.procore_project_id in (
            None,
            event.project_id,
        )
        is_card = event.resource == resource and event.procore_id is not None
        outcome = "foreign" if not is_own else "marked" if is_card else "ignored"
        if _insert(session, hook, event, outcome, now) and outcome == "marked":
            _mark(session, hook.company_id, event, now)
    return hook


def _insert(
    session: StoreSession, hook: KnownHook, event: IncomingEvent, outcome: str, now: datetime
) -> bool:
    """False for a copy."""
    values: dict[str, Any] = {
        "company_id": hook.company_id,
        "hook_id": hook.hook_id,
        "event_id": event.event_id,
        "resource_name": event.resource,
        "event_type": event.kind,
        "procore_id": event.procore_id,
        "procore_project_id": event.project_id,
        "procore_user_id": event.user_id,
        "happened_at": event.happened_at,
        "received_at": now,
        "outcome": outcome,
        "copies": 1,
    }
    keys = ["company_id", "hook_id", "event_id"]
    statement = _upsert(session, Event.__table__).values(**values).on_conflict_do_nothing(index_elements=keys)
    if session.execute(statement.returning(Event.__table__.c.id)).first() is not None:
        return True
    session.execute(
        update(Event)
        .where(*(getattr(Event, key) == values[key] for key in keys))
        .values(copies=Event.copies + 1)
        .execution_options(synchronize_session=False)
    )
    return False


def _mark(session: StoreSession, company_id: int, event: IncomingEvent, now: datetime) -> None:
    """One more generation for the card's link, made when there is none."""
    table = Link.__table__
    new = {
        "company_id": company_id,
        "procore_id": event.procore_id,
        "procore_project_id": event.project_id,
        "is_tombstone": False,
        "state": "waiting",
        "is_excluded_for_good": False,
        "generation": 1,
        "done_generation": 0,
        "is_dirty": True,
        "mark_reason": f"event:{event.kind}"[:40],
        "marked_at": now,
        "hinted_at": event.happened_at or now,
        "is_delete_hinted": event.kind == "delete",
        "attempts": 0,
        "created_at": now,
    }
    statement = _upsert(session, table).values(**new)
    fresh = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["company_id", "procore_id"],
            set_={
                "generation": table.c.generation + 1,
                "is_dirty": True,
                "not_before": None,
                "mark_reason": fresh.mark_reason,
                "marked_at": fresh.marked_at,
                "hinted_at": _earlier(table.c.hinted_at, fresh.hinted_at),
                "is_delete_hinted": or_(table.c.is_delete_hinted, fresh.is_delete_hinted),
                "attempts": 0,
            },
        )
    )


def _upsert(session: StoreSession, table: Any) -> Any:
    return (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(table)


def _earlier(old: Any, new: Any) -> Any:
    return case((old.is_(None), new), (old < new, old), else_=new)
