"""The pages that embed the app: full screen, and as a side panel beside a project."""

import json

from flask import Response

from procore_sandbox.model import World
from procore_sandbox.model.records import Company, Project, Setting
from procore_sandbox.web.app_menu import SIDE_PANEL, full_screen_address
from procore_sandbox.web.guard import origin_of, policy
from procore_sandbox.web.pages import page, render
from procore_sandbox.web.people import acting_person, own_company, visible_project

SANDBOX = (
    "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox "
    "allow-downloads allow-modals"
)
ALLOW = "clipboard-write"
VIEW = "project.home"


@page("/<int:company_id>/apps/timesite")
def company_app_page(world: World, company_id: int) -> Response:
    return _full_screen(world, own_company(world, company_id), None)


@page("/<int:company_id>/projects/<int:project_id>/apps/timesite")
def project_app_page(world: World, company_id: int, project_id: int) -> Response:
    return _full_screen(world, own_company(world, company_id), visible_project(world, company_id, project_id))


@page("/<int:company_id>/projects/<int:project_id>/apps/timesite/panel")
def panel(world: World, company_id: int, project_id: int) -> Response:
    company, project = own_company(world, company_id), visible_project(world, company_id, project_id)
    if not _is_installed(world, company):
        return render(world, "not_installed.html", company=company)
    context = {"company_id": company.id, "project_id": project.id, "id": project.id, "view": VIEW}
    return render(
        world,
        "panel.html",
        company=company,
        project=project,
        context=json.dumps(context),
        address=world.app.url + SIDE_PANEL,
        origin=origin_of(world.app.url),
        sandbox=SANDBOX,
        allow=ALLOW,
        policy=_policy(world),
    )


def _full_screen(world: World, company: Company, project: Project | None) -> Response:
    if not _is_installed(world, company):
        return render(world, "not_installed.html", company=company)
    world.state.settings.put(Setting(f"opened:{company.id}", world.now().isoformat()))
    return render(
        world,
        "embed.html",
        company=company,
        project=project,
        sandbox=SANDBOX,
        allow=ALLOW,
        projects=world.projects(company.id, acting_person(world).id),
        address=full_screen_address(world, company, project),
        policy=_policy(world),
    )


def _is_installed(world: World, company: Company) -> bool:
    installation = world.installation(company.id)
    return bool(installation and installation.is_installed)


def _policy(world: World) -> str:
    return policy(frames=origin_of(world.app.url))
