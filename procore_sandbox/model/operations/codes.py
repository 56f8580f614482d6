"""Cost codes, sub jobs, line item types, time types."""

from typing import Any

from procore_sandbox.model.access import company_of, project_of
from procore_sandbox.model.errors import bad_request, not_found
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.query import shown
from procore_sandbox.model.records import (
    CostCode,
    LineItemType,
    Project,
    SubJob,
    TimeType,
)
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State


@offers("GET", "/rest/v1.0/cost_codes")
def list_cost_codes(request: Request) -> Answer:
    ids = request.query.integers("filters[id]")
    rows = [each for each in _codes(request, _queried_project(request)) if ids is None or each.id in ids]
    return request.page(rows, lambda code: _code_body(request.state, code))


@offers("GET", "/rest/v1.0/cost_codes/{id}")
def show_cost_code(request: Request) -> Answer:
    project, code = _queried_project(request), request.state.cost_codes.get(request.number("id"))
    if code is None or code.project_id != project.id or code.deleted_at is not None:
        raise not_found()
    return Answer(200, _code_body(request.state, code))


@offers("GET", "/rest/v1.0/projects/{project_id}/timesheets/scoped_cost_codes")
def list_scoped_cost_codes(request: Request) -> Answer:
    rows = _codes(request, path_project(request))
    return request.page(rows, lambda code: _code_body(request.state, code))


@offers("GET", "/rest/v1.0/sub_jobs")
def list_sub_jobs(request: Request) -> Answer:
    project = _queried_project(request)
    return request.page(
        [each for each in request.state.sub_jobs if each.project_id == project.id], _sub_job_body
    )


@offers("GET", "/rest/v1.0/sub_jobs/{id}")
def show_sub_job(request: Request) -> Answer:
    project, sub_job = _queried_project(request), request.state.sub_jobs.get(request.number("id"))
    if sub_job is None or sub_job.project_id != project.id:
        raise not_found()
    return Answer(200, _sub_job_body(sub_job))


@offers("GET", "/rest/v1.0/line_item_types")
def list_line_item_types(request: Request) -> Answer:
    if "project_id" in request.query:
        company_id = _queried_project(request).company_id
    else:
        company_id = company_of(request.state, request.caller, request.company_id).id
    rows = [each for each in request.state.line_item_types if each.company_id == company_id]
    return request.page(rows, lambda kind: line_item_type_body(request.state, kind))


@offers("GET", "/rest/v1.0/line_item_types/{id}")
def show_line_item_type(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    kind = request.state.line_item_types.get(request.number("id"))
    if kind is None or kind.company_id != company.id:
        raise not_found()
    return Answer(200, line_item_type_body(request.state, kind))


@offers("GET", "/rest/v1.0/companies/{company_id}/timecard_time_types")
def list_company_time_types(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    rows = [each for each in request.state.time_types if each.company_id == company.id]
    return Answer(200, [_company_time_type(request.state, each) for each in rows])


@offers("GET", "/rest/v1.0/timecard_time_types")
def list_project_time_types(request: Request) -> Answer:
    project = _queried_project(request)
    rows = [each for each in request.state.time_types if each.company_id == project.company_id]
    return request.page(rows, _time_type_body)


def _queried_project(request: Request) -> Project:
    project_id = request.query.integer("project_id")
    if project_id is None:
        raise bad_request("param is missing: project_id")
    return project_of(request.state, request.caller, project_id, request.header_company_id)


def path_project(request: Request) -> Project:
    return project_of(request.state, request.caller, request.number("project_id"), request.header_company_id)


def _codes(request: Request, project: Project) -> list[CostCode]:
    """A project's own codes, or with sub_job_id those of the sub job."""
    sub_job_id = request.query.integer("sub_job_id")
    return [
        each
        for each in request.state.cost_codes
        if each.project_id == project.id and each.deleted_at is None and each.sub_job_id == sub_job_id
    ]


def _code_body(state: State, code: CostCode) -> dict[str, Any]:
    project, sub_job = state.projects.get(code.project_id), state.sub_jobs.get(code.sub_job_id)
    kinds = [state.line_item_types.get(key) for key in code.line_item_type_ids]
    return {
        "id": code.id,
        "biller": sub_job.name if sub_job else project.name if project else None,
        "biller_id": code.sub_job_id or code.project_id,
        "biller_type": "SubJob" if sub_job else "Project",
        "budgeted": True,
        "code": code.code,
        "full_code": code.full_code,
        "name": code.name,
        "sortable_code": code.full_code,
        "created_at": shown(code.created_at),
        "updated_at": shown(code.updated_at),
        "deleted_at": shown(code.deleted_at),
        "origin_id": None,
        "origin_data": None,
        "parent": {"id": None},
        "position": None,
        "standard_cost_code_id": None,
        "line_item_types": [line_item_type_body(state, each) for each in kinds if each],
    }


def _sub_job_body(sub_job: SubJob) -> dict[str, Any]:
    return {
        "id": sub_job.id,
        "name": sub_job.name,
        "code": sub_job.code,
        "origin_id": sub_job.origin_id,
        "origin_data": None,
        "created_at": shown(sub_job.created_at),
        "updated_at": shown(sub_job.updated_at),
    }


def line_item_type_body(state: State, kind: LineItemType) -> dict[str, Any]:
    is_published = kind.base_type != "labor" or state.switches.labor_base_type
    return {
        "id": kind.id,
        "name": kind.name,
        "code": kind.code,
        "base_type": kind.base_type if is_published else "other",
        "origin_data": None,
        "origin_id": None,
    }


def _company_time_type(state: State, kind: TimeType) -> dict[str, Any]:
    form = state.switches.time_type_form
    if form == "full":
        return {**_time_type_body(kind), "company_id": kind.company_id}
    return {"id": kind.id, "name" if form == "name" else "time_type": kind.time_type}


def _time_type_body(kind: TimeType) -> dict[str, Any]:
    return {
        "id": kind.id,
        "time_type": kind.time_type,
        "abbreviated_time_type": kind.abbreviation,
        "global": kind.is_global,
    }
