"""The sign-in popup's page."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from procore_sandbox.model.state import DEMO_CLIENT_ID
from tests.sandbox.cast import CALLBACK, Procore
from tests.sandbox.visitor import Visitor

QUERY = {"response_type": "code", "client_id": DEMO_CLIENT_ID, "redirect_uri": CALLBACK, "state": "a b&c"}
ADDRESS = f"/oauth/authorize?{urlencode(QUERY)}"


@pytest.fixture
def visitor(procore: Procore) -> Visitor:
    return Visitor(procore)


def answer_of(location: str) -> dict[str, list[str]]:
    assert location.startswith(f"{CALLBACK}?")
    return parse_qs(urlsplit(location).query)


def test_allowing_sends_a_code_of_the_picked_person_and_the_state_unchanged(visitor: Visitor) -> None:
    """R2."""
    procore = visitor.procore
    answer = visitor.submit(ADDRESS, "authorize-form", 302, user_id=procore.frank.id, decision="allow")
    told = answer_of(answer.location)
    assert told["state"] == ["a b&c"]
    form = {"grant_type": "authorization_code", "code": told["code"][0], "redirect_uri": CALLBACK}
    token = procore.token(form)["access_token"]
    info = procore.world.call("GET", "/oauth/token/info", headers={"Authorization": f"Bearer {token}"}).json()
    assert info["resource_owner_id"] == procore.frank.id


def test_denying_sends_access_denied(visitor: Visitor) -> None:
    answer = visitor.submit(ADDRESS, "authorize-form", 302, decision="deny")
    assert answer_of(answer.location)["error"] == ["access_denied"]


def test_the_person_one_acts_as_is_picked_already(visitor: Visitor) -> None:
    visitor.act_as(visitor.procore.sam)
    assert visitor.open(ADDRESS).form("authorize-form").values["user_id"] == [str(visitor.procore.sam.id)]


def test_the_code_comes_in_the_fragment_where_the_switch_says_so() -> None:
    visitor = Visitor(Procore(callback_in_fragment=True))
    location = visitor.submit(ADDRESS, "authorize-form", 302, decision="allow").location
    assert location.startswith(f"{CALLBACK}#")
    assert "code=" in urlsplit(location).fragment


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "someone else"},
        {"redirect_uri": f"{CALLBACK}/"},
        {"redirect_uri": "https://evil.example/auth/callback"},
        {"response_type": "token"},
    ],
)
def test_a_wrong_request_is_shown_and_never_redirected(visitor: Visitor, wrong: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        values = {**QUERY, **wrong, "decision": "allow", "user_id": str(visitor.procore.dana.id)}
        query, form = (values, None) if method == "GET" else (None, values)
        answer = visitor.client.open("/oauth/authorize", method=method, query_string=query, data=form)
        assert 400 <= answer.status_code < 500
        assert "authorize-refused" in answer.text
        assert "Location" not in answer.headers


@pytest.mark.parametrize("user_id", [None, "1", "x"])
def test_allowing_needs_a_person(visitor: Visitor, user_id: str | None) -> None:
    answer = visitor.submit(ADDRESS, "authorize-form", 400, user_id=user_id, decision="allow")
    assert "Pick a person first." in answer.text


def test_the_service_accounts_user_cannot_sign_in(visitor: Visitor) -> None:
    procore = visitor.procore
    installation = procore.world.installation(procore.company.id)
    assert installation is not None
    visitor.submit(ADDRESS, "authorize-form", 400, user_id=installation.service_user_id, decision="allow")
