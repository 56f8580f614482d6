"""Every door asks who comes in: a signed-in person, an administrator, a key of the API, a hook's secret. What is
open to all is on this list, and nothing else."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

from webapp.routes.access import GUARDS

OPEN = {
    "static",
    "auth.sign_in",
    "auth.cookies",
    "auth.start",
    "auth.callback",
    "auth.callback_from_fragment",
    "auth.redeem",
    "auth.continue_here",
    "auth.sign_out",
    "health.healthz",
    "health.readyz",
}
BY_SECRET = {"webhooks.receive"}
FROM_THIS_MACHINE = {"health.metrics"}
DOCUMENTS = {"api_documents.openapi", "api_documents.page"}
"""What the API takes and gives; holds no data."""


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def guard_of(app: Flask, endpoint: str) -> str | None:
    return GUARDS.get(app.view_functions[endpoint])


def address(rule: Rule) -> str:
    """With some value for each part; which one does not matter to somebody who may not come in."""
    built = rule.build(dict.fromkeys(rule.arguments, 1), append_unknown=False)
    assert built is not None
    return built[1]


def test_every_route_has_a_guard_or_is_on_the_list(app: Flask) -> None:
    """R2, R33."""
    listed = OPEN | BY_SECRET | FROM_THIS_MACHINE | DOCUMENTS
    unguarded = {name for name in endpoints(app) if guard_of(app, name) in (None, "open", "loopback")}
    assert unguarded - listed == set()


def test_the_list_names_only_routes_that_exist(app: Flask) -> None:
    assert (OPEN | BY_SECRET | FROM_THIS_MACHINE) - endpoints(app) == set()


def test_every_guarded_page_sends_a_stranger_to_the_sign_in(app: Flask) -> None:
    """R2: tried, not only declared."""
    client, tried = app.test_client(), 0
    for rule in app.url_map.iter_rules():
        if guard_of(app, rule.endpoint) not in ("signed_in", "admin_only") or "GET" not in (
            rule.methods or ()
        ):
            continue
        path = address(rule)
        answer = client.get(path)
        is_sent = answer.status_code == 302 and answer.location.startswith("/auth/sign-in")
        assert is_sent or "Sign in with Procore" in answer.text, path
        tried += 1
    assert tried > 3


def test_every_operation_of_the_api_wants_a_key(app: Flask) -> None:
    """R33: tried, not only declared."""
    client, tried = app.test_client(), 0
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("api."):
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert client.open(address(rule), method=method).status_code == 401, (method, rule.rule)
            tried += 1
    assert tried > 10


def test_a_webhook_without_a_secret_is_refused(app: Flask) -> None:
    """R4."""
    client = app.test_client()
    assert client.post("/webhooks/procore", json={}).status_code == 401
