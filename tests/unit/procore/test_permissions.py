"""What Procore says somebody may do."""

from typing import Any

import pytest

from tests.unit.procore.canned import API, COMPANY, Web
from tests.unit.procore.memory import MemoryTokens
from webapp.clock import ManualClock
from webapp.domain.credentials import TokenPair, user_key
from webapp.errors import UnreadableAnswer
from webapp.procore.factory import Procore
from webapp.procore.people import CompanyMe, Person, TheirCompany
from webapp.procore.permissions import is_admin, lines_of

ANA = user_key(8801457)
PERMISSIONS = f"{API}/rest/v1.0/settings/permissions"


def tool(name: str, level: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "name": name, "user_access_level": level, "available_for_user": True, **more}


def test_one_line_per_tool_with_what_is_needed_and_what_is_there() -> None:
    """R1: it never assumes."""
    manifest = {
        "tools": [
            tool("timecard", {"id": 4, "name": "Admin"}),
            tool("directory", {"id": 1, "name": "None"}),
            tool("webhooks_api", {"id": 3, "name": "Standard"}),
        ]
    }
    assert [(line.tool, line.needed, line.has, line.is_ok) for line in lines_of(manifest)] == [
        ("Timecard", "admin", "admin", True),
        ("Directory", "read", "none", False),
        ("Webhooks", "standard", "standard", True),
    ]


def test_a_tool_that_is_not_there_is_none() -> None:
    """R1."""
    assert {line.has for line in lines_of({"tools": []})} == {"none"}


@pytest.mark.parametrize(
    "given, is_one",
    [
        (tool("admin", {"name": "Admin"}), True),
        (tool("Admin", {"name": "admin"}), True),
        (tool("x", {"name": "Administrator"}, friendly_name="Company Admin"), True),
        (tool("admin", "Admin"), True),
        (tool("admin", {"name": "Standard"}), False),
        (tool("admin", {"name": "Read Only"}), False),
        (tool("admin", {"name": None}), False),
        (tool("admin", None), False),
        (tool("admin", {"name": "Admin"}, available_for_user=False), False),
        (tool("directory", {"name": "Admin"}), False),
        (tool("administration_of_something", {"name": "Admin"}), False),
    ],
)
def test_an_administrator_has_level_admin_on_the_admin_tool(given: dict[str, Any], is_one: bool) -> None:
    """R2: names are compared loosely, levels are not."""
    assert is_admin({"tools": [given]}) is is_one


def test_permissions_without_tools_are_unreadable() -> None:
    """D106: never taken for an administrator."""
    with pytest.raises(UnreadableAnswer):
        is_admin({"message": "hello"})


@pytest.fixture
def ana(procore: Procore, tokens: MemoryTokens, clock: ManualClock) -> Person:
    tokens.save(ANA, TokenPair("access-ana", "refresh-ana", clock.now().replace(hour=9, minute=20)))
    return procore.person(ANA)


def test_who_a_person_is_needs_no_company_header(ana: Person, web: Web) -> None:
    """R2; README of the contract, 3."""
    web.answer(
        "GET", f"{API}/rest/v1.0/me", {"id": 8801457, "login": "dana@example.com", "name": "Dana Ortiz"}
    )
    rows = [{"id": COMPANY, "name": "Northridge"}, {"id": 2, "name": "Closed", "is_active": False}]
    web.answer("GET", f"{API}/rest/v1.0/companies", rows)
    assert (ana.login, ana.name) == ("dana@example.com", "Dana Ortiz")
    assert ana.companies() == [TheirCompany(COMPANY, "Northridge")]
    assert [r.headers.get("Procore-Company-Id") for r in web.requests()] == [None, None]
    assert {r.headers["Authorization"] for r in web.requests()} == {"Bearer access-ana"}


def test_a_person_in_a_company_has_a_level_a_person_id_and_projects(ana: Person, web: Web) -> None:
    """R2: asked with their own token."""
    me = {
        "id": 9,
        "first_name": "Dana",
        "last_name": "Ortiz",
        "email_address": "d@example.com",
        "party_id": "30554112",
    }
    web.answer("GET", f"{API}/rest/v1.3/companies/{COMPANY}/me", me)
    web.answer("GET", PERMISSIONS, {"tools": [tool("admin", {"name": "Admin"})]})
    web.answer("GET", f"{API}/rest/v1.1/projects", [{"id": 5, "name": "Clinic"}])
    assert ana.in_company(COMPANY) == CompanyMe(9, "Dana Ortiz", "d@example.com", None, 30554112)
    assert ana.is_admin(COMPANY)
    assert ana.project_ids(COMPANY) == {5}
    assert {r.headers["Procore-Company-Id"] for r in web.requests()} == {str(COMPANY)}


def test_what_the_service_account_has_is_asked(procore: Procore, web: Web) -> None:
    """R1, R3."""
    service = procore.service(COMPANY)
    web.answer(
        "GET", f"{API}/rest/v1.0/companies", [{"id": 1, "name": "x"}, {"id": COMPANY, "name": "Northridge"}]
    )
    web.answer("GET", PERMISSIONS, {"tools": [tool("timesheets", {"name": "Admin"})]})
    row = {"id": 3, "app_uid": "test-client", "status": "installed", "installed_at": "2026-11-01T00:00:00Z"}
    web.answer(
        "GET",
        f"{API}/rest/v1.0/app_installations",
        [row, {"id": 4, "uninstalled_at": "2026-11-02T00:00:00Z"}],
    )
    assert service.company() == TheirCompany(COMPANY, "Northridge")
    assert service.permissions()[0].is_ok
    mine, gone = service.installations()
    assert (mine.client_id, mine.is_installed, gone.is_installed) == ("test-client", True, False)
    assert {r.headers["Procore-Company-Id"] for r in web.requests()} == {str(COMPANY)}


def test_a_company_where_the_app_is_not_installed_is_none(procore: Procore, web: Web) -> None:
    """R3: a wrong id is told apart."""
    web.answer("GET", f"{API}/rest/v1.0/companies", [{"id": 1, "name": "x"}])
    assert procore.service(COMPANY).company() is None
