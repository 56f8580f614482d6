"""Keys of the REST API: whose they are, what their role allows, when they end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.fixtures.acme import Cast
from tests.routes.api.conftest import ACME, Caller
from webapp.services import api_keys
from webapp.store.models import ApiKey, Company
from webapp.store.session import system

READS = ("/timesheets", "/timesheets.csv", "/messages", "/holds", "/ledger", "/import-template", "/projects", "/users",
         "/tasks", "/project-items", "/settings")  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_without_a_good_key_nothing_is_told(app: Flask, acme: Cast, path: str) -> None:
    """R33."""
    for header in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer "},
    ):
        answer = app.test_client().get(f"/api/v1{path}", headers=header)
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", READS)
def test_every_role_reads(caller: Callable[..., Caller], path: str) -> None:
    """R33."""
    assert caller("read")("GET", path).status_code == 200


@pytest.mark.parametrize(
    "method, path, body, needed",
    [
        ("POST", "/timesheets", {}, "write"),
        ("PATCH", "/timesheets/1", {}, "write"),
        ("DELETE", "/timesheets/1", None, "write"),
        ("POST", "/projects", {}, "write"),
        ("POST", "/users", {}, "write"),
        ("POST", "/tasks", {}, "write"),
        ("POST", "/project-items", {}, "write"),
        ("POST", "/messages/1/retry", {}, "write"),
        ("POST", "/messages/1/discard", {}, "write"),
        ("PUT", "/import-template", [], "admin"),
        ("PUT", "/projects/1/link", {}, "admin"),
        ("DELETE", "/projects/1/link", None, "admin"),
        ("PATCH", "/settings", {}, "admin"),
    ],
)  # fmt: skip
def test_a_role_that_is_too_low_is_refused(
    caller: Callable[..., Caller], method: str, path: str, body: object, needed: str
) -> None:
    """R33."""
    roles = ("read", "write", "admin")
    for role in roles:
        status = caller(role)(method, path, body).status_code
        assert (status == 403) == (roles.index(role) < roles.index(needed)), role


def test_a_key_ends_when_revoked_expired_or_its_company_disconnects(app: Flask, call: Caller) -> None:
    """R7, R33."""
    assert call("GET", "/ledger").status_code == 200
    with app.app_context():
        (key,) = api_keys.every()
        assert key.used_at is not None
        api_keys.revoke(key.id)
    assert call("GET", "/ledger").status_code == 401


def test_an_expired_key_is_refused(app: Flask, caller: Callable[..., Caller]) -> None:
    """R33."""
    with app.app_context():
        short = Caller(app.test_client(), api_keys.create(ACME, "short", "read", days=1))
    assert short("GET", "/ledger").status_code == 200
    app.extensions["clock"].advance(86_400)
    assert short("GET", "/ledger").status_code == 401


def test_a_key_stops_with_the_connection(app: Flask, call: Caller, acme: Cast) -> None:
    """R7."""
    with app.app_context(), system() as session:
        session.get_one(Company, acme.company).state = "disconnected"
    assert call("GET", "/ledger").status_code == 401


def test_only_the_hash_of_a_key_is_kept(app: Flask, call: Caller) -> None:
    """R33."""
    with app.app_context(), system() as session:
        row = session.query(ApiKey).one()
        assert len(row.key_hash) == 64
        assert call.key not in repr(vars(row))


def test_the_api_needs_no_csrf_token_and_the_rest_does(app: Flask, call: Caller) -> None:
    """R33: a header is no cookie that a foreign page could ride on."""
    assert call("POST", "/tasks", {"name": "Travel"}).status_code == 201
    assert app.test_client().post("/auth/sign-out").status_code == 400
