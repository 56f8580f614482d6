"""The doors to a check: the operators' command and the API (R26); what each tells, and who may repair."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from click.testing import Result
from werkzeug.test import TestResponse

from tests.fixtures.site import Site
from webapp.services import api_keys

WEEK = ("--from", "2026-11-16", "--to", "2026-11-22")


@pytest.fixture
def site(sqlite_site: Site) -> Site:
    """One record that is equal and one that is not."""
    sqlite_site.connect()
    sqlite_site.enter("7.0")
    sqlite_site.enter("8.0")
    sqlite_site.settle()
    max(sqlite_site.cards(), key=lambda card: card.id).hours = Decimal(5)
    return sqlite_site


def command(site: Site, *arguments: str, company: int | None = None) -> Result:
    number = str(company or site.theirs.id)
    return site.app.test_cli_runner().invoke(
        args=["sync", "check", "--procore-company-id", number, *arguments]
    )


def ask(site: Site, role: str = "admin", **body: object) -> TestResponse:
    key = api_keys.create(site.theirs.id, "test", role)
    return site.app.test_client().post(
        "/api/v1/checks",
        json={"from": "2026-11-16", "to": "2026-11-22"} | body,
        headers={"Authorization": f"Bearer {key}"},
    )


def test_the_command_tells_counts_and_differences_and_ends_with_one(site: Site) -> None:
    """R26: exactly what scripts read."""
    told = command(site, *WEEK)
    assert told.exit_code == 1
    assert "differ" in told.stderr
    by_hours = {card.hours: card.id for card in site.cards()}
    timesheet = {row.hours: row.id for row in site.timesheets()}[Decimal(8)]
    assert json.loads(told.stdout) == {
        "equal": 1, "different": 1, "missing_here": 0, "missing_there": 0, "excluded": 0,
        "differences": [{
            "procore_id": str(by_hours[Decimal(5)]), "timesheet_id": timesheet, "kind": "different",
            "fields": {"hours": {"ours": "8.00", "theirs": "5.00"}},
        }],
    }  # fmt: skip


def test_the_command_repairs_and_then_ends_well(site: Site) -> None:
    """R26."""
    assert "1 records are marked" in command(site, *WEEK, "--repair").stderr
    site.settle()
    told = command(site, *WEEK)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["equal"] == 2


def test_the_command_says_what_is_wrong_with_what_it_was_given(site: Site) -> None:
    """R26: in one line."""
    assert command(site, "--from", "2026-11-22", "--to", "2026-11-16").stderr.count("\n") == 1
    assert "no company 77" in command(site, *WEEK, company=77).stderr
    assert command(site, "--from", "16.11.2026", "--to", "2026-11-22").exit_code == 2


def test_the_api_answers_with_the_record(site: Site) -> None:
    """R26."""
    answer = ask(site, "read")
    assert answer.status_code == 201
    told = answer.get_json()
    assert told | {"id": 0, "differences": []} == {
        "id": 0, "from_date": "2026-11-16", "to_date": "2026-11-22", "asked_by": "API key test",
        "checked_at": "2026-11-16T14:00:00Z", "equal": 1, "different": 1, "missing_here": 0, "missing_there": 0,
        "excluded": 0, "marked": 0, "differences": [], "waiting": [],
    } | {"checked_at": told["checked_at"]}  # fmt: skip
    assert told["differences"][0]["fields"] == {"hours": {"ours": "8.00", "theirs": "5.00"}}


def test_only_an_admins_key_repairs(site: Site) -> None:
    """R26, R33."""
    for role in ("read", "write"):
        assert ask(site, role, repair=True).status_code == 403
    assert not any(link.is_dirty for link in site.links())
    assert ask(site, "admin", repair=True).get_json()["marked"] == 1
    site.settle()
    assert ask(site).get_json()["different"] == 0


@pytest.mark.parametrize(
    "body, field",
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-11-15"}, "to"),
        ({"to": "2036-11-15"}, "to"),
        ({"repair": "yes"}, "repair"),
        ({"until": "2026-11-22"}, "until"),
    ],
)
def test_what_cannot_be_checked_is_refused_by_field(site: Site, body: dict[str, object], field: str) -> None:
    """R33."""
    answer = ask(site, **body)
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == [field]


def test_while_procore_is_away_the_api_says_so(site: Site) -> None:
    """D105: nothing is kept of a check that did not end."""
    site.world.add_fault(effect="refuse", status=503)
    assert ask(site).status_code == 503
    site.world.clear_faults()
    assert ask(site).get_json()["id"] == 1
