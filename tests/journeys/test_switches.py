"""Directions that are off, and what happens to changes made meanwhile: R9."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from tests.journeys.clashes import on_both_sides
from webapp import wiring
from webapp.domain.conflict import Side
from webapp.errors import LeaseLost
from webapp.services import settings, sync
from webapp.store.marks import mark
from webapp.store.models import Link
from webapp.store.session import transaction


def test_changes_made_while_sending_was_off_are_sent_when_asked_for(site: Site) -> None:
    """R9: the number is shown first."""
    site.connect(send=False)
    site.write("8.0")
    site.settle()
    assert settings.changes_while_off(site.company_id, "send") == 1
    settings.change(site.company_id, {"send": True}, since="off")
    site.settle()
    assert len(site.cards()) == 1


def test_starting_from_now_sends_no_older_change_not_even_with_a_newer_one(site: Site) -> None:
    """R9: a received card was edited here while sending was off; only what changes after that is sent."""
    site.connect(send=False)
    site.enter("8.0", description="Forms")
    alone = site.write("4.0")
    site.settle()
    received = next(t for t in site.timesheets() if t.id != alone)
    site.rewrite(received.id, hours=Decimal(6))
    site.settle()
    assert settings.changes_while_off(site.company_id, "send") == 2
    settings.change(site.company_id, {"send": True}, since="now")
    site.settle()
    assert {link.reason_key for link in site.links()} == {"before_switch"}
    site.rewrite(received.id, description="Forms, grid C")
    site.rewrite(alone, hours=Decimal(5))
    site.settle()
    [card] = site.cards()
    assert (card.hours, card.description) == (Decimal(8), "Forms, grid C")


def test_starting_from_now_takes_no_older_change_of_procore(site: Site) -> None:
    """R9, receiving: edits made in Procore while it was off stay there."""
    site.connect(send=False)
    card = site.enter("8.0", description="Forms")
    site.settle()
    site.set(receive=False)
    site.edit(card.id, hours="6.0")
    site.enter("3.0")
    site.settle()
    assert settings.changes_while_off(site.company_id, "receive") == 2
    settings.change(site.company_id, {"receive": True}, since="now")
    site.edit(card.id, description="Forms, grid C")
    site.settle()
    [timesheet] = site.timesheets()
    assert (timesheet.hours, timesheet.description) == (Decimal(8), "Forms, grid C")


def test_starting_from_now_makes_no_older_deletion_of_procore(site: Site) -> None:
    """R9, receiving: the next sweep finds the deleted card again, and the timesheet stays."""
    site.connect()
    card = site.enter("8.0")
    site.settle()
    site.set(receive=False)
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    settings.change(site.company_id, {"receive": True}, since="now")
    sync.sweep_company(site.company_id)
    site.settle()
    assert len(site.timesheets()) == 1
    assert [(link.state, link.reason_key) for link in site.links()] == [("excluded", "before_switch")]


def test_what_waits_when_a_direction_is_switched_off_stays_and_says_so(site: Site) -> None:
    """D30: a new timesheet and an edit, both on their way when sending was switched off."""
    site.connect(send=True)
    known = site.write("8.0")
    site.settle()
    site.write("4.0", person=5)
    site.rewrite(known, hours=Decimal(6))
    settings.change(site.company_id, {"send": False})
    site.settle()
    waiting = site.messages("pending")
    assert [(m.direction, m.reason_key) for m in waiting] == [("send", "switch:send")] * 2
    assert {link.state for link in site.links()} == {"excluded"}
    settings.change(site.company_id, {"send": True}, since="off")
    site.settle()
    assert site.messages("pending") == []
    assert sorted(card.hours for card in site.cards()) == [Decimal(4), Decimal(6)]


def test_starting_from_now_leaves_no_message_waiting(site: Site) -> None:
    """R9, D30."""
    site.connect(send=True)
    settings.change(site.company_id, {"send": True})
    site.write("8.0")
    settings.change(site.company_id, {"send": False})
    site.settle()
    settings.change(site.company_id, {"send": True}, since="now")
    site.settle()
    assert [(m.state, m.reason_key) for m in site.messages()] == [("processed", "before_switch")]
    assert site.cards() == []


def test_every_edit_of_an_older_timesheet_ends_with_its_reason(sqlite_site: Site) -> None:
    """R6, D20: Activity says so once, and no later edit is shown as waiting for ever."""
    site = sqlite_site
    site.connect(send=True)
    number = site.write("8.0")
    site.set(entered_before=number)
    site.settle()
    for hours in (7, 6):
        site.rewrite(number, hours=Decimal(hours))
        site.settle()
    assert {(m.state, m.reason_key) for m in site.messages()} == {("processed", "before_connection")}
    assert site.cards() == []


def test_a_step_that_read_the_settings_before_they_changed_is_repeated(site: Site) -> None:
    """R9, D30: else a record that came meanwhile would stay left out by a switch that is on."""
    site.connect(send=False)
    site.write("8.0")
    store = wiring.store_for(site.company_id)
    lease = store.claim("worker")
    assert lease is not None
    settings.change(site.company_id, {"send": True}, since="off")
    with pytest.raises(LeaseLost):
        store.due(lease, 10)
    site.settle()
    assert len(site.cards()) == 1


@pytest.fixture
def changed_on_both_sides_while_both_were_off(site: Site) -> Site:
    """Another field on each side."""
    site.connect(send=True)
    card = site.enter("8.0", description="Forms")
    site.settle()
    settings.change(site.company_id, {"send": False, "receive": False})
    site.rewrite(site.timesheets()[0].id, description="Ours")
    site.edit(card.id, hours="6.0")
    site.settle()
    return site


def stands(site: Site) -> tuple[tuple[Decimal | None, str | None], tuple[Decimal | None, str | None]]:
    """Here, and in Procore."""
    [timesheet], [card] = site.timesheets(), site.cards()
    return (timesheet.hours, timesheet.description), (card.hours, card.description)


@pytest.mark.parametrize("first, second", [("send", "receive"), ("receive", "send")])
@pytest.mark.parametrize("since_first", ["off", "now"])
@pytest.mark.parametrize("since_second", ["off", "now"])
def test_a_record_that_both_directions_hold_back_is_released_by_each(
    changed_on_both_sides_while_both_were_off: Site,
    first: str,
    second: str,
    since_first: str,
    since_second: str,
) -> None:
    """R9: one direction hides nothing of what the other one held back."""
    site = changed_on_both_sides_while_both_were_off
    hours, words = [Decimal(8), Decimal(6)], ["Ours", "Forms"]
    for direction, since in ((first, since_first), (second, since_second)):
        assert settings.changes_while_off(site.company_id, direction) == 1  # type: ignore[arg-type]
        settings.change(site.company_id, {direction: True}, since=since)
        site.settle()
        if since == "off" and direction == "send":
            words[1] = "Ours"
        elif since == "off":
            hours[0] = Decimal(6)
        assert stands(site) == ((hours[0], words[0]), (hours[1], words[1]))
    states = {"in_sync"} if since_second == "off" else {"excluded"}
    assert {link.state for link in site.links()} == states
    site.edit(site.cards()[0].id, billable=False)
    site.settle()
    assert stands(site) == ((hours[0], words[0]), (hours[1], words[1]))


@pytest.mark.parametrize("since", ["off", "now"])
@pytest.mark.parametrize("direction", ["send", "receive"])
def test_a_conflict_hides_no_other_field_from_the_switch(
    sqlite_site: Site, direction: str, since: str
) -> None:
    """R9, D40, D41: hours clash, while the description of one side was held back by the switch."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter("8.0", description="Forms")
    site.settle()
    [timesheet] = site.timesheets()
    site.set(**{direction: False})
    site.rewrite(timesheet.id, hours=Decimal(7), **({"description": "Ours"} if direction == "send" else {}))
    site.edit(card.id, hours="6.0", **({"description": "Theirs"} if direction == "receive" else {}))
    site.settle()
    settings.change(site.company_id, {direction: True}, since=since)
    site.settle()
    with transaction(site.company_id) as session:
        for link in session.query(Link):
            mark(link, "again", site.clock.now())
    site.settle()
    assert [(link.state, link.reason_key) for link in site.links()] == [("conflict", "both_changed")]
    crossed = {"send": "Ours", "receive": "Theirs"}[direction] if since == "off" else "Forms"
    other_side = site.cards()[0] if direction == "send" else site.timesheets()[0]
    assert other_side.description == crossed
    assert (site.cards()[0].hours, site.timesheets()[0].hours) == (Decimal(6), Decimal(7))


@pytest.mark.parametrize("deleted", ["ours", "theirs"])
@pytest.mark.parametrize("keep", ["ours", "theirs"])
@pytest.mark.parametrize("off", ["send", "receive"])
def test_what_a_person_decided_about_a_deletion_is_carried_out_from_now_on(
    site: Site, deleted: Side, keep: Side, off: str
) -> None:
    """R9, D42: decided while the direction was off, it waited for the switch alone."""
    both = on_both_sides(site)
    both.change(*((None, {"hours": "6.0"}) if deleted == "ours" else ({"hours": Decimal(7)}, None)))
    settings.change(site.company_id, {off: False})
    both.decide(keep)
    site.clock.advance(700)
    settings.change(site.company_id, {off: True}, since="now")
    site.settle()
    hours = [] if keep == deleted else [Decimal(6 if deleted == "ours" else 7)]
    assert ([t.hours for t in site.timesheets()], [c.hours for c in site.cards()]) == (hours, hours)
    assert both.resolved().is_carried_out


def test_a_deletion_decided_after_receiving_went_on_survives_an_outage(site: Site) -> None:
    """R9, D42, D105: the card was deleted before the switch; Procore is away for the first look after the decision."""
    both = on_both_sides(site)
    both.change({"hours": Decimal(7)}, None)
    settings.change(site.company_id, {"receive": False})
    site.clock.advance(60)
    settings.change(site.company_id, {"receive": True}, since="now")
    site.world.add_fault(effect="refuse", status=503, path="*timecard_entries*", times=1)
    both.decide("theirs")
    assert site.timesheets() == []


@pytest.fixture
def changed_there_while_an_approval_held_ours(site: Site) -> Site:
    """While receiving is off: hours in Procore, the description here, and the card is approved."""
    site.connect(send=True)
    card = site.enter("8.0", description="Forms")
    site.settle()
    site.set(receive=False)
    [timesheet] = site.timesheets()
    site.rewrite(timesheet.id, description="Forms, grid C")
    site.edit(card.id, hours="6.0")
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.settle()
    assert [link.reason_key for link in site.links()] == ["lock:approved"]
    return site


@pytest.mark.parametrize("since, hours", [("off", 6), ("now", 8)])
def test_what_another_hold_hides_is_held_back_by_the_switch_all_the_same(
    changed_there_while_an_approval_held_ours: Site, since: str, hours: int
) -> None:
    """R9, D30, D44: its hours are counted, and they come, or stay in Procore, as the administrator says; ours goes as
    soon as the approval is taken back."""
    site = changed_there_while_an_approval_held_ours
    assert settings.changes_while_off(site.company_id, "receive") == 1
    settings.change(site.company_id, {"receive": True}, since=since)
    site.settle()
    [card], [timesheet] = site.cards(), site.timesheets()
    assert timesheet.hours == hours
    assert [link.reason_key for link in site.links()] == ["lock:approved"]
    site.world.set_approval(site.dana.id, [card.id], "pending")
    site.settle()
    [card], [timesheet] = site.cards(), site.timesheets()
    assert (card.hours, card.description) == (Decimal(6), "Forms, grid C")
    assert timesheet.hours == hours
    assert settings.changes_while_off(site.company_id, "receive") == 0
