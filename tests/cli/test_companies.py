"""companies connect, disconnect; sync sweep and drain over the stand-in's model: the road without a screen."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask

from tests.fixtures.site import Site


@pytest.fixture
def site(app: Flask) -> Site:
    with app.app_context():
        made = Site(app)
        made.world.install(made.theirs.id, user_id=made.dana.id)
    return made


def run(site: Site, *arguments: str) -> Result:
    return site.app.test_cli_runner().invoke(args=arguments)


def connect(site: Site, *more: str) -> Result:
    return run(
        site, "companies", "connect", "--procore-company-id", str(site.theirs.id), "--name", "Acme", *more
    )


def test_connecting_is_the_same_as_the_button_and_twice_changes_nothing(site: Site) -> None:
    """R3, R4, R9: receive on, send off, unless said otherwise."""
    first = connect(site)
    assert first.exit_code == 0
    assert "Successfully connected" in first.stderr
    assert json.loads(first.stdout)["procore_company_id"] == str(site.theirs.id)
    hooks = len(site.world.hooks())
    assert hooks >= 1
    again = connect(site, "--send", "--no-receive")
    assert again.exit_code == 0
    assert "already" in again.stderr
    (company,) = json.loads(run(site, "companies", "list").stdout)
    assert (company["state"], company["receive"], company["send"]) == ("connected", False, True)
    assert len(site.world.hooks()) == hooks


def test_a_company_that_did_not_install_the_app_is_told_so(site: Site) -> None:
    """R3: nothing is half-connected."""
    site.world.uninstall(site.theirs.id)
    told = connect(site)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.strip()
    listed = json.loads(run(site, "companies", "list").stdout)
    assert all(company["state"] != "connected" for company in listed)


def test_a_lost_event_is_found_by_a_sweep_and_worked_by_a_drain(site: Site) -> None:
    """D4: without Redis, without a webhook."""
    connect(site)
    site.clock.advance(5)
    site.enter("7.25")
    site.clock.advance(5)
    swept = run(site, "sync", "sweep", "--procore-company-id", str(site.theirs.id))
    assert swept.exit_code == 0
    assert json.loads(swept.stdout)
    drained = run(site, "sync", "drain", "--timeout", "60")
    assert (drained.exit_code, json.loads(drained.stdout)["waiting"]) == (0, 0)
    ledger = run(site, "sync", "ledger", "--procore-company-id", str(site.theirs.id))
    assert json.loads(ledger.stdout)["in_sync"] == {"records": 1, "hours": "7.25"}


def test_disconnecting_ends_keys_and_leaves_timesheets(site: Site) -> None:
    """R7."""
    connect(site)
    key = run(
        site, "api-keys", "create", "--procore-company-id", str(site.theirs.id), "--label", "x"
    ).stdout.strip()
    headers = {"Authorization": f"Bearer {key}"}
    assert site.app.test_client().get("/api/v1/ledger", headers=headers).status_code == 200
    told = run(site, "companies", "disconnect", "--procore-company-id", str(site.theirs.id))
    assert (told.exit_code, told.stdout) == (0, "")
    assert site.app.test_client().get("/api/v1/ledger", headers=headers).status_code == 401
    assert json.loads(run(site, "api-keys", "list").stdout) == []
