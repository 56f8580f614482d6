"""What else a card may point to: locations, crews, work classifications."""

from typing import Any

from procore_sandbox.model.access import company_of
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.query import shown
from procore_sandbox.model.records import Crew, Location, WorkClassification
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State

from .codes import path_project


@offers("GET", "/rest/v1.0/projects/{project_id}/locations")
def list_locations(request: Request) -> Answer:
    project = path_project(request)
    return request.page(
        [each for each in request.state.locations if each.project_id == project.id], _location_body
    )


@offers("GET", "/rest/v1.0/projects/{project_id}/crews")
def list_crews(request: Request) -> Answer:
    project = path_project(request)
    rows = [each for each in request.state.crews if each.project_id == project.id]
    return request.page(rows, lambda crew: _crew_body(request.state, crew))


@offers("GET", "/rest/v1.0/companies/{company_id}/work_classifications")
def list_work_classifications(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    rows = [each for each in request.state.work_classifications if each.company_id == company.id]
    return request.page(rows, _classification_body)


@offers("GET", "/rest/v1.0/projects/{project_id}/work_classifications")
def list_project_work_classifications(request: Request) -> Answer:
    project = path_project(request)
    rows = [each for each in request.state.work_classifications if each.company_id == project.company_id]
    return request.page(rows, _classification_body)


def _location_body(location: Location) -> dict[str, Any]:
    return {
        "id": location.id,
        "name": location.name,
        "node_name": location.name,
        "parent_id": None,
        "code": location.code,
        "created_at": shown(location.created_at),
        "updated_at": shown(location.updated_at),
    }


def _crew_body(state: State, crew: Crew) -> dict[str, Any]:
    project = state.projects.get(crew.project_id)
    people = [person for key in crew.person_ids if (person := state.people.get(key)) is not None]
    members = [
        {
            "id": each.id,
            "first_name": each.first_name,
            "last_name": each.last_name,
            "employee_id": each.employee_id,
            "is_employee": each.is_employee,
            "is_active": each.is_active,
            "user_id": each.user_id,
        }
        for each in people
    ]
    return {
        "id": crew.id,
        "name": crew.name,
        "project_id": crew.project_id,
        "company_id": project.company_id if project else None,
        "members": members,
        "lead_party": members[0] if members else None,
        "created_at": shown(crew.created_at),
        "updated_at": shown(crew.updated_at),
    }


def _classification_body(row: WorkClassification) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "abbreviation": row.abbreviation,
        "company_id": row.company_id,
        "company_visible": True,
        "created_at": shown(row.created_at),
        "updated_at": shown(row.updated_at),
        "created_by_id": None,
        "project_ids": [],
        "deletable": False,
    }
