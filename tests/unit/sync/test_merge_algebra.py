"""The algebra of the merge, over generated cards: R23, D40."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from webapp.domain.timecard import UNITS, Timecard, changed_units, from_json, same_unit, to_json
from webapp.sync.decide import Base, Merge, Nothing, Rules, decide

cards = st.builds(
    Timecard,
    date=st.integers(0, 3).map(lambda d: date(2026, 11, 16) + timedelta(days=d)),
    hours=st.one_of(st.none(), st.decimals(0, 24, places=2)),
    person=st.one_of(st.none(), st.integers(1, 3)),
    project=st.integers(1, 3),
    time_type=st.one_of(st.none(), st.integers(1, 3)),
    sub_job=st.one_of(st.none(), st.integers(1, 2)),
    cost_code=st.one_of(st.none(), st.integers(1, 3)),
    lunch_minutes=st.one_of(st.none(), st.integers(0, 60)),
    billable=st.booleans(),
    description=st.one_of(st.none(), st.sampled_from(["Pour", "Forms", "Strip"])),
)


def merged(
    base: Timecard, ours: Timecard, theirs: Timecard, rule: str = "ask"
) -> tuple[Timecard, Timecard, set[str]]:
    """Both sides after the merge, and the units that clashed."""
    action = decide(Base(base, base), ours, theirs, Rules(conflict_rule=rule))  # type: ignore[arg-type]
    if isinstance(action, Nothing):
        return ours, theirs, set()
    assert isinstance(action, Merge)
    clashed = {c.unit for c in action.clashes}
    return ours.with_units(theirs, action.take), theirs.with_units(ours, action.send), clashed


def equal(left: Timecard, right: Timecard) -> bool:
    return not changed_units(left, right)


@given(cards, cards)
def test_a_change_on_one_side_arrives_on_the_other(base: Timecard, new: Timecard) -> None:
    """merge(b, l, b) = l and merge(b, b, r) = r."""
    for ours, theirs in ((new, base), (base, new)):
        here, there, clashed = merged(base, ours, theirs)
        assert equal(here, new)
        assert equal(there, new)
        assert not clashed


@given(cards, cards)
def test_the_same_change_on_both_sides_is_agreed(base: Timecard, new: Timecard) -> None:
    """merge(b, x, x) = x."""
    here, there, clashed = merged(base, new, new)
    assert equal(here, new)
    assert equal(there, new)
    assert not clashed


@given(cards, cards, cards)
def test_merging_is_idempotent_and_writes_nothing_twice(
    base: Timecard, ours: Timecard, theirs: Timecard
) -> None:
    """After a merge that a rule decided both sides are equal, and merging again does nothing (invariant 4)."""
    here, there, _ = merged(base, ours, theirs, "procore")
    assert equal(here, there)
    assert decide(Base(here, there), here, there, Rules()) == Nothing()


@given(cards, cards, cards)
def test_swapped_sides_merge_to_mirror_images(base: Timecard, ours: Timecard, theirs: Timecard) -> None:
    """Symmetry: which side is called ours does not matter."""
    here, there, clashed = merged(base, ours, theirs)
    mirrored_here, mirrored_there, mirrored_clashed = merged(base, theirs, ours)
    assert (here, there, clashed) == (mirrored_there, mirrored_here, mirrored_clashed)


@given(cards, cards, st.sets(st.sampled_from(sorted(UNITS))))
def test_changes_of_different_units_never_clash(base: Timecard, new: Timecard, mine: set[str]) -> None:
    """Disjoint fields never conflict, and every one of them survives."""
    ours = base.with_units(new, mine)
    theirs = base.with_units(new, set(UNITS) - mine)
    here, there, clashed = merged(base, ours, theirs)
    assert not clashed
    assert equal(here, new)
    assert equal(there, new)


@given(cards, cards, cards)
def test_a_value_is_overwritten_only_by_one_whose_author_saw_it(
    base: Timecard, ours: Timecard, theirs: Timecard
) -> None:
    """Invariant 3: without a rule, a unit that both changed differently is left alone on both sides."""
    here, there, clashed = merged(base, ours, theirs)
    for unit in clashed:
        assert same_unit(here, ours, unit)
        assert same_unit(there, theirs, unit)


@given(cards)
def test_a_card_survives_being_kept_as_json(card: Timecard) -> None:
    """The base's faces are kept so."""
    assert from_json(to_json(card)) == replace(card, hours=from_json(to_json(card)).hours)
    assert equal(from_json(to_json(card)), card)
    assert isinstance(card.hours, Decimal | None)
