"""The operators' commands: values on stdout, messages on stderr, the exit status."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask

from tests.fixtures.acme import Cast, held_card, seed
from webapp.services import api_keys

ACME = "5629499534213120"


@pytest.fixture
def acme(app: Flask) -> Cast:
    return seed(app)


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


def test_a_new_key_stands_alone_on_stdout_and_works(app: Flask, acme: Cast) -> None:
    """R33: role admin and 365 days by default."""
    made = run(app, "api-keys", "create", "--procore-company-id", ACME, "--label", "payroll")
    assert made.exit_code == 0
    key = made.stdout.strip()
    assert made.stdout == f"{key}\n"
    assert "not shown again" in made.stderr
    with app.app_context():
        assert api_keys.caller(key).role == "admin"
    (listed,) = json.loads(run(app, "api-keys", "list").stdout)
    assert (listed["label"], listed["role"], listed["procore_company_id"]) == ("payroll", "admin", ACME)
    assert listed["expires_at"] == "2027-11-20T12:00:00Z"
    assert key not in json.dumps(listed)


def test_a_revoked_key_is_told_and_refused(app: Flask, acme: Cast) -> None:
    """R33."""
    key = run(
        app,
        "api-keys",
        "create",
        "--procore-company-id",
        ACME,
        "--label",
        "x",
        "--role",
        "read",
        "--days",
        "1",
    ).stdout.strip()
    (listed,) = json.loads(run(app, "api-keys", "list").stdout)
    assert run(app, "api-keys", "revoke", str(listed["id"])).exit_code == 0
    with app.app_context(), pytest.raises(api_keys.KeyRefused):
        api_keys.caller(key)
    assert run(app, "api-keys", "revoke", "999").exit_code == 1


def test_the_ledger_is_the_one_of_the_api(app: Flask, acme: Cast) -> None:
    """R31a."""
    with app.app_context():
        held_card(acme.company, 1, "task:X", "…")
    ledger = run(app, "sync", "ledger", "--procore-company-id", ACME)
    assert json.loads(ledger.stdout)["waiting"] == {"records": 1, "hours": "4.00"}
    assert json.loads(ledger.stdout)["total"] == {"records": 1, "hours": "4.00"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("sync", "ledger", "--procore-company-id", "1"),
        ("sync", "sweep", "--procore-company-id", "1"),
        ("companies", "disconnect", "--procore-company-id", "1"),
        ("api-keys", "create", "--procore-company-id", "1", "--label", "x"),
    ],
)
def test_an_unknown_company_is_told_on_stderr_with_exit_status_one(
    app: Flask, acme: Cast, arguments: tuple[str, ...]
) -> None:
    """Nothing but values is on stdout."""
    told = run(app, *arguments)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "company" in told.stderr.lower()


def test_companies_are_listed_as_json(app: Flask, acme: Cast) -> None:
    """Procore's ids are text."""
    listed = json.loads(run(app, "companies", "list").stdout)
    first = listed[0]
    assert (first["procore_company_id"], first["name"], first["state"]) == (
        ACME,
        "Acme Builders",
        "connected",
    )


def test_draining_nothing_is_done_at_once(app: Flask) -> None:
    """D11: it needs no Redis."""
    drained = run(app, "sync", "drain", "--timeout", "5")
    assert (drained.exit_code, json.loads(drained.stdout)) == (0, {"worked": 0, "waiting": 0})
