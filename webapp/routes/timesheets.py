"""Timesheets: the list with its filters and each one's sync state; add, edit, delete; history."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue

from webapp import wiring
from webapp.domain.timesheet import STATES, Filter, TimesheetView
from webapp.errors import Conflict, InvalidInput
from webapp.routes.access import signed_in
from webapp.routes.acting import (
    PER_PAGE,
    Pages,
    actor,
    day_in,
    number_in,
    page_number,
    same_list,
    tell,
    whole_number,
)
from webapp.routes.pages import page, see_other, wants_fragment
from webapp.routes.timesheet_form import TimesheetForm, shown
from webapp.services import activity, choices, remarks, timesheet_history, timesheets

bp = Blueprint("timesheets", __name__, url_prefix="/timesheets")
ONE = "/<int(max=9223372036854775807):timesheet_id>"


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """By day, newest first. The list refreshes itself; unchanged, nothing is sent."""
    mark = activity.timesheets_fingerprint(actor().company_id)
    if wants_fragment() and request.args.get("seen") == mark:
        return Response(status=204)
    wanted = _wanted()
    number = page_number()
    found, total = timesheets.page(actor(), wanted, (number - 1) * PER_PAGE, PER_PAGE)
    return page(
        "timesheets/list.html",
        "list",
        days=[(day, list(rows)) for day, rows in groupby(found, key=lambda sheet: sheet.date)],
        pages=Pages(number, total),
        wanted=wanted,
        states=STATES,
        choices=choices.of(actor()) if not wants_fragment() else None,
        may_edit=may_edit,
        mark=mark,
        address=same_list(),
    )


@bp.get("/new")
@signed_in
def new() -> ResponseReturnValue:
    me = actor()
    today = wiring.clock().now().date()
    start = {"user_id": me.user_id, "project_id": number_in("project_id"), "date": day_in("date") or today}
    return _form(TimesheetForm(data={**start, "billable": True}))


@bp.post("")
@signed_in
def create() -> ResponseReturnValue:
    form = TimesheetForm()
    if not form.validate() or "choose" in request.form:
        return _form(form, status=200 if "choose" in request.form else 422)
    try:
        saved = timesheets.create(actor(), form.entered())
    except InvalidInput as error:
        return _form(form, status=422, said=tell(form, error))
    _flash("Timesheet added.", saved.warnings)
    return see_other("/timesheets" if "again" not in request.form else f"/timesheets/new?{_same_again(form)}")


@bp.get("/items")
@signed_in
def items() -> ResponseReturnValue:
    """The choice of items for a project, when another project is chosen in the form."""
    form = TimesheetForm(formdata=None, data={"project_id": number_in("project_id")})
    _fill(form)
    return page("timesheets/edit.html", "items", form=form, sheet=None, said=[], history=[])


@bp.get(ONE)
@signed_in
def show(timesheet_id: int) -> ResponseReturnValue:
    """Its state refreshes itself; what is being typed below stays."""
    sheet = timesheets.one(actor(), timesheet_id, with_deleted=True)
    if wants_fragment():
        return page("timesheets/edit.html", "state", sheet=sheet)
    return _form(TimesheetForm(data={**shown(sheet), "version": sheet.version}), sheet)


@bp.post(ONE)
@signed_in
def save(timesheet_id: int) -> ResponseReturnValue:
    sheet = timesheets.one(actor(), timesheet_id)
    form = TimesheetForm()
    if not form.validate() or "choose" in request.form:
        return _form(form, sheet, status=200 if "choose" in request.form else 422)
    version = form.shown_version()
    try:
        saved = timesheets.edit(actor(), timesheet_id, form.changed_from(shown(sheet)), version)
    except InvalidInput as error:
        return _form(form, sheet, status=422, said=tell(form, error))
    except Conflict as error:
        return _form(form, sheet, status=error.status, said=[str(error)])
    _flash("Timesheet saved.", saved.warnings)
    return see_other("/timesheets")


@bp.get(f"{ONE}/delete")
@signed_in
def ask_to_delete(timesheet_id: int) -> ResponseReturnValue:
    return page("timesheets/delete.html", sheet=timesheets.one(actor(), timesheet_id))


@bp.post(f"{ONE}/delete")
@signed_in
def delete(timesheet_id: int) -> ResponseReturnValue:
    timesheets.delete(actor(), timesheet_id, whole_number(request.form.get("version")))
    flash("Timesheet deleted. Its history stays.", "good")
    return see_other("/timesheets")


def may_edit(sheet: TimesheetView) -> bool:
    """Administrators all; others their own."""
    me = actor()
    own = me.user_id is not None and sheet.user is not None and sheet.user.id == me.user_id
    return sheet.deleted_at is None and (me.may_edit_all or own)


def _wanted() -> Filter:
    state = request.args.get("state")
    return Filter(
        from_date=day_in("from"),
        to_date=day_in("to"),
        user_id=number_in("user_id"),
        project_id=number_in("project_id"),
        state=state if state in STATES else None,
        is_deleted=request.args.get("deleted") == "yes",
        newest_first=True,
    )


def _form(
    form: TimesheetForm,
    sheet: TimesheetView | None = None,
    *,
    status: int = 200,
    said: list[str] | None = None,
) -> ResponseReturnValue:
    _fill(form)
    return page(
        "timesheets/edit.html",
        form=form,
        sheet=sheet,
        said=said or [],
        may_edit=sheet is None or may_edit(sheet),
        history=timesheet_history.of(actor(), sheet.id) if sheet else [],
        remarks=remarks.of(actor(), sheet.id) if sheet else [],
        status=status,
    )


def _fill(form: TimesheetForm) -> None:
    """The choices; a value that is no longer among them stays choosable."""
    me, found = actor(), choices.of(actor())
    people = found.people if me.may_edit_all else [c for c in found.people if c.id == me.user_id]
    offered: dict[str, list[choices.Choice]] = {
        "user_id": people,
        "project_id": found.projects,
        "task_id": found.tasks,
        "project_item_id": choices.items(me, form.project_id.data),
    }
    for name, options in offered.items():
        pairs: list[tuple[Any, str]] = [("", "–"), *((option.id, option.name) for option in options)]
        form[name].choices = pairs


def _flash(words: str, warnings: list[str]) -> None:
    flash(words, "good")
    for warning in warnings:
        flash(warning, "warning")


def _same_again(form: TimesheetForm) -> str:
    return f"project_id={form.project_id.data}&date={form.date.data}"
