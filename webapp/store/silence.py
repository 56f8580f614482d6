"""How many events came in stretches of time, and since when there are none (R31e)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, func, select

from webapp.store.models import Company, Event
from webapp.store.session import StoreSession

Stretch = tuple[datetime, datetime]


def counts(session: StoreSession, stretches: Sequence[Stretch]) -> list[int]:
    """Of each stretch, in one pass over the events."""
    within = [Event.received_at.between(start, end) for start, end in stretches]
    row = session.execute(
        select(*(func.sum(case((each, 1), else_=0)) for each in within)).where(
            Event.received_at >= min(start for start, _ in stretches)
        )
    ).one()
    return [int(count or 0) for count in row]


def company(session: StoreSession) -> Company:
    return session.scalars(select(Company).where(Company.id == session.company_id)).one()
