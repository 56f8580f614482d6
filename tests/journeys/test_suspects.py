"""Workers that die again and again: what they had in hand is worked soon, what kills them is set aside."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from tests.fixtures.site import Site
from tests.journeys.test_killed import Killed, work_and_die
from webapp import wiring
from webapp.store.models import Link
from webapp.store.session import system
from webapp.sync.batch import Limits
from webapp.sync.engine import Engine


class Poisoned:
    """Procore, but reading one of its cards kills the worker."""

    def __init__(self, real: Any, card: int) -> None:
        self._real, self._card = real, card

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def by_ids(self, ids: list[int]) -> Any:
        if self._card in ids:
            raise Killed
        return self._real.by_ids(ids)


def test_what_two_killed_workers_had_in_hand_is_not_worked_one_by_one(site: Site) -> None:
    """D10, D105: 100 cards cost a few calls, not one each, and nobody waits for more of a storm that is over."""
    site.connect()
    site.enter("1.0")
    site.settle()
    for _ in range(100):
        site.enter("1.0")
    site.deliver()
    for _ in range(2):
        assert work_and_die(site, 3, after=True)
        site.clock.advance(121)
    site.forget_calls()
    began = site.clock.now()
    new_engine(site, wiring.procore_for(site.theirs.id)).work("the third")
    assert len(site.timesheets()) == 101
    assert site.calls() <= 4
    assert site.clock.now() == began


def test_what_four_killed_workers_had_in_hand_is_worked_in_growing_groups(site: Site) -> None:
    """D10: 60 cards, each begun four times without an end, cost six calls: 1, 2, 4, 8, 16 and the rest at once."""
    site.connect()
    site.enter("1.0")
    site.settle()
    for _ in range(60):
        site.enter("1.0")
    site.deliver()
    with system() as session:
        session.execute(update(Link).where(Link.is_dirty).values(attempts=4))
    site.forget_calls()
    new_engine(site, wiring.procore_for(site.theirs.id)).work("the fifth")
    assert len(site.timesheets()) == 61
    assert site.calls() <= 8


def test_a_card_that_kills_every_worker_is_set_aside_and_all_others_pass(site: Site) -> None:
    """D9, R25: found within a bounded number of deaths, with a reason that a person can read."""
    site.connect()
    cards = [site.enter("1.0") for _ in range(60)]
    site.deliver()
    deaths = 0
    while deaths < 20 and work_poisoned(site, cards[20].id):
        deaths += 1
        site.clock.advance(121)
    assert deaths < 10
    [failed] = [link for link in site.links() if link.state != "in_sync"]
    assert (failed.procore_id, failed.state, failed.reason_key) == (cards[20].id, "failed", "crashed")
    assert len(site.timesheets()) == 59


def work_poisoned(site: Site, card: int) -> bool:
    """One worker. True when the card killed it."""
    try:
        new_engine(site, Poisoned(wiring.procore_for(site.theirs.id), card)).work("poisoned")
    except Killed:
        return True
    return False


def new_engine(site: Site, procore: Any) -> Engine:
    """One that waits by moving the clock."""
    return Engine(wiring.store_for(site.company_id), procore, site.clock, site.clock.advance, Limits())
