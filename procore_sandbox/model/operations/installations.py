"""Installed apps, and the configurations that put the embedded part into projects."""

from typing import Any

from procore_sandbox.model.access import acting_user, company_of, project_of
from procore_sandbox.model.card_refs import user_ref
from procore_sandbox.model.errors import not_found, unprocessable
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.query import shown
from procore_sandbox.model.records import AppConfiguration, Installation
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State


@offers("GET", "/rest/v1.0/app_installations")
def list_installations(request: Request) -> Answer:
    project_id = request.query.integer("project_id")
    if project_id is not None:
        company_id = project_of(
            request.state, request.caller, project_id, request.header_company_id
        ).company_id
    else:
        company_id = company_of(request.state, request.caller, request.company_id).id
    rows = [each for each in request.state.installations if each.company_id == company_id]
    return request.page(rows, lambda row: installation_body(request.state, row))


@offers("GET", "/rest/v1.0/app_installations/{id}")
def show_installation(request: Request) -> Answer:
    row = request.state.installations.get(request.number("id"))
    if row is None or row.company_id != request.company_id:
        raise not_found()
    return Answer(200, installation_body(request.state, row))


@offers("GET", "/rest/v1.0/companies/{company_id}/app_configurations")
def list_configurations(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    project_id = request.query.integer("filters[project_id]")
    rows = [
        each
        for each in request.state.app_configurations
        if each.company_id == company.id and (project_id is None or project_id in each.project_ids)
    ]
    return request.page(rows, lambda row: _configuration_body(request.state, row))


@offers("POST", "/rest/v1.0/companies/{company_id}/app_configurations")
def create_configuration(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    body = request.body
    installation = request.state.installations.get(body["app_installation_id"])
    if installation is None or installation.company_id != company.id:
        raise unprocessable({"app_installation_id": ["is not in this company"]})
    projects = [each.id for each in request.state.projects if each.company_id == company.id]
    wanted = projects if body.get("applies_to_all_projects") else list(body.get("project_ids") or [])
    if set(wanted) - set(projects):
        raise unprocessable({"project_ids": ["are not in this company"]})
    now = request.state.now()
    row = AppConfiguration(
        request.state.next_id(),
        company.id,
        installation.id,
        body["title"],
        acting_user(request.state, request.caller, company.id).id,
        now,
        now,
        wanted,
        body["instance_configuration"],
    )
    request.state.app_configurations.put(row)
    return Answer(201, _configuration_body(request.state, row))


@offers("GET", "/rest/v1.0/companies/{company_id}/app_configurations/{id}")
def show_configuration(request: Request) -> Answer:
    return Answer(200, _configuration_body(request.state, _configuration(request)))


@offers("PATCH", "/rest/v1.0/companies/{company_id}/app_configurations/{id}")
def update_configuration(request: Request) -> Answer:
    row = _configuration(request)
    row.title = request.body.get("title") or row.title
    row.project_ids = request.body.get("project_ids", row.project_ids)
    row.instance_configuration = request.body.get("instance_configuration", row.instance_configuration)
    row.updated_at = request.state.now()
    request.state.app_configurations.put(row)
    return Answer(200, _configuration_body(request.state, row))


def _configuration(request: Request) -> AppConfiguration:
    company = company_of(request.state, request.caller, request.company_id)
    row = request.state.app_configurations.get(request.number("id"))
    if row is None or row.company_id != company.id:
        raise not_found()
    return row


def installation_body(state: State, row: Installation) -> dict[str, Any]:
    installer = state.users.get(row.installed_by_id)
    uninstaller = state.users.get(row.uninstalled_by_id)
    app = state.app
    return {
        "id": row.id,
        "app_uid": app.client_id,
        "app_version_id": row.version,
        "status": state.switches.installed_status if row.is_installed else "uninstalled",
        "components": ["full_screen", "side_panel", "service_account", "user_authentication"],
        "developer_app": {"id": 1, "name": app.name, "uid": app.client_id, "internal": False},
        "installed_at": shown(row.installed_at),
        "installed_by": installer.login if installer else None,
        "installer": user_ref(installer),
        "uninstalled_at": shown(row.uninstalled_at),
        "uninstalled_by": uninstaller.login if uninstaller else None,
        "uninstaller": user_ref(uninstaller),
        "semantic_version": row.version,
        "updatable_app_version_id": app.version if app.version != row.version else None,
    }


def _configuration_body(state: State, row: AppConfiguration) -> dict[str, Any]:
    projects = [state.projects.get(key) for key in row.project_ids]
    return {
        "id": row.id,
        "app_installation_id": row.installation_id,
        "company_id": row.company_id,
        "manifest_url": None,
        "title": row.title,
        "projects": [{"id": each.id, "name": each.name} for each in projects if each],
        "created_by": user_ref(state.users.get(row.created_by_id)),
        "created_at": shown(row.created_at),
        "updated_at": shown(row.updated_at),
    }
