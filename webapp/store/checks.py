"""What checks found, the digests of the days they compared, and the marks by which a check repairs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select, update

from webapp.store import marks
from webapp.store.due import in_chunks
from webapp.store.models import CheckDayRow, CheckRow, Company, Link, ProcoreProject, Timesheet
from webapp.store.session import StoreSession
from webapp.sync.ports import Days, Side


def mark(
    session: StoreSession, cards: Collection[int], timesheets: Collection[int], reason: str, now: datetime
) -> None:
    """Exactly these are looked at again; a timesheet that has no link yet gets one."""
    marks.mark_cards(session, cards, reason, now)
    for chunk in in_chunks(timesheets):
        links = {
            link.timesheet_id: link
            for link in session.scalars(select(Link).where(Link.timesheet_id.in_(chunk)))
        }
        for row in session.scalars(select(Timesheet).where(Timesheet.id.in_(chunk))):
            if (link := links.get(row.id)) is not None:
                marks.mark(link, reason, now)
            else:
                marks.mark_edited(session, row, "create", now)


def keep(session: StoreSession, row: CheckRow, days: Days) -> None:
    """The result, and the digests of its days; a day that was checked later keeps the later one."""
    session.add(row)
    session.flush()
    known = {
        each.day: each
        for chunk in in_chunks(days)
        for each in session.scalars(select(CheckDayRow).where(CheckDayRow.day.in_(chunk)))
    }
    for day, both in days.items():
        kept = known.get(day)
        if kept is None:
            kept = CheckDayRow(day=day)
            session.add(kept)
        elif kept.asked_at > row.asked_at:
            continue
        kept.asked_at, kept.checked_at, kept.different = row.asked_at, row.checked_at, both.different
        kept.our_records, kept.our_hours, kept.our_digest = _side(both.ours)
        kept.their_records, kept.their_hours, kept.their_digest = _side(both.theirs)


def last(session: StoreSession) -> CheckRow | None:
    return session.scalars(select(CheckRow).order_by(CheckRow.asked_at.desc(), CheckRow.id.desc())).first()


def days(session: StoreSession, first: date, last: date) -> Sequence[CheckDayRow]:
    """The newest digests of these days; a day that was never checked is absent."""
    query = select(CheckDayRow).where(CheckDayRow.day.between(first, last)).order_by(CheckDayRow.day)
    return session.scalars(query).all()


def days_of_cards(session: StoreSession, procore_ids: Collection[int]) -> list[date]:
    """The days that these cards were of when they were last seen."""
    return [
        day
        for chunk in in_chunks(procore_ids)
        for day in session.scalars(select(Link.date).where(Link.procore_id.in_(chunk)).distinct())
        if day is not None
    ]


@dataclass(frozen=True, slots=True)
class Night:
    """A connected company and its last nightly check; the zone is one of its projects'."""

    company_id: int
    connected_at: datetime
    checked_at: datetime | None
    time_zone: str | None


def nights(session: StoreSession) -> list[Night]:
    """Of all companies."""
    zone = func.min(ProcoreProject.time_zone)
    found = session.execute(
        select(Company.id, Company.connected_at, Company.night_check_at, zone)
        .outerjoin(ProcoreProject, ProcoreProject.company_id == Company.id)
        .where(Company.state == "connected")
        .group_by(Company.id, Company.connected_at, Company.night_check_at)
        .order_by(Company.id)
    )
    return [Night(key, at, checked, name) for key, at, checked, name in found if at is not None]


def night_done(session: StoreSession, company_id: int, at: datetime) -> None:
    session.execute(update(Company).where(Company.id == company_id).values(night_check_at=at))


def time_zone(session: StoreSession) -> str | None:
    return session.scalar(select(func.min(ProcoreProject.time_zone)))


def last_by(session: StoreSession, asked_by: str) -> datetime | None:
    return session.scalar(select(func.max(CheckRow.asked_at)).where(CheckRow.asked_by == asked_by))


def _side(side: Side) -> tuple[int, Decimal, str]:
    return side.records, side.hours, side.digest
