"""What was deleted and is brought back, on either side: D3, D42, invariant 3."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.site import Site
from tests.journeys.both_sides import (
    Break,
    answer_is_lost,
    answer_is_lost_and_it_comes_late,
    both_at,
    conflicts,
    kept_ours,
    stands,
)
from webapp.services import locks, settings, sync, timesheets
from webapp.store.sync_store import SyncStore


def test_a_deletion_by_somebody_else_of_long_ago_is_not_taken_for_the_one_of_now(
    shared: tuple[Site, int, int],
) -> None:
    """Deleted and brought back by Dana once; then our deletion has no answer, and the timesheet is brought back."""
    site, timesheet, card = shared
    site.clock.advance(600)
    site.world.delete_timecard(site.dana.id, card)
    site.settle()
    site.clock.advance(300)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    site.clock.advance(3600)
    answer_is_lost(site, "DELETE")
    site.erase(timesheet)
    sync.drain()
    timesheets.restore(site.actor(), timesheet)
    site.settle()
    both_at(site, "8")


def test_a_card_brought_back_after_our_lost_deletion_is_not_deleted_again(
    shared: tuple[Site, int, int],
) -> None:
    """D3: as if the deletion had been answered."""
    site, timesheet, card = shared
    site.clock.advance(600)
    answer_is_lost(site, "DELETE")
    site.erase(timesheet)
    sync.drain()
    assert site.cards() == []
    site.clock.advance(5)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    both_at(site, "8")


def test_nor_where_the_look_that_found_out_was_killed(
    shared: tuple[Site, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """D3: what it had found is not forgotten with it."""
    site, timesheet, card = shared
    site.clock.advance(600)
    answer_is_lost(site, "DELETE")
    site.erase(timesheet)
    sync.drain()
    site.clock.advance(60)
    with monkeypatch.context() as patch:
        patch.setattr(SyncStore, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            site.settle()
    site.world.restore_timecard(site.dana.id, card)
    site.begin_process()
    site.clock.advance(300)
    site.settle()
    both_at(site, "8")


def killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_timesheet_brought_back_after_a_worker_paused_before_its_deletion_is_there_again(
    shared: tuple[Site, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had read was an hour old: the card that a list shows a moment later is none that it did not delete."""
    site, timesheet, _ = shared
    site.clock.advance(600)
    write_down = SyncStore.log_writes

    def paused(*args: Any) -> dict[int, int]:
        site.clock.advance(3600)
        return write_down(*args)

    site.world.set_switches(list_lag_seconds=30.0)
    answer_is_lost(site, "DELETE")
    site.erase(timesheet)
    with monkeypatch.context() as patch:
        patch.setattr(SyncStore, "log_writes", paused)
        sync.drain()
    timesheets.restore(site.actor(), timesheet)
    site.settle()
    site.clock.advance(60)
    sync.sweep_company(site.company_id)
    site.settle()
    both_at(site, "8")


@pytest.mark.parametrize("empty_keys", ["shown", "left_out", "more"])
@pytest.mark.parametrize("lost", [answer_is_lost, answer_is_lost_and_it_comes_late])
def test_a_timesheet_brought_back_after_our_deletion_is_there_again(
    shared: tuple[Site, int, int], lost: Break, empty_keys: str
) -> None:
    """Nobody deleted it at Procore, or its history names nobody: it is created there again."""
    site, timesheet, _ = shared
    site.world.set_switches(empty_keys=empty_keys)
    lost(site, "DELETE")
    site.erase(timesheet)
    sync.drain()
    timesheets.restore(site.actor(), timesheet)
    site.settle()
    site.clock.advance(60)
    site.settle()
    both_at(site, "8")


def test_what_somebody_else_deleted_stays_deleted(shared: tuple[Site, int, int]) -> None:
    """D42: our request was lost on its way, the timesheet is brought back, and then Dana deletes the card."""
    site, timesheet, card = shared
    site.world.add_fault(effect="lose_request", method="DELETE", times=1)
    site.erase(timesheet)
    sync.drain()
    timesheets.restore(site.actor(), timesheet)
    site.world.delete_timecard(site.dana.id, card)
    site.settle()
    assert (stands(site), conflicts(site)) == (([], []), [])


def test_a_timesheet_brought_back_after_a_lost_create_and_a_lost_deletion_is_there_again(site: Site) -> None:
    """Nobody deleted it at Procore: it is created there again."""
    site.connect(receive=True, send=True)
    site.world.set_switches(list_lag_seconds=5.0)
    answer_is_lost(site, "POST")
    timesheet = site.write("8.0")
    sync.drain()
    site.clock.advance(8)
    answer_is_lost(site, "DELETE")
    site.erase(timesheet)
    sync.drain()
    assert site.cards() == []
    timesheets.restore(site.actor(), timesheet)
    site.settle()
    site.clock.advance(60)
    site.settle()
    both_at(site, "8")


def test_our_own_hours_are_not_kept_as_overwritten_by_our_late_deletion(
    shared: tuple[Site, int, int],
) -> None:
    site, timesheet, _ = shared
    site.clock.advance(600)
    site.world.add_fault(effect="late_effect", method="DELETE", times=1, seconds=60)
    site.erase(timesheet)
    sync.drain()
    timesheets.restore(site.actor(), timesheet)
    site.rewrite(timesheet, hours=Decimal(9))
    site.settle()
    site.clock.advance(70)
    site.settle()
    both_at(site, "9")


def test_the_first_card_brought_back_after_the_second_was_deleted_comes_here(
    shared: tuple[Site, int, int],
) -> None:
    """D3: of the two that carried our number one is live; it is no double."""
    site, timesheet, card = shared
    kept_ours(site, timesheet, card)
    site.settle()
    second = site.cards()[0].id
    site.clock.advance(600)
    site.world.delete_timecard(site.dana.id, second)
    site.settle()
    site.clock.advance(600)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    assert stands(site) == ([Decimal(8)], [Decimal(8)])


def test_nine_hours_do_not_give_way_unseen_to_a_card_of_eight_brought_back(
    shared: tuple[Site, int, int],
) -> None:
    """Deleted, brought back and made nine here; then Dana brings the first card back there. Invariant 3."""
    site, timesheet, card = shared
    site.clock.advance(600)
    site.erase(timesheet)
    site.settle()
    site.clock.advance(600)
    timesheets.restore(site.actor(), timesheet)
    site.rewrite(timesheet, hours=Decimal(9))
    site.settle()
    site.clock.advance(600)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    assert Decimal(9) in stands(site)[0] or conflicts(site)


def test_a_deletion_that_a_switch_left_behind_is_over_when_the_timesheet_is_back(
    shared: tuple[Site, int, int],
) -> None:
    """R9, *before_switch*: "What is on both sides is synced again with its next change.\""""
    site, timesheet, _ = shared
    site.clock.advance(600)
    settings.change(site.company_id, {"send": False})
    site.erase(timesheet)
    site.settle()
    settings.change(site.company_id, {"send": True}, since="now")
    site.settle()
    site.clock.advance(600)
    timesheets.restore(site.actor(), timesheet)
    site.settle()
    site.clock.advance(60)
    site.rewrite(timesheet, hours=Decimal(6))
    site.settle()
    assert stands(site) == ([Decimal(6)], [Decimal(6)])


def test_an_exported_timesheet_does_not_come_back_by_itself(shared: tuple[Site, int, int]) -> None:
    """D45: people may not bring it back either while its period is closed."""
    site, _, card = shared
    site.clock.advance(600)
    site.world.delete_timecard(site.dana.id, card)
    site.settle()
    for act in (locks.lock, locks.process):
        act(site.actor(), date(2026, 11, 1), date(2026, 11, 30))
    site.clock.advance(600)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    assert stands(site)[0] == []
    locks.unlock(site.actor(), date(2026, 11, 1), date(2026, 11, 30))
    site.settle()
    assert stands(site)[0] == [8]


@pytest.mark.parametrize("order", ["id", "newest", "updated"])
def test_an_old_card_brought_back_while_the_new_one_is_in_doubt_makes_no_third(
    shared: tuple[Site, int, int], order: str
) -> None:
    """D6: both carry the number; which one a list names last must not matter."""
    site, timesheet, card = shared
    site.world.set_switches(list_order=order)
    kept_ours(site, timesheet, card)
    answer_is_lost(site, "POST")
    site.world.set_switches(list_lag_seconds=5.0)
    sync.drain()
    site.clock.advance(1)
    site.world.restore_timecard(site.dana.id, card)
    site.settle(rounds=200)
    for _ in range(6):
        site.clock.advance(300)
        sync.sweep_company(site.company_id)
        site.settle()
    assert len(site.cards()) == 1


@pytest.mark.parametrize("is_unique", [False, True])
def test_a_card_brought_back_while_the_one_in_its_place_never_arrived_is_the_one(
    shared: tuple[Site, int, int], is_unique: bool
) -> None:
    """D3, D6: nothing is made beside it; where numbers are unique at Procore, that would be refused for ever."""
    site, timesheet, card = shared
    site.world.set_switches(origin_id_unique=is_unique)
    kept_ours(site, timesheet, card)
    site.world.add_fault(effect="lose_request", method="POST", times=1)
    sync.drain()
    site.clock.advance(1)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    for _ in range(6):
        site.clock.advance(60)
        site.settle()
    assert [each.id for each in site.cards()] == [card]
    assert [link.state for link in site.links()] == ["in_sync"]
    assert stands(site) == ([Decimal(9)], [Decimal(9)])


def test_nor_is_one_that_was_entered_at_procore_and_has_no_number_of_ours(site: Site) -> None:
    """D3, D6: it is found by its id."""
    site.connect(receive=True, send=True)
    card = site.enter("8.0").id
    site.settle()
    kept_ours(site, site.timesheets()[0].id, card)
    site.world.add_fault(effect="lose_request", method="POST", times=1)
    sync.drain()
    site.clock.advance(1)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    for _ in range(6):
        site.clock.advance(60)
        site.settle()
    assert [each.id for each in site.cards()] == [card]
    assert stands(site) == ([Decimal(9)], [Decimal(9)])


def test_it_is_noticed_also_where_the_one_in_its_place_arrives(site: Site) -> None:
    """D6, invariant 7: no sweep runs. Both are live, and each has a record."""
    site.connect(receive=True, send=True)
    card = site.enter("8.0").id
    site.settle()
    kept_ours(site, site.timesheets()[0].id, card)
    site.world.add_fault(effect="late_effect", method="POST", times=1, seconds=10)
    sync.drain()
    site.clock.advance(5)
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    site.clock.advance(60)
    site.settle()
    assert len(site.cards()) == 2
    assert {each.id for each in site.cards()} == {link.procore_id for link in site.links()}


def test_a_card_that_stays_deleted_is_not_told_once_more(shared: tuple[Site, int, int]) -> None:
    """D42, R31a: of its deletion the event tells the fraction of a second, the list does not."""
    site, timesheet, card = shared
    site.clock.advance(0.4)
    kept_ours(site, timesheet, card)
    site.settle()
    assert stands(site) == ([Decimal(9)], [Decimal(9)])
    assert len(site.links()) == 1
    assert {line.direction for line in site.messages()} == {"send"}
