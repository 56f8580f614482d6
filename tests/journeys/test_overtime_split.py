"""Procore splits a card by its overtime rules: D48."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, text

from tests.fixtures.site import Site
from tests.journeys.both_sides import Break, answer_is_lost, answer_is_lost_and_it_comes_late
from webapp.extensions import db
from webapp.services import activity, locks, settings, sync
from webapp.store.session import StoreSession

MILLION = 1_000_000
"""SQLite holds hours as whole millionths."""
TOTAL = text("SELECT sum(hours) FROM timesheets WHERE deleted_at IS NULL")


@contextmanager
def watching(site: Site, seen: list[Decimal]) -> Iterator[None]:
    """Collects what all timesheets add up to after every commit."""

    def note(_: Any) -> None:
        with db.engine.connect() as connection:
            total = connection.scalar(TOTAL)
            seen.append(Decimal(int(total or 0)) / MILLION)

    event.listen(StoreSession, "after_commit", note)
    try:
        yield
    finally:
        event.remove(StoreSession, "after_commit", note)


def hours_here(site: Site) -> list[Decimal | None]:
    return sorted(sheet.hours or Decimal(0) for sheet in site.timesheets())


def test_a_card_split_in_procore_arrives_in_one_step(sqlite_site: Site) -> None:
    """D48: the parent's update and the child's create are one step; at no moment do the hours not add up."""
    site = sqlite_site
    site.connect()
    card = site.enter("10.0")
    site.settle()
    overtime = next(t for t in site.world.state.time_types if t.time_type == "Overtime")
    site.edit(card.id, hours="8.0")
    site.enter("2.0", timecard_time_type_id=overtime.id)
    site.deliver()
    assert hours_here(site) == [10]
    seen: list[Decimal] = []
    with watching(site, seen):
        site.settle()
    assert hours_here(site) == [2, 8]
    assert set(seen) <= {Decimal(10)}


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("lunch", [None, 30])
@pytest.mark.parametrize("receive", [True, False])
def test_what_procore_splits_of_ours_adds_up(
    sqlite_site: Site, receive: bool, lunch: int | None, is_listed: bool
) -> None:
    """D48, D47, R21: our own ten hours come back as eight and two; nothing is sent back, nothing counted twice."""
    site = sqlite_site
    site.connect(receive=receive, send=True)
    site.world.set_switches(overtime_split="always", split_parts_listed=is_listed)
    site.write("10.0", lunch_minutes=lunch)
    seen: list[Decimal] = []
    with watching(site, seen):
        site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == ([2, 8] if receive else [10])
    assert set(seen) <= {Decimal(10)}
    links = site.links()
    assert len(links) == 2
    assert {link.state for link in links} == ({"in_sync"} if receive else {"in_sync", "excluded"})
    site.forget_calls()
    site.settle()
    assert site.calls() == 0


@pytest.mark.parametrize("webhooks", [True, False])
def test_a_split_whose_answer_was_lost_adds_up(sqlite_site: Site, webhooks: bool) -> None:
    """D48, D6: the card is found by its number, its part beside it, also where no event tells of it."""
    site = sqlite_site
    site.connect(send=True)
    site.world.set_switches(overtime_split="always")
    site.world.add_fault(
        effect="lose_answer", method="POST", path="/rest/v1.0/companies/*/timesheets", times=1
    )
    site.write("10.0")
    seen: list[Decimal] = []
    with watching(site, seen):
        site.settle(webhooks=webhooks)
    assert set(seen) <= {Decimal(10)}
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == [2, 8]
    assert {link.state for link in site.links()} == {"in_sync"}


def test_a_part_is_found_although_nobody_looked_for_a_while(sqlite_site: Site) -> None:
    """D48, D6: the create took effect after its answer was lost; its parts are as old as the card, not as the look."""
    site = sqlite_site
    site.connect(send=True)
    site.world.set_switches(overtime_split="always")
    site.world.add_fault(effect="late_effect", method="POST", path="*/timesheets", seconds=20, times=1)
    site.write("10.0")
    sync.drain()
    site.clock.advance(20)
    assert site.world.due_deliveries(site.clock.now())
    site.clock.advance(600)
    site.settle(webhooks=False)
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == [2, 8]


def test_a_part_of_rounded_hours_is_found_without_an_event(sqlite_site: Site) -> None:
    """D48, D47: twelve hours and 37 minutes are rounded, and split then."""
    site = sqlite_site
    site.connect(send=True)
    site.world.set_switches(overtime_split="always", split_parts_listed=False, hours_step_minutes=6)
    site.write("12.62")
    site.settle(webhooks=False)
    assert sorted(card.hours for card in site.cards()) == [Decimal("4.6"), 8]
    assert hours_here(site) == [Decimal("4.6"), 8]


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("receive", [True, False])
def test_what_procore_splits_by_our_update_adds_up(sqlite_site: Site, receive: bool, is_listed: bool) -> None:
    """D48, D47: six hours become ten here, which Procore stores as eight and two; at no moment do they not add up."""
    site = sqlite_site
    site.connect(receive=receive, send=True)
    site.world.set_switches(overtime_split="always", updates_split=True, split_parts_listed=is_listed)
    timesheet = site.write("6.0")
    site.settle()
    site.clock.advance(60)
    site.rewrite(timesheet, hours=Decimal("10.0"))
    seen: list[Decimal] = []
    with watching(site, seen):
        site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == ([2, 8] if receive else [10])
    assert set(seen) <= {Decimal(10)}
    assert {link.state for link in site.links()} == ({"in_sync"} if receive else {"in_sync", "excluded"})
    site.forget_calls()
    site.settle()
    assert site.calls() == 0


def test_an_update_that_is_stored_as_sent_costs_no_look_for_parts(sqlite_site: Site) -> None:
    """R17: one list call to read, one update."""
    site = sqlite_site
    site.connect(send=True)
    timesheet = site.write("6.0")
    site.settle()
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.forget_calls()
    site.settle(webhooks=False)
    assert site.calls() == 2


def test_a_split_by_an_update_whose_answer_was_lost_is_taken_as_if_it_had_come(sqlite_site: Site) -> None:
    """D48: the card's history says that the eight hours, where ours said ten, came of our own update."""
    site = sqlite_site
    site.connect(send=True)
    site.world.set_switches(overtime_split="always", updates_split=True)
    timesheet = site.write("6.0")
    site.settle()
    site.clock.advance(60)
    site.world.add_fault(effect="lose_answer", method="PATCH", times=1)
    site.rewrite(timesheet, hours=Decimal("10.0"))
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == [2, 8]
    assert {link.state for link in site.links()} == {"in_sync"}


@pytest.mark.parametrize("receive", [True, False])
@pytest.mark.parametrize("lost", [answer_is_lost, answer_is_lost_and_it_comes_late])
def test_an_update_that_was_split_and_not_answered_is_not_sent_again(
    site: Site, lost: Break, receive: bool
) -> None:
    """D48, D6, R21: eight hours become ten here; Procore leaves eight on the card, whose history tells nothing then."""
    site.connect(receive=receive, send=True)
    site.world.set_switches(overtime_split="always", updates_split=True, split_fires_events=False)
    timesheet = site.write("8.0")
    site.settle()
    site.clock.advance(600)
    lost(site, "PATCH")
    site.rewrite(timesheet, hours=Decimal(10))
    site.settle()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == ([2, 8] if receive else [10])
    assert {link.state for link in site.links()} == ({"in_sync"} if receive else {"in_sync", "excluded"})


def test_an_update_that_never_came_is_sent_again(site: Site) -> None:
    """D105: no part of it is there after as long as one may still appear."""
    site.connect(send=True)
    site.world.set_switches(overtime_split="always", updates_split=True)
    timesheet = site.write("8.0")
    site.settle()
    site.world.add_fault(effect="lose_request", method="PATCH", times=1)
    site.rewrite(timesheet, hours=Decimal(10))
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == [2, 8]


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("since, here", [("off", [2, 8]), ("now", [10])])
def test_what_was_split_while_receiving_was_off_is_counted_once_when_it_is_on(
    site: Site, since: str, here: list[int], is_listed: bool
) -> None:
    """D47, D48, R9: the ten hours that stand here give way to eight as the part of two comes."""
    site.connect(receive=False, send=True)
    site.world.set_switches(overtime_split="always", split_parts_listed=is_listed)
    site.write("10.0")
    site.settle()
    site.clock.advance(600)
    seen: list[Decimal] = []
    settings.change(site.company_id, {"receive": True}, since=since)
    with watching(site, seen):
        site.settle()
    assert hours_here(site) == here
    assert set(seen) <= {Decimal(10)}


def test_a_part_waits_until_its_whole_is_unlocked(site: Site) -> None:
    """D45, D48: entered, the period closed, then sent."""
    site.connect(send=True)
    site.world.set_switches(overtime_split="always")
    site.write("10.0")
    period = date(2026, 11, 1), date(2026, 11, 30)
    locks.lock(site.actor(), *period)
    site.settle()
    assert hours_here(site) == [10]
    assert {link.reason_key for link in site.links()} == {"locked", "split_off"}
    seen: list[Decimal] = []
    locks.unlock(site.actor(), *period)
    with watching(site, seen):
        site.settle()
    assert hours_here(site) == [2, 8]
    assert set(seen) <= {Decimal(10)}
    assert {link.state for link in site.links()} == {"in_sync"}


def test_what_procore_split_of_an_exported_timesheet_adjusts_no_hours(site: Site) -> None:
    """D45, D48: eight and two are the ten that were exported."""
    site.connect(send=True)
    site.world.set_switches(overtime_split="always")
    site.write("10.0")
    period = date(2026, 11, 1), date(2026, 11, 30)
    locks.lock(site.actor(), *period)
    locks.process(site.actor(), *period)
    site.settle()
    [line] = locks.adjustments(site.company_id)
    assert (line.hours, line.hours_there) == (10, 10)


def test_a_part_is_left_out_with_what_is_discarded_of_its_whole(site: Site) -> None:
    """D45, D48: ten hours of a closed period stay ten."""
    site.connect(send=True)
    site.world.set_switches(overtime_split="always")
    site.write("10.0")
    locks.lock(site.actor(), date(2026, 11, 1), date(2026, 11, 30))
    site.settle()
    [message] = [m for m in site.messages() if m.state == "pending" and m.reason_key == "locked"]
    activity.discard(site.actor(), message.id, None)
    site.settle()
    assert hours_here(site) == [10]
    assert {link.reason_key for link in site.links()} == {"discarded"}


@pytest.mark.parametrize("hours", ["9.0", "8.0", "11.0", None])
def test_a_correction_of_what_was_split_waits_while_its_part_is_not_synced(
    site: Site, hours: str | None
) -> None:
    """D47, D48: ten hours are eight and two there; the correction is of both. Without the part it is sent."""
    site.connect(receive=False, send=True)
    site.world.set_switches(overtime_split="always")
    timesheet = site.write("10.0")
    site.settle()
    part = next(card for card in site.cards() if card.split_parent_id)
    site.clock.advance(600)
    if hours is None:
        site.erase(timesheet)
    else:
        site.rewrite(timesheet, hours=Decimal(hours))
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert {link.reason_key for link in site.links()} == {"split_there", "switch:receive"}
    site.world.delete_timecard(site.dana.id, part.id)
    site.settle()
    assert [card.hours for card in site.cards()] == ([Decimal(hours)] if hours else [])
    assert {link.state for link in site.links()} == {"in_sync"}


def test_it_goes_on_when_a_part_that_was_left_out_for_good_is_deleted(site: Site) -> None:
    """D48, R9: as its reason says; receiving was switched on "from now" after the split."""
    site.connect(receive=False, send=True)
    site.world.set_switches(overtime_split="always")
    timesheet = site.write("10.0")
    site.settle()
    part = next(card for card in site.cards() if card.split_parent_id)
    settings.change(site.company_id, {"receive": True}, since="now")
    site.settle()
    site.clock.advance(600)
    site.rewrite(timesheet, hours=Decimal(9))
    site.settle()
    assert "split_there" in {link.reason_key for link in site.links()}
    site.world.delete_timecard(site.dana.id, part.id)
    site.settle()
    assert [card.hours for card in site.cards()] == [Decimal(9)]
    assert "split_there" not in {link.reason_key for link in site.links()}
    site.clock.advance(600)
    site.world.restore_timecard(site.dana.id, part.id)
    site.settle()
    site.rewrite(timesheet, hours=Decimal(7))
    site.settle()
    assert "split_there" in {link.reason_key for link in site.links()}, "until it is brought back"


@pytest.mark.parametrize("receive", [True, False])
def test_a_part_that_is_brought_back_comes_here_again(site: Site, receive: bool) -> None:
    """D3, D48: with what is left of the card it was split off."""
    site.connect(receive=receive, send=True)
    site.world.set_switches(overtime_split="always")
    site.write("10.0")
    site.settle()
    part = next(card for card in site.cards() if card.split_parent_id)
    site.clock.advance(600)
    site.world.delete_timecard(site.dana.id, part.id)
    site.settle()
    site.clock.advance(600)
    site.world.restore_timecard(site.dana.id, part.id)
    site.settle()
    settings.change(site.company_id, {"receive": True}, since="off")
    site.settle()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == [2, 8]
    assert {link.state for link in site.links()} == {"in_sync"}


@pytest.mark.parametrize("has_events", [True, False])
def test_a_part_is_known_although_the_card_was_edited_since(site: Site, has_events: bool) -> None:
    """D48, D6, R21: eight hours become ten here, the answer is lost, and Dana describes the card before we look."""
    site.connect(send=True)
    site.world.set_switches(overtime_split="always", updates_split=True, split_fires_events=has_events)
    timesheet = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.clock.advance(600)
    answer_is_lost(site, "PATCH")
    site.rewrite(timesheet, hours=Decimal(10))
    sync.drain()
    site.clock.advance(3)
    site.edit(card.id, description="By the gate")
    site.settle()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == [2, 8]


def test_what_somebody_else_entered_beside_a_lost_update_is_no_part_of_it(site: Site) -> None:
    """D48: the update never came; Dana describes the card and enters two hours of her own for the same day."""
    site.connect(send=True)
    timesheet = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.clock.advance(600)
    site.world.add_fault(effect="lose_request", method="PATCH", times=1)
    site.rewrite(timesheet, hours=Decimal(10))
    sync.drain()
    site.clock.advance(3)
    site.enter("2.0", person=4)
    site.clock.advance(1)
    site.edit(card.id, description="By the gate")
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 10]
    assert hours_here(site) == [2, 10]


def busy_after(site: Site, method: str, times: int) -> None:
    """Procore answers such a call, and is busy for the next ones."""
    call = site.world.call

    def both(verb: str, path: str, *rest: Any) -> Any:
        answer = call(verb, path, *rest)
        if verb == method:
            site.world.call = call  # type: ignore[method-assign]  # only once
            site.world.add_fault(effect="refuse", status=503, path="*", times=times)
        return answer

    site.world.call = both  # type: ignore[assignment,method-assign]


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("busy", [1, 3])
@pytest.mark.parametrize("before, method", [("8.0", "PATCH"), ("6.0", "PATCH"), (None, "POST")])
def test_what_was_split_is_known_also_where_procore_is_busy_then(
    sqlite_site: Site, before: str | None, method: str, busy: int, is_listed: bool
) -> None:
    """D47, D48: while receiving is off, nothing is agreed before its part is known; switched on, it counts once."""
    site = sqlite_site
    site.connect(receive=False, send=True)
    site.world.set_switches(
        overtime_split="always", updates_split=True, split_parts_listed=is_listed, split_fires_events=False
    )
    timesheet = site.write(before or "10.0")
    if before is not None:
        site.settle()
        site.clock.advance(600)
        site.rewrite(timesheet, hours=Decimal(10))
    busy_after(site, method, busy)
    site.settle()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    site.rewrite(timesheet, hours=Decimal(7))
    site.settle()
    assert {link.reason_key for link in site.links()} == {"split_there", "switch:receive"}
    site.rewrite(timesheet, hours=Decimal(10))
    site.settle()
    settings.change(site.company_id, {"receive": True}, since="off")
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == [2, 8]


def test_a_part_that_nobody_has_looked_at_counts_once_when_receiving_is_on(site: Site) -> None:
    """D47, D48, R9: Procore is away from the answer to our update until receiving is switched on."""
    site.connect(receive=False, send=True)
    site.world.set_switches(overtime_split="always", updates_split=True)
    timesheet = site.write("8.0")
    site.settle()
    site.clock.advance(600)
    site.rewrite(timesheet, hours=Decimal(10))
    busy_after(site, "PATCH", 3)
    sync.drain()
    settings.change(site.company_id, {"receive": True}, since="off")
    site.world.clear_faults()
    site.settle()
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 8]
    assert hours_here(site) == [2, 8]


def test_a_part_that_is_taken_while_its_card_is_looked_for_is_found_once(sqlite_site: Site) -> None:
    """D6, D48: the create's answer was lost, and the events of both cards came at once."""
    site = sqlite_site
    site.connect(send=True)
    site.world.set_switches(overtime_split="always")
    answer_is_lost(site, "POST")
    call = site.world.call

    def told_at_once(method: str, path: str, *rest: Any) -> Any:
        try:
            return call(method, path, *rest)
        finally:
            if method == "POST" and "time" in path:
                site.deliver()

    site.world.call = told_at_once  # type: ignore[assignment,method-assign]  # Procore is quick
    site.write("10.0")
    for _ in range(10):
        sync.drain()
        site.clock.advance(30)
    assert sorted(sheet.hours or 0 for sheet in site.timesheets()) == [2, 8]
    assert {link.state for link in site.links()} == {"in_sync"}
