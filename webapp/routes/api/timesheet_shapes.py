"""A timesheet as the API writes and reads it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from webapp.domain.timesheet import SyncView, TimesheetView
from webapp.routes.api.paging import Paging
from webapp.routes.api.shapes import (
    ClockTime,
    Day,
    Hours,
    Id,
    Moment,
    SentHours,
    SentId,
    SinceMoment,
    Strict,
    id_text,
)

State = Literal["in_sync", "waiting", "failed", "conflict", "excluded"]


class UserRef(BaseModel):
    id: int
    name: str
    email: str | None


class Ref(BaseModel):
    id: int
    name: str


class ItemRef(BaseModel):
    id: int
    code: str
    name: str


class ReasonOut(BaseModel):
    """Why something waits, failed or is left out. `key` groups what one fix releases."""

    key: str
    text: str


class SyncOut(BaseModel):
    state: State
    reason: ReasonOut | None
    procore_id: str | None


class TimesheetOut(BaseModel):
    id: int
    user: UserRef | None
    project: Ref
    task: Ref | None
    project_item: ItemRef | None
    date: str
    hours: Hours | None
    start: Moment | None
    stop: Moment | None
    lunch_minutes: int | None
    billable: bool
    description: str | None
    location: str | None
    crew: str | None
    sub_job: str | None
    approval_status: str | None
    signed: bool
    sync: SyncOut
    created_at: Moment
    updated_at: Moment


class ChangeOut(BaseModel):
    """One line of the history; `changes`: field → {"from": …, "to": …}."""

    id: int
    at: Moment
    by: str
    action: str
    changes: dict[str, Any]


class TimesheetPatch(Strict):
    """Only what is sent changes. Without hours they follow from start, stop and lunch."""

    user_id: SentId | None = None
    project_id: SentId | None = None
    task_id: SentId | None = None
    project_item_id: SentId | None = None
    date: Day | None = None
    hours: SentHours | None = None
    start: ClockTime | None = None
    stop: ClockTime | None = None
    lunch_minutes: int | None = Field(None, ge=0, le=1440, strict=True)
    billable: bool = Field(True, strict=True)
    description: str | None = None

    def given(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}


class TimesheetIn(TimesheetPatch):
    """A new timesheet: hours, or start and stop, must be there."""

    user_id: SentId
    project_id: SentId
    date: Day


class TimesheetFilter(Strict):
    """Dates are both included."""

    from_date: Day | None = Field(None, alias="from")
    to_date: Day | None = Field(None, alias="to")
    user_id: Id | None = None
    project_id: Id | None = None
    state: State | None = None
    updated_since: SinceMoment | None = None
    deleted: bool = False


class TimesheetList(TimesheetFilter, Paging):
    """The filter and the page."""


def reason_out(key: str | None, text: str | None) -> ReasonOut | None:
    return ReasonOut(key=key, text=text or "") if key else None


def sync_out(sync: SyncView) -> SyncOut:
    return SyncOut(
        state=sync.state,
        reason=reason_out(sync.reason_key, sync.reason_text),
        procore_id=id_text(sync.procore_id),
    )


def timesheet_out(sheet: TimesheetView) -> TimesheetOut:
    item, user, task = sheet.project_item, sheet.user, sheet.task
    return TimesheetOut(
        id=sheet.id,
        user=UserRef(id=user.id, name=user.name, email=user.detail) if user else None,
        project=Ref(id=sheet.project.id, name=sheet.project.name),
        task=Ref(id=task.id, name=task.name) if task else None,
        project_item=ItemRef(id=item.id, code=item.detail or "", name=item.name) if item else None,
        date=sheet.date.isoformat(),
        hours=sheet.hours,
        start=sheet.start,
        stop=sheet.stop,
        lunch_minutes=sheet.lunch_minutes,
        billable=sheet.billable,
        description=sheet.description,
        location=sheet.location,
        crew=sheet.crew,
        sub_job=sheet.sub_job,
        approval_status=sheet.approval_status,
        signed=sheet.is_signed,
        sync=sync_out(sheet.sync),
        created_at=sheet.created_at,
        updated_at=sheet.updated_at,
    )
