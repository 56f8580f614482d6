"""What one timesheet says beside its values (D47, D82, D84, D85)."""

from __future__ import annotations

from sqlalchemy import select

from webapp.domain import remarks
from webapp.domain.timecard import from_json
from webapp.domain.timesheet import Actor
from webapp.store import projects
from webapp.store import timesheets as rows
from webapp.store.due import timecard_of
from webapp.store.models import Link, Project, Timesheet
from webapp.store.session import StoreSession, reading


def of(actor: Actor, timesheet_id: int) -> list[str]:
    """Nothing for one that is deleted, or that the actor does not see."""
    with reading(actor.company_id) as session:
        if rows.one(session, actor, timesheet_id) is None:
            return []
        return _of(session, session.get_one(Timesheet, timesheet_id))


def _of(session: StoreSession, sheet: Timesheet) -> list[str]:
    style = projects.entry_style(session, session.get_one(Project, sheet.project_id))
    said = remarks.of_clock(timecard_of(sheet), is_start_stop=style.is_start_stop)
    link = session.scalars(select(Link).where(Link.timesheet_id == sheet.id)).one_or_none()
    if link is not None and link.base_ours and link.base_theirs:
        said += remarks.of_agreement(from_json(link.base_ours), from_json(link.base_theirs), style.zone)
    if sheet.user_id is not None:
        said += remarks.of_day(rows.day_total(session, sheet.user_id, sheet.date), sheet.date)
    return said
