"""Timesheets entered, edited and deleted here: each change, its history and its dirty mark are one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp import queueing, wiring
from webapp.domain.hours import DAY, written
from webapp.domain.timesheet import EDITABLE, Actor, Filter, TimesheetView
from webapp.errors import Forbidden, NotFound, PreconditionFailed, TimesheetLocked
from webapp.services import timesheet_history, timesheet_input
from webapp.services.idempotency import done_in
from webapp.store import marks, projects
from webapp.store import timesheets as rows
from webapp.store.models import Timesheet
from webapp.store.numbers import number_of
from webapp.store.session import StoreSession, reading, transaction

EXPORT_STEP = 500
STORED = (*EDITABLE, "procore_sub_job_id")
"""What people enter, and the sub job that came with the project."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The timesheet as stored, and what to tell although it was accepted."""

    timesheet: TimesheetView
    warnings: list[str]


def page(actor: Actor, wanted: Filter, offset: int, limit: int) -> tuple[list[TimesheetView], int]:
    with reading(actor.company_id) as session:
        return rows.page(session, actor, wanted, offset, limit)


def every(actor: Actor, wanted: Filter) -> Iterator[TimesheetView]:
    """All of them by id, read in steps, so that an export needs little memory and holds no transaction open."""
    after = 0
    while True:
        with reading(actor.company_id) as session:
            step = rows.some(session, actor, wanted, after, EXPORT_STEP)
        yield from step
        if len(step) < EXPORT_STEP:
            return
        after = step[-1].id


def one(actor: Actor, timesheet_id: int, *, with_deleted: bool = False) -> TimesheetView:
    with reading(actor.company_id) as session:
        return _seen(session, actor, timesheet_id, with_deleted=with_deleted)


def create(actor: Actor, given: Mapping[str, Any]) -> Saved:
    """Raises InvalidInput by field, Forbidden for somebody else's time. Procore is not asked for anything."""
    given = {name: given[name] for name in EDITABLE if name in given}
    if given.get("user_id") is None and not actor.may_edit_all:
        given["user_id"] = actor.user_id
    with transaction(actor.company_id) as session:
        now = wiring.clock().now()
        _own_time_only(actor, given.get("user_id"))
        result = timesheet_input.check(session, given, {})
        _listed_project_only(session, actor, result.values["project_id"])
        sheet = Timesheet(
            **{name: result.values.get(name) for name in EDITABLE},
            created_at=now,
            updated_at=now,
            edited_at=now,
            created_by=actor.name,
            updated_by=actor.name,
        )
        session.add(sheet)
        session.flush()
        sheet.origin_id = number_of(sheet)
        timesheet_history.record(session, sheet.id, "created", actor.name, now, {}, _values(sheet))
        done_in(session, "timesheet", sheet.id)
        return _saved(session, actor, sheet, "create", now, result.warnings)


def edit(actor: Actor, timesheet_id: int, given: Mapping[str, Any], version: int | None = None) -> Saved:
    """Only the given fields change. Raises PreconditionFailed when `version` is no longer the stored one. A sub job
    belongs to its project: it goes with it, unless it is given, too."""
    given = {name: given[name] for name in STORED if name in given}
    with transaction(actor.company_id) as session:
        now = wiring.clock().now()
        sheet = _to_change(session, actor, timesheet_id, version)
        done_in(session, "timesheet edited", sheet.id)
        before = _values(sheet)
        result = timesheet_input.check(session, given, before)
        _own_time_only(actor, result.values["user_id"])
        _listed_project_only(session, actor, result.values["project_id"])
        if result.values["project_id"] != sheet.project_id and "procore_sub_job_id" not in given:
            result.values["procore_sub_job_id"] = None
        for name in STORED:
            setattr(sheet, name, result.values[name])
        after = _values(sheet)
        if after == before:
            return Saved(_seen(session, actor, timesheet_id), result.warnings)
        _touch(sheet, actor, now)
        timesheet_history.record(session, sheet.id, "edited", actor.name, now, before, after)
        return _saved(session, actor, sheet, "update", now, result.warnings)


def delete(actor: Actor, timesheet_id: int, version: int | None = None) -> None:
    """It stays in the database with its history, and leaves every list but that of deleted ones."""
    with transaction(actor.company_id) as session:
        now = wiring.clock().now()
        sheet = _to_change(session, actor, timesheet_id, version)
        done_in(session, "timesheet deleted", sheet.id)
        sheet.deleted_at = now
        _touch(sheet, actor, now)
        timesheet_history.record(session, sheet.id, "deleted", actor.name, now, _values(sheet), {})
        marks.mark_edited(session, sheet, "delete", now)
        queueing.wake_after_commit(session, wiring.config().redis_url, actor.company_id)


def restore(actor: Actor, timesheet_id: int) -> Saved:
    """Takes a deleted one out of the trash again: the undo of every deletion, whoever did it (D28)."""
    with transaction(actor.company_id) as session:
        now = wiring.clock().now()
        _seen(session, actor, timesheet_id, with_deleted=True)
        sheet = rows.record(session, timesheet_id, is_deleted=True)
        if sheet is None:
            raise NotFound(f"Timesheet {timesheet_id} is not deleted.")
        _changeable_only(actor, sheet)
        done_in(session, "timesheet restored", sheet.id)
        sheet.deleted_at = None
        _touch(sheet, actor, now)
        timesheet_history.record(session, sheet.id, "restored", actor.name, now, {}, {})
        return _saved(session, actor, sheet, "create", now, [])


def _seen(
    session: StoreSession, actor: Actor, timesheet_id: int, *, with_deleted: bool = False
) -> TimesheetView:
    found = rows.one(session, actor, timesheet_id, with_deleted=with_deleted)
    if found is None:
        raise NotFound(f"There is no timesheet {timesheet_id}.")
    return found


def _to_change(session: StoreSession, actor: Actor, timesheet_id: int, version: int | None) -> Timesheet:
    """The row, if it is seen, may be edited, and is still the version that the change was made from."""
    _seen(session, actor, timesheet_id)
    sheet = rows.record(session, timesheet_id)
    if sheet is None:
        raise NotFound(f"There is no timesheet {timesheet_id}.")
    _changeable_only(actor, sheet)
    if version is not None and sheet.version != version:
        raise PreconditionFailed(
            "Somebody changed this timesheet meanwhile. Look at it again, then repeat it."
        )
    return sheet


def _changeable_only(actor: Actor, sheet: Timesheet) -> None:
    _own_time_only(actor, sheet.user_id)
    if sheet.locked_at is not None:
        raise TimesheetLocked(
            f"The pay period of {sheet.date.isoformat()} is closed. Ask an administrator to unlock it."
        )


def _own_time_only(actor: Actor, user_id: int | None) -> None:
    if actor.may_edit_all:
        return
    if actor.user_id is None:
        raise Forbidden("Nobody here has your e-mail address. Ask an administrator to add you under People.")
    if user_id != actor.user_id:
        raise Forbidden(
            "You can add and change your own time only. Ask an administrator for the time of others."
        )


def _listed_project_only(session: StoreSession, actor: Actor, project_id: int) -> None:
    if not projects.is_listed(session, project_id, actor):
        raise Forbidden("Procore does not list this project for you, so you cannot enter time there.")


def _touch(sheet: Timesheet, actor: Actor, now: datetime) -> None:
    sheet.version += 1
    sheet.updated_at = sheet.edited_at = now
    sheet.updated_by = actor.name


def _values(sheet: Timesheet) -> dict[str, Any]:
    return {name: getattr(sheet, name) for name in STORED}


def _saved(
    session: StoreSession,
    actor: Actor,
    sheet: Timesheet,
    verb: marks.Verb,
    now: datetime,
    warnings: list[str],
) -> Saved:
    marks.mark_edited(session, sheet, verb, now)
    queueing.wake_after_commit(session, wiring.config().redis_url, actor.company_id)
    session.flush()
    if sheet.user_id is not None:
        total = rows.day_total(session, sheet.user_id, sheet.date)
        if total > DAY:
            warnings = [*warnings, f"This person now has {written(total)} hours on {sheet.date.isoformat()}."]
    return Saved(_seen(session, actor, sheet.id), warnings)
