"""Automatically Import Timesheets → Settings: Activity, and what can be done about what waits or failed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue

from webapp.domain.message import Group
from webapp.errors import Conflict, InvalidInput
from webapp.routes.access import admin_only, signed_in, viewer
from webapp.routes.acting import actor
from webapp.routes.pages import page, see_other, wants_fragment
from webapp.services import activity, guard, settings, template

bp = Blueprint("activity", __name__, url_prefix="/settings/import-timesheets")
HERE = "/settings/import-timesheets"
MESSAGE = "/messages/<int(max=9223372036854775807):message_id>"


@dataclass(frozen=True, slots=True)
class Fix:
    """What takes a reason away: a page to go to, (`time_type`) a row of the template added on the spot, or (`guarded`)
    a decision about the `records` that wait in that direction."""

    words: str
    address: str | None = None
    time_type: str | None = None
    guarded: str | None = None
    records: int = 0


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The part that changes refreshes itself every two seconds; unchanged, nothing is sent."""
    company_id = actor().company_id
    if wants_fragment() and request.args.get("seen") == activity.fingerprint(company_id):
        return Response(status=204)
    return _page()


@bp.post("/retry")
@admin_only
def retry_reason() -> ResponseReturnValue:
    """Everything of one reason."""
    reason = request.form.get("reason", "").replace("\0", "")[:200]
    count = activity.retry_reason(actor(), reason)
    flash(f"{count} {'record is' if count == 1 else 'records are'} tried again now.", "good")
    return _done()


@bp.post(f"{MESSAGE}/retry")
@admin_only
def retry(message_id: int) -> ResponseReturnValue:
    activity.retry(actor(), message_id)
    flash("It is tried again now.", "good")
    return _done()


@bp.post(f"{MESSAGE}/discard")
@admin_only
def discard(message_id: int) -> ResponseReturnValue:
    activity.discard(actor(), message_id, request.form.get("note"))
    flash("Discarded. The record is left as it is on both sides until it changes again.", "good")
    return _done()


@bp.post("/add-task")
@admin_only
def add_task() -> ResponseReturnValue:
    """One click: a row of the template, its task, and all that waited for it."""
    time_type = request.form.get("time_type", "")
    try:
        count = template.add(viewer().company_id, time_type, request.form.get("task") or time_type)
    except InvalidInput as error:
        flash(str(error), "bad")
        return _done()
    flash(
        f'"{time_type}" is in the template. {count} waiting {"record goes" if count == 1 else "records go"} on.',
        "good",
    )
    return _done()


@bp.post("/guard")
@admin_only
def decide_guard() -> ResponseReturnValue:
    """Lets through or drops what the mass-change guard holds in one direction (D12, R31d)."""
    direction, decision, shown = map(request.form.get, ("direction", "decision", "shown"))
    try:
        count = guard.decided(viewer().company_id, direction, decision, shown, by=viewer().login)
    except (Conflict, InvalidInput) as error:
        flash(str(error), "bad")
        return _done()
    what = "1 record" if count == 1 else f"{count} records"
    flash(f"{what} let through." if decision == "let_through" else f"{what} left as on both sides.", "good")
    return _done()


def fix_for(group: Group) -> Fix | None:
    """By the key of the reason (webapp.sync.holds)."""
    kind, _, about = (group.reason_key or "").partition(":")
    if kind == "guard":
        return Fix("Let through", guarded=about, records=guard.count(viewer().company_id, about))
    if kind == "task":
        return Fix("Add as task", time_type=about)
    if kind in ("user", "inactive"):
        return Fix("Look at the person", f"/users/{about}" if about.isdigit() else "/users")
    if kind in ("project_here", "unlinked_here", "relink"):
        return Fix("Link the project", f"/projects/{about}" if about.isdigit() else "/projects")
    if kind in ("project", "projects_match", "unlinked", "main_project", "sub_job"):
        return Fix("Link a project", "/projects")
    if kind == "task_here":
        return Fix("Look at the tasks", "/tasks")
    if kind in ("item_here", "item_removed"):
        return Fix("Look at the items", "/project-items")
    if kind in ("switch", "permission"):
        return Fix("Look at the connection", "/settings/data-sync/procore")
    return None


def _page() -> ResponseReturnValue:
    found = viewer()
    return page(
        "activity/index.html",
        "activity",
        activity=activity.overview(actor()),
        settings=settings.read(found.company_id),
        fix_for=fix_for,
        advice=activity.advice,
    )


def _done() -> ResponseReturnValue:
    return see_other(HERE)
