"""When Procore's value of a unit was changed last, as its change history tells: D41."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from webapp.sync.later import changed_at
from webapp.sync.ports import HistoryEntry

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def line(part: str | None, minutes: int | None) -> HistoryEntry:
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return HistoryEntry(part or "approval_status", "a", "b", at, "Dana", part=part)


def test_the_newest_line_about_the_unit_counts_in_whatever_order_procore_tells_them() -> None:
    """D41: any field of the unit, none of another."""
    history = [line("stop", 5), line("description", 9), line("hours", 7), line(None, 8), line("start", 1)]
    assert changed_at(history, "time") == NOON + timedelta(minutes=7)
    assert changed_at(history[::-1], "time") == NOON + timedelta(minutes=7)


def test_what_the_history_does_not_tell_is_not_guessed() -> None:
    """D41: then a person is asked."""
    assert changed_at([], "time") is None
    assert changed_at([line("description", 9), line(None, 8), line("hours", None)], "time") is None
