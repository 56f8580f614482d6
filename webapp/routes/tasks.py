"""Tasks: kinds of time. Administrators add and rename them."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from webapp.errors import InvalidInput
from webapp.routes.access import admin_only, signed_in, viewer
from webapp.routes.acting import PER_PAGE, Pages, page_number
from webapp.routes.pages import page, see_other
from webapp.services import tasks

bp = Blueprint("tasks", __name__, url_prefix="/tasks")
ONE = "/<int(max=9223372036854775807):task_id>"


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    return _page()


@bp.post("")
@admin_only
def create() -> ResponseReturnValue:
    entered = request.form.get("name", "")
    try:
        tasks.create(viewer().company_id, entered)
    except InvalidInput as error:
        return _page(error, entered)
    flash("Task added.", "good")
    return see_other("/tasks")


@bp.post(ONE)
@admin_only
def rename(task_id: int) -> ResponseReturnValue:
    try:
        tasks.rename(viewer().company_id, task_id, request.form.get("name", ""))
    except InvalidInput as error:
        return _page(error, faulty_id=task_id)
    flash("Task renamed.", "good")
    return see_other("/tasks")


def _page(
    error: InvalidInput | None = None, entered: str = "", faulty_id: int | None = None
) -> ResponseReturnValue:
    number = page_number()
    found, total = tasks.page(viewer().company_id, (number - 1) * PER_PAGE, PER_PAGE)
    said = " ".join(error.fields.get("name", [str(error)])) if error else None
    return page(
        "tasks/list.html",
        rows=found,
        pages=Pages(number, total),
        said=said,
        entered=entered,
        faulty_id=faulty_id,
        status=422 if error else 200,
    )
