"""/timesheets.csv: the same filters as the list, every row, streamed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from flask import Response, stream_with_context

from webapp.domain.hours import written
from webapp.domain.timesheet import Actor, Filter, Named, TimesheetView
from webapp.routes.api import keys
from webapp.routes.api.door import operation
from webapp.routes.api.timesheet_shapes import TimesheetFilter
from webapp.routes.api.timesheets import TAG, wanted
from webapp.services import timesheets

COLUMNS = (
    "id", "date", "user_id", "user", "email", "project_id", "project", "task_id", "task", "project_item_id", "code",
    "hours", "start", "stop", "lunch_minutes", "billable", "description", "location", "crew", "sub_job",
    "approval_status", "signed", "sync_state", "sync_reason", "procore_id", "created_at", "updated_at",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@operation("GET", "/timesheets.csv", "read", TAG, query=TimesheetFilter)
def export(query: TimesheetFilter) -> Response:
    """The list as CSV (UTF-8, comma, header row), all of it."""
    rows = stream_with_context(_lines(keys.actor(), wanted(query)))
    return Response(
        rows, mimetype="text/csv", headers={"Content-Disposition": 'attachment; filename="timesheets.csv"'}
    )


def _lines(actor: Actor, which: Filter) -> Iterator[str]:
    yield _line(COLUMNS)
    for sheet in timesheets.every(actor, which):
        yield _line(_row(sheet))


def _line(values: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


def _row(sheet: TimesheetView) -> tuple[object, ...]:
    item, user, task, sync = sheet.project_item, sheet.user, sheet.task, sheet.sync
    moments = (_moment(sheet.start), _moment(sheet.stop))
    return (
        sheet.id, sheet.date.isoformat(), *_named(user), _safe(user.detail if user else None),
        *_named(sheet.project), *_named(task), item.id if item else "", _safe(item.detail if item else None),
        "" if sheet.hours is None else written(sheet.hours), *moments,
        sheet.lunch_minutes, "yes" if sheet.billable else "no", _safe(sheet.description), _safe(sheet.location),
        _safe(sheet.crew), _safe(sheet.sub_job), sheet.approval_status, "yes" if sheet.is_signed else "no",
        sync.state, _safe(sync.reason_text), sync.procore_id,
        _moment(sheet.created_at), _moment(sheet.updated_at),
    )  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _named(found: Named | None) -> tuple[object, str]:
    return (found.id, _safe(found.name)) if found else ("", "")


def _safe(text: str | None) -> str:
    """A spreadsheet takes text that begins so for a formula and would run it."""
    return f"'{text}" if text and text.startswith(FORMULA) else text or ""
