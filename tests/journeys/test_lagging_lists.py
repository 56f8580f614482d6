"""Procore's lists lag behind its events and our own writes: an old view is no change. M12, D2, D3, D5."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.site import Site
from tests.journeys.both_sides import answer_is_lost
from tests.journeys.test_overwritten import just_before
from webapp.services import sync
from webapp.store.models import TimesheetChange
from webapp.store.session import reading


@pytest.fixture
def lagging(site: Site) -> tuple[Site, int]:
    """One record that both sides agree on; from now on lists show the state of nine seconds ago."""
    site.connect(receive=True, send=True)
    timesheet = site.write("8.0")
    site.settle()
    site.clock.advance(60)
    site.world.set_switches(list_lag_seconds=9.0)
    return site, timesheet


def history(site: Site) -> list[tuple[str, str]]:
    """What happened to the timesheet, and who did it."""
    with reading(site.company_id) as session:
        return [
            (line.action, line.by) for line in session.query(TimesheetChange).order_by(TimesheetChange.id)
        ]


def test_our_own_update_is_not_taken_back_by_a_lagging_list(lagging: tuple[Site, int]) -> None:
    site, timesheet = lagging
    before = history(site)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    site.settle()
    assert history(site)[len(before) :] == [("edited", "Dana Ortiz")]
    assert [t.hours for t in site.timesheets()] == [c.hours for c in site.cards()] == [Decimal("7.0")]
    assert [link.state for link in site.links()] == ["in_sync"]


def test_nor_where_neither_answer_nor_event_tells_of_it(lagging: tuple[Site, int]) -> None:
    """Invariant 3, M8: the card's history does, and does not lag; the list is not believed before it shows as much."""
    site, timesheet = lagging
    before = history(site)
    answer_is_lost(site, "PATCH")
    site.rewrite(timesheet, hours=Decimal("7.0"))
    sync.drain()
    site.rewrite(timesheet, description="by the gate")
    site.settle(webhooks=False)
    assert history(site)[len(before) :] == [("edited", "Dana Ortiz"), ("edited", "Dana Ortiz")]
    assert [t.hours for t in site.timesheets()] == [Decimal("7.0")]
    assert [(c.hours, c.description) for c in site.cards()] == [(Decimal("7.0"), "by the gate")]


def test_our_own_update_stands_when_the_timesheet_is_edited_before_its_answer(
    lagging: tuple[Site, int],
) -> None:
    """Invariant 3, M7: what Procore answered is remembered, though the step is overtaken; the next look knows the old
    view by it."""
    site, timesheet = lagging
    site.edit(site.cards()[0].id, billable=False)
    site.clock.advance(10)
    site.rewrite(timesheet, hours=Decimal("7.0"))
    just_before(site, "PATCH", lambda: site.rewrite(timesheet, description="by the gate"))
    site.settle()
    assert history(site) == [
        ("created", "Dana Ortiz"),
        ("edited", "Dana Ortiz"),
        ("edited", "Dana Ortiz"),
        ("edited", "Procore"),
    ]
    assert [(c.hours, c.description) for c in site.cards()] == [(Decimal("7.0"), "by the gate")]
    assert [(t.hours, t.billable) for t in site.timesheets()] == [(Decimal("7.0"), False)]


def test_our_own_deletion_is_not_undone_by_a_lagging_list(lagging: tuple[Site, int]) -> None:
    site, timesheet = lagging
    before = history(site)
    site.erase(timesheet)
    site.settle()
    assert history(site)[len(before) :] == [("deleted", "Dana Ortiz")]
    assert (site.timesheets(), site.cards()) == ([], [])


def test_a_card_that_was_put_back_is_there_again(lagging: tuple[Site, int]) -> None:
    """D3: what is newer than the deletion is no old view."""
    site, timesheet = lagging
    card = site.cards()[0].id
    site.world.set_switches(deleted_cards_restorable=True)
    site.erase(timesheet)
    site.settle()
    site.world.restore_timecard(site.dana.id, card)
    site.settle()
    assert [c.id for c in site.cards()] == [card]
    assert [t.id for t in site.timesheets()] == [timesheet]


def test_an_event_that_is_ahead_of_the_list_is_waited_for(lagging: tuple[Site, int]) -> None:
    """Invariant 7: fresh within two minutes, without any help from the sweep."""
    site, _ = lagging
    site.edit(site.cards()[0].id, hours="6.5")
    site.settle()
    assert [t.hours for t in site.timesheets()] == [Decimal("6.5")]


def test_a_view_is_as_old_as_the_moment_when_reading_began(lagging: tuple[Site, int]) -> None:
    """Invariant 7: the first of two slow pages still showed the card as it was; the second one came so late that no
    list would lag any more."""
    site, _ = lagging
    site.write("4.0", person=3)
    site.settle()
    site.world.set_switches(biggest_page=1)
    call = site.world.call

    def slowly(method: str, path: str, *rest: Any) -> Any:
        answer = call(method, path, *rest)
        site.clock.advance(20 if path.endswith("/timecard_entries") else 0)
        return answer

    site.world.call = slowly  # type: ignore[method-assign]  # Procore is slow
    for card in site.cards():
        site.edit(card.id, hours="6.5")
    site.settle()
    assert [t.hours for t in site.timesheets()] == [Decimal("6.5"), Decimal("6.5")]


def test_of_two_edits_the_second_is_not_forgotten_when_the_list_shows_the_first(
    lagging: tuple[Site, int],
) -> None:
    """Invariant 7: what the list shows is taken, and what its event told of is still waited for."""
    site, _ = lagging
    card = site.cards()[0].id
    site.edit(card, hours="6.5")
    site.clock.advance(7.5)
    site.edit(card, description="with Sam")
    site.clock.advance(2)
    site.settle()
    assert [(t.hours, t.description) for t in site.timesheets()] == [(Decimal("6.5"), "with Sam")]


def test_an_event_that_moves_no_change_time_costs_a_few_looks_and_no_more(site: Site) -> None:
    """The README, question 1: whether an approval moves updated_at is not published."""
    site.connect()
    card = site.enter()
    site.settle()
    site.world.set_switches(updated_at_unmoved_by="approval")
    site.clock.advance(60)
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.forget_calls()
    site.settle()
    assert [t.approval_status for t in site.timesheets()] == ["approved"]
    assert site.calls() <= 5
