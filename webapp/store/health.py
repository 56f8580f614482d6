"""The database's own health, and counts over all companies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, text

from webapp.store.due import due_now
from webapp.store.models import Company, Link
from webapp.store.session import StoreSession


@dataclass(frozen=True, slots=True)
class Numbers:
    records: dict[str, int]
    companies: dict[str, int]
    due: int
    oldest_due_seconds: float


def ask(session: StoreSession) -> None:
    """Raises StoreUnavailable when the database does not answer."""
    session.execute(text("SELECT 1"))


def numbers(session: StoreSession, now: datetime) -> Numbers:
    due, oldest = session.execute(select(func.count(), func.min(Link.marked_at)).where(due_now(now))).one()
    return Numbers(
        records=_by(session, select(Link.state, func.count()).group_by(Link.state)),
        companies=_by(session, select(Company.state, func.count()).group_by(Company.state)),
        due=due,
        oldest_due_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
    )


def _by(session: StoreSession, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in session.execute(query)}
