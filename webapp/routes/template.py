"""The import matching template: one row per Procore time type, kept by administrators."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from webapp.errors import InvalidInput
from webapp.routes.access import admin_only, viewer
from webapp.routes.pages import page, see_other
from webapp.services import template
from webapp.services.template import Row

bp = Blueprint("template", __name__, url_prefix="/settings/import-template")
HERE = "/settings/import-template"
EMPTY_ROWS = 3


@bp.get("")
@admin_only
def show() -> ResponseReturnValue:
    return _page(template.read(viewer().company_id))


@bp.post("")
@admin_only
def save() -> ResponseReturnValue:
    """All rows at once; a row that was emptied is gone."""
    pairs = zip(request.form.getlist("time_type"), request.form.getlist("task"), strict=False)
    entered = [Row(time_type, task) for time_type, task in pairs if time_type.strip() or task.strip()]
    try:
        template.replace(viewer().company_id, entered)
    except InvalidInput as error:
        return _page(entered, error)
    flash("Template saved. What waited for a row goes on now.", "good")
    return see_other(HERE)


def _page(rows: list[Row], error: InvalidInput | None = None) -> ResponseReturnValue:
    return page(
        "template/edit.html",
        rows=[*rows, *(Row("", "") for _ in range(EMPTY_ROWS))],
        fields=error.fields if error else {},
        said=str(error) if error else None,
        status=422 if error else 200,
    )
