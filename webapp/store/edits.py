"""Who changed what of a timesheet last, and when, as its history tells: what a conflict needs to know of our side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.domain.timecard import UNITS
from webapp.store.models import TimesheetChange
from webapp.store.session import StoreSession

SAID = {
    "task": "time_type",
    "project_item": "cost_code",
    **{part: unit for unit, parts in UNITS.items() for part in parts},
}
"""What a history's line calls a field → the unit that it is merged in."""


@dataclass(frozen=True, slots=True)
class Edit:
    at: datetime
    by: str


def edits_of(session: StoreSession, timesheet_id: int) -> dict[str | None, Edit]:
    """By unit, and under None the last of all. What Procore's changes wrote here is told as pairs of old and new, what
    a person entered in words."""
    lines = session.scalars(
        select(TimesheetChange)
        .where(TimesheetChange.timesheet_id == timesheet_id)
        .order_by(TimesheetChange.id)
    )
    found: dict[str | None, Edit] = {}
    for line in lines:
        entered = [name for name, change in line.changes.items() if isinstance(change, dict)]
        units = {SAID.get(name) for name in entered} - {None}
        found |= dict.fromkeys([*units, None] if entered else [], Edit(line.at, line.by))
    return found
