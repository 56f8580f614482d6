"""Projects: list, add, edit; linked to Procore's projects and sub jobs by administrators."""

from __future__ import annotations

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from webapp.errors import InvalidInput, NotFound
from webapp.routes.access import admin_only, signed_in, viewer
from webapp.routes.acting import PER_PAGE, Pages, actor, page_number, tell, whole_number
from webapp.routes.pages import page, see_other
from webapp.services import projects
from webapp.services.projects import LinkTarget

bp = Blueprint("projects", __name__, url_prefix="/projects")
ONE = "/<int(max=9223372036854775807):project_id>"


class ProjectForm(FlaskForm):
    name = StringField("Name", [InputRequired("Enter a name."), Length(max=projects.LONGEST_NAME)])
    number = StringField("Number", [Length(max=projects.LONGEST_NUMBER)])


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    number, search = page_number(), request.args.get("q", "").replace("\0", "")[:100]
    found, total = projects.page(
        viewer().company_id, (number - 1) * PER_PAGE, PER_PAGE, search, actor=actor()
    )
    return page("projects/list.html", rows=found, pages=Pages(number, total), search=search, names=_names())


@bp.get("/new")
@admin_only
def new() -> ResponseReturnValue:
    return page("projects/edit.html", form=ProjectForm(), project=None, said=[])


@bp.post("")
@admin_only
def create() -> ResponseReturnValue:
    form = ProjectForm()
    try:
        if form.validate():
            made = projects.create(viewer().company_id, form.name.data or "", form.number.data)
            flash("Project added.", "good")
            return see_other(f"/projects/{made.id}")
        said = []
    except InvalidInput as error:
        said = tell(form, error)
    return page("projects/edit.html", form=form, project=None, said=said, status=422)


@bp.get(ONE)
@signed_in
def show(project_id: int) -> ResponseReturnValue:
    project = projects.one(viewer().company_id, project_id)
    listed = actor().procore_project_ids
    if listed is not None and project.procore_project_id not in listed:
        raise NotFound(f"There is no project {project_id}.")
    return _page(project_id, ProjectForm(data={"name": project.name, "number": project.number or ""}))


@bp.post(ONE)
@admin_only
def save(project_id: int) -> ResponseReturnValue:
    form = ProjectForm()
    try:
        if form.validate():
            changes = {"name": form.name.data, "number": form.number.data}
            projects.edit(viewer().company_id, project_id, changes)
            flash("Project saved.", "good")
            return see_other("/projects")
        said = []
    except InvalidInput as error:
        said = tell(form, error)
    return _page(project_id, form, said, 422)


@bp.post(f"{ONE}/link")
@admin_only
def link(project_id: int) -> ResponseReturnValue:
    """The choice carries Procore's project and sub job: "700-0"."""
    theirs, job = (whole_number(part) for part in request.form.get("target", "").partition("-")[::2])
    if theirs is None or job is None:
        flash("Choose one of Procore's projects.", "bad")
        return see_other(f"/projects/{project_id}")
    try:
        projects.link(viewer().company_id, project_id, LinkTarget(theirs, job or None))
    except InvalidInput as error:
        flash(str(error), "bad")
        return see_other(f"/projects/{project_id}")
    flash("Linked. What waited for it goes on now.", "good")
    return see_other(f"/projects/{project_id}")


@bp.post(f"{ONE}/unlink")
@admin_only
def unlink(project_id: int) -> ResponseReturnValue:
    projects.unlink(viewer().company_id, project_id)
    flash("Unlinked. What was synced stays on both sides.", "good")
    return see_other(f"/projects/{project_id}")


def _names() -> dict[tuple[int, int], str]:
    """What Procore calls what is linked."""
    return {
        (choice.target.procore_project_id, choice.target.procore_sub_job_id or 0): choice.name
        for choice in projects.choices(viewer().company_id)
    }


def _page(
    project_id: int, form: ProjectForm, said: list[str] | None = None, status: int = 200
) -> ResponseReturnValue:
    company_id = viewer().company_id
    return page(
        "projects/edit.html",
        form=form,
        project=projects.one(company_id, project_id),
        choices=projects.choices(company_id) if viewer().is_admin else [],
        names=_names(),
        said=said or [],
        status=status,
    )
