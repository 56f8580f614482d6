"""A line of a time card's change history as Procore writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import InvalidOperation
from typing import Any

from webapp.domain.timecard import normal_hours, normal_text
from webapp.sync.ports import HistoryEntry


def entry_of(row: dict[str, Any]) -> HistoryEntry:
    by = row.get("created_by")
    if isinstance(by, dict):
        by = by.get("name") or by.get("login")
    column = _text(row.get("column")) or ""
    old, new = _text(row.get("old_value")), _text(row.get("new_value"))
    part, read = PARTS.get(column.casefold().replace(" ", "_"), (None, None))
    values: tuple[Any, Any] = (None, None)
    if read is not None:
        try:
            values = read(old), read(new)
        except (ValueError, InvalidOperation):
            part = None
    return HistoryEntry(
        column, old, new, time_of(row.get("created_at")), _text(by), part, old=values[0], new=values[1]
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _or_none(read: Callable[[str], Any]) -> Callable[[str | None], Any]:
    return lambda text: read(text) if text else None


def _truth(text: str | None) -> bool:
    return (text or "").casefold() in ("true", "t", "1", "yes")


def _moment(text: str) -> datetime:
    at = time_of(text)
    if at is None:
        raise ValueError(text)
    return at


PARTS: Mapping[str, tuple[str, Callable[[str | None], Any]]] = {
    "date": ("date", _or_none(date.fromisoformat)),
    "hours": ("hours", normal_hours),
    "time_in": ("start", _or_none(_moment)),
    "time_out": ("stop", _or_none(_moment)),
    "lunch_time": ("lunch_minutes", _or_none(int)),
    "party_id": ("person", _or_none(int)),
    "project_id": ("project", _or_none(int)),
    "sub_job_id": ("sub_job", _or_none(int)),
    "timecard_time_type_id": ("time_type", _or_none(int)),
    "cost_code_id": ("cost_code", _or_none(int)),
    "billable": ("billable", _truth),
    "description": ("description", normal_text),
}
"""Columns whose names are those of the write fields: an assumption; what is named otherwise is not audited."""


def time_of(value: Any) -> datetime | None:
    """ISO 8601; anything else is no time."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
