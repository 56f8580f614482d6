"""Sign-in: codes, tokens, refresh, revocation, and what a person who denies sends back."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from procore_sandbox.model import Refused, Response
from tests.sandbox.cast import CALLBACK, CREDENTIALS, JSON, Procore

QUERY = {
    "response_type": "code",
    "client_id": CREDENTIALS["client_id"],
    "redirect_uri": CALLBACK,
    "state": "a b&c",
}


def ask(procore: Procore, **form: str) -> Response:
    return procore.world.call("POST", "/oauth/token", None, JSON, {**CREDENTIALS, **form})


def redeem(procore: Procore, code: str, redirect_uri: str = CALLBACK) -> Response:
    return ask(procore, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)


def refresh(procore: Procore, token: str) -> Response:
    return ask(procore, grant_type="refresh_token", refresh_token=token)


def me(procore: Procore, token: str) -> int:
    return procore.world.call("GET", "/rest/v1.0/me", None, {"Authorization": f"Bearer {token}"}).status


def test_allowing_sends_code_and_state_back(procore: Procore) -> None:
    """R2."""
    location = procore.world.allow(procore.world.authorization_request(QUERY), procore.frank.id)
    assert location.startswith(CALLBACK + "?")
    assert parse_qs(urlsplit(location).query)["state"] == ["a b&c"]


def test_the_code_may_come_in_the_hash_fragment() -> None:
    """The guides contradict each other, so it is a switch."""
    procore = Procore(callback_in_fragment=True)
    location = urlsplit(procore.world.allow(procore.world.authorization_request(QUERY), procore.frank.id))
    assert (location.query, list(parse_qs(location.fragment))) == ("", ["code", "state"])


def test_denying_sends_access_denied_and_state_back(procore: Procore) -> None:
    location = procore.world.deny(procore.world.authorization_request(QUERY))
    values = parse_qs(urlsplit(location).query)
    assert (values["error"], values["state"]) == (["access_denied"], ["a b&c"])


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "other"},
        {"response_type": "token"},
    ],
)
def test_a_request_that_is_not_exactly_registered_is_shown_not_redirected(
    procore: Procore, change: dict[str, str]
) -> None:
    with pytest.raises(Refused):
        procore.world.authorization_request({**QUERY, **change})


def test_a_code_works_once(procore: Procore) -> None:
    code = procore.code(procore.dana)
    assert redeem(procore, code).status == 200
    assert (redeem(procore, code).status, redeem(procore, code).json()["error"]) == (400, "invalid_grant")


def test_a_code_dies_after_ten_minutes(procore: Procore) -> None:
    code = procore.code(procore.dana)
    procore.clock.advance(600)
    assert redeem(procore, code).json()["error"] == "invalid_grant"


def test_a_code_is_bound_to_its_redirect_address(procore: Procore) -> None:
    assert redeem(procore, procore.code(procore.dana), "https://other.example/").status == 400


def test_an_access_token_lives_ninety_minutes(procore: Procore) -> None:
    token = procore.pair(procore.dana)["access_token"]
    procore.clock.advance(5399)
    assert me(procore, token) == 200
    procore.clock.advance(1)
    assert me(procore, token) == 401


def test_a_refresh_token_works_once_also_long_after(procore: Procore) -> None:
    """D100: the answer carries a new one."""
    pair = procore.pair(procore.dana)
    procore.clock.advance(90 * 24 * 3600)
    fresh = refresh(procore, pair["refresh_token"]).json()
    assert me(procore, fresh["access_token"]) == 200
    assert refresh(procore, pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert refresh(procore, fresh["refresh_token"]).status == 200


def test_a_refresh_whose_answer_is_lost_has_used_the_token(procore: Procore) -> None:
    """Procore: void even when the refresh answer is lost."""
    pair = procore.pair(procore.dana)
    procore.world.add_fault(effect="lose_answer", path="/oauth/token", times=1)
    assert refresh(procore, pair["refresh_token"]).is_lost
    assert refresh(procore, pair["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_kills_both(procore: Procore, which: str) -> None:
    """R7."""
    pair: dict[str, Any] = procore.pair(procore.dana)
    body = {"token": pair[which], **CREDENTIALS}
    assert procore.world.call("POST", "/oauth/revoke", None, JSON, body).status == 200
    assert me(procore, pair["access_token"]) == 401
    assert refresh(procore, pair["refresh_token"]).status == 400


def test_revoking_needs_the_clients_secret(procore: Procore) -> None:
    pair = procore.pair(procore.dana)
    body = {"token": pair["access_token"], "client_id": CREDENTIALS["client_id"], "client_secret": "wrong"}
    assert procore.world.call("POST", "/oauth/revoke", None, JSON, body).status == 401
    assert me(procore, pair["access_token"]) == 200


def test_the_sandbox_can_revoke_every_token_of_people(procore: Procore) -> None:
    """R8; what follows is told apart from the app's own mistakes."""
    service, token = procore.api, procore.pair(procore.dana)["access_token"]
    assert procore.world.revoke_tokens(service=False) == 1
    assert me(procore, token) == 401
    assert procore.world.request_log()[0].cause == "token revoked"
    assert service.get("/rest/v1.0/companies").status == 200
