"""A timesheet as people and other systems see it: names beside ids, and how it stands with Procore."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

SyncState = Literal["in_sync", "waiting", "failed", "conflict", "excluded"]
STATES: tuple[SyncState, ...] = ("in_sync", "waiting", "failed", "conflict", "excluded")

EDITABLE = (
    "user_id",
    "project_id",
    "task_id",
    "project_item_id",
    "date",
    "hours",
    "start",
    "stop",
    "lunch_minutes",
    "billable",
    "description",
)
"""What people enter. The rest is Procore's word, mirrored."""


@dataclass(frozen=True, slots=True)
class SyncView:
    """How one record stands. `reason_key` groups what one fix releases."""

    state: SyncState
    reason_key: str | None = None
    reason_text: str | None = None
    procore_id: int | None = None


NOT_CONNECTED = SyncView("excluded", "not_connected", "It is not connected to Procore.")
"""A timesheet without a link: a disconnect erased it."""


@dataclass(frozen=True, slots=True)
class Named:
    """Something of ours that a timesheet refers to. `detail`: a user's e-mail, an item's code."""

    id: int
    name: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class TimesheetView:
    """One timesheet. `zone`: the project's IANA zone, for times of day."""

    id: int
    version: int
    user: Named | None
    project: Named
    task: Named | None
    project_item: Named | None
    date: date
    hours: Decimal | None
    start: datetime | None
    stop: datetime | None
    lunch_minutes: int | None
    billable: bool
    description: str | None
    location: str | None
    crew: str | None
    sub_job: str | None
    approval_status: str | None
    is_signed: bool
    sync: SyncView
    zone: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One line of a timesheet's history: each changed field from what to what, in words."""

    id: int
    at: datetime
    by: str
    action: str
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and what they may do. `project_ids`: Procore's ids of the projects they see; None sees all.
    `may_edit_all`: administrators, and API keys that may write."""

    company_id: int
    name: str
    may_edit_all: bool = False
    user_id: int | None = None
    procore_project_ids: frozenset[int] | None = frozenset()

    @property
    def sees_all(self) -> bool:
        return self.procore_project_ids is None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which timesheets of a list. Dates both included."""

    from_date: date | None = None
    to_date: date | None = None
    user_id: int | None = None
    project_id: int | None = None
    state: str | None = None
    updated_since: datetime | None = None
    is_deleted: bool = False
    newest_first: bool = False
