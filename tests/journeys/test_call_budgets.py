"""How many calls Procore is asked for what: counts, not times. On SQLite only; the database does not matter here."""

from __future__ import annotations

from tests.fixtures.site import Site
from webapp.services import sync


def test_a_sweep_with_nothing_changed_costs_two_calls(sqlite_site: Site) -> None:
    """D4."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.settle()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    site.settle()
    site.forget_calls()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    assert site.calls() == 2


def test_a_thousand_cards_entered_at_once_cost_few_calls(sqlite_site: Site) -> None:
    """D8, R10: at most 30 calls, connecting and the mirror of the directory aside."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.settle()
    site.world.enter_many(site.dana.id, 1000)
    site.forget_calls()
    site.settle()
    assert len(site.timesheets()) == 1001
    assert site.calls() <= 30


def test_a_thousand_new_timesheets_cost_few_calls(sqlite_site: Site) -> None:
    """R17, R21: at most 60 calls."""
    site = sqlite_site
    site.connect(send=True)
    site.write("1.0")
    site.settle()
    site.write_many(1000)
    site.forget_calls()
    site.settle()
    assert len(site.cards()) == 1001
    assert {link.state for link in site.links()} == {"in_sync"}
    assert site.calls() <= 60
