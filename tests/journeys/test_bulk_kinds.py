"""Which bulk create takes new time cards: learnt from Procore, remembered for the company, and cheap. R17, R20, D47."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from math import ceil

import pytest

from tests.fixtures.site import Site
from webapp.domain.bulk import BulkKinds
from webapp.services import sync
from webapp.store.bulk_kinds import BulkKindStore
from webapp.store.models import Timesheet
from webapp.store.session import reading

DAY = date(2026, 11, 16)


def write_some(site: Site, count: int, hours: str = "7.5", **fields: object) -> None:
    for number in range(count):
        site.write(hours, person=3 + number % 30, date=DAY.replace(day=16 + number % 5), **fields)


def hours_on_both_sides(site: Site) -> tuple[Decimal, Decimal]:
    with reading(site.company_id) as session:
        ours = sum((t.hours or Decimal(0) for t in session.query(Timesheet)), Decimal(0))
    return ours, sum((card.hours for card in site.cards()), Decimal(0))


@pytest.mark.parametrize("receive", [True, False])
def test_no_half_hour_vanishes_where_the_bulk_create_cuts_fractions(sqlite_site: Site, receive: bool) -> None:
    """D47 is for what Procore decides; an integer in a schema decides nothing. The one card that told is put right."""
    site = sqlite_site
    site.world.set_switches(bulk_hours_integer=True)
    site.connect(receive=receive, send=True)
    write_some(site, 30)
    site.settle()
    assert hours_on_both_sides(site) == (Decimal(225), Decimal(225))
    assert BulkKindStore().read(site.theirs.id) == BulkKinds(keeps_fractions=False, has_small=True)


def test_a_lost_answer_to_the_card_that_tells_cuts_nothing_either(sqlite_site: Site) -> None:
    """D6: the card is found by our number, and its hours are sent again."""
    site = sqlite_site
    site.world.set_switches(bulk_hours_integer=True)
    site.world.add_fault(effect="lose_answer", method="POST", path="*/timesheets", times=1)
    site.connect(send=True)
    write_some(site, 2)
    site.settle()
    assert hours_on_both_sides(site) == (Decimal(15), Decimal(15))
    assert len(site.cards()) == 2


@pytest.mark.parametrize("is_cut", [True, False])
def test_what_overtime_rules_leave_is_no_sign_that_fractions_survive(sqlite_site: Site, is_cut: bool) -> None:
    """D48, question 8: eight of twelve and a half hours are whole in any case. The shortest tells first."""
    site = sqlite_site
    site.world.set_switches(bulk_hours_integer=is_cut, overtime_split="always")
    site.connect(send=True)
    write_some(site, 2, hours="12.5")
    if is_cut:
        write_some(site, 1, hours="7.5")
    site.settle()
    write_some(site, 1, hours="7.5")
    site.settle()
    total = Decimal(40) if is_cut else Decimal("32.5")
    assert hours_on_both_sides(site) == (total, total)
    assert BulkKindStore().read(site.theirs.id).keeps_fractions is False


@pytest.mark.parametrize("bodies", ["fields", "message", "html"])
def test_a_bulk_create_that_refuses_fractions_is_left_for_another_road(
    sqlite_site: Site, bodies: str
) -> None:
    """Question 8, D103: whatever its refusal says, or does not say."""
    site = sqlite_site
    site.world.set_switches(bulk_fractions_refused=True, error_bodies=bodies)
    site.connect(send=True)
    write_some(site, 2)
    site.settle()
    assert hours_on_both_sides(site) == (Decimal(15), Decimal(15))
    assert len(site.cards()) == 2


def test_fractions_that_are_refused_row_by_row_take_the_other_road(sqlite_site: Site) -> None:
    """Question 8, D103: the answer is 200, the row has the words; also where a fraction came back whole before."""
    site = sqlite_site
    site.connect(send=True)
    write_some(site, 1)
    site.settle()
    site.world.set_switches(bulk_fractions_refused=True, partial_bulk=True, bulk_refusals="in_rows")
    write_some(site, 3, hours="2.5")
    site.settle()
    assert hours_on_both_sides(site) == (Decimal(15), Decimal(15))
    assert {link.state for link in site.links()} == {"in_sync"}
    assert BulkKindStore().read(site.theirs.id).keeps_fractions is False


def test_whole_hours_that_a_cut_or_a_person_may_have_left_are_asked(sqlite_site: Site) -> None:
    """Question 8: the answer was lost, and somebody edited the card's description before it was found."""
    site = sqlite_site
    site.connect(receive=True, send=True)
    site.world.set_switches(bulk_hours_integer=True, list_lag_seconds=9.0)
    site.world.add_fault(effect="lose_answer", method="POST", path="*/timesheets", times=1)
    site.write("2.75")
    sync.work(site.company_id, gather=False)
    [card] = site.cards()
    assert card.hours == Decimal(2)
    site.clock.advance(5)
    site.edit(card.id, description="with Sam")
    site.world.set_switches(list_lag_seconds=0.0)
    site.settle()
    assert [link.reason_key for link in site.links()] == ["both_changed"]
    assert [(t.hours, t.description) for t in site.timesheets()] == [(Decimal("2.75"), "with Sam")]


def test_a_thousand_timesheets_with_fractions_take_twenty_calls_once_they_were_seen_to_survive(
    sqlite_site: Site,
) -> None:
    """The budget of sending: at most 20 calls, reading back included."""
    site = sqlite_site
    site.connect(send=True)
    site.write("7.5")
    site.settle()
    write_some(site, 1000)
    site.forget_calls()
    site.settle()
    assert len(site.cards()) == 1001
    assert site.calls() <= 20


def test_cards_with_lunch_go_twenty_five_at_once(sqlite_site: Site) -> None:
    """R20: the company's bulk create has no lunch. At most n/25 a project and 15 more."""
    site = sqlite_site
    site.connect(send=True)
    start_stop = next(n for n, p in enumerate(site.projects) if p.start_and_stop)
    times = {
        "start": datetime(2026, 11, 16, 15, tzinfo=UTC),
        "stop": datetime(2026, 11, 16, 23, 30, tzinfo=UTC),
        "lunch_minutes": 30,
    }
    site.write(None, project=start_stop, **times)
    site.settle()
    for number in range(200):
        site.write(None, project=start_stop, person=3 + number % 30, **times)
    site.forget_calls()
    site.settle()
    assert len(site.cards()) == 201
    assert {card.lunch_minutes for card in site.cards()} == {30}
    assert site.calls() <= ceil(200 / 25) + 15
