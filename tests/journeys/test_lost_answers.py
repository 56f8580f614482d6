"""What a person changes after an update or deletion of ours whose answer was lost: Procore's side is our own then, not
somebody's change (D6, D42, M8, invariant 3)."""

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
from webapp.services import sync
from webapp.store.marks import mark
from webapp.store.models import Link, TemplateRow
from webapp.store.session import transaction


@pytest.mark.parametrize("lost", [answer_is_lost, answer_is_lost_and_it_comes_late])
@pytest.mark.parametrize("pause", [0, 20, 100])
def test_a_correction_back_to_what_it_was_stands(
    shared: tuple[Site, int, int], lost: Break, pause: float
) -> None:
    """Eight hours, nine, and eight again: nine was ours, and nobody at Procore entered it."""
    site, timesheet, _ = shared
    lost(site, "PATCH")
    site.rewrite(timesheet, hours=Decimal(9))
    sync.drain()
    site.clock.advance(pause)
    site.rewrite(timesheet, hours=Decimal(8))
    site.settle()
    site.clock.advance(60)
    site.settle()
    both_at(site, "8")


def test_a_next_value_is_no_conflict_with_the_one_before(shared: tuple[Site, int, int]) -> None:
    site, timesheet, card = shared
    answer_is_lost(site, "PATCH")
    site.rewrite(timesheet, hours=Decimal(9))
    sync.drain()
    site.rewrite(timesheet, hours=Decimal(7))
    site.settle()
    both_at(site, "7")
    site.edit(card, hours="6.5")
    site.settle()
    both_at(site, "6.5")


def test_what_comes_late_does_not_undo_what_we_sent_after_it(shared: tuple[Site, int, int]) -> None:
    """The date is part of every update (D49), as it was read then: nobody at Procore set it back."""
    site, timesheet, _ = shared
    later = date(2026, 11, 18)
    answer_is_lost_and_it_comes_late(site, "PATCH")
    site.rewrite(timesheet, description="first")
    sync.drain()
    site.clock.advance(20)
    site.rewrite(timesheet, date=later)
    sync.drain()
    assert [c.date for c in site.cards()] == [later]
    site.clock.advance(20)
    site.settle()
    both_at(site, "8")
    assert [t.date for t in site.timesheets()] == [later]
    assert [(c.date, c.description) for c in site.cards()] == [(later, "first")]


def test_nor_what_was_put_back_here_after_another_date_was_taken(shared: tuple[Site, int, int]) -> None:
    """The 17th, entered at Procore, was sent along by the late update; the 16th was entered here over it."""
    site, timesheet, card = shared
    before, moved = date(2026, 11, 16), date(2026, 11, 17)
    site.world.add_fault(effect="late_effect", method="PATCH", times=1, seconds=50)
    site.edit(card, date=str(moved))
    site.rewrite(timesheet, description="first")
    sync.drain()
    site.deliver()
    sync.drain()
    assert [t.date for t in site.timesheets()] == [moved]
    site.rewrite(timesheet, date=before)
    sync.drain()
    assert [c.date for c in site.cards()] == [before]
    site.clock.advance(50)
    site.settle()
    both_at(site, "8")
    assert [t.date for t in site.timesheets()] == [c.date for c in site.cards()] == [before]


def test_what_somebody_enters_after_it_is_taken(shared: tuple[Site, int, int]) -> None:
    """They saw nine, and made it ten: no conflict with the nine that they replaced."""
    site, timesheet, card = shared
    answer_is_lost(site, "PATCH")
    site.rewrite(timesheet, hours=Decimal(9))
    sync.drain()
    site.edit(card, hours="10.0")
    site.settle()
    both_at(site, "10")
    site.rewrite(timesheet, hours=Decimal(11))
    site.settle()
    both_at(site, "11")


def test_rounded_hours_are_taken_as_if_the_answer_had_told_them(shared: tuple[Site, int, int]) -> None:
    """D47."""
    site, timesheet, _ = shared
    site.world.set_switches(hours_step_minutes=15)
    answer_is_lost(site, "PATCH")
    site.rewrite(timesheet, hours=Decimal("7.4"))
    site.settle()
    both_at(site, "7.5")


@pytest.mark.parametrize("lost", [answer_is_lost, answer_is_lost_and_it_comes_late])
def test_a_deletion_after_it_deletes(shared: tuple[Site, int, int], lost: Break) -> None:
    """D42: nobody edited there."""
    site, timesheet, _ = shared
    lost(site, "PATCH")
    site.rewrite(timesheet, hours=Decimal(9))
    sync.drain()
    site.clock.advance(40)
    site.erase(timesheet)
    site.settle()
    assert (stands(site), conflicts(site)) == (([], []), [])


@pytest.mark.parametrize("hours", ["8.0", "6.0"])
def test_a_card_made_anew_is_not_compared_with_the_one_before(
    shared: tuple[Site, int, int], hours: str
) -> None:
    """D42, D47: deleted there, edited here, and ours is kept; the new card is not shown yet when Dana edits it."""
    site, timesheet, card = shared
    kept_ours(site, timesheet, card)
    site.world.set_switches(list_lag_seconds=5.0)
    sync.work(site.company_id, gather=False)
    site.clock.advance(2)
    site.edit(site.cards()[0].id, hours=hours)
    site.clock.advance(12)
    site.settle()
    assert stands(site) == ([Decimal(hours)], [Decimal(hours)])
    assert conflicts(site) == ["deleted_there"]


def edited_after_a_lost_create(site: Site) -> int:
    """Eight hours were sent and carried out; nine stand here. The timesheet."""
    site.connect(receive=True, send=True)
    site.world.set_switches(list_lag_seconds=5.0)
    answer_is_lost(site, "POST")
    timesheet = site.write("8.0")
    sync.drain()
    site.clock.advance(8)
    site.rewrite(timesheet, hours=Decimal(9))
    return timesheet


def test_an_edit_beside_the_first_update_of_a_card_whose_create_was_lost_asks_nobody(site: Site) -> None:
    """D6: from the update on the create says nothing any more about what both sides agreed on."""
    timesheet = edited_after_a_lost_create(site)
    call = site.world.call

    def edited_beside_it(method: str, path: str, *rest: Any) -> Any:
        if method == "PATCH":
            site.world.call = call  # type: ignore[method-assign]  # only once
            site.rewrite(timesheet, hours=Decimal(10))
        return call(method, path, *rest)

    site.world.call = edited_beside_it  # type: ignore[assignment,method-assign]  # a user is at it, too
    site.settle()
    both_at(site, "10")


@pytest.fixture
def unanswered(site: Site) -> tuple[Site, int]:
    """A create, and the first update of its card: both were carried out, neither was answered."""
    timesheet = edited_after_a_lost_create(site)
    answer_is_lost(site, "PATCH")
    sync.drain()
    assert [card.hours for card in site.cards()] == [Decimal(9)]
    return site, timesheet


def test_a_correction_back_to_what_a_lost_create_sent_stands(unanswered: tuple[Site, int]) -> None:
    site, timesheet = unanswered
    site.rewrite(timesheet, hours=Decimal(8))
    site.settle()
    site.clock.advance(60)
    site.settle()
    both_at(site, "8")


def test_a_deletion_after_a_lost_create_and_a_lost_update_deletes(unanswered: tuple[Site, int]) -> None:
    """D42: nobody edited there."""
    site, timesheet = unanswered
    site.erase(timesheet)
    site.clock.advance(60)
    site.settle()
    assert (stands(site), conflicts(site)) == (([], []), [])


def test_what_somebody_enters_on_a_card_of_a_lost_create_is_taken(unanswered: tuple[Site, int]) -> None:
    site, _ = unanswered
    site.clock.advance(60)
    site.edit(site.cards()[0].id, hours="10.0")
    site.settle()
    both_at(site, "10")


def test_what_cannot_be_taken_is_noticed_before_anything_is_sent(shared: tuple[Site, int, int]) -> None:
    """D65: the description changed here, the time type there, to one that the template does not know."""
    site, timesheet, card = shared
    theirs = next(t for t in site.world.state.time_types if t.time_type == "Double Time")
    with transaction(site.company_id) as session:
        for row in session.query(TemplateRow).filter_by(time_type="Double Time"):
            session.delete(row)
    site.edit(card, timecard_time_type_id=theirs.id)
    with transaction(site.company_id) as session:
        mark(session.query(Link).one(), "event:update", site.clock.now())
    site.rewrite(timesheet, description="by the gate")
    sync.drain()
    (link,) = site.links()
    assert (link.state, link.reason_key) == ("waiting", "task:Double Time")
    assert site.cards()[0].description != "by the gate"


def test_an_edit_of_our_new_card_is_taken_although_its_event_came_before_we_knew_the_card(site: Site) -> None:
    """Invariant 7: the event made a record of its own, and lists do not show the edit yet."""
    site.connect(send=True)
    site.write("1.0", person=3)
    site.settle()
    site.world.set_switches(list_lag_seconds=9.0)
    site.clock.advance(60)
    call = site.world.call

    def edited_at_once(method: str, path: str, *rest: Any) -> Any:
        answer = call(method, path, *rest)
        if method == "POST" and "time" in path:
            site.world.call = call  # type: ignore[method-assign]  # only once
            site.clock.advance(1)
            site.edit(max(card.id for card in site.cards()), hours="5.0")
            site.clock.advance(0.2)
            site.deliver()
            site.clock.advance(0.2)
        return answer

    site.world.call = edited_at_once  # type: ignore[assignment,method-assign]  # somebody else is at Procore, too
    site.write("8.0")
    for _ in range(60):
        site.deliver()
        sync.drain()
        site.clock.advance(0.5)
    assert sorted(t.hours or 0 for t in site.timesheets()) == [Decimal(1), Decimal(5)]


@pytest.mark.parametrize("first_look", [0, 1, 2, 3])
@pytest.mark.parametrize("lag", [2.0, 3.0, 5.0, 9.0])
def test_two_edits_of_consecutive_seconds_are_both_taken(
    sqlite_site: Site, lag: float, first_look: int
) -> None:
    """Invariant 7: the list shows the first one only, and an event has told of the second."""
    site = sqlite_site
    site.connect(receive=True, send=True)
    site.write("8.0")
    site.settle()
    site.clock.advance(600)
    site.world.set_switches(list_lag_seconds=lag)
    (card,) = site.cards()
    site.edit(card.id, hours="6.5")
    site.clock.advance(1)
    site.edit(card.id, hours="5.5")
    site.clock.advance(first_look)
    site.settle()
    assert stands(site) == ([Decimal("5.5")], [Decimal("5.5")])


def test_a_create_at_the_end_of_a_slow_step_is_not_sent_again_before_its_time(sqlite_site: Site) -> None:
    """D6: sent one by one, each for half a minute; the last one's answer is lost, and it takes effect 40 s later."""
    site = sqlite_site
    site.connect(receive=True, send=True)
    site.world.set_switches(bulk_fractions_refused=True, small_bulk_offered=False)
    for person in (3, 4):
        site.write("7.5", person=person)
    site.settle()
    site.clock.advance(600)
    known = {card.id for card in site.cards()}
    call, sent = site.world.call, []

    def slowly(method: str, path: str, *rest: Any) -> Any:
        if method == "POST" and path.endswith("timecard_entries"):
            sent.append(path)
            if len(sent) < 4:
                site.clock.advance(32)
            elif len(sent) == 4:
                site.world.add_fault(effect="late_effect", method="POST", seconds=40, times=1)
        return call(method, path, *rest)

    site.world.call = slowly  # type: ignore[assignment,method-assign]  # Procore is slow
    for number in range(4):
        site.write("6.25", person=3 + number, description=f"card {number}")
    sync.work(site.company_id, gather=False)
    for _ in range(50):
        site.clock.advance(1)
        sync.work(site.company_id, gather=False)
    assert len(sent) == 4
    site.settle()
    assert len({card.id for card in site.cards()} - known) == 4


@pytest.mark.parametrize("hours", ["8", "10"])
def test_a_timesheet_edited_while_its_new_card_is_in_doubt_is_neither_deleted_nor_asked_about(
    shared: tuple[Site, int, int], hours: str
) -> None:
    """D6, D42: it was decided, and the create was lost on its way. 8 (what the deleted card had): hours vanish on both
    sides. 10: the same question again."""
    site, timesheet, card = shared
    site.world.add_fault(effect="lose_request", method="POST", times=1)
    kept_ours(site, timesheet, card)
    sync.drain()
    site.clock.advance(10)
    site.rewrite(timesheet, hours=Decimal(hours))
    site.settle()
    assert stands(site) == ([Decimal(hours)], [Decimal(hours)])


def test_nine_of_somebody_else_are_not_our_nine_that_never_arrived(shared: tuple[Site, int, int]) -> None:
    """Our nine were lost on the way and taken back here; then Dana enters nine."""
    site, timesheet, card = shared
    site.clock.advance(600)
    site.world.add_fault(effect="lose_request", method="PATCH", times=1)
    site.rewrite(timesheet, hours=Decimal(9))
    sync.drain()
    site.rewrite(timesheet, hours=Decimal(8))
    site.clock.advance(10)
    site.edit(card, hours="9.0")
    site.settle()
    both_at(site, "9")


def test_a_replay_that_is_refused_for_its_project_proves_nothing_about_the_first_try(
    sqlite_site: Site,
) -> None:
    """D6: carried out, answer and event lost, then the project was withdrawn and given back."""
    site = sqlite_site
    site.connect(receive=True, send=True)
    site.write("1.0", person=5)
    site.settle()
    site.clock.advance(600)
    answer_is_lost(site, "POST")
    site.write("8.0")
    sync.drain()
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    for _ in range(40):
        sync.drain()
        site.clock.advance(5)
    site.world.discard_deliveries()
    site.world.give_back_project(site.theirs.id, site.projects[0].id)
    for _ in range(200):
        site.deliver()
        sync.drain()
        site.clock.advance(5)
    assert len(site.world.timecards(site.theirs.id)) == 2
