"""The configurations that put the embedded app into projects' menus, and the addresses it is embedded with."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from procore_sandbox.model import World
from procore_sandbox.model.records import AppConfiguration, Company, Project

FULL_SCREEN = "/?company_id={{procore.company.id}}&project_id={{procore.project.id}}"
SIDE_PANEL = "/panel"
PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def configurations(world: World, company_id: int) -> list[AppConfiguration]:
    """Those of the installation in force."""
    installation = world.installation(company_id)
    if installation is None or not installation.is_installed:
        return []
    return [each for each in world.state.app_configurations if each.installation_id == installation.id]


def is_in_menu(world: World, project: Project) -> bool:
    return any(project.id in each.project_ids for each in configurations(world, project.company_id))


def put_in_menu(world: World, company_id: int, project_ids: list[int], user_id: int) -> None:
    """The menus of exactly these projects show the app."""
    state, now = world.state, world.now()
    installation = world.installation(company_id)
    if installation is None or not installation.is_installed:
        raise LookupError("the app is not installed in this company")
    found = configurations(world, company_id)
    row = (
        found[0]
        if found
        else AppConfiguration(state.next_id(), company_id, installation.id, state.app.name, user_id, now, now)
    )
    row.project_ids, row.updated_at = sorted(set(project_ids)), now
    state.app_configurations.put(row)


def full_screen_address(world: World, company: Company, project: Project | None) -> str:
    return world.app.url + interpolated(
        FULL_SCREEN,
        {
            "procore.company.id": str(company.id),
            "procore.company.name": company.name,
            "procore.project.id": str(project.id) if project else "",
            "procore.project.name": project.name if project else "",
        },
    )


def interpolated(address: str, values: Mapping[str, str]) -> str:
    """The address with its {{placeholders}} filled in, percent-encoded; unknown ones are left empty."""
    return PLACEHOLDER.sub(lambda match: quote(values.get(match[1], ""), safe=""), address)
