"""People of the directory, with or without a login."""

from typing import Any

from procore_sandbox.model.access import company_of, project_of, require_company_level, require_project_level
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.query import matches
from procore_sandbox.model.records import Person
from procore_sandbox.model.routing import Request, offers


@offers("GET", "/rest/v1.0/companies/{company_id}/people")
def list_people(request: Request) -> Answer:
    return request.page(_filtered(request, _company_people(request, is_active=True)), person_body)


@offers("GET", "/rest/v1.0/companies/{company_id}/people/inactive")
def list_inactive_people(request: Request) -> Answer:
    return request.page(_filtered(request, _company_people(request, is_active=False)), person_body)


@offers("GET", "/rest/v1.0/projects/{project_id}/people")
def list_project_people(request: Request) -> Answer:
    project = project_of(
        request.state, request.caller, request.number("project_id"), request.header_company_id
    )
    require_project_level(request.state, request.caller, "Directory", "Read Only", project)
    has_all = request.query.flag("filters[include_company_people]")
    rows = [
        each
        for each in request.state.people
        if each.company_id == project.company_id
        and each.is_active
        and (has_all or project.id in each.project_ids)
    ]
    return request.page(_filtered(request, rows), person_body)


def _company_people(request: Request, *, is_active: bool) -> list[Person]:
    company = company_of(request.state, request.caller, request.company_id)
    require_company_level(request.state, request.caller, "Directory", "Read Only", company.id)
    return [
        each for each in request.state.people if each.company_id == company.id and each.is_active == is_active
    ]


def _filtered(request: Request, rows: list[Person]) -> list[Person]:
    query = request.query
    search, is_employee = query.text("filters[search]"), query.flag("filters[is_employee]")
    title = query.text("filters[job_title]")
    has_no_login = query.flag("filters[without_reference_users]")
    has_login = query.flag("filters[reference_users_only]")
    return sorted(
        (
            each
            for each in rows
            if matches(search, each.name, each.email, each.employee_id)
            and is_employee in (None, each.is_employee)
            and title in (None, each.job_title)
            and not (has_no_login and each.user_id)
            and not (has_login and not each.user_id)
        ),
        key=lambda each: each.id,
    )


def person_body(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "employee_id": person.employee_id,
        "is_employee": person.is_employee,
        "user_id": person.user_id,
        "user_uuid": None,
        "work_classification_id": person.work_classification_id,
        "origin_id": person.origin_id,
        "job_title": person.job_title,
        "contact": {"is_active": person.is_active, "email": person.email},
    }
