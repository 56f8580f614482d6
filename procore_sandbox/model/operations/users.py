"""Users: people with a login, and the service account's user."""

from typing import Any

from procore_sandbox.model.access import Caller, company_of, project_of, require_company_level, sees_project
from procore_sandbox.model.errors import not_found
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.query import matches, shown, within
from procore_sandbox.model.records import Person, Project, User
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State


@offers("GET", "/rest/v1.3/companies/{company_id}/users")
@offers("GET", "/rest/v1.0/companies/{company_id}/users")
def list_users(request: Request) -> Answer:
    rows = _filtered(request, [each for each in _company_users(request) if each.is_active])
    if request.query.text("view") == "ids_only":
        return request.page(rows, lambda user: user.id)
    return request.page(rows, lambda user: user_body(request.state, user))


@offers("GET", "/rest/v1.3/companies/{company_id}/users/{id}")
def show_user(request: Request) -> Answer:
    user = next((each for each in _company_users(request) if each.id == request.number("id")), None)
    if user is None:
        raise not_found()
    return Answer(200, user_body(request.state, user))


@offers("GET", "/rest/v1.0/companies/{company_id}/users/inactive")
def list_inactive_users(request: Request) -> Answer:
    rows = [each for each in _company_users(request) if not each.is_active]
    return request.page(rows, lambda user: user_body(request.state, user))


@offers("GET", "/rest/v1.0/projects/{project_id}/users")
def list_project_users(request: Request) -> Answer:
    project = project_of(
        request.state, request.caller, request.number("project_id"), request.header_company_id
    )
    rows = [
        each
        for each in request.state.users
        if each.company_id == project.company_id
        and each.is_active
        and (each.is_service or sees_project(request.state, Caller(each), project))
    ]
    wanted = request.query.integers("filters[id]")
    rows = [each for each in _filtered(request, rows) if wanted is None or each.id in wanted]
    return request.page(rows, lambda user: user_body(request.state, user))


@offers("GET", "/rest/v1.0/companies/{company_id}/users/{user_id}/project_assignments")
def list_project_assignments(request: Request) -> Answer:
    user = next((each for each in _company_users(request) if each.id == request.number("user_id")), None)
    if user is None:
        raise not_found()
    rows = [each for each in request.state.projects if each.company_id == user.company_id]
    return request.page(
        sorted(rows, key=lambda each: each.id), lambda project: _assignment_body(request.state, user, project)
    )


def _company_users(request: Request) -> list[User]:
    company = company_of(request.state, request.caller, request.company_id)
    require_company_level(request.state, request.caller, "Directory", "Read Only", company.id)
    return sorted(
        (each for each in request.state.users if each.company_id == company.id), key=lambda each: each.id
    )


def _filtered(request: Request, rows: list[User]) -> list[User]:
    query, is_inclusive = request.query, request.state.switches.updated_bounds_inclusive
    search = query.text("filters[search]")
    created, updated = query.span("filters[created_at]"), query.span("filters[updated_at]")
    return [
        each
        for each in rows
        if matches(search, each.name, each.login)
        and within(created, each.created_at, is_inclusive)
        and within(updated, each.updated_at, is_inclusive)
    ]


def user_body(state: State, user: User) -> dict[str, Any]:
    person: Person | None = next((each for each in state.people if each.user_id == user.id), None)
    first, _, last = user.name.partition(" ")
    return {
        "id": user.id,
        "name": user.name,
        "first_name": first,
        "last_name": last or None,
        "email_address": user.login,
        "is_active": user.is_active,
        "is_employee": person.is_employee if person else False,
        "employee_id": person.employee_id if person else None,
        "party_id": person.id if person else None,
        "job_title": person.job_title if person else None,
        "origin_id": None,
        "origin_data": None,
        "vendor": None,
        "created_at": shown(user.created_at),
        "updated_at": shown(user.updated_at),
        "work_classification_id": person.work_classification_id if person else None,
    }


def _assignment_body(state: State, user: User, project: Project) -> dict[str, Any]:
    return {
        "project_id": project.id,
        "name": project.name,
        "project_number": project.project_number,
        "address": None,
        "stage": None,
        "active": project.active,
        "roles": [],
        "is_assigned": sees_project(state, Caller(user), project),
    }
