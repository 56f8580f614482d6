"""The start page inside Procore, and the side panel."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.routes.access import signed_in, viewer
from webapp.routes.pages import page
from webapp.services import overview

bp = Blueprint("home", __name__)


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """Is everything all right, what needs me. Before connecting: how to."""
    found = viewer()
    if not found.is_connected:
        return page("home/not_connected.html")
    projects = None if found.is_admin else found.procore_project_ids
    return page("home/index.html", "numbers", overview=overview.of(found.company_id, projects))


@bp.get("/panel")
@signed_in
def panel() -> Response:
    """Procore's side panel, 400 px: one project's state. Which one, Procore's page tells by postMessage or address."""
    found = viewer()
    said = request.args.get("project_id", "")
    project = int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else None
    may_see = project is not None and (found.is_admin or project in found.procore_project_ids)
    state = overview.of_project(found.company_id, project) if project is not None and may_see else None
    return page("home/panel.html", "state", project_id=project, state=state)
