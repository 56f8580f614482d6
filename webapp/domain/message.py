"""Sync messages as Activity and other systems see them, alone and grouped by what they wait for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MessageView:
    """One change that travels, or failed to, in one direction. `date` and `hours` are the record's now."""

    id: int
    link_id: int
    direction: str
    action: str
    state: str
    reason_key: str | None
    reason_text: str | None
    summary: str
    note: str | None
    timesheet_id: int | None
    procore_id: int | None
    attempts: int
    next_attempt_at: datetime | None
    created_at: datetime
    processed_at: datetime | None
    date: date | None
    hours: Decimal | None


@dataclass(frozen=True, slots=True)
class Group:
    """Messages of one reason: how many, their hours, and the first few of them."""

    reason_key: str | None
    reason_text: str | None
    direction: str
    count: int
    hours: Decimal
    since: datetime
    first: list[MessageView] = field(default_factory=list)

    @property
    def is_held(self) -> bool:
        """By more than the queue, so that Retry makes sense."""
        return self.reason_key not in (None, "in_line")
