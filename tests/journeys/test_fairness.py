"""A company with a large backlog beside a small one (M17): counted in steps, without a clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fixtures.neighbour import neighbour_of
from tests.fixtures.site import Site
from webapp import wiring
from webapp.domain.credentials import SERVICE, Priority
from webapp.services import schedule, sync
from webapp.store import schedule as rows
from webapp.store.budgets import Budgets
from webapp.store.sync_store import SyncStore

LARGE = 1200


@pytest.fixture
def both(sqlite_site: Site) -> tuple[Site, Site]:
    """Both connected; the first has 1,200 cards that a sweep found, all due at once."""
    big, small = sqlite_site, neighbour_of(sqlite_site)
    small.connect()
    big.connect()
    big.world.add_fault(effect="drop_event", company_id=big.theirs.id)
    big.world.enter_many(big.dana.id, LARGE)
    sync.sweep_company(big.company_id)
    return big, small


def enter(site: Site) -> None:
    site.enter("1.0", person=0)
    site.deliver()


def test_a_backlog_is_worked_in_one_turn_while_nobody_waits(both: tuple[Site, Site]) -> None:
    """M17: fairness costs nothing when there is nobody to be fair to."""
    big, _ = both
    assert sync.work(big.company_id, sync.BACKLOG, gather=False).records == LARGE


def test_a_backlog_is_not_read_again_for_each_of_its_steps(sqlite_site: Site) -> None:
    """M17: 20 steps of a backlog read it about twice, not twenty times."""
    site = sqlite_site
    site.connect()
    site.world.add_fault(effect="drop_event", company_id=site.theirs.id)
    site.world.enter_many(site.dana.id, 6000)
    sync.sweep_company(site.company_id)
    site.forget_calls()
    assert sync.work(site.company_id, sync.WHOLE, gather=False).records == 6000
    assert site.calls() <= 12 * 5 + 5


def test_a_turn_ends_with_its_step_when_another_company_waits(both: tuple[Site, Site]) -> None:
    """M17."""
    big, small = both
    enter(small)
    assert sync.work(big.company_id, sync.BACKLOG, gather=False).records == 250
    assert set(schedule.companies_to_work()) == {big.company_id, small.company_id}
    assert sync.work(small.company_id, sync.FIRST).records == 1
    assert sync.work(big.company_id, sync.BACKLOG, gather=False).records == LARGE - 250


def test_a_wake_up_only_begins_a_backlog(both: tuple[Site, Site]) -> None:
    """M17: the process for first turns is free again after 50 records."""
    big, _ = both
    assert sync.work(big.company_id, sync.FIRST).records == 50
    assert schedule.companies_to_work() == [big.company_id]


def test_one_worker_alone_serves_the_small_company_after_one_step_of_the_large_one(
    both: tuple[Site, Site],
) -> None:
    """M17: in Procore's calls, from the moment its change is known."""
    big, small = both
    enter(small)
    small.forget_calls()
    sync.drain()
    asked = [call.company_id for call in small.world.state.calls]
    assert asked.index(small.theirs.id) <= 10
    assert len(small.timesheets()) == 1
    assert len(big.timesheets()) == LARGE


def test_two_backlogs_take_turns(both: tuple[Site, Site]) -> None:
    """M17: step by step, so that neither waits for the other's end."""
    big, other = both
    other.world.add_fault(effect="drop_event", company_id=other.theirs.id)
    other.world.enter_many(other.dana.id, LARGE, company_id=other.theirs.id)
    sync.sweep_company(other.company_id)
    for turn in (1, 2):
        for site in both:
            assert sync.work(site.company_id, sync.BACKLOG, gather=False).records == 250
            assert len(site.timesheets()) == 250 * turn
    assert rows.count_ready(big.clock.now()) == 2 * (LARGE - 500)


def test_who_waits_for_procore_or_is_in_hand_already_ends_nobodys_turn(both: tuple[Site, Site]) -> None:
    """M17: a turn is given up only to somebody who can use it."""
    big, small = both
    enter(small)
    now = big.clock.now()
    assert rows.others_wait(big.company_id, now)
    lease = store_of(small).claim("another worker")
    assert not rows.others_wait(big.company_id, now)
    store_of(small).wait(lease, now.replace(hour=now.hour + 1))
    store_of(small).release(lease)
    assert not rows.others_wait(big.company_id, now)
    assert schedule.companies_to_work() == [big.company_id]


def store_of(site: Site) -> SyncStore:
    return wiring.store_for(site.company_id)


@pytest.mark.parametrize("turn, is_last", [(sync.FIRST, False), (sync.BACKLOG, True)])
def test_a_backlog_leaves_a_part_of_procores_budget_to_fresh_changes(
    both: tuple[Site, Site], turn: sync.Turn, is_last: bool
) -> None:
    """D104: with a twentieth of the window left, only first turns go on."""
    big, _ = both
    use_up(big, lambda left: left < 6)
    big.forget_calls()
    sync.work(big.company_id, turn, gather=False)
    assert (big.calls() == 0) == is_last
    assert (turn.priority is Priority.BACKLOG) == is_last


def use_up(site: Site, is_enough: Callable[[int], bool]) -> None:
    """Calls until so many of a hundred are left in the ten seconds."""
    procore, budgets = wiring.procore_for(site.theirs.id), Budgets()
    for _ in range(100):
        procore.time_types()
        left = budgets.near(SERVICE, site.theirs.id, site.clock.now()).own.budget.remaining
        if left is not None and is_enough(left):
            return
