"""How many calls Procore is asked for what: counts, not times. On SQLite only; the database does not matter here."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.site import Site
from webapp import wiring
from webapp.services import inbox, sync
from webapp.store.models import Event
from webapp.store.session import reading
from webapp.sync.engine import Engine

TURN = timedelta(seconds=20)


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
    """D8, R10: at most 12 calls, connecting and the mirror of the directory aside."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.settle()
    site.world.enter_many(site.dana.id, 1000)
    site.forget_calls()
    site.settle()
    assert len(site.timesheets()) == 1001
    assert site.calls() <= 12


def test_a_thousand_new_timesheets_cost_few_calls(sqlite_site: Site) -> None:
    """R17, R21: at most 20 calls, reading back included."""
    site = sqlite_site
    site.connect(send=True)
    site.write("1.0")
    site.settle()
    site.write_many(1000)
    site.forget_calls()
    site.settle()
    assert len(site.cards()) == 1001
    assert {link.state for link in site.links()} == {"in_sync"}
    assert site.calls() <= 20


def test_timesheets_that_keep_coming_for_forty_seconds_cost_few_calls(sqlite_site: Site) -> None:
    """R17: a thousand written by slow clients stay under 60 calls, too; each round costs three."""
    site, rate, left = sqlite_site, 10, 400
    site.connect(send=True)
    site.write("1.0")
    site.settle()
    site.forget_calls()

    def pause(seconds: float) -> None:
        nonlocal left
        count = min(left, round(seconds * rate))
        left -= count
        site.clock.advance(seconds)
        site.write_many(count)
        site.deliver()

    pause(1.0)
    while left:
        procore, store = wiring.procore_for(site.theirs.id), wiring.store_for(site.company_id)
        until = site.clock.now() + timedelta(seconds=sync.WHOLE.seconds)
        Engine(store, procore, site.clock, pause).work("worker", until)
    site.settle()
    assert len(site.cards()) == 401
    assert site.calls() <= 60


def test_a_storm_of_ten_thousand_events_on_ten_cards_costs_few_reads(sqlite_site: Site) -> None:
    """D8, M19: at 600 events a second, at most 20 reads; each event is stored."""
    site, rate = sqlite_site, 600
    site.connect()
    cards = [site.enter(person=3 + n).id for n in range(10)]
    site.settle()
    site.world.storm(cards, 10_000)
    site.forget_calls()
    left = 10_000

    def pause(seconds: float) -> None:
        nonlocal left
        for _ in range(round(seconds * rate / 200)):
            for one in site.world.due_deliveries(site.clock.now()):
                assert inbox.receive(one.authorization or "", one.body)
                site.world.delivered(one.id, 204)
                left -= 1
        site.clock.advance(seconds)

    while left:
        pause(1.0)
        procore, store = wiring.procore_for(site.theirs.id), wiring.store_for(site.company_id)
        until = site.clock.now() + TURN
        Engine(store, procore, site.clock, pause).work("worker", until)
    with reading(site.company_id) as session:
        assert session.query(Event).filter_by(event_type="update").count() == 10_000
    assert site.calls() <= 20
