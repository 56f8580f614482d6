"""What a person discards stays as it is on both sides, whatever looks at it, until one of them changes again (R28)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.site import Site
from tests.journeys.clashes import Both, on_both_sides
from webapp.services import activity, locks, projects, sync, template
from webapp.store.marks import mark
from webapp.store.models import Link, TemplateRow
from webapp.store.session import transaction

CARDS = "*timecard_entries*"
DAY = date(2026, 11, 16)


def discard(site: Site) -> None:
    message = next(m for m in site.messages() if m.state in ("pending", "failed"))
    activity.discard(site.actor(), message.id, "Not this one")


def look_again(site: Site) -> None:
    """Whatever may mark a record without a change of it, and an outage."""
    with transaction(site.company_id) as session:
        for link in session.query(Link):
            mark(link, "recheck", site.clock.now())
    site.world.add_fault(effect="refuse", status=503, path=CARDS, times=1)
    sync.drain()
    site.world.clear_faults()
    site.clock.advance(400)
    sync.sweep_company(site.company_id)
    site.settle()


def hours(site: Site) -> tuple[list[Decimal | None], list[Decimal | None]]:
    return [t.hours for t in site.timesheets()], [card.hours for card in site.cards()]


def is_left_out(site: Site) -> bool:
    return {(link.state, link.reason_key) for link in site.links()} == {("excluded", "discarded")}


@pytest.fixture
def connected(site: Site) -> Site:
    site.connect(receive=True, send=True)
    return site


def test_a_discarded_create_is_not_sent_until_the_timesheet_changes(connected: Site) -> None:
    site = connected
    site.world.add_fault(effect="refuse", status=422, method="POST", times=9)
    timesheet = site.write("8.0")
    site.settle()
    discard(site)
    site.world.clear_faults()
    for _ in range(2):
        look_again(site)
        assert is_left_out(site)
        assert hours(site) == ([Decimal(8)], [])
    site.rewrite(timesheet, hours=Decimal(7))
    site.settle()
    assert hours(site) == ([Decimal(7)], [Decimal(7)])


def test_a_discarded_card_is_not_received_until_it_changes(connected: Site) -> None:
    """It waited for a time type that the template does not know."""
    site = connected
    theirs = next(t for t in site.world.state.time_types if t.time_type == "Double Time")
    with transaction(site.company_id) as session:
        for row in session.query(TemplateRow).filter_by(time_type="Double Time"):
            session.delete(row)
    card = site.enter("6.0", timecard_time_type_id=theirs.id)
    site.settle()
    discard(site)
    template.add(site.company_id, "Double Time", "Double")
    for _ in range(2):
        look_again(site)
        assert is_left_out(site)
        assert hours(site) == ([], [Decimal(6)])
    site.edit(card.id, hours="5.0")
    site.settle()
    assert hours(site) == ([Decimal(5)], [Decimal(5)])


@pytest.fixture
def refused(connected: Site) -> tuple[Site, int, int]:
    """An update that Procore refuses. The site, our timesheet, the card."""
    site = connected
    timesheet = site.write("8.0")
    site.settle()
    site.world.add_fault(effect="refuse", status=422, method="PATCH", times=9)
    site.rewrite(timesheet, hours=Decimal(9))
    site.settle()
    return site, timesheet, site.cards()[0].id


def edited_here(site: Site, timesheet: int, _: int) -> None:
    site.rewrite(timesheet, description="by the gate")


def edited_there(site: Site, _: int, card: int) -> None:
    site.edit(card, description="by the gate")


@pytest.mark.parametrize("change", [edited_here, edited_there])
def test_a_discarded_update_is_not_sent_until_the_record_changes(
    refused: tuple[Site, int, int], change: Callable[[Site, int, int], None]
) -> None:
    site, timesheet, card = refused
    discard(site)
    assert is_left_out(site)
    site.world.clear_faults()
    for _ in range(2):
        look_again(site)
        assert is_left_out(site)
        assert hours(site) == ([Decimal(9)], [Decimal(8)])
    change(site, timesheet, card)
    site.settle()
    assert {link.state for link in site.links()} == {"in_sync"}
    assert hours(site) == ([Decimal(9)], [Decimal(9)])


def test_what_changed_there_before_it_was_discarded_is_not_discarded_with_it(
    refused: tuple[Site, int, int],
) -> None:
    """Who discarded it had not seen that: it is as if the record had changed since."""
    site, _, card = refused
    site.world.clear_faults()
    site.edit(card, hours="10.0")
    discard(site)
    site.settle()
    assert {link.state for link in site.links()} == {"conflict"}


def test_an_edit_right_after_it_was_discarded_is_sent(refused: tuple[Site, int, int]) -> None:
    site, timesheet, _ = refused
    site.world.clear_faults()
    discard(site)
    site.rewrite(timesheet, hours=Decimal(10))
    site.settle()
    assert hours(site) == ([Decimal(10)], [Decimal(10)])


def test_a_change_that_was_discarded_does_not_keep_a_later_deletion_back(
    shared: tuple[Site, int, int],
) -> None:
    """*discarded*: "It is synced again with its next change on either side.\""""
    site, _, card = shared
    theirs = next(t for t in site.world.state.time_types if t.time_type == "Double Time")
    with transaction(site.company_id) as session:
        for row in session.query(TemplateRow).filter_by(time_type="Double Time"):
            session.delete(row)
    site.clock.advance(60)
    site.edit(card, timecard_time_type_id=theirs.id)
    site.settle()
    (message,) = site.messages("pending")
    activity.discard(site.actor(), message.id, "Not that one")
    site.clock.advance(3600)
    site.world.delete_timecard(site.dana.id, card)
    site.settle()
    assert hours(site) == ([], [])


def test_what_is_discarded_while_it_is_sent_is_in_sync(connected: Site) -> None:
    """Invariants 1 and 2: the word came too late, and Procore's answer is kept."""
    site = connected
    call = site.world.call

    def discarded_meanwhile(method: str, path: str, *rest: Any) -> Any:
        answer = call(method, path, *rest)
        if method == "POST" and site.messages("pending"):
            discard(site)
        return answer

    site.world.call = discarded_meanwhile  # type: ignore[assignment,method-assign]  # a person is at it, too
    site.write("8.0")
    sync.drain()
    assert hours(site) == ([Decimal(8)], [Decimal(8)])
    assert {link.state for link in site.links()} == {"in_sync"}


# ---- whatever else holds it -----------------------------------------------------------------------------


@pytest.mark.parametrize("is_exported", [False, True])
def test_a_deletion_in_procore_of_a_locked_timesheet_can_be_discarded(site: Site, is_exported: bool) -> None:
    """D45: "Book the adjustment, then discard the change here.\""""
    both = on_both_sides(site)
    locks.lock(site.actor(), DAY, DAY)
    if is_exported:
        locks.process(site.actor(), DAY, DAY)
    both.change({}, None)
    discard(site)
    look_again(site)
    assert is_left_out(site)
    assert locks.adjustments(site.company_id) == []
    assert hours(site) == ([Decimal(8)], [])


@pytest.mark.parametrize("deleted", ["ours", "theirs"])
def test_a_deletion_that_waits_for_its_project_can_be_discarded(site: Site, deleted: str) -> None:
    """D23: "Link the project again; what waits goes on then. Or discard it.\""""
    both = on_both_sides(site)
    assert both.ours is not None
    projects.unlink(site.company_id, both.ours.project_id)
    both.change(*((None, {}) if deleted == "ours" else ({}, None)))
    discard(site)
    look_again(site)
    assert is_left_out(site)


def test_a_deletion_of_what_procore_keeps_on_two_cards_can_be_discarded(site: Site) -> None:
    """D48: "Or correct both time cards there and discard the change here.\""""
    site.connect(receive=False, send=True)
    site.world.set_switches(overtime_split="always")
    timesheet = site.write("10.0")
    site.settle()
    site.erase(timesheet)
    site.settle()
    assert ("waiting", "split_there") in {(link.state, link.reason_key) for link in site.links()}
    discard(site)
    look_again(site)
    assert ("excluded", "discarded") in {(link.state, link.reason_key) for link in site.links()}
    assert site.messages("pending") == []


def test_a_card_with_the_number_of_another_can_be_discarded(connected: Site) -> None:
    """D6: *origin id taken* holds it before anything is decided."""
    site = connected
    site.write("8.0")
    site.settle()
    site.clock.advance(60)
    site.enter("8.0", origin_id=site.cards()[0].origin_id)
    site.settle()
    discard(site)
    look_again(site)
    assert {(link.state, link.reason_key) for link in site.links()} == {
        ("in_sync", None),
        ("excluded", "discarded"),
    }


def test_what_procore_does_not_show_any_more_can_be_discarded(site: Site) -> None:
    """D102: until it is shown again, and is another."""
    both = on_both_sides(site)
    site.edit(both.card_id, hours="6.0")
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    site.deliver()
    sync.drain()
    discard(site)
    sync.drain()
    site.clock.advance(901)
    sync.drain()
    assert is_left_out(site)


# ---- what both sides changed ----------------------------------------------------------------------------


def both_changed_the_hours(both: Both) -> None:
    both.clash()


def deleted_here(both: Both) -> None:
    both.change(None, {"hours": "6.0"})


def deleted_there(both: Both) -> None:
    both.change({"hours": Decimal(7)}, None)


@pytest.mark.parametrize("happens", [both_changed_the_hours, deleted_here, deleted_there])
def test_a_discarded_conflict_asks_nobody_until_one_side_changes(
    site: Site, happens: Callable[[Both], None]
) -> None:
    """R23, R28: what nobody waits for is no open question."""
    both = on_both_sides(site)
    happens(both)
    stands = hours(site)
    discard(site)
    look_again(site)
    assert both.all("open") == []
    [over] = both.all("resolved")
    assert (over.winner, over.resolved_how, over.is_carried_out) == (None, "settled", True)
    assert over.note is not None
    assert over.note.endswith("discarded it: each side keeps its value.")
    assert is_left_out(site)
    assert hours(site) == stands
    if both.theirs is not None:
        site.edit(both.card_id, hours="5.0")
    else:
        site.rewrite(both.timesheet_id, hours=Decimal(5))
    site.settle()
    assert len(both.all("open")) == 1


def test_a_chosen_value_that_procore_refuses_can_be_discarded(site: Site) -> None:
    """R23, R28: the later word counts."""
    both = on_both_sides(site)
    both.clash()
    site.world.add_fault(effect="refuse", status=422, method="PATCH", times=1)
    both.decide("ours")
    discard(site)
    look_again(site)
    assert is_left_out(site)
    assert both.hours() == (7, 6)


def test_a_chosen_value_that_an_approval_holds_can_be_discarded(site: Site) -> None:
    """D44: "Take the approval back in Procore, or discard the change here.\""""
    both = on_both_sides(site)
    both.clash()
    site.world.set_approval(site.dana.id, [both.card_id], "approved")
    site.settle()
    both.decide("ours")
    discard(site)
    site.settle()
    assert is_left_out(site)
    site.world.set_approval(site.dana.id, [both.card_id], "pending")
    site.settle()
    assert is_left_out(site)
    assert both.hours() == (7, 6)


def test_a_chosen_value_that_was_booked_and_discarded_leaves_the_adjustments(site: Site) -> None:
    """D45: "Book the adjustment, then discard the change here.\""""
    both = on_both_sides(site)
    both.clash()
    locks.lock(site.actor(), DAY, DAY)
    locks.process(site.actor(), DAY, DAY)
    both.decide("theirs")
    assert len(locks.adjustments(site.company_id)) == 1
    discard(site)
    look_again(site)
    assert locks.adjustments(site.company_id) == []
