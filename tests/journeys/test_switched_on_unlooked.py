"""A direction that goes on from now on, before anybody has looked at what changed while it was off: R9."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from webapp.errors import TryLater
from webapp.services import pauses, settings, sync, timesheets


@contextmanager
def paused(site: Site) -> Iterator[None]:
    """A permission is withdrawn, for a while; nothing is looked at."""
    site.settle()
    pauses.pause(site.company_id, "No")
    yield
    site.clock.advance(1000)
    assert sync.probe(site.company_id)
    sync.sweep_company(site.company_id)
    site.settle()


def switch(site: Site, direction: str, since: str | None = None) -> None:
    site.clock.advance(2)
    settings.change(site.company_id, {direction: since is not None}, since)
    site.clock.advance(2)


def reasons(site: Site) -> set[tuple[str, str | None]]:
    return {(link.state, link.reason_key) for link in site.links()}


def test_sending_from_now_sends_nothing_that_was_entered_before(site: Site) -> None:
    """R9: neither by itself, nor with a later edit; what is entered after the switch is sent."""
    site.connect(send=True)
    switch(site, "send")
    with paused(site):
        early = site.write("8.0")
        assert settings.changes_while_off(site.company_id, "send") == 1
        switch(site, "send", "now")
        site.write("4.0")
        site.rewrite(early, hours=Decimal(7))
    assert [card.hours for card in site.cards()] == [Decimal(4)]
    assert reasons(site) == {("in_sync", None), ("excluded", "before_switch")}


def test_sending_from_now_sends_only_what_was_edited_since(site: Site) -> None:
    """R9: an edit of a synced timesheet before the switch, another one after it, of another field."""
    site.connect(send=True)
    number = site.write("8.0")
    site.settle()
    switch(site, "send")
    with paused(site):
        site.rewrite(number, hours=Decimal(6))
        assert settings.changes_while_off(site.company_id, "send") == 1
        switch(site, "send", "now")
        site.rewrite(number, description="Since")
    assert [(card.hours, card.description) for card in site.cards()] == [(Decimal(8), "Since")]


def test_sending_from_now_lists_the_edit_that_it_accepts(site: Site) -> None:
    """R9."""
    site.connect(send=True)
    number = site.write("8.0")
    site.settle()
    switch(site, "send")
    with paused(site):
        site.rewrite(number, hours=Decimal(6))
        switch(site, "send", "now")
    assert [card.hours for card in site.cards()] == [Decimal(8)]
    assert reasons(site) == {("excluded", "before_switch")}


def test_sending_from_now_makes_no_older_deletion(site: Site) -> None:
    """R9."""
    site.connect(send=True)
    number = site.write("8.0")
    site.settle()
    switch(site, "send")
    with paused(site):
        site.erase(number)
        assert settings.changes_while_off(site.company_id, "send") == 1
        switch(site, "send", "now")
    assert [card.hours for card in site.cards()] == [Decimal(8)]
    assert reasons(site) == {("excluded", "before_switch")}


def test_sending_from_now_makes_no_card_of_what_was_brought_back_before(site: Site) -> None:
    """R9: out of the trash."""
    site.connect(send=True)
    number = site.write("8.0")
    site.settle()
    site.erase(number)
    site.settle()
    switch(site, "send")
    with paused(site):
        timesheets.restore(site.actor(), number)
        assert settings.changes_while_off(site.company_id, "send") == 1
        switch(site, "send", "now")
    assert (len(site.timesheets()), site.cards()) == (1, [])


def test_hours_that_both_sides_changed_before_the_switch_are_asked_about(site: Site) -> None:
    """R9, R23, D41: what is accepted is a difference, not the loss of what somebody entered."""
    site.connect(send=True)
    number = site.write("8.0")
    site.settle()
    switch(site, "send")
    with paused(site):
        site.rewrite(number, hours=Decimal(6))
        site.edit(site.cards()[0].id, hours="7.0")
        switch(site, "send", "now")
    assert ([s.hours for s in site.timesheets()], [c.hours for c in site.cards()]) == ([6], [7])
    assert reasons(site) == {("conflict", "both_changed")}


def test_sending_from_now_keeps_an_edit_back_that_followed_a_lost_answer(sqlite_site: Site) -> None:
    """R9, D6: the card is there all the same; only the edit of its timesheet is older than the switch."""
    site = sqlite_site
    site.connect(send=True)
    site.world.add_fault(
        effect="lose_answer", method="POST", path="/rest/v1.0/companies/*/timesheets", times=1
    )
    number = site.write("8.0")
    sync.drain()
    switch(site, "send")
    site.rewrite(number, hours=Decimal(6))
    switch(site, "send", "now")
    site.settle()
    assert [card.hours for card in site.cards()] == [Decimal(8)]


def test_receiving_from_now_takes_nothing_of_before(site: Site) -> None:
    """R9: a new card, an edit and a deletion in Procore, of which an event told or the sweep tells later."""
    site.connect()
    edited, deleted = site.enter("5.0", person=5), site.enter("3.0", person=6)
    site.settle()
    switch(site, "receive")
    with paused(site):
        site.enter("8.0")
        site.deliver()
        site.enter("9.0", person=7)
        site.edit(edited.id, hours="6.0")
        site.world.delete_timecard(site.dana.id, deleted.id)
        assert settings.changes_while_off(site.company_id, "receive") == 1
        switch(site, "receive", "now")
        site.enter("2.0", person=8)
    assert sorted(s.hours for s in site.timesheets()) == [2, 3, 5]
    assert reasons(site) == {("in_sync", None), ("excluded", "before_switch")}


def test_a_card_from_before_the_switch_gets_no_timesheet_by_a_later_edit(site: Site) -> None:
    """R9, R6: nobody had looked at it by then."""
    site.connect()
    switch(site, "receive")
    with paused(site):
        card = site.enter("8.0")
        switch(site, "receive", "now")
        site.edit(card.id, hours="6.0")
    assert site.timesheets() == []


def test_what_was_held_before_is_received_once_its_cause_goes(site: Site) -> None:
    """R9: it was looked at while receiving was on; the switch holds nothing of it back."""
    site.connect()
    site.set(receive_only_linked=True)
    site.enter("8.0")
    site.settle()
    switch(site, "receive")
    switch(site, "receive", "now")
    settings.change(site.company_id, {"receive_only_linked": False})
    site.settle()
    assert [s.hours for s in site.timesheets()] == [Decimal(8)]


def test_receiving_does_not_start_from_now_while_procore_does_not_tell_when_that_is(site: Site) -> None:
    """R9: without its time nobody can tell what was there before. Everything since it was off can be had."""
    site.connect()
    switch(site, "receive")
    site.world.add_fault(effect="lose_request")
    with pytest.raises(TryLater):
        settings.change(site.company_id, {"receive": True}, "now")
    assert not settings.read(site.company_id).receive
    assert settings.change(site.company_id, {"receive": True}, "off").receive
