"""App Management: install with permitted projects, update, uninstall, and the service account's permissions."""

from flask import Response, request, url_for

from procore_sandbox.model import World
from procore_sandbox.model.access import SERVICE_LEVELS
from procore_sandbox.model.errors import forbidden
from procore_sandbox.web.app_menu import FULL_SCREEN, SIDE_PANEL, configurations, put_in_menu
from procore_sandbox.web.pages import attempt, page, render, see_other
from procore_sandbox.web.people import acting_person, own_company

APPS = "/<int:company_id>/apps"
TOOL_USES = {
    "Admin": "company settings, projects and tools",
    "Directory": "people and users",
    "Timecard": "time cards of the company",
    "Webhooks API": "hooks and triggers",
    "Timesheets": "the projects' timesheets",
    "Daily Log": "locations on daily log cards",
}


@page(APPS)
def app_management(world: World, company_id: int) -> Response:
    company = own_company(world, company_id)
    installation = world.installation(company_id)
    places = world.projects(company_id)
    installed = installation if installation and installation.is_installed else None
    in_menu = {key for each in configurations(world, company_id) for key in each.project_ids}
    return render(
        world,
        "app_management.html",
        company=company,
        projects=places,
        installation=installed,
        in_menu=in_menu,
        permitted=set(installed.permitted_project_ids)
        if installed
        else {each.id for each in places[:-1] or places},
        tools=[(tool, level, TOOL_USES.get(tool, "")) for tool, level in SERVICE_LEVELS.items()],
        addresses=(FULL_SCREEN, SIDE_PANEL),
    )


@page(f"{APPS}/install", methods=("POST",))
def install(world: World, company_id: int) -> Response:
    person_id = _administrator(world, company_id)
    chosen = _chosen_projects()

    def act() -> None:
        world.install(company_id, chosen, person_id)
        if "in_menu" in request.form:
            put_in_menu(world, company_id, chosen, person_id)

    attempt(act, f"{world.app.name} is installed. Open it from the menu above.")
    return _back(company_id)


@page(f"{APPS}/projects", methods=("POST",))
def permit_projects(world: World, company_id: int) -> Response:
    _administrator(world, company_id)
    attempt(
        lambda: world.permit_projects(company_id, _chosen_projects()), "The permitted projects are saved."
    )
    return _back(company_id)


@page(f"{APPS}/menu", methods=("POST",))
def set_menu(world: World, company_id: int) -> Response:
    person_id = _administrator(world, company_id)
    attempt(
        lambda: put_in_menu(world, company_id, _chosen_projects(), person_id), "The Apps menus are saved."
    )
    return _back(company_id)


@page(f"{APPS}/update", methods=("POST",))
def update_app(world: World, company_id: int) -> Response:
    _administrator(world, company_id)
    attempt(
        lambda: world.update_app(company_id),
        "Updated. As in Procore, the list of permitted projects is empty now: choose them again.",
    )
    return _back(company_id)


@page(f"{APPS}/uninstall", methods=("POST",))
def uninstall(world: World, company_id: int) -> Response:
    person_id = _administrator(world, company_id)
    attempt(
        lambda: world.uninstall(company_id, person_id),
        f"{world.app.name} is uninstalled: its calls about this company are refused from now on.",
    )
    return _back(company_id)


@page(f"{APPS}/permission", methods=("POST",))
def set_permission(world: World, company_id: int) -> Response:
    _administrator(world, company_id)
    tool = request.form.get("tool", "")
    if request.form.get("act") == "withdraw":
        attempt(
            lambda: world.withdraw_permission(company_id, tool),
            f"{tool} is withdrawn from the service account.",
        )
    else:
        attempt(lambda: world.give_back_permission(company_id, tool), f"{tool} is given back.")
    return _back(company_id)


def _administrator(world: World, company_id: int) -> int:
    """The acting person's id; 403 unless they administer this company."""
    person = acting_person(world)
    own_company(world, company_id)
    if not person.is_admin:
        raise forbidden("Only a company administrator manages apps")
    return person.id


def _chosen_projects() -> list[int]:
    return [int(each) for each in request.form.getlist("project") if each.isascii() and each.isdigit()]


def _back(company_id: int) -> Response:
    return see_other(url_for("sandbox_web.app_management", company_id=company_id))
