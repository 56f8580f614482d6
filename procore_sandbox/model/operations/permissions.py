"""The principal's own rights per tool, and permission templates."""

from typing import Any

from procore_sandbox.model.access import (
    COMPANY_TOOLS,
    LEVELS,
    PROJECT_TOOLS,
    company_level,
    company_of,
    project_level,
    project_of,
    tool_name,
)
from procore_sandbox.model.errors import bad_request
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State

TEMPLATES = ((1, "Company Admin", "company_tools"), (2, "Field Foreman", "project_tools"))


@offers("GET", "/rest/v1.0/settings/permissions")
def show_permissions(request: Request) -> Answer:
    project_id = request.query.integer("project_id")
    if project_id is not None:
        project = project_of(request.state, request.caller, project_id, request.header_company_id)
        return Answer(
            200,
            {
                "tools": [
                    _tool(
                        request.state,
                        number,
                        name,
                        project.id,
                        project_level(request.state, request.caller, name, project),
                    )
                    for number, name in enumerate(PROJECT_TOOLS, 101)
                ]
            },
        )
    if "company_id" not in request.query and request.header_company_id is None:
        raise bad_request("company_id or project_id is missing")
    company = company_of(request.state, request.caller, request.company_id)
    return Answer(
        200,
        {
            "tools": [
                _tool(
                    request.state,
                    number,
                    name,
                    company.id,
                    company_level(request.state, request.caller, name, company.id),
                )
                for number, name in enumerate(COMPANY_TOOLS, 1)
            ]
        },
    )


@offers("GET", "/rest/v1.0/companies/{company_id}/permission_templates")
def list_company_templates(request: Request) -> Answer:
    company_of(request.state, request.caller, request.company_id)
    return Answer(200, [_template(*each) for each in TEMPLATES])


@offers("GET", "/rest/v1.0/projects/{project_id}/permission_templates")
def list_project_templates(request: Request) -> Answer:
    project_of(request.state, request.caller, request.number("project_id"), request.header_company_id)
    return Answer(200, [_template(*each) for each in TEMPLATES if each[2] == "project_tools"])


def _tool(state: State, number: int, name: str, domain_id: int, level: str) -> dict[str, Any]:
    shown = tool_name(state, name)
    is_writing = LEVELS.index(level) >= LEVELS.index("Standard")
    return {
        "id": number,
        "name": shown.lower().replace(" ", "_"),
        "friendly_name": shown,
        "domain_id": domain_id,
        "tab_group": "core",
        "available_for_user": level != "None",
        "url": None,
        "user_access_level": {"id": LEVELS.index(level) + 1, "name": level},
        "permitted_actions": [
            {"id": number * 10, "action_name": "create", "label": "Create", "tool_name": shown}
        ]
        if is_writing
        else [],
        "create_url": None,
        "can_create": is_writing,
        "trial": False,
    }


def _template(number: int, name: str, kind: str) -> dict[str, Any]:
    return {"id": number, "name": name, "project_specific": False, "type": kind, "category": "internal"}
