"""A timesheet entered, edited and deleted in Timesite becomes, changes and leaves a time card."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from tests.fixtures.site import Site
from webapp.clock import ManualClock
from webapp.extensions import db
from webapp.services import ledger, sync

START_STOP = 1


def test_a_timesheet_entered_here_becomes_one_time_card(site: Site) -> None:
    """R17, R19, R21."""
    site.connect(send=True)
    timesheet = site.write("7.5", description="Pour, north pier")
    site.settle()
    [card] = site.cards()
    [link] = site.links()
    assert card.hours == Decimal("7.5")
    assert card.description == "Pour, north pier"
    assert card.billable is True
    assert (link.state, link.timesheet_id, link.procore_id) == ("in_sync", timesheet, card.id)
    assert [(m.direction, m.action, m.state) for m in site.messages()] == [("send", "create", "processed")]


def test_edits_and_deletions_here_follow(site: Site) -> None:
    """R17, R22, D5, D49: only what changed is sent, and nothing comes back as a change."""
    site.connect(send=True)
    timesheet = site.write("7.5")
    site.settle()
    site.rewrite(timesheet, hours=Decimal("6.25"))
    site.settle()
    [card] = site.cards()
    assert card.hours == Decimal("6.25")
    site.erase(timesheet)
    site.settle()
    assert site.cards() == []
    assert [(m.direction, m.action, m.state) for m in site.messages()] == [
        ("send", "create", "processed"),
        ("send", "update", "processed"),
        ("send", "delete", "processed"),
    ]


def test_an_edit_here_waits_in_the_ledger_until_it_is_sent(site: Site) -> None:
    """R31a, invariant 6: also while no worker runs."""
    site.connect(send=True)
    timesheet = site.write("8.0")
    site.settle()
    site.rewrite(timesheet, hours=Decimal("6.0"))
    found = ledger.counts(site.company_id)
    assert (found["waiting"].records, found["waiting"].hours, found["in_sync"].records) == (1, Decimal(6), 0)
    site.settle()
    found = ledger.counts(site.company_id)
    assert (found["waiting"].records, found["in_sync"].records, found["total"].hours) == (0, 1, Decimal(6))


def test_an_edit_made_while_procore_answers_waits_until_it_is_sent(site: Site) -> None:
    """R31a, D8: the create, or the update, that was under way when it was made does not settle it."""
    site.connect(receive=False, send=True)
    timesheet = site.write("7.5")
    edits = [Decimal(5), Decimal(6)]

    def edited_meanwhile(method: str) -> None:
        if method in ("POST", "PATCH") and site.cards() and edits:
            site.rewrite(timesheet, hours=edits.pop())

    waiting = waiting_at_updates(site, edited_meanwhile)
    site.settle()
    assert waiting == [("update", "waiting")] * 2
    assert [c.hours for c in site.cards()] == [Decimal(5)]
    assert [(m.action, m.state) for m in site.messages()] == [
        ("create", "processed"),
        ("update", "processed"),
        ("update", "processed"),
    ]


def waiting_at_updates(
    site: Site, after: Callable[[str], None] = lambda method: None
) -> list[tuple[str, str]]:
    """What Activity and the ledger say is waiting when each update is sent. `after`: what happens after each call."""
    call = site.world.call
    found: list[tuple[str, str]] = []

    def looked_at(method: str, path: str, *rest: Any) -> Any:
        if method == "PATCH":
            states = [link.state for link in site.links()]
            found.extend((m.action, state) for m in site.messages("pending") for state in states)
        answer = call(method, path, *rest)
        after(method)
        return answer

    site.world.call = looked_at  # type: ignore[assignment,method-assign]  # somebody looks, too
    return found


def test_a_lost_answer_to_a_create_never_makes_two_cards(site: Site) -> None:
    """R21, D6: the answer is lost after the work was done."""
    site.connect(send=True)
    site.world.add_fault(
        effect="lose_answer", method="POST", path="/rest/v1.0/companies/*/timesheets", times=1
    )
    site.write("7.5")
    site.settle()
    assert len(site.cards()) == len(site.timesheets()) == 1
    assert [link.state for link in site.links()] == ["in_sync"]


def test_an_answer_that_was_lost_with_our_database_is_looked_for(sqlite_site: Site) -> None:
    """D6, M5: what Procore's headers said could not be stored; the create was done all the same."""
    site = sqlite_site
    site.connect(send=True)
    site.clock.advance(4000)
    site.world.set_switches(spike_limit=9)
    site.write("7.5")
    posts: list[str] = []

    @event.listens_for(db.engine, "begin")
    def is_away(connection: Connection) -> None:
        if site.cards() and not posts:
            posts.append("answered")
            raise OperationalError("BEGIN", {}, sqlite3.OperationalError("database is locked"))

    site.settle()
    event.remove(db.engine, "begin", is_away)
    assert posts == ["answered"]
    assert len(site.world.state.timecards) == len(site.cards()) == 1
    assert [link.state for link in site.links()] == ["in_sync"]


def test_a_lost_request_is_sent_again_after_the_wait(site: Site) -> None:
    """R21, D6: the request never arrived; the same payload goes out once it is certain."""
    site.connect(send=True)
    site.world.add_fault(
        effect="lose_request", method="POST", path="/rest/v1.0/companies/*/timesheets", times=1
    )
    site.write("7.5")
    site.settle()
    assert len(site.cards()) == len(site.timesheets()) == 1


def test_a_create_sent_again_whose_answer_names_nobody_is_looked_for(sqlite_site: Site) -> None:
    """D6, R21: a row without our number may be this one; lists that lag do not show it yet."""
    site = sqlite_site
    site.connect(receive=True, send=True)
    site.world.set_switches(bulk_rows_have_origin=False, list_lag_seconds=9.0)
    site.world.add_fault(effect="lose_request", method="POST", path="*/timesheets", times=1)
    site.write("8.0")
    site.settle()
    assert len([card for card in site.world.state.timecards if card.origin_id]) == 1
    assert {link.state for link in site.links()} == {"in_sync"}


def test_an_edit_made_while_the_answer_was_lost_is_sent_after_the_adoption(site: Site) -> None:
    """D6, D8: the base is what we meant to send, so the edit is a change against it."""
    site.connect(send=True)
    site.world.add_fault(
        effect="lose_answer", method="POST", path="/rest/v1.0/companies/*/timesheets", times=1
    )
    timesheet = site.write("7.5")
    sync.drain()
    site.rewrite(timesheet, hours=Decimal(5))
    site.settle()
    [card] = site.cards()
    assert card.hours == Decimal(5)


def test_an_edit_made_before_a_lost_request_is_sent_again_follows_it(site: Site) -> None:
    """D6, D8, R31a, invariant 1: the replay is what was sent before. That both sides are equal then needs no event,
    which Procore need not send for each row of a bulk create."""
    site.connect(send=True)
    site.world.add_fault(
        effect="lose_request", method="POST", path="/rest/v1.0/companies/*/timesheets", times=1
    )
    timesheet = site.write("7.5")
    sync.drain()
    site.rewrite(timesheet, hours=Decimal(5))
    waiting = waiting_at_updates(site)
    site.settle(webhooks=False)
    assert waiting == [("update", "waiting")]
    assert [c.hours for c in site.cards()] == [t.hours for t in site.timesheets()] == [Decimal(5)]
    assert [link.state for link in site.links()] == ["in_sync"]
    assert [(m.action, m.state) for m in site.messages()] == [
        ("create", "processed"),
        ("update", "processed"),
    ]


def test_a_persons_edit_of_a_card_whose_answer_was_lost_is_kept(site: Site) -> None:
    """D6, R23: adopting compares with what was sent, so Procore's edit is taken and not overwritten."""
    site.connect(send=True)
    site.world.add_fault(
        effect="lose_answer", method="POST", path="/rest/v1.0/companies/*/timesheets", times=1
    )
    site.write("7.5")
    sync.drain()
    site.clock.advance(1)
    [card] = site.cards()
    site.edit(card.id, hours="4.0")
    site.settle()
    assert [c.hours for c in site.cards()] == [Decimal(4)]
    assert [t.hours for t in site.timesheets()] == [Decimal(4)]


def test_a_card_moved_to_another_day_before_it_was_found_is_still_ours(site: Site) -> None:
    """D6: its change history explains the difference."""
    site.connect(send=True)
    site.world.add_fault(
        effect="lose_answer", method="POST", path="/rest/v1.0/companies/*/timesheets", times=1
    )
    site.write("7.5")
    sync.drain()
    site.clock.advance(1)
    [card] = site.cards()
    site.edit(card.id, date="2026-11-17")
    site.settle()
    [card], [timesheet] = site.cards(), site.timesheets()
    assert timesheet.date == card.date == date(2026, 11, 17)


def test_another_card_with_our_number_is_not_taken_for_ours(site: Site) -> None:
    """D6: two cards with one origin id wait for a person; no hour is created here from the copy."""
    site.connect(send=True)
    site.write("7.5")
    site.settle()
    [card] = site.cards()
    site.enter("7.5", origin_id=card.origin_id)
    site.settle()
    assert len(site.timesheets()) == 1
    assert sorted((link.state, link.reason_key) for link in site.links()) == [
        ("in_sync", None),
        ("waiting", "origin_id_taken"),
    ]


def test_what_procore_rounds_is_agreed_and_never_echoed(site: Site) -> None:
    """D47, R22: with receiving on, both sides show what Procore stored."""
    site.connect(send=True)
    day = datetime(2026, 11, 16, tzinfo=UTC)
    site.write(
        None, project=START_STOP, start=day.replace(hour=14, minute=4), stop=day.replace(hour=22, minute=7)
    )
    site.settle()
    [card], [timesheet] = site.cards(), site.timesheets()
    assert card.time_in == timesheet.start == day.replace(hour=14)
    assert card.time_out == timesheet.stop == day.replace(hour=22)
    assert card.hours == timesheet.hours == Decimal(8)
    site.forget_calls()
    site.settle()
    assert site.calls() == 0


def test_edits_of_different_fields_on_both_sides_are_merged(site: Site) -> None:
    """R23, D40."""
    site.connect(send=True)
    timesheet = site.write("8.0", description="Forms")
    site.settle()
    [card] = site.cards()
    site.edit(card.id, hours="6.0")
    site.rewrite(timesheet, description="Forms, grid C")
    site.settle()
    [card], [ours] = site.cards(), site.timesheets()
    assert (card.hours, card.description) == (Decimal(6), "Forms, grid C")
    assert (ours.hours, ours.description) == (Decimal(6), "Forms, grid C")


def test_edits_of_the_same_hours_on_both_sides_ask(site: Site) -> None:
    """R23, D41: neither value is overwritten."""
    site.connect(send=True)
    timesheet = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.edit(card.id, hours="6.0")
    site.rewrite(timesheet, hours=Decimal(7))
    site.settle()
    [card], [ours], [link] = site.cards(), site.timesheets(), site.links()
    assert (card.hours, ours.hours, link.state) == (Decimal(6), Decimal(7), "conflict")


def test_an_edit_there_and_a_deletion_here_is_a_conflict(site: Site) -> None:
    """R24, D42."""
    site.connect(send=True)
    timesheet = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.edit(card.id, hours="6.0")
    site.erase(timesheet)
    site.settle()
    assert len(site.cards()) == 1
    assert [link.state for link in site.links()] == ["conflict"]


def test_nothing_is_sent_while_sending_is_off(site: Site) -> None:
    """R9: and the ledger says why."""
    site.connect(send=False)
    site.write("8.0")
    site.settle()
    assert site.cards() == []
    [link] = site.links()
    assert (link.state, link.reason_key) == ("excluded", "switch:send")


def test_what_procore_refuses_fails_with_its_words(site: Site) -> None:
    """R25, D44, D103: an approved card is a hold, in Procore's reason; nothing is retried for ever."""
    site.connect(send=True)
    timesheet = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.settle()
    site.rewrite(timesheet, hours=Decimal(7))
    site.settle()
    [link] = site.links()
    assert (link.state, link.reason_key) == ("waiting", "lock:approved")
    assert [m.reason_key for m in site.messages("pending")] == ["lock:approved"]


def test_a_clock_of_ours_that_is_a_day_ahead_hides_no_card_of_ours(site: Site) -> None:
    """D6: what may have been made is looked up by Procore's clock, never ours. The README: nothing else finds it."""
    theirs = ManualClock(site.clock.now() - timedelta(days=1))
    site.world.state.clock = theirs
    site.connect(send=True)
    site.world.add_fault(effect="lose_answer", method="POST", path="*/timesheets", times=1)
    site.write("8.0")
    for _ in range(30):
        sync.drain()
        site.clock.advance(10)
        theirs.advance(10)
    assert len(site.cards()) == 1
    assert [link.state for link in site.links()] == ["in_sync"]
