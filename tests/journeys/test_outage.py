"""Procore is away for an hour: it is left alone, no record is blamed, and everything is copied when it is back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.fixtures.site import Site
from webapp.domain.credentials import SERVICE
from webapp.services import schedule, sync
from webapp.store.budgets import Budgets
from webapp.store.models import Link
from webapp.store.session import system

HOW = [
    {"effect": "refuse", "status": 503},
    {"effect": "refuse", "status": 503, "retry_after": 1},
    {"effect": "refuse", "status": 500},
    {"effect": "lose_request"},
    {"effect": "lose_answer"},
]


def attempts() -> list[int]:
    with system(is_readonly=True) as session:
        return list(session.scalars(select(Link.attempts)))


def hour_of(site: Site, every: float) -> int:
    """Work comes in, webhooks and looks wake workers again and again. How many calls Procore saw."""
    before = len(list(site.world.state.calls))
    for second in range(int(3600 / every)):
        if second % 200 == 0:
            site.enter("1.0")
            site.write("2.0", person=4 + second % 5)
        site.deliver()
        for company_id in schedule.companies_to_work():
            sync.work(company_id, sync.FIRST, gather=False)
        site.clock.advance(every)
    return len(list(site.world.state.calls)) - before


@pytest.mark.parametrize("fault", HOW, ids=lambda fault: "-".join(str(value) for value in fault.values()))
def test_an_hour_without_procore_costs_a_probe_every_half_minute(
    sqlite_site: Site, fault: dict[str, Any]
) -> None:
    """M15, D105: no dead letter, no attempt counted; half open with one probe; then both sides are equal."""
    site = sqlite_site
    site.connect(send=True)
    site.enter("1.0")
    site.settle()
    made = site.world.add_fault(path="/rest/", **fault)
    calls = hour_of(site, every=3)
    assert 60 <= calls <= 5 + 120
    assert {link.state for link in site.links()} <= {"in_sync", "waiting"}
    assert max(attempts()) <= 1
    site.world.remove_fault(made.id)
    site.clock.advance(60)
    site.settle()
    assert {link.state for link in site.links()} == {"in_sync"}
    assert len(site.timesheets()) == len(site.cards())
    assert Budgets().near(SERVICE, site.theirs.id, site.clock.now()).own.budget.failures == 0


def test_a_card_at_which_procore_fails_alone_does_not_stop_the_others(sqlite_site: Site) -> None:
    """D105, D9: the record waits longer each time; the company does not wait."""
    site = sqlite_site
    site.connect(send=True)
    bad, good = site.write("1.0"), site.write("2.0", person=5)
    site.settle()
    card = next(c for c in site.cards() if float(c.hours) == 1.0)
    site.world.add_fault(effect="refuse", method="PATCH", path=f"/{card.id}", status=500)
    site.rewrite(bad, hours=3)
    sync.drain()
    site.forget_calls()
    for hours in range(4, 14):
        site.rewrite(good, hours=hours)
        for company_id in schedule.companies_to_work():
            sync.work(company_id, sync.FIRST, gather=False)
        assert sorted(float(c.hours) for c in site.cards()) == [1.0, float(hours)]
        site.clock.advance(360)
    assert sum(call.status == 500 for call in site.world.state.calls) <= 8


def test_what_is_left_out_for_good_keeps_its_rule_through_an_outage(sqlite_site: Site) -> None:
    """R6, D20, invariant 6: Procore being busy is no reason to leave a record out (the simulation's seed 30110)."""
    site = sqlite_site
    old = site.enter("8.0")
    site.clock.advance(3600)
    site.connect()
    site.edit(old.id, hours="7.0")
    site.settle()
    site.world.add_fault(effect="refuse", status=503, method="GET", path="*/timecard_entries", times=3)
    site.edit(old.id, hours="6.0")
    site.settle()
    assert [(link.state, link.reason_key) for link in site.links()] == [("excluded", "before_connection")]
