"""Projects and their tools."""

from typing import Any

from procore_sandbox.model.access import (
    PROJECT_TOOLS,
    company_of,
    project_level,
    project_of,
    projects_of,
    tool_name,
)
from procore_sandbox.model.card_refs import display_name
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.query import matches, shown, within
from procore_sandbox.model.records import Project
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State


@offers("GET", "/rest/v1.0/projects")
def list_projects(request: Request) -> Answer:
    return request.page(_listed(request), lambda project: project_body(request.state, project))


@offers("GET", "/rest/v1.1/projects")
def list_projects_v11(request: Request) -> Answer:
    view = request.query.text("view")
    if view == "ids":
        return request.page(_listed(request), lambda project: project.id, biggest=300, default=100)
    return request.page(
        _listed(request), lambda project: project_body(request.state, project), biggest=300, default=100
    )


@offers("GET", "/rest/v1.0/companies/{company_id}/projects")
def list_company_projects(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    rows = projects_of(request.state, request.caller, company.id)
    return Answer(
        200,
        [
            {
                "id": each.id,
                "name": each.name,
                "stage_name": "Course of Construction",
                "type_name": None,
                "status_name": "Active" if each.active else "Inactive",
                "open_items": [],
            }
            for each in sorted(rows, key=lambda each: each.id)
        ],
    )


@offers("GET", "/rest/v1.0/projects/{id}")
def show_project(request: Request) -> Answer:
    project = project_of(request.state, request.caller, request.number("id"), request.company_id)
    return Answer(
        200,
        {
            **project_body(request.state, project),
            "tz_name": project.tz_name,
            "template": False,
            "is_erp_integrated": False,
        },
    )


@offers("GET", "/rest/v1.0/projects/{project_id}/tools")
def list_project_tools(request: Request) -> Answer:
    project = project_of(
        request.state, request.caller, request.number("project_id"), request.header_company_id
    )
    rows = list(enumerate(PROJECT_TOOLS, 1))
    if request.query.flag("filters[is_active]"):
        rows = [(number, name) for number, name in rows if name not in project.tools_off]
    return request.page(rows, lambda row: _tool_body(request, project, *row))


@offers("GET", "/rest/v1.0/tools")
def list_tools(request: Request) -> Answer:
    project = project_of(
        request.state, request.caller, request.query.integer("project_id"), request.header_company_id
    )
    return request.page(list(enumerate(PROJECT_TOOLS, 1)), lambda row: _tool_body(request, project, *row))


def _listed(request: Request) -> list[Project]:
    company = company_of(request.state, request.caller, request.company_id)
    query, is_inclusive = request.query, request.state.switches.updated_bounds_inclusive
    name, number = query.text("filters[name]"), query.text("filters[project_number]")
    created, updated = query.span("filters[created_at]"), query.span("filters[updated_at]")
    ids, status = query.integers("filters[id]"), query.text("filters[by_status]") or "Active"
    rows = [
        each
        for each in projects_of(request.state, request.caller, company.id)
        if (status == "All" or each.active == (status == "Active"))
        and matches(name, each.name)
        and number in (None, each.project_number)
        and (ids is None or each.id in ids)
        and within(created, each.created_at, is_inclusive)
        and within(updated, each.updated_at, is_inclusive)
    ]
    if (query.text("sort") or "").lstrip("-") in ("name", "display_name"):
        is_descending = (query.text("sort") or "").startswith("-")
        return sorted(rows, key=lambda each: (each.name, each.id), reverse=is_descending)
    return sorted(rows, key=lambda each: each.id)


def project_body(state: State, project: Project) -> dict[str, Any]:
    company = state.companies.get(project.company_id)
    return {
        "id": project.id,
        "name": project.name,
        "display_name": display_name(project),
        "project_number": project.project_number,
        "active": project.active,
        "is_demo": False,
        "parent_job_id": None,
        "time_zone": project.time_zone,
        "stage": "Course of Construction",
        "created_at": shown(project.created_at),
        "updated_at": shown(project.updated_at),
        "origin_id": None,
        "origin_data": None,
        "company": {"id": project.company_id, "name": company.name if company else None},
    }


def _tool_body(request: Request, project: Project, number: int, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "engine_name": tool_name(request.state, name).lower().replace(" ", "_"),
        "title": tool_name(request.state, name),
        "position": number,
        "is_active": name not in project.tools_off,
        "required": name == "Admin",
        "user_access_level": project_level(request.state, request.caller, name, project),
        "provider_id": project.id,
        "provider_type": "Project",
    }
