"""Where the work was done: Procore tells it only in lists of a project, so it is read apart and mirrored (R16)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from webapp.store.due import in_chunks
from webapp.store.models import Link, Timesheet
from webapp.store.session import StoreSession


def projects_worked(session: StoreSession, first: date, last: date) -> list[int]:
    """Procore's projects with a card in these days."""
    days = Link.date.between(first, last)
    found = session.scalars(
        select(Link.procore_project_id).where(
            days, Link.procore_project_id.is_not(None), Link.state != "excluded"
        )
    )
    return sorted({project for project in found if project is not None})


def save(session: StoreSession, locations: Mapping[int, str]) -> int:
    """Puts each card's location onto its timesheet. How many were news."""
    changed = 0
    for ids in in_chunks(locations):
        rows = session.execute(
            select(Link.procore_id, Timesheet)
            .join(Timesheet, Timesheet.id == Link.timesheet_id)
            .where(Link.procore_id.in_(ids))
        )
        for procore_id, timesheet in rows:
            if procore_id is not None and timesheet.location != locations[procore_id][:300]:
                timesheet.location = locations[procore_id][:300]
                changed += 1
    return changed
