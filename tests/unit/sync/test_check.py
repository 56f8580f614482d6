"""A check of both sides, without database or Procore: every record is told once, whatever lists hide (R26, M13)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.timecard import Card, CardFacts, Names, Timecard
from webapp.errors import UnreadableAnswer
from webapp.sync.check import Checked, check
from webapp.sync.compared import OurRecord
from webapp.sync.decide import Base
from webapp.sync.dictionary import Dictionary

MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
CONNECTED = datetime(2026, 11, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
THERE = 1_000_000
"""Procore's ids are ours and so much more, which is what the dictionary below knows."""


def ours_of(number: int, hours: str = "8", day: date = MONDAY) -> Timecard:
    return Timecard(day, Decimal(hours), person=number, project=1, time_type=1)


def theirs_of(ours: Timecard) -> Timecard:
    return replace(ours, person=(ours.person or 0) + THERE, project=1 + THERE, time_type=1 + THERE)


def record(number: int, **changes: object) -> OurRecord:
    """In sync, unless said otherwise."""
    ours = ours_of(number)
    made = OurRecord(number, number + 500, ours, Base(ours, theirs_of(ours)), is_excluded=False)
    return replace(made, **changes)  # type: ignore[arg-type]


def card(number: int, timecard: Timecard | None = None, born: datetime = NOW) -> Card:
    facts = CardFacts(created_at=born)
    return Card(number, timecard or theirs_of(ours_of(number)), facts, Names(person="Bo Chen"))


@dataclass
class Theirs:
    """Procore: `hidden` cards are in no list of days, as when pages drift or lists lag; by id they are shown."""

    cards: Sequence[Card]
    hidden: Collection[int] = ()
    page: int = 3
    unreadable: Mapping[int, Exception] = field(default_factory=dict)
    asked: list[list[int]] = field(default_factory=list)

    def in_days(self, first: date, last: date) -> Iterator[list[Card]]:
        shown = [c for c in self.cards if first <= c.timecard.date <= last and c.id not in self.hidden]
        for start in range(0, len(shown), self.page):
            yield shown[start : start + self.page]

    def by_ids(self, ids: Sequence[int]) -> dict[int, Card]:
        self.asked.append(list(ids))
        return {c.id: c for c in self.cards if c.id in set(ids)}

    def server_time(self) -> datetime:
        return NOW


@dataclass
class Ours:
    records: Sequence[OurRecord]

    def is_too_old(self, card: Card) -> bool:
        return card.facts.created_at is not None and card.facts.created_at < CONNECTED

    def of_days(self, first: date, last: date) -> Iterator[Sequence[OurRecord]]:
        for each in self.records:
            if each.timecard is None or first <= each.timecard.date <= last:
                yield [each]

    def again(self, procore_ids: Collection[int], timesheet_ids: Collection[int]) -> list[OurRecord]:
        return [r for r in self.records if r.procore_id in procore_ids or r.timesheet_id in timesheet_ids]

    def known_cards(self, procore_ids: Collection[int]) -> set[int]:
        return {r.procore_id for r in self.records if r.procore_id is not None} & set(procore_ids)

    def words(self, cards: Sequence[tuple[Timecard, Names]]) -> Dictionary:
        people = {c.person: c.person - THERE for c, _ in cards if c.person}
        return Dictionary(users=people, places={(1 + THERE, None): (1, None)}, tasks={1 + THERE: 1})


def checked(records: Sequence[OurRecord], theirs: Theirs) -> Checked:
    return check(Ours(records), theirs, MONDAY, SUNDAY)


def kinds(found: Checked) -> list[tuple[int | None, int | None, str]]:
    return [(d.procore_id, d.timesheet_id, d.kind) for d in found.differences]


def test_equal_records_are_read_once_and_nothing_is_asked_by_id() -> None:
    """R26."""
    theirs = Theirs([card(n) for n in range(1, 8)])
    found = checked([record(n) for n in range(1, 8)], theirs)
    assert (found.equal, found.differences, theirs.asked) == (7, (), [])
    assert found.at == NOW


def test_a_card_that_the_list_hides_is_proven_by_its_id() -> None:
    """D102: drift and lag are no absence."""
    found = checked([record(1), record(2)], Theirs([card(1), card(2)], hidden={2}))
    assert (found.equal, found.differences) == (2, ())


def test_what_is_not_there_by_its_id_either_is_missing() -> None:
    """R26, D102."""
    found = checked([record(1), record(2, procore_id=None, base=None)], Theirs([card(3)]))
    assert kinds(found) == [
        (1, 501, "missing_there"), (None, 502, "missing_there"), (3, None, "missing_here")
    ]  # fmt: skip


def test_a_timesheet_that_got_its_card_meanwhile_is_compared_with_it() -> None:
    """R26: between the two reads a worker sent it."""

    class Moving(Ours):
        def of_days(self, first: date, last: date) -> Iterator[Sequence[OurRecord]]:
            yield [replace(r, procore_id=None, base=None) for r in self.records]

    found = check(Moving([record(1)]), Theirs([card(1)], hidden={1}), MONDAY, SUNDAY)
    assert (found.equal, found.differences) == (1, ())


def test_values_are_compared_across_both_vocabularies_where_nothing_was_agreed() -> None:
    """R26: two records that never met."""
    same, other = record(1, base=None), record(2, base=None, timecard=ours_of(2, "7.5"))
    found = checked([same, other], Theirs([card(1), card(2)]))
    assert found.equal == 1
    assert found.differences[0].fields == {"hours": ("7.50", "8.00")}


def test_a_difference_that_was_agreed_on_is_equal_and_a_new_one_beside_it_is_told() -> None:
    """D47: rounded to 7.75, and then the description was changed."""
    ours = ours_of(1)
    rounded = replace(theirs_of(ours), hours=Decimal("7.75"))
    agreed = record(1, base=Base(ours, rounded))
    assert checked([agreed], Theirs([card(1, rounded)])).equal == 1
    changed = replace(rounded, description="Pour")
    (difference,) = checked([agreed], Theirs([card(1, changed)])).differences
    assert difference.fields == {"description": (None, "Pour")}


def test_both_sides_that_changed_to_the_same_are_equal() -> None:
    """R26: the engine will find that it is agreed already."""
    now = ours_of(1, "6")
    found = checked([record(1, timecard=now)], Theirs([card(1, theirs_of(now))]))
    assert (found.equal, found.differences) == (1, ())
    assert found.days[MONDAY].ours.digest == found.days[MONDAY].theirs.digest


def test_people_are_told_by_name_and_by_number_where_there_is_none() -> None:
    """R26."""
    other = replace(theirs_of(ours_of(1)), person=9 + THERE)
    (difference,) = checked([record(1, names=Names(person="Ana Ruiz"))], Theirs([card(1, other)])).differences
    assert difference.fields == {"user": ("Ana Ruiz", "Bo Chen")}
    (unnamed,) = checked([record(1)], Theirs([replace(card(1, other), names=Names())])).differences
    assert unnamed.fields == {"user": ("1", str(9 + THERE))}


def test_excluded_records_are_counted_once_wherever_they_are() -> None:
    """D20: known here on both sides, on one side, in another week; or so old that they are known nowhere."""
    old = CONNECTED - timedelta(days=1)
    moved = ours_of(3, day=MONDAY - timedelta(days=7))
    records = [
        record(1, is_excluded=True),
        record(2, is_excluded=True),
        record(3, is_excluded=True, timecard=moved),
    ]
    theirs = Theirs([card(1), card(3), card(4, born=old)])
    found = checked(records, theirs)
    assert (found.excluded, found.differences) == (4, ())
    assert theirs.asked == [[3]]


def test_what_is_gone_on_both_sides_is_nothing() -> None:
    """D43."""
    found = checked([record(1, timecard=None, base=None)], Theirs([]))
    assert (found.equal, found.excluded, found.differences) == (0, 0, ())


@pytest.mark.parametrize("is_here", [True, False])
def test_a_card_that_cannot_be_read_is_told_with_what_it_lacks(is_here: bool) -> None:
    """D106: lists leave it out, but it is there."""
    theirs = Theirs([], unreadable={1: UnreadableAnswer("It has no readable date.", missing="date")})
    (found,) = checked([record(1)] if is_here else [], theirs).differences
    assert found.kind == ("different" if is_here else "missing_here")
    assert found.fields == {"unreadable": (None, "It has no readable date.")}


def test_an_excluded_card_that_cannot_be_read_is_counted_once() -> None:
    """D20, D106."""
    theirs = Theirs([], unreadable={1: UnreadableAnswer("It has no readable date.", missing="date")})
    found = checked([record(1, is_excluded=True)], theirs)
    assert (found.excluded, found.differences) == (1, ())


# ---- whatever there is -----------------------------------------------------------------------------------

HOURS = st.sampled_from(["8", "7.5", "6.25"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[OurRecord], list[Card], set[int]]:
    """Up to twelve records: on both sides, on one; equal or not; excluded or not; some hidden by the lists."""
    records, cards = [], []
    for number in range(1, draw(st.integers(1, 12))):
        has_ours, has_theirs = draw(st.booleans()), draw(st.booleans())
        ours = ours_of(number, draw(HOURS), MONDAY + timedelta(days=draw(st.integers(0, 6))))
        if has_ours:
            is_excluded = draw(st.integers(0, 5)) == 0
            records.append(record(number, timecard=ours, is_excluded=is_excluded))
        if has_theirs:
            day = MONDAY + timedelta(days=draw(st.integers(0, 6)))
            theirs = theirs_of(ours) if draw(st.booleans()) else theirs_of(ours_of(number, draw(HOURS), day))
            cards.append(card(number, theirs))
    hidden = draw(st.sets(st.integers(1, 12)))
    return records, draw(st.permutations(cards)), hidden


@given(worlds())
def test_every_record_is_told_once_whatever_the_lists_hide(
    world: tuple[list[OurRecord], list[Card], set[int]],
) -> None:
    """M13: the counts add up to all, and say what is so. Only a card that nobody here knows can be hidden."""
    records, cards, hidden = world
    known = {r.procore_id: r for r in records}
    there = {c.id: c for c in cards if c.id in known or c.id not in hidden}
    found = checked(records, Theirs(cards, hidden))
    told = {d.procore_id: d.kind for d in found.differences}
    assert len(told) == len(found.differences)
    assert found.equal + found.excluded + len(told) == len(known.keys() | there.keys())
    for number in known.keys() | there.keys():
        row, theirs = known.get(number), there.get(number or 0)
        if row is not None and row.is_excluded:
            assert number not in told
        elif row is None:
            assert told[number] == "missing_here"
        elif theirs is None:
            assert told[number] == "missing_there"
        else:
            assert row.timecard is not None
            assert (told.get(number) == "different") == (theirs_of(row.timecard) != theirs.timecard)


@given(worlds())
def test_a_days_digests_are_the_same_if_and_only_if_nothing_of_it_differs(
    world: tuple[list[OurRecord], list[Card], set[int]],
) -> None:
    """R31b: in whatever order the records come."""
    records, cards, _ = world
    found = checked(records, Theirs(cards))
    again = checked(records[::-1], Theirs(cards[::-1], page=1))
    assert list(found.days) == [MONDAY + timedelta(days=n) for n in range(7)]
    for day, both in found.days.items():
        assert (both.ours.digest == both.theirs.digest) == (both.different == 0)
        assert (both.ours.digest, both.theirs.digest) == (
            again.days[day].ours.digest,
            again.days[day].theirs.digest,
        )
        assert (both.ours.hours, both.theirs.hours) == (
            again.days[day].ours.hours,
            again.days[day].theirs.hours,
        )
