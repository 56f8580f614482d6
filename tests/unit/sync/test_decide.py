"""The truth table of the architecture, row by row: R23, R24, D3, D40–D43."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from webapp.domain.timecard import Timecard
from webapp.sync.decide import (
    Action,
    Base,
    Clash,
    ConflictRule,
    CreateOurs,
    CreateTheirs,
    DeleteClash,
    DeleteOurs,
    DeleteTheirs,
    Merge,
    Nothing,
    Rules,
    Settle,
    Side,
    Tombstone,
    decide,
)

B = Timecard(date=date(2026, 11, 20), hours=Decimal(8), person=1, project=2, time_type=3)
V = replace(B, hours=Decimal(7))
W = replace(B, hours=Decimal(6))
OTHER = replace(B, description="Pour")
BASE, GONE = Base(B, B), Tombstone()
TIME, ALL = frozenset({"time"}), None


def units(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    "base, ours, theirs, action",
    [
        (None, None, V, CreateOurs()),
        (None, V, None, CreateTheirs()),
        (BASE, B, B, Nothing()),
        (BASE, B, V, Merge(take=TIME)),
        (BASE, V, B, Merge(send=TIME)),
        (BASE, V, V, Merge(agreed=TIME)),
        (BASE, V, OTHER, Merge(send=TIME, take=units("description"))),
        (BASE, V, W, Merge(clashes=(Clash("time", None),))),
        (BASE, None, B, DeleteTheirs()),
        (BASE, B, None, DeleteOurs()),
        (BASE, None, V, DeleteClash("ours")),
        (BASE, V, None, DeleteClash("theirs")),
        (BASE, None, None, Settle()),
        (GONE, None, V, CreateOurs()),
        (GONE, V, None, CreateTheirs()),
        (GONE, None, None, Nothing()),
        (None, None, None, Nothing()),
    ],
)
def test_the_table(base: Base | Tombstone | None, ours: Timecard, theirs: Timecard, action: Action) -> None:
    """Every row of the decide table, in its order."""
    assert decide(base, ours, theirs, Rules()) == action


def test_two_records_that_never_met_agree_on_what_is_equal_and_clash_on_the_rest() -> None:
    """Adoption merges as if the base were what both agree on."""
    action = decide(None, V, W, Rules())
    assert isinstance(action, Merge)
    assert action.clashes == (Clash("time", None),)
    assert action.agreed == units(
        "date", "person", "project", "time_type", "cost_code", "billable", "description"
    )


@pytest.mark.parametrize(
    "rule, later, pay, text",
    [
        ("default", "ours", None, "ours"),
        ("default", "theirs", None, "theirs"),
        ("default", None, None, None),
        ("later", "ours", "ours", "ours"),
        ("later", None, None, None),
        ("procore", "ours", "theirs", "theirs"),
        ("timesite", "theirs", "ours", "ours"),
        ("ask", "ours", None, None),
    ],
)
def test_the_companys_rule_decides_a_clash(
    rule: ConflictRule, later: Side | None, pay: Side | None, text: Side | None
) -> None:
    """D41: by default pay is asked and the rest goes to the later edit; too close to tell is asked."""
    ours = replace(B, hours=Decimal(7), description="here")
    theirs = replace(B, hours=Decimal(6), description="there")
    action = decide(BASE, ours, theirs, Rules(conflict_rule=rule, later=later))
    assert isinstance(action, Merge)
    assert {c.unit: c.winner for c in action.clashes} == {"time": pay, "description": text}
    assert action.take == {c.unit for c in action.clashes if c.winner == "theirs"}
    assert action.send == {c.unit for c in action.clashes if c.winner == "ours"}


def test_only_a_rule_that_looks_at_time_needs_to_know_who_was_later() -> None:
    """D41: the change history costs a call, so it is asked only then."""
    assert Rules(conflict_rule="later").needs_later("time")
    assert Rules(conflict_rule="default").needs_later("description")
    assert not Rules(conflict_rule="default").needs_later("time")
    assert not Rules(conflict_rule="procore").needs_later("description")


def test_each_side_is_compared_with_its_own_face() -> None:
    """D47: Procore rounded 7.9 to 8; neither side has changed since."""
    base = Base(ours=replace(B, hours=Decimal("7.9")), theirs=B)
    assert decide(base, replace(B, hours=Decimal("7.9")), B, Rules()) == Nothing()


def test_a_hundredth_of_an_hour_is_no_change() -> None:
    """D81: equal is the same to 0.01 h."""
    assert decide(BASE, B, replace(B, hours=Decimal("8.004")), Rules()) == Nothing()
    assert decide(BASE, B, replace(B, hours=Decimal("8.01")), Rules()) == Merge(take=TIME)
