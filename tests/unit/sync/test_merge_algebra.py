"""The algebra of decide and merge, over random records in two vocabularies: R23, R24, D40–D43, D47, D81.

`make algebra` runs 100,000 examples of these laws; the suite runs fewer.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.sync.replicas import (
    ALL,
    Replicas,
    any_state,
    cards,
    equal,
    law,
    masks,
    mirrored,
    mirrored_rules,
    pairs,
    rules,
    said,
    same,
    to_ours,
    to_theirs,
)
from webapp.domain.timecard import Timecard, changed_units, from_json, same_unit, to_json
from webapp.sync.decide import (
    PLACE,
    Base,
    Decision,
    DeleteClash,
    DeleteOurs,
    DeleteTheirs,
    Merge,
    Nothing,
    Rules,
    Side,
    decide,
)

sides = st.sampled_from(["ours", "theirs"])
whole = st.just(frozenset({None}))


@law
@given(cards, cards, rules)
def test_a_change_on_one_side_arrives_on_the_other(old: Timecard, new: Timecard, rules: Rules) -> None:
    """merge(b, l, b) = l and merge(b, b, r) = r, whatever the rule."""
    base = Base(old, to_theirs(old))
    for record in (Replicas(base, new, base.theirs), Replicas(base, base.ours, to_theirs(new))):
        after = record.after(record.decided(rules))
        assert equal(after.ours, new)
        assert equal(after.theirs, to_theirs(new))


@law
@given(cards, cards, rules)
def test_the_same_change_on_both_sides_is_agreed(old: Timecard, new: Timecard, rules: Rules) -> None:
    """merge(b, x, x) = x: nothing is written, the base moves."""
    action = decide(Base(old, to_theirs(old)), new, to_theirs(new), rules)
    assert action in (Nothing(), Merge(agreed=changed_units(old, new)))


@law
@given(any_state, rules, sides, masks, st.booleans())
def test_deciding_again_after_carrying_it_out_does_nothing(
    record: Replicas, rules: Rules, keep: Side, units: frozenset[str], is_whole: bool
) -> None:
    """Idempotent (invariant 4): what is left is a question to a person, and it asks for no write."""
    heard = replace(rules, decisions=said(record, keep, units | {None} if is_whole else units))
    after = record.after(record.decided(heard))
    again = after.decided(heard)
    if isinstance(again, Merge):
        assert not again.take | again.send
        assert {c.winner for c in again.clashes} == {None}
        assert again.agreed == (frozenset() if isinstance(after.base, Base) else ALL - _units(again))
    else:
        assert isinstance(again, Nothing | DeleteClash)


@law
@given(any_state, rules, sides, masks, st.booleans())
def test_swapped_sides_are_decided_as_mirror_images(
    record: Replicas, rules: Rules, keep: Side, units: frozenset[str], is_whole: bool
) -> None:
    """Symmetry: which side is called ours does not matter, in no row of the table and under no rule."""
    heard = replace(rules, decisions=said(record, keep, units | {None} if is_whole else units))
    assert record.mirrored().decided(mirrored_rules(heard)) == mirrored(record.decided(heard))


@law
@given(cards, cards, masks, masks, rules)
def test_changes_of_different_units_never_clash(
    old: Timecard, new: Timecard, mine: frozenset[str], yours: frozenset[str], rules: Rules
) -> None:
    """D40: disjoint fields never conflict, and every one of them survives on both sides. A project and its cost code
    are one place (D68)."""
    yours -= mine | (PLACE if mine & PLACE else set())
    base = Base(old, to_theirs(old))
    record = Replicas(base, old.with_units(new, mine), base.theirs.with_units(to_theirs(new), yours))
    action = record.decided(rules)
    after = record.after(action)
    assert not isinstance(action, Merge) or not action.clashes
    assert equal(after.ours, old.with_units(new, mine | yours))
    assert equal(after.theirs, to_theirs(old.with_units(new, mine | yours)))


@law
@given(pairs, rules)
def test_a_value_is_overwritten_only_by_one_whose_author_saw_it(record: Replicas, rules: Rules) -> None:
    """Invariant 3: a side loses a value that it changed only in a clash, and then to the winner that is named."""
    action = record.decided(rules)
    after = record.after(action)
    assert isinstance(record.base, Base)
    assert record.ours is not None
    assert record.theirs is not None
    assert after.ours is not None
    assert after.theirs is not None
    winners = {c.unit: c.winner for c in action.clashes} if isinstance(action, Merge) else {}
    for unit in changed_units(record.base.ours, record.ours):
        assert same_unit(after.ours, record.ours, unit) or winners[unit] == "theirs"
    for unit in changed_units(record.base.theirs, record.theirs):
        assert same_unit(after.theirs, record.theirs, unit) or winners[unit] == "ours"


@law
@given(pairs, st.integers(-9, 9), st.integers(-9, 9), rules)
def test_less_than_a_hundredth_of_an_hour_is_no_change(
    record: Replicas, here: int, there: int, rules: Rules
) -> None:
    """D81: on either side, beside any face of the base."""
    assert isinstance(record.base, Base)
    base = record.base
    shaken = decide(base, _shaken(base.ours, here), _shaken(base.theirs, there), rules)
    assert shaken == Nothing()


@law
@given(pairs, masks, cards, rules)
def test_each_side_is_compared_with_its_own_face_alone(
    record: Replicas, units: frozenset[str], card: Timecard, rules: Rules
) -> None:
    """D47: what Procore made of our value is no change of either side, and another face of a unit that neither side
    touched changes no decision."""
    assert isinstance(record.base, Base)
    assert record.ours is not None
    assert record.theirs is not None
    touched = changed_units(record.base.ours, record.ours) | changed_units(record.base.theirs, record.theirs)
    untouched = units - touched - (PLACE if touched & PLACE else set())
    theirs = to_theirs(card)
    base = Base(record.base.ours, record.base.theirs.with_units(theirs, untouched))
    other = Replicas(base, record.ours, record.theirs.with_units(theirs, untouched))
    assert other.decided(rules) == record.decided(rules)


@law
@given(any_state, any_state, rules, sides, masks | whole)
def test_a_persons_word_counts_while_both_sides_hold_what_was_seen(
    record: Replicas, other: Replicas, rules: Rules, keep: Side, units: frozenset[str | None]
) -> None:
    """R24: then it goes before the rule and leaves both sides with the value that was kept; about anything else it
    changes nothing."""
    heard = replace(rules, decisions=said(record, keep, units))
    action = record.decided(heard)
    if isinstance(record.decided(rules), DeleteClash) and None in units:
        kept = (record.ours, record.theirs)[keep == "theirs"]
        assert isinstance(action, DeleteOurs | DeleteTheirs) == (kept is None)
    if isinstance(action, Merge):
        assert {c.unit for c in action.clashes if c.by_person} == _decided(_units(action), units)
        assert {c.winner for c in action.clashes if c.by_person} <= {keep}
    if not _seen_alike(other, heard.decisions):
        assert other.decided(heard) == other.decided(rules)


@law
@given(pairs)
def test_a_card_survives_being_kept_as_json(record: Replicas) -> None:
    """The base's faces and the values of a conflict are kept so."""
    for card in (record.ours, record.theirs):
        assert card is not None
        assert from_json(to_json(card)) == card
        assert to_ours(to_theirs(card)) == card
        assert all(same(card, to_theirs(card), unit) for unit in ALL)


def _units(action: Merge) -> frozenset[str]:
    return frozenset(c.unit for c in action.clashes)


def _decided(clashing: frozenset[str], said: frozenset[str | None]) -> frozenset[str | None]:
    """A cost code goes where its project goes."""
    if not clashing >= PLACE:
        return clashing & said
    return (clashing & said) - {"cost_code"} | ({"cost_code"} if "project" in said else set())


def _shaken(card: Timecard, thousandths: int) -> Timecard:
    return card if card.hours is None else replace(card, hours=card.hours + Decimal(thousandths) / 1000)


def _seen_alike(record: Replicas, decisions: tuple[Decision, ...]) -> bool:
    return any(d.counts(d.unit, record.ours, record.theirs) for d in decisions)
