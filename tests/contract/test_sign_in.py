"""OAuth answers and errors against the contract."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from procore_sandbox.model import Response
from tests.contract.schemas import mistakes, pointer
from tests.sandbox.cast import CALLBACK, CREDENTIALS, Procore

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MULTIPART = "multipart/form-data; boundary=frontier"


def encode(kind: str, values: dict[str, Any]) -> bytes:
    if kind == JSON:
        return json.dumps(values).encode()
    if kind == FORM:
        return urlencode(values).encode()
    parts = (
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in values.items()
    )
    return ("".join(parts) + "--frontier--\r\n").encode()


def ask(procore: Procore, path: str, values: dict[str, Any], kind: str = FORM) -> Response:
    return procore.world.call("POST", path, None, {"Content-Type": kind}, encode(kind, values))


def is_of(name: str, answer: Response) -> bool:
    return mistakes(answer.json(), pointer("components", "schemas", name)) == []


@pytest.mark.parametrize("kind", [FORM, JSON, MULTIPART])
def test_a_code_is_exchanged_in_each_documented_encoding(procore: Procore, kind: str) -> None:
    """R2."""
    values = {
        "grant_type": "authorization_code",
        "code": procore.code(procore.dana),
        "redirect_uri": CALLBACK,
        **CREDENTIALS,
    }
    answer = ask(procore, "/oauth/token", values, kind)
    assert answer.status == 200
    assert is_of("TokenResponse", answer)
    assert answer.json()["expires_in"] == 5400
    assert answer.json()["refresh_token"]


def test_client_credentials_have_no_refresh_token(procore: Procore) -> None:
    answer = ask(procore, "/oauth/token", {"grant_type": "client_credentials", **CREDENTIALS})
    assert is_of("TokenResponse", answer)
    assert "refresh_token" not in answer.json()


@pytest.mark.parametrize(
    "values, status, error",
    [
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_refusal_has_the_form_of_rfc_6749(
    procore: Procore, values: dict[str, str], status: int, error: str
) -> None:
    answer = ask(procore, "/oauth/token", {**CREDENTIALS, **values})
    assert (answer.status, answer.json()["error"]) == (status, error)
    assert is_of("OAuthError", answer)


def test_token_info_describes_the_presented_token(procore: Procore) -> None:
    token = procore.pair(procore.dana)["access_token"]
    procore.clock.advance(60)
    answer = procore.world.call("GET", "/oauth/token/info", None, {"Authorization": f"Bearer {token}"})
    assert is_of("TokenInfo", answer)
    assert answer.json()["resource_owner_id"] == procore.dana.id
    assert answer.json()["expires_in_seconds"] == 5340


def test_revoking_answers_200_also_for_an_unknown_token(procore: Procore) -> None:
    answer = ask(procore, "/oauth/revoke", {"token": "unknown", **CREDENTIALS})
    assert (answer.status, answer.json()) == (200, {})
