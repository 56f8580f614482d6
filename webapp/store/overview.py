"""What the home page counts: links by state and by cause, and how long they wait."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select, true

from webapp.domain import waits
from webapp.store.models import Company, Event, Link, ProcoreProject, RateBudget
from webapp.store.session import StoreSession

MOST_NEEDS = 8
IS_RECORD = Link.is_tombstone.is_(False) | (Link.state != "in_sync")
"""A settled tombstone holds no record any more; the ledger does not count it either."""


@dataclass(frozen=True, slots=True)
class Held:
    records: int
    next_at: datetime | None


def company(session: StoreSession, company_id: int) -> Company:
    return session.scalars(select(Company).where(Company.id == company_id)).one()


def counts(session: StoreSession, projects: Collection[int] | None) -> dict[str, tuple[int, Decimal]]:
    """Records and hours by state. `projects`: only cards of these Procore projects."""
    rows = session.execute(
        select(Link.state, func.count(), func.sum(Link.hours))
        .where(_among(projects), IS_RECORD)
        .group_by(Link.state)
    )
    return {state: (records, hours or Decimal(0)) for state, records, hours in rows}


def needs(session: StoreSession, projects: Collection[int] | None) -> list[tuple[str, str, int]]:
    """(state, cause, records) of what waits for a person, most first."""
    rows = session.execute(
        select(Link.state, func.min(Link.reason_text), func.count().label("records"))
        .where(
            _among(projects), Link.state.in_(("waiting", "failed", "conflict")), Link.reason_key.is_not(None)
        )
        .group_by(Link.state, Link.reason_key)
        .order_by(func.count().desc())
        .limit(MOST_NEEDS)
    )
    return [(state, text or "No reason was noted.", records) for state, text, records in rows]


def oldest_waiting(session: StoreSession) -> datetime | None:
    return session.scalar(select(func.min(Link.marked_at)).where(Link.state == "waiting", Link.is_dirty))


def last_event_at(session: StoreSession) -> datetime | None:
    """When Procore last told us of a change of this company's."""
    return session.scalar(select(Event.received_at).order_by(Event.id.desc()).limit(1))


def blocked_until(session: StoreSession, procore_company_id: int, now: datetime) -> datetime | None:
    return session.scalar(
        select(func.max(RateBudget.blocked_until)).where(
            RateBudget.procore_company_id == procore_company_id,
            RateBudget.credential_key == "service",
            RateBudget.blocked_until.between(now, now + waits.LONGEST),
        )
    )


def held_by_procore(session: StoreSession) -> Held:
    """What only waits for Procore to answer again."""
    records, next_at = session.execute(
        select(func.count(), func.min(Link.not_before)).where(
            Link.reason_key == "procore_busy", Link.is_dirty
        )
    ).one()
    return Held(records, next_at)


def project_name(session: StoreSession, procore_project_id: int) -> str | None:
    return session.scalar(select(ProcoreProject.name).where(ProcoreProject.procore_id == procore_project_id))


def _among(projects: Collection[int] | None) -> ColumnElement[bool]:
    return true() if projects is None else Link.procore_project_id.in_(list(projects))
