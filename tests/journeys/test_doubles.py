"""Two live cards with one number of ours: D6, invariant 2."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from procore_sandbox.model.records import Timecard as TheirCard
from tests.fixtures.site import Site
from tests.journeys.both_sides import stands
from webapp.services import activity, sync
from webapp.store.models import ClashRow, RawAnswer
from webapp.store.session import reading


def double(site: Site, card: TheirCard) -> TheirCard:
    """What a create whose effect came long after leaves behind: the same payload once more, by us."""
    now = site.clock.now()
    state = site.world.state
    return state.timecards.put(replace(card, id=state.next_id(), created_at=now, updated_at=now))


def written(site: Site) -> TheirCard:
    """The card of a timesheet that was entered here."""
    site.write("8.0")
    site.settle()
    [card] = site.cards()
    return card


def found_by_sweep(site: Site) -> None:
    site.clock.advance(600)
    sync.sweep_company(site.company_id)
    site.settle()


def kept(site: Site) -> list[RawAnswer]:
    with reading(site.company_id) as session:
        return list(session.scalars(select(RawAnswer)))


@pytest.mark.parametrize("touched", ["none", "older"])
def test_the_untouched_newer_card_is_deleted_by_us(sqlite_site: Site, touched: str) -> None:
    """D6, R21: once a sweep has passed; its history is kept, and our timesheet follows the other one."""
    site = sqlite_site
    site.connect(send=True)
    card = written(site)
    site.clock.advance(30)
    second = double(site, card)
    if touched == "older":
        site.clock.advance(5)
        site.edit(card.id, hours="6.0")
    found_by_sweep(site)
    assert [each.id for each in site.cards()] == [card.id]
    [sheet] = site.timesheets()
    assert sheet.hours == (6 if touched == "older" else 8)
    assert str(second.id) in kept(site)[0].body
    assert {row.state for row in site.links()} == {"in_sync"}
    site.forget_calls()
    site.settle()
    assert site.calls() == 0


def test_a_list_that_still_shows_the_deleted_double_is_not_believed(sqlite_site: Site) -> None:
    """D6, M12: the event of our own deletion comes before the list shows it; nobody is asked about what is gone."""
    site = sqlite_site
    site.connect(receive=True, send=True)
    card = written(site)
    site.clock.advance(30)
    double(site, card)
    site.clock.advance(60)
    site.world.set_switches(list_lag_seconds=9.0)
    found_by_sweep(site)
    assert [each.id for each in site.cards()] == [card.id]
    assert {(row.state, row.reason_key) for row in site.links()} == {("in_sync", None)}


def test_a_deleted_double_that_a_person_puts_back_is_asked_about(sqlite_site: Site) -> None:
    """D6, D3: nobody but that person knows why it is wanted again."""
    site = sqlite_site
    site.connect(receive=True, send=True)
    card = written(site)
    site.clock.advance(30)
    second = double(site, card)
    found_by_sweep(site)
    site.clock.advance(600)
    site.world.set_switches(deleted_cards_restorable=True)
    site.world.restore_timecard(site.dana.id, second.id)
    found_by_sweep(site)
    assert len(site.timesheets()) == 1
    assert [row.reason_key for row in site.links() if row.state != "in_sync"] == ["origin_id_taken"]


def test_the_card_that_a_person_edited_is_the_one_that_stays(sqlite_site: Site) -> None:
    """D6: also when it is the newer one; the timesheet is paired with it and takes the edit."""
    site = sqlite_site
    site.connect(send=True)
    card = written(site)
    site.clock.advance(30)
    second = double(site, card)
    site.clock.advance(5)
    site.edit(second.id, hours="6.0")
    site.settle()
    assert [each.id for each in site.cards()] == [second.id]
    assert [sheet.hours for sheet in site.timesheets()] == [Decimal(6)]
    assert [(row.state, row.procore_id) for row in site.links() if row.timesheet_id] == [
        ("in_sync", second.id)
    ]


def test_two_cards_that_people_touched_are_held(sqlite_site: Site) -> None:
    """D6: nothing is deleted, nothing is counted twice here."""
    site = sqlite_site
    site.connect(send=True)
    card = written(site)
    site.clock.advance(30)
    second = double(site, card)
    site.clock.advance(5)
    site.edit(card.id, hours="7.0")
    site.edit(second.id, hours="6.0")
    site.settle()
    assert len(site.cards()) == 2
    assert [sheet.hours for sheet in site.timesheets()] == [7]
    assert sorted((row.state, row.reason_key) for row in site.links()) == [
        ("in_sync", None),
        ("waiting", "origin_id_taken"),
    ]


def test_a_copy_that_a_person_made_is_never_deleted(sqlite_site: Site) -> None:
    """D6: a copy with our number is somebody's entry; it waits for a decision."""
    site = sqlite_site
    site.connect(send=True)
    card = written(site)
    site.world.copy_timecard(site.dana.id, card.id)
    site.world.copy_timecard(site.dana.id, card.id)
    site.settle()
    assert len(site.cards()) == 3
    assert len(site.timesheets()) == 1
    assert sorted((row.state, row.reason_key) for row in site.links()) == [
        ("in_sync", None),
        ("waiting", "origin_id_taken"),
        ("waiting", "origin_id_taken"),
    ]


def test_a_double_stays_while_sending_is_off(sqlite_site: Site) -> None:
    """D6, R9: a direction that is off writes nothing."""
    site = sqlite_site
    site.connect(send=True)
    card = written(site)
    site.set(send=False)
    double(site, card)
    found_by_sweep(site)
    assert len(site.cards()) == 2
    assert len(site.timesheets()) == 1


def test_what_somebody_enters_on_a_double_just_before_we_delete_it_is_kept(sqlite_site: Site) -> None:
    """Invariant 3: Procore answers a deletion with the card as it was."""
    site = sqlite_site
    site.connect(send=True)
    card = double(site, written(site))
    call = site.world.call

    def edited_just_before(method: str, path: str, *rest: Any) -> Any:
        if method == "DELETE":
            site.edit(card.id, hours="9.0")
        return call(method, path, *rest)

    site.world.call = edited_just_before  # type: ignore[assignment,method-assign]  # somebody else is at Procore, too
    sync.sweep_company(site.company_id)
    site.settle()
    with reading(site.company_id) as session:
        kept = session.scalars(select(ClashRow)).one()
    assert (kept.kind, (kept.theirs or {})["hours"], len(site.cards())) == ("overwritten", "9.000000", 1)


def test_of_two_with_one_number_the_one_that_is_left_comes_here(shared: tuple[Site, int, int]) -> None:
    """*origin_id_taken*: "delete the wrong one, then press Retry". Dana deletes the one that our link holds."""
    site, _, card = shared
    site.clock.advance(600)
    site.world.copy_timecard(site.dana.id, card)
    site.settle()
    site.clock.advance(600)
    site.world.delete_timecard(site.dana.id, card)
    site.settle()
    for message in site.messages("pending"):
        activity.retry(site.actor(), message.id)
    site.settle()
    assert stands(site) == ([8], [8])
