"""/projects and their links to Procore's projects and sub jobs."""

from __future__ import annotations

from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from webapp.routes.api import keys
from webapp.routes.api.door import ID, Reply, check_if_match, etag, operation, response_of
from webapp.routes.api.paging import Page, Paging
from webapp.routes.api.repetition import RENDER
from webapp.routes.api.shapes import Hours, ProcoreId, Strict, id_text
from webapp.services import projects
from webapp.services.projects import LinkTarget

TAG = "Projects"
ONE = f"/projects/{ID.format('project_id')}"


class LinkOut(BaseModel):
    procore_project_id: str
    procore_sub_job_id: str | None


class ProjectOut(BaseModel):
    id: int
    number: str | None
    name: str
    link: LinkOut | None


class LinkIn(Strict):
    """Procore's ids as text. Without a sub job the project itself is meant. `brings_in`: what was left out since the
    connection because it was not linked is synced now; else only what changes from now on."""

    procore_project_id: ProcoreId
    procore_sub_job_id: ProcoreId | None = None
    brings_in: bool = Field(True, strict=True)

    def target(self) -> LinkTarget:
        job = self.procore_sub_job_id
        return LinkTarget(int(self.procore_project_id), int(job) if job else None)


class ProjectIn(Strict):
    name: str = Field(max_length=projects.LONGEST_NAME)
    number: str | None = Field(None, max_length=projects.LONGEST_NUMBER)
    link: LinkIn | None = None


class LeftOutOf(Strict):
    procore_project_id: ProcoreId


class LeftOut(BaseModel):
    records: int
    hours: Hours


class ProjectPatch(Strict):
    name: str | None = Field(None, max_length=projects.LONGEST_NAME)
    number: str | None = Field(None, max_length=projects.LONGEST_NUMBER)


@operation("GET", "/projects", "read", TAG, query=Paging, gives=list[ProjectOut])
def list_projects(query: Paging) -> Reply:
    """By name."""
    found, total = projects.page(keys.caller().company_id, query.offset, query.limit)
    return Reply([project_out(project) for project in found], headers=Page(query, total).headers())


@operation("POST", "/projects", "write", TAG, takes=ProjectIn, gives=ProjectOut, status=201)
def create(body: ProjectIn) -> Reply:
    """A new project, linked at once if wanted (role admin)."""
    if body.link:
        keys.require("admin")
    target = body.link.target() if body.link else None
    return _reply(projects.create(keys.caller().company_id, body.name, body.number, target), 201)


@operation("GET", ONE, "read", TAG, gives=ProjectOut)
def show(project_id: int) -> Reply:
    """One project, with its ETag."""
    return _reply(projects.one(keys.caller().company_id, project_id))


@operation("PATCH", ONE, "write", TAG, takes=ProjectPatch, gives=ProjectOut)
def change(project_id: int, body: ProjectPatch) -> Reply:
    """Change name or number."""
    changes = {name: getattr(body, name) for name in body.model_fields_set}
    return _reply(projects.edit(keys.caller().company_id, project_id, changes, unless_changed))


@operation("PUT", f"{ONE}/link", "admin", TAG, takes=LinkIn, gives=ProjectOut)
def link(project_id: int, body: LinkIn) -> Reply:
    """Link it to a project of Procore's, or to a sub job. What waited for that is looked at again at once."""
    company_id = keys.caller().company_id
    linked = projects.link(company_id, project_id, body.target(), unless_changed, brings_in=body.brings_in)
    return _reply(linked)


@operation("GET", f"{ONE}/left-out", "read", TAG, query=LeftOutOf, gives=LeftOut)
def left_out(project_id: int, query: LeftOutOf) -> Reply:
    """How much a link would bring in that was left out since the connection, because it was not linked."""
    target = LinkTarget(int(query.procore_project_id))
    records, hours = projects.count_left_out(keys.caller().company_id, project_id, target)
    return Reply(LeftOut(records=records, hours=hours))


@operation("DELETE", f"{ONE}/link", "admin", TAG, status=204)
def unlink(project_id: int) -> Reply:
    """Unlink it. What was synced stays on both sides."""
    projects.unlink(keys.caller().company_id, project_id, unless_changed)
    return Reply(None, 204)


def unless_changed(project: Any) -> None:
    check_if_match(etag(project_out(project)))


def project_out(project: Any) -> ProjectOut:
    link_out = None
    if project.procore_project_id is not None:
        link_out = LinkOut(
            procore_project_id=str(project.procore_project_id),
            procore_sub_job_id=id_text(project.procore_sub_job_id or None),
        )
    return ProjectOut(id=project.id, number=project.number, name=project.name, link=link_out)


def _reply(project: Any, status: int = 200) -> Reply:
    content = project_out(project)
    headers = {"ETag": f'"{etag(content)}"'}
    if status == 201:
        headers["Location"] = f"/api/v1/projects/{content.id}"
    return Reply(content, status, headers)


def _answer_to_create(project_id: int) -> Response:
    return response_of(_reply(projects.one(keys.caller().company_id, project_id), 201))


RENDER["project"] = _answer_to_create
