"""Timesheets whose link a disconnect erased get their card back, by the number on it (D32)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from webapp.store.due import in_chunks
from webapp.store.marks import mark
from webapp.store.models import Link, Timesheet
from webapp.store.session import StoreSession


def pair_unlinked(session: StoreSession, numbers: Mapping[int, int], now: datetime) -> set[int]:
    """Link → number. One link for each timesheet; a copy of a card with the same number stays a stray."""
    linked = select(Link.timesheet_id).where(Link.timesheet_id.is_not(None))
    free = {
        origin: timesheet_id
        for chunk in in_chunks(sorted(set(numbers.values())))
        for origin, timesheet_id in session.execute(
            select(Timesheet.origin_id, Timesheet.id).where(
                Timesheet.origin_id.in_(chunk), Timesheet.deleted_at.is_(None), Timesheet.id.not_in(linked)
            )
        )
    }
    paired = set()
    for link_id, number in sorted(numbers.items()):
        timesheet_id = free.pop(number, None)
        link = session.get(Link, link_id) if timesheet_id is not None else None
        if link is not None and link.timesheet_id is None:
            link.timesheet_id, link.is_excluded_for_good = timesheet_id, False
            mark(link, "paired", now)
            paired.add(link_id)
    return paired
