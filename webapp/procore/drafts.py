"""A time card as Procore takes it: the fields of a create and of a change, and which road a draft takes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from webapp.sync.ports import Draft

FIELDS = {
    "date": "date",
    "hours": "hours",
    "start": "time_in",
    "stop": "time_out",
    "lunch_minutes": "lunch_time",
    "person": "party_id",
    "time_type": "timecard_time_type_id",
    "sub_job": "sub_job_id",
    "cost_code": "cost_code_id",
    "billable": "billable",
    "description": "description",
}
"""Timecard's names → Procore's. `project` travels beside the card, as project_id."""


def has_lunch(draft: Draft) -> bool:
    """The company's bulk create has no lunch_time."""
    return draft.is_start_stop and bool(draft.timecard.lunch_minutes)


def has_fraction(draft: Draft) -> bool:
    """The bulk create types hours as an integer: whether it takes others is not published."""
    hours = None if draft.is_start_stop else draft.timecard.hours
    return hours is not None and hours != hours.to_integral_value()


def create_fields(draft: Draft) -> dict[str, Any]:
    """Everything but the project: hours or times by the project's style (R20); billable always (the API's default
    differs from the screen's); nothing that is empty."""
    card = draft.timecard
    names = ("start", "stop", "lunch_minutes") if draft.is_start_stop else ("hours",)
    values = {name: getattr(card, name) for name in (*names, "person", "time_type", "sub_job", "cost_code")}
    values |= {"date": card.date, "billable": card.billable, "description": card.description}
    fields = {FIELDS[name]: _value(name, value) for name, value in values.items() if value is not None}
    return {**fields, "origin_id": draft.origin_id}


def bulk_row(draft: Draft) -> dict[str, Any]:
    """One row of the company's bulk create. Whole hours go as the integer its schema names, others as text."""
    fields = create_fields(draft)
    fields.pop("lunch_time", None)
    hours = draft.timecard.hours
    if "hours" in fields and hours is not None and hours == hours.to_integral_value():
        fields["hours"] = int(hours)
    return {**fields, "project_id": draft.timecard.project}


def small_bulk_row(draft: Draft) -> dict[str, Any]:
    """One row of the bulk create of a project: the one schema that writes our number as text."""
    fields = create_fields(draft)
    return {**fields, "origin_id": str(draft.origin_id), "project_id": draft.timecard.project}


def change_body(project_id: int, on: date, changes: dict[str, Any]) -> dict[str, Any]:
    """The body of an update: only what changed, plus date and project, which the contract requires (D49)."""
    unknown = changes.keys() - FIELDS.keys() - {"project"}
    if unknown:
        raise ValueError(f"no fields of a time card: {sorted(unknown)}")
    entry = {FIELDS[name]: _value(name, value) for name, value in changes.items() if name != "project"}
    entry.setdefault("date", on.isoformat())
    return {"project_id": changes.get("project", project_id), "timecard_entry": entry}


def hours_text(hours: Decimal) -> str:
    """ "7.5", not "7.500000" nor "8E+0"."""
    return format(hours.normalize(), "f")


def _value(name: str, value: Any) -> Any:
    if name == "description":
        return value or ""
    if name == "lunch_minutes":
        return str(value or 0)
    if isinstance(value, Decimal):
        return hours_text(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def iso(at: datetime) -> str:
    """ISO 8601 in UTC with a Z, to the second unless there is a fraction."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
