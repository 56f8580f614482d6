"""Closed pay periods: timesheets locked, unlocked, exported, and what Procore changed of them since (D45)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select, update

from webapp.domain.timecard import Timecard, from_json
from webapp.store.due import timecard_of
from webapp.store.models import Link, Timesheet
from webapp.store.session import StoreSession
from webapp.sync.holds import split_off


def lock(session: StoreSession, first: date, last: date, now: datetime) -> int:
    return _set(session, first, last, Timesheet.locked_at.is_(None), {"locked_at": now})


def process(session: StoreSession, first: date, last: date, now: datetime) -> int:
    """Those that are locked have been exported."""
    is_open = Timesheet.locked_at.is_not(None) & Timesheet.processed_at.is_(None)
    return _set(session, first, last, is_open, {"processed_at": now})


def unlock(session: StoreSession, first: date, last: date) -> int:
    is_locked = Timesheet.locked_at.is_not(None)
    return _set(session, first, last, is_locked, {"locked_at": None, "processed_at": None})


def _set(session: StoreSession, first: date, last: date, which, values) -> int:  # type: ignore[no-untyped-def]  # SQL
    ids = list(session.scalars(select(Timesheet.id).where(Timesheet.date.between(first, last), which)))
    for start in range(0, len(ids), 500):
        session.execute(
            update(Timesheet)
            .where(Timesheet.id.in_(ids[start : start + 500]))
            .values(**values, version=Timesheet.version + 1)
            .execution_options(synchronize_session=False)
        )
    return len(ids)


def adjustments(session: StoreSession) -> Iterator[tuple[Timesheet, Timecard, Timecard | None, Decimal]]:
    """Exported timesheets that Procore changed since: ours, Procore's as agreed and now (None: deleted there), and the
    hours that it split off and that wait with it (D48)."""
    waits = (Link.split_of.is_not(None), Link.reason_key == split_off("").key)
    parts = session.execute(select(Link.split_of, func.sum(Link.hours)).where(*waits).group_by(Link.split_of))
    split = {card: hours for card, hours in parts if card and hours}
    rows = session.execute(
        select(Timesheet, Link)
        .join(Link, Link.timesheet_id == Timesheet.id)
        .where(Link.reason_key == "processed")
        .order_by(Timesheet.date, Timesheet.id)
    )
    for sheet, link in rows:
        agreed = from_json(link.base_theirs) if link.base_theirs else timecard_of(sheet)
        theirs = from_json(link.suppressed_theirs) if link.suppressed_theirs else None
        yield sheet, agreed, theirs, split.get(link.procore_id or 0, Decimal(0))
