"""App Management, and the pages that embed the app."""

import json

import pytest

from procore_sandbox.web.app_menu import interpolated
from tests.sandbox.cast import Procore
from tests.sandbox.visitor import Visitor


@pytest.fixture
def visitor() -> Visitor:
    """Nothing is installed yet."""
    return Visitor(Procore(is_installed=False))


def apps(visitor: Visitor) -> str:
    return f"{visitor.company}/apps"


def permitted(visitor: Visitor) -> set[int]:
    installation = visitor.procore.world.installation(visitor.procore.company.id)
    return set(installation.permitted_project_ids) if installation and installation.is_installed else set()


def test_installing_permits_the_ticked_projects_all_but_the_vault_at_first(visitor: Visitor) -> None:
    """R1, R35."""
    visitor.submit(apps(visitor), "install-form")
    procore = visitor.procore
    assert permitted(visitor) == {each.id for each in procore.world.projects(procore.company.id)} - {
        procore.vault.id
    }
    assert visitor.open(apps(visitor)).marked("installed")


def test_an_administrator_may_permit_fewer(visitor: Visitor) -> None:
    visitor.submit(apps(visitor), "install-form", project=[visitor.procore.mill.id])
    assert permitted(visitor) == {visitor.procore.mill.id}


def test_an_update_drops_the_permitted_projects_and_says_so(visitor: Visitor) -> None:
    """R1: as Procore's guide says."""
    visitor.submit(apps(visitor), "install-form")
    visitor.submit(apps(visitor), "update-app")
    assert permitted(visitor) == set()
    assert "list of permitted projects is empty" in visitor.said()
    visitor.submit(apps(visitor), "projects-form", project=[visitor.procore.bridge.id])
    assert permitted(visitor) == {visitor.procore.bridge.id}


def test_uninstalling_and_installing_again(visitor: Visitor) -> None:
    """R8."""
    visitor.submit(apps(visitor), "install-form")
    visitor.submit(apps(visitor), "uninstall")
    assert permitted(visitor) == set()
    assert visitor.open(f"{apps(visitor)}/timesite").marked("not-installed")
    visitor.submit(apps(visitor), "install-form")
    assert permitted(visitor)


def test_installing_twice_changes_nothing_and_says_why(visitor: Visitor) -> None:
    visitor.submit(apps(visitor), "install-form")
    visitor.said()
    visitor.send(f"{apps(visitor)}/install", project=[visitor.procore.vault.id])
    assert "installed already" in visitor.said()
    assert visitor.procore.vault.id not in permitted(visitor)


def test_a_permission_is_withdrawn_and_given_back(visitor: Visitor) -> None:
    """R8."""
    visitor.submit(apps(visitor), "install-form")
    path = visitor.procore.cards_path
    for status in (403, 200):
        visitor.submit(apps(visitor), "permission-timecard")
        assert visitor.procore.api.get(path).status == status


@pytest.mark.parametrize("act", ["install", "projects", "menu", "update", "uninstall", "permission"])
def test_only_administrators_manage_apps(visitor: Visitor, act: str) -> None:
    """R2."""
    visitor.act_as(visitor.procore.frank)
    assert visitor.open(apps(visitor)).marked("admins-only")
    assert visitor.send(f"{apps(visitor)}/{act}", tool="Timecard", act="withdraw").status_code == 403
    visitor.act_as(visitor.procore.sam)
    assert visitor.send(f"{apps(visitor)}/{act}", tool="Timecard", act="withdraw").status_code == 404
    assert visitor.procore.world.installation(visitor.procore.company.id) is None


def test_the_app_is_framed_with_company_and_project_in_its_address(visitor: Visitor) -> None:
    """R2, R35."""
    visitor.submit(apps(visitor), "install-form")
    procore = visitor.procore
    [frame] = visitor.open(f"{apps(visitor)}/timesite").marked("app-frame")
    assert frame["src"] == f"http://127.0.0.1:8000/?company_id={procore.company.id}&project_id="
    place = visitor.cards().removesuffix("/timecards")
    [frame] = visitor.open(f"{place}/apps/timesite").marked("app-frame")
    ids = f"company_id={procore.company.id}&project_id={procore.bridge.id}"
    assert frame["src"] == f"http://127.0.0.1:8000/?{ids}"
    granted = set(frame["sandbox"].split())
    assert granted >= {"allow-scripts", "allow-same-origin", "allow-forms", "allow-popups"}
    assert not any("top-navigation" in each for each in granted)


def test_names_in_addresses_are_encoded_and_unknown_placeholders_are_empty() -> None:
    values = {"procore.company.name": "Ruß & Söhne/#?"}
    filled = interpolated("/?name={{procore.company.name}}&x={{ procore.nothing }}", values)
    assert filled == "/?name=Ru%C3%9F%20%26%20S%C3%B6hne%2F%23%3F&x="


def test_only_projects_with_a_configuration_show_the_app_in_their_menu(visitor: Visitor) -> None:
    visitor.submit(apps(visitor), "install-form", in_menu=None)
    assert not visitor.open(visitor.cards()).marked("open-app")
    visitor.submit(apps(visitor), "save-menu", project=[visitor.procore.bridge.id])
    assert visitor.open(visitor.cards()).marked("open-app")
    assert not visitor.open(visitor.cards(visitor.procore.mill)).marked("open-app")
    [row] = visitor.procore.api.get(f"/rest/v1.0/companies{visitor.company}/app_configurations").json()
    assert [each["id"] for each in row["projects"]] == [visitor.procore.bridge.id]


def test_the_side_panel_knows_its_context_and_the_apps_exact_origin(visitor: Visitor) -> None:
    visitor.submit(apps(visitor), "install-form")
    procore = visitor.procore
    place = visitor.cards().removesuffix("/timecards")
    page = visitor.open(f"{place}/apps/timesite/panel")
    [panel], [frame] = page.marked("side-panel"), page.marked("app-frame")
    assert panel["data-app-origin"] == "http://127.0.0.1:8000"
    assert frame["data-src"] == "http://127.0.0.1:8000/panel"
    context = json.loads(panel["data-context"])
    assert (context["company_id"], context["project_id"]) == (procore.company.id, procore.bridge.id)
    assert context.keys() == {"company_id", "project_id", "id", "view"}
