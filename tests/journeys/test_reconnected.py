"""Disconnected and connected again: D32, R6, R7."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from webapp.services import connection, directory, sync, timesheets


@pytest.fixture
def twice(sqlite_site: Site) -> Site:
    """Something received, something sent, then an hour without a connection."""
    site = sqlite_site
    site.connect(send=True)
    site.enter("8.0", person=3)
    site.write("4.0", person=5)
    site.settle()
    connection.disconnect(site.company_id, by="test")
    site.clock.advance(3600)
    done = connection.connect(site.theirs.id, site.theirs.name, "Dana Ortiz", receive=True, send=True)
    assert done.company_id == site.company_id
    directory.refresh(site.company_id)
    return site


def hours(site: Site) -> tuple[list[Decimal | None], list[Decimal]]:
    return sorted(s.hours or Decimal(0) for s in site.timesheets()), sorted(c.hours for c in site.cards())


def test_nothing_is_made_a_second_time(twice: Site) -> None:
    """D32: neither by events, nor by a sweep, nor by edits of what was received."""
    received = next(card for card in twice.cards() if card.hours == 8)
    twice.edit(received.id, hours="7.0")
    twice.rewrite(next(s.id for s in twice.timesheets() if s.hours == 8), hours=Decimal(6))
    twice.settle()
    twice.clock.advance(600)
    sync.sweep_company(twice.company_id)
    twice.settle()
    assert hours(twice) == ([4, 6], [4, 7])
    assert {row.reason_key for row in twice.links()} == {"before_connection"}


def test_a_sent_card_that_is_edited_finds_its_timesheet(twice: Site) -> None:
    """D32: paired by our number; what differs is compared as between two that never met."""
    sent = next(card for card in twice.cards() if card.origin_id)
    twice.edit(sent.id, description="Checked")
    twice.settle()
    [row] = [row for row in twice.links() if row.procore_id == sent.id]
    assert row.timesheet_id is not None
    assert row.state == "in_sync", row.reason_text
    assert hours(twice) == ([4, 8], [4, 8])
    assert {s.description for s in twice.timesheets() if s.hours == 4} == {"Checked"}
    twice.rewrite(row.timesheet_id, hours=Decimal(5))
    twice.settle()
    assert hours(twice) == ([5, 8], [5, 8])


def test_a_sent_timesheet_that_is_edited_finds_its_card(twice: Site) -> None:
    """D32, D41: no second card; what differs was agreed by nobody since, so a person is asked."""
    sent = next(card for card in twice.cards() if card.origin_id)
    key = next(s.id for s in twice.timesheets() if s.hours == 4)
    twice.rewrite(key, hours=Decimal(3))
    twice.settle()
    [row] = [row for row in twice.links() if row.timesheet_id == key]
    assert (row.procore_id, row.state) == (sent.id, "conflict")
    assert hours(twice) == ([3, 8], [4, 8])
    twice.rewrite(key, hours=Decimal(4))
    twice.settle()
    assert [row.state for row in twice.links() if row.timesheet_id == key] == ["in_sync"]
    twice.rewrite(key, hours=Decimal(2))
    twice.settle()
    assert hours(twice) == ([2, 8], [2, 8])


def test_a_sent_timesheet_that_was_deleted_meanwhile_is_not_brought_back(sqlite_site: Site) -> None:
    """D32: an event of its card changes nothing here."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("4.0", person=5)
    site.settle()
    connection.disconnect(site.company_id, by="test")
    site.erase(key)
    site.clock.advance(3600)
    connection.connect(site.theirs.id, site.theirs.name, "Dana Ortiz", receive=True, send=True)
    directory.refresh(site.company_id)
    [card] = site.cards()
    site.edit(card.id, hours="2.0")
    site.settle()
    assert site.timesheets() == []
    assert [(row.state, row.reason_key) for row in site.links()] == [("excluded", "before_connection")]


def test_new_time_flows_as_ever(twice: Site) -> None:
    """D32, R6."""
    twice.write("1.0", person=6, date=date(2026, 11, 17))
    twice.enter("2.0", person=7)
    twice.settle()
    assert hours(twice) == ([1, 2, 4, 8], [1, 2, 4, 8])


def paired_again(site: Site) -> tuple[int, int]:
    """Older than the connection, and paired by our number (D32): the timesheet, the card."""
    sent = next(card for card in site.cards() if card.origin_id)
    site.edit(sent.id, description="Checked")
    site.settle()
    (link,) = [link for link in site.links() if link.procore_id == sent.id]
    assert (link.state, link.timesheet_id is None) == ("in_sync", False)
    site.clock.advance(600)
    return link.timesheet_id or 0, sent.id


def test_what_was_paired_again_deleted_and_brought_back_here_is_there_again(twice: Site) -> None:
    timesheet, _ = paired_again(twice)
    twice.erase(timesheet)
    twice.settle()
    twice.clock.advance(600)
    timesheets.restore(twice.actor(), timesheet)
    twice.settle()
    assert hours(twice)[1] == [4, 8]


def test_what_was_paired_again_deleted_and_brought_back_there_is_here_again(twice: Site) -> None:
    _, card = paired_again(twice)
    twice.world.delete_timecard(twice.dana.id, card)
    twice.settle()
    twice.clock.advance(600)
    twice.world.restore_timecard(twice.dana.id, card)
    twice.settle()
    assert hours(twice)[0] == [4, 8]


def test_a_sent_card_whose_project_is_permitted_only_after_an_edit_here_finds_its_timesheet(
    site: Site,
) -> None:
    """D32, D41: a reinstalled app has no permitted projects at first; what differs then is asked about, as ever."""
    site.connect(send=True)
    key = site.write("4.0", person=5)
    site.settle()
    connection.disconnect(site.company_id, by="test")
    site.clock.advance(3600)
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    connection.connect(site.theirs.id, site.theirs.name, "Dana Ortiz", receive=True, send=True)
    directory.refresh(site.company_id)
    site.rewrite(key, hours=Decimal(3))
    site.settle()
    assert [(row.state, row.reason_key) for row in site.links()] == [("excluded", "before_connection")]
    site.world.give_back_project(site.theirs.id, site.projects[0].id)
    directory.refresh(site.company_id)
    [card] = site.cards()
    site.edit(card.id, description="Checked")
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    site.settle()
    [row] = site.links()
    assert (row.timesheet_id, row.procore_id, row.state) == (key, card.id, "conflict")
    site.rewrite(key, hours=Decimal(4))
    site.settle()
    assert [row.state for row in site.links()] == ["in_sync"]
    assert hours(site) == ([4], [4])
