"""Putting the loser of a conflict back: what that takes on our side, and taking it there as any other edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from webapp.domain.timecard import UNITS, Timecard, changed_units, same_unit
from webapp.domain.timesheet import Actor
from webapp.errors import Conflict, PreconditionFailed
from webapp.services import timesheets
from webapp.store import conflict_list as rows
from webapp.store import connections
from webapp.store.conflict_words import in_our_ids
from webapp.store.conflicts import card_of
from webapp.store.due import timecard_of
from webapp.store.models import ClashRow, Link, Timesheet
from webapp.store.session import StoreSession
from webapp.sync.dictionary import Untranslatable

FIELDS = {
    "person": "user_id",
    "project": "project_id",
    "time_type": "task_id",
    "cost_code": "project_item_id",
}
FIELDS |= {"sub_job": "procore_sub_job_id"}
"""A timecard's parts as a timesheet stores them, where they differ."""
TOGETHER = ("project", "cost_code")
"""A cost code is one of its project: put back alone, neither would fit the other."""
CHANGED = "It was changed since. Change it there, if it is still wrong."


class CannotDecide(Conflict):
    """What was asked for is no longer, or not yet, possible. Nothing was changed."""

    title = "This cannot be done now"


@dataclass(frozen=True, slots=True)
class PutBack:
    """What is to be done to a timesheet that is still at this version."""

    verb: Literal["edit", "delete", "restore"]
    timesheet_id: int
    version: int
    fields: Mapping[str, Any] = field(default_factory=dict)


def step_for(session: StoreSession, actor: Actor, row: ClashRow, link: Link, now: datetime) -> PutBack:
    """Raises CannotDecide with the reason why the loser cannot be put back any more, or yet."""
    if row.undone_at is not None:
        raise CannotDecide(f"{row.undone_by} has undone this already.")
    if row.winner is None:
        raise CannotDecide("Neither value stands any more, so there is nothing to put back.")
    company = connections.by_id(session, actor.company_id)
    if not company.send or company.state == "disconnected":
        raise CannotDecide("Sending to Procore is switched off, so the value cannot be put back there.")
    if rows.is_asked(session, link.id, row.unit):
        raise CannotDecide("Both sides changed it again since. Decide that conflict instead.")
    sheet = session.get(Timesheet, link.timesheet_id) if link.timesheet_id else None
    if sheet is None:
        raise CannotDecide("The record is no longer here.")
    here = timecard_of(sheet)
    ours = card_of(row.ours)
    if row.kind == "overwritten":
        ours = _here(session, row, ours, here, company, now)
    theirs = _here(session, row, card_of(row.theirs), here, company, now)
    winner, loser = (ours, theirs) if row.winner == "ours" else (theirs, ours)
    return _step(sheet, None if sheet.deleted_at else here, winner, loser, row.unit)


def carry_out(actor: Actor, step: PutBack) -> None:
    """By the same road as every edit here: rules, history and mark. Raises CannotDecide when somebody was quicker."""
    try:
        if step.verb == "delete":
            timesheets.delete(actor, step.timesheet_id, step.version)
            return
        version: int | None = step.version
        if step.verb == "restore":
            version = timesheets.restore(actor, step.timesheet_id).timesheet.version
        timesheets.edit(actor, step.timesheet_id, step.fields, version)
    except PreconditionFailed as error:
        raise CannotDecide(CHANGED) from error


def _step(
    sheet: Timesheet, now: Timecard | None, winner: Timecard | None, loser: Timecard | None, unit: str | None
) -> PutBack:
    if not _is(now, winner, unit):
        raise CannotDecide("It is so already." if _is(now, loser, unit) else CHANGED)
    if loser is None:
        return PutBack("delete", sheet.id, sheet.version)
    units = _units(unit)
    if unit in TOGETHER and now is not None and same_unit(now, loser, "project"):
        units = (unit,)
    parts = [part for one in units for part in UNITS[one]]
    fields = {FIELDS.get(part, part): getattr(loser, part) for part in parts}
    return PutBack("edit" if now else "restore", sheet.id, sheet.version, fields)


def _here(
    session: StoreSession, row: ClashRow, theirs: Timecard | None, onto: Timecard, company: Any, now: datetime
) -> Timecard | None:
    if theirs is None:
        return None
    try:
        return in_our_ids(session, theirs, _units(row.unit), onto, company, now)
    except Untranslatable as wait:
        raise CannotDecide(f"Procore's value has no counterpart here. {wait.reason.text}") from wait


def _units(unit: str | None) -> tuple[str, ...]:
    """What goes with it."""
    if unit is None:
        return tuple(UNITS)
    return TOGETHER if unit in TOGETHER else (unit,)


def _is(now: Timecard | None, value: Timecard | None, unit: str | None) -> bool:
    if now is None or value is None:
        return now is value
    return not changed_units(now, value) if unit is None else same_unit(now, value, unit)
