"""A timesheet's history: who changed what, from which value to which."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.domain.timesheet import ChangeView
from webapp.store.models import TimesheetChange
from webapp.store.session import StoreSession


def add(
    session: StoreSession, timesheet_id: int, action: str, by: str, at: datetime, changes: dict[str, Any]
) -> None:
    session.add(TimesheetChange(timesheet_id=timesheet_id, action=action, by=by, at=at, changes=changes))


def of(session: StoreSession, timesheet_id: int) -> list[ChangeView]:
    """Oldest first."""
    rows = session.scalars(
        select(TimesheetChange)
        .where(TimesheetChange.timesheet_id == timesheet_id)
        .order_by(TimesheetChange.id)
    )
    return [ChangeView(row.id, row.at, row.by, row.action, row.changes) for row in rows]
