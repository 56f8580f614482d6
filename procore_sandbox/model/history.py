"""Change history: one row per changed column of a card."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .query import shown
from .records import Change, Timecard
from .state import State

COLUMNS = {
    "project_id": "project_id",
    "date": "date",
    "hours": "hours",
    "time_in": "time_in",
    "time_out": "time_out",
    "lunch_minutes": "lunch_time",
    "party_id": "party_id",
    "cost_code_id": "cost_code_id",
    "sub_job_id": "sub_job_id",
    "line_item_type_id": "line_item_type_id",
    "timecard_time_type_id": "timecard_time_type_id",
    "billable": "billable",
    "description": "description",
    "approval_status": "approval_status",
    "origin_id": "origin_id",
    "origin_data": "origin_data",
    "crew_id": "crew_id",
    "location_id": "location_id",
    "timesheet_id": "timesheet_id",
    "signature_id": "procore_signature_id",
    "deleted_at": "deleted_at",
}


def record_changes(state: State, before: Timecard, after: Timecard, user_name: str) -> None:
    """One row for each column that differs."""
    for attribute, column in COLUMNS.items():
        old, new = getattr(before, attribute), getattr(after, attribute)
        if old != new:
            change = Change(
                state.next_id(),
                after.id,
                column,
                column_text(old),
                column_text(new),
                state.now(),
                user_name,
            )
            state.changes.put(change)
            state.changes_of_card[after.id].append(change)


def column_text(value: Any) -> str | None:
    """A value as change_history and the answers write it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return hours_text(value)
    if isinstance(value, datetime):
        return shown(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def hours_text(hours: Decimal) -> str:
    """8 → "8.0", 7.25 → "7.25"."""
    text = f"{hours:f}"
    if "." in text:
        text = text.rstrip("0")
        return text + "0" if text.endswith(".") else text
    return text + ".0"
