"""The pages against others: text of records stays text, forms come from the pages themselves."""

import pytest

from tests.sandbox.cast import CALLBACK, Procore
from tests.sandbox.visitor import Visitor

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def visitor(procore: Procore) -> Visitor:
    return Visitor(procore)


@pytest.mark.parametrize("path", ["/", "projects", "cards", "card", "apps", "requests", "webhooks", "faults"])
def test_text_of_records_is_never_markup(visitor: Visitor, path: str) -> None:
    """D99."""
    procore = visitor.procore
    procore.person().first_name = procore.bridge.name = procore.company.name = procore.dana.name = EVIL
    procore.cost_code(procore.bridge).name = procore.time_type().time_type = EVIL
    card = procore.enter(description=EVIL, origin_data=EVIL)
    procore.world.edit_timecard(procore.dana.id, card.id, {"description": EVIL * 2})
    hook = procore.hook(procore.bridge)
    procore.world.state.hooks.get(hook["id"]).namespace = EVIL
    procore.enter()
    for each in procore.world.due_deliveries():
        procore.world.delivered(each.id, 500, EVIL)
    procore.api.get(f"/rest/{EVIL}")
    procore.world.add_fault(effect="refuse", path=EVIL)
    addresses = {
        "/": "/",
        "projects": f"{visitor.company}/projects",
        "cards": visitor.cards(),
        "card": f"{visitor.cards()}/{card.id}",
        "apps": f"{visitor.company}/apps",
    }
    html = visitor.client.get(addresses.get(path, f"/{path}")).text
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:9999"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/faults", "/switches", "/act-as", "/oauth/authorize", "{cards}/many"])
def test_forms_of_other_sites_are_refused(visitor: Visitor, path: str, headers: dict[str, str]) -> None:
    """D97."""
    data = {"effect": "lose_answer", "count": "3", "decision": "allow", "bulk_limit": "7"}
    answer = visitor.client.post(path.format(cards=visitor.cards()), data=data, headers=headers)
    world = visitor.procore.world
    assert answer.status_code == 403
    assert (world.faults(), world.switches.bulk_limit) == ([], 0)
    assert world.timecards(visitor.procore.company.id) == []


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}, {}], ids=str
)
def test_forms_of_the_pages_themselves_are_taken(visitor: Visitor, headers: dict[str, str]) -> None:
    answer = visitor.client.post("/faults", data={"effect": "lose_answer"}, headers=headers)
    assert answer.status_code == 303
    assert len(visitor.procore.world.faults()) == 1


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_choosing_a_person_never_leads_away(visitor: Visitor, wanted: str) -> None:
    answer = visitor.send("/act-as", user_id=visitor.procore.frank.id, next=wanted)
    assert answer.location == "/"


def test_the_sign_in_form_may_lead_to_the_app_and_nowhere_else(visitor: Visitor) -> None:
    """Browsers hold redirects after a form against form-action: without the app's origin Allow would do nothing."""
    address = f"/oauth/authorize?response_type=code&client_id=timesite-demo-client&redirect_uri={CALLBACK}"
    policy = visitor.client.get(address).headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:8000;" in policy
    assert "form-action 'self';" in visitor.client.get("/").headers["Content-Security-Policy"]


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = visitor.send("/act-as", user_id=visitor.procore.frank.id).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
