"""What the app may call at all."""

import json
from pathlib import Path

import pytest

from tests.unit.procore.canned import MakeSession
from webapp.clock import ManualClock
from webapp.procore.client import Client
from webapp.procore.paths import ALLOWED, AUTHORIZE, PROJECTS, Route

CONTRACT = Path(__file__).resolve().parents[3] / "procore_sandbox" / "contract" / "openapi.json"
PATHS = json.loads(CONTRACT.read_text())["paths"]


@pytest.mark.parametrize("route", sorted(ALLOWED, key=lambda route: (route.template, route.method)), ids=str)
def test_every_route_is_in_the_contract_and_not_deprecated(route: Route) -> None:
    """R8; Integration Health 6 and 7: no deprecated and no private endpoint can be called."""
    operation = PATHS[route.template][route.method.lower()]
    assert not operation.get("deprecated")


def test_the_authorize_page_is_in_the_contract() -> None:
    """R2."""
    assert "get" in PATHS[AUTHORIZE]


@pytest.mark.parametrize("route", sorted(ALLOWED, key=str), ids=str)
def test_what_the_contract_wants_a_company_header_for_is_not_sent_without(route: Route) -> None:
    """Integration Health 5."""
    parameters = PATHS[route.template][route.method.lower()].get("parameters", [])
    is_required = {"$ref": "#/components/parameters/ProcoreCompanyId"} in parameters
    assert route.needs_company == is_required


def test_a_company_call_without_its_header_is_refused_by_us(
    clock: ManualClock, make_session: MakeSession
) -> None:
    """Integration Health 5: before anything is sent."""
    client = Client("http://localhost:8001", "http://localhost:8001", clock, make_session)
    with pytest.raises(ValueError, match="Procore-Company-Id"):
        client.send(PROJECTS, token="t")


def test_a_route_that_is_not_listed_is_refused_by_us(clock: ManualClock, make_session: MakeSession) -> None:
    """Integration Health 7."""
    client = Client("http://localhost:8001", "http://localhost:8001", clock, make_session)
    with pytest.raises(ValueError, match="not a route of the contract"):
        client.send(Route("GET", "/rest/v1.0/private", needs_company=False))
