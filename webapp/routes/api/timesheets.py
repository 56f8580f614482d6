"""/timesheets: list, create, read, change, delete, history."""

from __future__ import annotations

from flask import request

from webapp.domain.timesheet import Filter, TimesheetView
from webapp.errors import PreconditionFailed
from webapp.routes.api import keys
from webapp.routes.api.door import ID, Reply, operation, response_of
from webapp.routes.api.paging import Page
from webapp.routes.api.repetition import RENDER
from webapp.routes.api.shapes import NoFields
from webapp.routes.api.timesheet_shapes import (
    ChangeOut,
    TimesheetFilter,
    TimesheetIn,
    TimesheetList,
    TimesheetOut,
    TimesheetPatch,
    timesheet_out,
)
from webapp.services import remarks, timesheet_history, timesheets

TAG = "Timesheets"
ONE = f"/timesheets/{ID.format('timesheet_id')}"


@operation("GET", "/timesheets", "read", TAG, query=TimesheetList, gives=list[TimesheetOut])
def list_timesheets(query: TimesheetList) -> Reply:
    """Timesheets that are not deleted, or with deleted=true those that are."""
    found, total = timesheets.page(keys.actor(), wanted(query), query.offset, query.limit)
    return Reply([timesheet_out(sheet) for sheet in found], headers=Page(query, total).headers())


@operation("POST", "/timesheets", "write", TAG, takes=TimesheetIn, gives=TimesheetOut, status=201)
def create(body: TimesheetIn) -> Reply:
    """Enter a timesheet. While sending is on, it becomes a time card in Procore."""
    saved = timesheets.create(keys.actor(), body.given())
    return _created(saved.timesheet, saved.warnings)


@operation("GET", ONE, "read", TAG, gives=TimesheetOut)
def show(timesheet_id: int) -> Reply:
    """One timesheet, with its ETag."""
    sheet = timesheets.one(keys.actor(), timesheet_id)
    return _as_is(sheet, warnings=remarks.of(keys.actor(), timesheet_id))


@operation("PATCH", ONE, "write", TAG, takes=TimesheetPatch, gives=TimesheetOut)
def change(timesheet_id: int, body: TimesheetPatch) -> Reply:
    """Change what is sent, leave the rest."""
    saved = timesheets.edit(keys.actor(), timesheet_id, body.given(), _expected_version(timesheet_id))
    return _as_is(saved.timesheet, warnings=saved.warnings)


@operation("DELETE", ONE, "write", TAG, status=204)
def delete(timesheet_id: int) -> Reply:
    """Delete it; its history stays."""
    timesheets.delete(keys.actor(), timesheet_id, _expected_version(timesheet_id))
    return Reply(None, 204)


@operation("POST", f"{ONE}/restore", "write", TAG, takes=NoFields, gives=TimesheetOut, status=201)
def restore(timesheet_id: int, body: NoFields) -> Reply:
    """Take a deleted timesheet out of the trash."""
    saved = timesheets.restore(keys.actor(), timesheet_id)
    return _as_is(saved.timesheet, 201, saved.warnings)


@operation("GET", f"{ONE}/history", "read", TAG, gives=list[ChangeOut])
def history(timesheet_id: int) -> Reply:
    """Who changed what, oldest first; of a deleted timesheet, too."""
    lines = timesheet_history.of(keys.actor(), timesheet_id)
    return Reply(
        [
            ChangeOut(id=row.id, at=row.at, by=row.by, action=row.action, changes=dict(row.changes))
            for row in lines
        ]
    )


def wanted(query: TimesheetFilter) -> Filter:
    return Filter(
        from_date=query.from_date,
        to_date=query.to_date,
        user_id=query.user_id,
        project_id=query.project_id,
        state=query.state,
        updated_since=query.updated_since,
        is_deleted=query.deleted,
    )


def _created(sheet: TimesheetView, warnings: list[str]) -> Reply:
    headers = {"Location": f"/api/v1/timesheets/{sheet.id}", **_etag(sheet)}
    return Reply(timesheet_out(sheet), 201, headers, warnings)


def _as_is(sheet: TimesheetView, status: int = 200, warnings: list[str] | None = None) -> Reply:
    return Reply(timesheet_out(sheet), status, _etag(sheet), warnings or [])


def _etag(sheet: TimesheetView) -> dict[str, str]:
    """The version counts what people and Procore change in the record, not how it stands with Procore."""
    return {"ETag": f'"{sheet.id}-{sheet.version}"'}


def _expected_version(timesheet_id: int) -> int | None:
    """The version that If-Match names; compared and set in the same transaction as the change."""
    marks = request.if_match
    if "If-Match" not in request.headers or marks.star_tag:
        return None
    for mark in marks.as_set(include_weak=True):
        own, _, version = mark.partition("-")
        if own == str(timesheet_id) and version.isdecimal() and len(version) < 10:
            return int(version)
    raise PreconditionFailed(
        "If-Match names no version of this timesheet. Read it again, then repeat your change."
    )


RENDER["timesheet"] = lambda number: response_of(_created(timesheets.one(keys.actor(), number), []))
RENDER["timesheet edited"] = lambda number: response_of(_as_is(timesheets.one(keys.actor(), number)))
RENDER["timesheet deleted"] = lambda _: response_of(Reply(None, 204))
RENDER["timesheet restored"] = lambda number: response_of(_as_is(timesheets.one(keys.actor(), number), 201))
