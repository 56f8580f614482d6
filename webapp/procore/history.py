"""A line of a time card's change history as Procore writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from webapp.sync.ports import HistoryEntry


def entry_of(row: dict[str, Any]) -> HistoryEntry:
    by = row.get("created_by")
    if isinstance(by, dict):
        by = by.get("name") or by.get("login")
    return HistoryEntry(
        column=_text(row.get("column")) or "",
        old_value=_text(row.get("old_value")),
        new_value=_text(row.get("new_value")),
        at=time_of(row.get("created_at")),
        by=_text(by),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def time_of(value: Any) -> datetime | None:
    """ISO 8601; anything else is no time."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
