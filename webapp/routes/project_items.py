"""Project items: the codes of each project. Administrators add and edit them."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from webapp.errors import InvalidInput
from webapp.routes.access import admin_only, signed_in, viewer
from webapp.routes.acting import PER_PAGE, Pages, actor, number_in, page_number, whole_number
from webapp.routes.pages import page, see_other
from webapp.services import choices, project_items

bp = Blueprint("project_items", __name__, url_prefix="/project-items")
ONE = "/<int(max=9223372036854775807):item_id>"


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    return _page(number_in("project_id"))


@bp.post("")
@admin_only
def create() -> ResponseReturnValue:
    project_id = whole_number(request.form.get("project_id"))
    code, name = request.form.get("code", ""), request.form.get("name", "")
    try:
        project_items.create(viewer().company_id, project_id, code, name)
    except InvalidInput as error:
        return _page(project_id, error, entered={"code": code, "name": name})
    flash("Project item added.", "good")
    return see_other(f"/project-items?project_id={project_id}")


@bp.post(ONE)
@admin_only
def save(item_id: int) -> ResponseReturnValue:
    project_id = project_items.one(viewer().company_id, item_id).project_id
    try:
        project_items.edit(
            viewer().company_id, item_id, request.form.get("code", ""), request.form.get("name", "")
        )
    except InvalidInput as error:
        return _page(project_id, error, faulty_id=item_id)
    flash("Project item saved.", "good")
    return see_other(f"/project-items?project_id={project_id}")


def _page(
    project_id: int | None,
    error: InvalidInput | None = None,
    entered: dict[str, str] | None = None,
    faulty_id: int | None = None,
) -> ResponseReturnValue:
    projects = choices.of(actor()).projects
    seen = {project.id: project.name for project in projects}
    chosen = project_id if project_id in seen else next(iter(seen), None)
    number = page_number()
    found, total = (
        project_items.page(viewer().company_id, (number - 1) * PER_PAGE, PER_PAGE, chosen)
        if chosen is not None
        else ([], 0)
    )
    return page(
        "project_items/list.html",
        rows=found,
        pages=Pages(number, total),
        projects=projects,
        chosen=chosen,
        fields=error.fields if error else {},
        entered=entered or {},
        faulty_id=faulty_id,
        status=422 if error else 200,
    )
