"""The truth table of the architecture, row by row: R23, R24, D3, D40–D43."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest

from webapp.domain.timecard import UNITS, Timecard
from webapp.sync.decide import (
    Action,
    Base,
    Clash,
    ConflictRule,
    CreateOurs,
    CreateTheirs,
    Decision,
    DeleteClash,
    DeleteOurs,
    DeleteTheirs,
    Merge,
    Nothing,
    Rules,
    Settle,
    Side,
    Tombstone,
    changed_alone,
    decide,
)

B = Timecard(date=date(2026, 11, 20), hours=Decimal(8), person=1, project=2, time_type=3)
V = replace(B, hours=Decimal(7))
W = replace(B, hours=Decimal(6))
OTHER = replace(B, description="Pour")
BASE, GONE = Base(B, B), Tombstone()
TIME, ALL = frozenset({"time"}), frozenset(UNITS)
RULES: tuple[ConflictRule, ...] = get_args(ConflictRule)
PAY = {"date", "time", "person", "project", "time_type"}
HERE: dict[str, Any] = {
    "date": {"date": date(2026, 11, 19)}, "time": {"hours": Decimal(7)}, "person": {"person": 8},
    "project": {"sub_job": 4}, "time_type": {"time_type": 8}, "cost_code": {"cost_code": 5},
    "billable": {"billable": False}, "description": {"description": "Forms"},
}  # fmt: skip
THERE: dict[str, Any] = {
    "date": {"date": date(2026, 11, 18)}, "time": {"lunch_minutes": 30}, "person": {"person": None},
    "project": {"project": 9}, "time_type": {"time_type": None}, "cost_code": {"cost_code": 6},
    "billable": {"billable": None}, "description": {"description": "Pour"},
}  # fmt: skip


def everywhere(later: Side | None) -> dict[str, Side]:
    return dict.fromkeys(UNITS, later) if later else {}


def units(*names: str) -> frozenset[str]:
    return frozenset(names)


ROWS: dict[str, tuple[Base | Tombstone | None, Timecard | None, Timecard | None, Action]] = {
    "- - V": (None, None, V, CreateOurs()),
    "- V -": (None, V, None, CreateTheirs()),
    "- V V": (None, V, V, Merge(agreed=ALL)),
    "B B B": (BASE, B, B, Nothing()),
    "B B V": (BASE, B, V, Merge(take=TIME)),
    "B V B": (BASE, V, B, Merge(send=TIME)),
    "B V V": (BASE, V, V, Merge(agreed=TIME)),
    "B V W, other fields": (BASE, V, OTHER, Merge(send=TIME, take=units("description"))),
    "B - B": (BASE, None, B, DeleteTheirs()),
    "B B -": (BASE, B, None, DeleteOurs()),
    "B - V": (BASE, None, V, DeleteClash("ours")),
    "B V -": (BASE, V, None, DeleteClash("theirs")),
    "B - -": (BASE, None, None, Settle()),
    "† - V": (GONE, None, V, CreateOurs()),
    "† V -": (GONE, V, None, CreateTheirs()),
    "† V V": (GONE, V, V, Merge(agreed=ALL)),
    "† - -": (GONE, None, None, Nothing()),
    "- - -": (None, None, None, Nothing()),
}
"""Every row of the table in which no two values of one field stand against each other: no rule matters."""


@pytest.mark.parametrize("later", ["ours", "theirs", None])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("row", ROWS)
def test_the_table(row: str, rule: ConflictRule, later: Side | None) -> None:
    """Every row of the decide table under every rule; D3, D42 and D43 among them: a deletion against an edit is asked
    whatever the company's rule."""
    base, ours, theirs, action = ROWS[row]
    assert decide(base, ours, theirs, Rules(conflict_rule=rule, later=everywhere(later))) == action


WINNERS: dict[tuple[ConflictRule, Side | None], tuple[Side | None, Side | None]] = {
    ("default", "ours"): (None, "ours"),
    ("default", "theirs"): (None, "theirs"),
    ("default", None): (None, None),
    ("later", "ours"): ("ours", "ours"),
    ("later", "theirs"): ("theirs", "theirs"),
    ("later", None): (None, None),
    ("procore", "ours"): ("theirs", "theirs"),
    ("procore", "theirs"): ("theirs", "theirs"),
    ("procore", None): ("theirs", "theirs"),
    ("timesite", "ours"): ("ours", "ours"),
    ("timesite", "theirs"): ("ours", "ours"),
    ("timesite", None): ("ours", "ours"),
    ("ask", "ours"): (None, None),
    ("ask", "theirs"): (None, None),
    ("ask", None): (None, None),
}
"""Rule and later side → who wins in what is paid by, who in the rest."""


@pytest.mark.parametrize("base", [BASE, None, GONE])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("rule, later", WINNERS)
def test_the_companys_rule_decides_a_clash(
    base: Base | Tombstone | None, unit: str, rule: ConflictRule, later: Side | None
) -> None:
    """The rows B V W and - V W, unit by unit, D41: by default hours, times, date, person, project and time type are
    asked and the rest goes to the later edit; too close to tell is asked."""
    action = decide(
        base,
        replace(B, **HERE[unit]),
        replace(B, **THERE[unit]),
        Rules(conflict_rule=rule, later=everywhere(later)),
    )
    winner = WINNERS[rule, later][unit not in PAY]
    assert action == Merge(
        take=units(unit) if winner == "theirs" else units(),
        send=units(unit) if winner == "ours" else units(),
        agreed=units() if base is BASE else ALL - {unit},
        clashes=(Clash(unit, winner),),
    )


@pytest.mark.parametrize("keep", ["ours", "theirs"])
@pytest.mark.parametrize("rule", RULES)
def test_a_person_decides_before_the_rule(rule: ConflictRule, keep: Side) -> None:
    """D41, R24: what somebody chose, about these very values, is done."""
    decision = Decision("time", keep, V, W)
    rules = Rules(conflict_rule=rule, later=everywhere("ours"), decisions=(decision,))
    assert decide(BASE, V, W, rules) == Merge(
        take=TIME if keep == "theirs" else units(),
        send=TIME if keep == "ours" else units(),
        clashes=(Clash("time", keep, by_person=True),),
    )


@pytest.mark.parametrize(
    "ours, theirs, keep, action",
    [
        (None, V, "ours", DeleteTheirs()),
        (None, V, "theirs", CreateOurs()),
        (V, None, "ours", CreateTheirs()),
        (V, None, "theirs", DeleteOurs()),
    ],
)
def test_a_person_decides_between_a_deletion_and_an_edit(
    ours: Timecard | None, theirs: Timecard | None, keep: Side, action: Action
) -> None:
    """D42, R24: keep the edit, or let the deletion win, whichever side did which."""
    assert decide(BASE, ours, theirs, Rules(decisions=(Decision(None, keep, ours, theirs),))) == action


@pytest.mark.parametrize(
    "decision",
    [
        Decision("time", "ours", V, B),
        Decision("time", "ours", W, W),
        Decision("date", "ours", V, W),
        Decision(None, "ours", V, W),
        Decision(None, "ours", V, None),
        Decision(None, "ours", None, W),
    ],
)
def test_a_decision_about_other_values_counts_for_nothing(decision: Decision) -> None:
    """R24: when a value has changed since somebody looked, the clash is asked anew."""
    rules = Rules(decisions=(decision,))
    assert decide(BASE, V, W, rules) == Merge(clashes=(Clash("time", None),))
    assert decide(BASE, V, None, Rules(decisions=(replace(decision, ours=W),))) == DeleteClash("theirs")
    assert decide(BASE, None, W, Rules(decisions=(replace(decision, theirs=V),))) == DeleteClash("ours")


def test_two_records_that_never_met_agree_on_what_is_equal_and_clash_on_the_rest() -> None:
    """Adoption merges as if the base were what both agree on."""
    action = decide(None, V, W, Rules())
    assert isinstance(action, Merge)
    assert action.clashes == (Clash("time", None),)
    assert action.agreed == units(
        "date", "person", "project", "time_type", "cost_code", "billable", "description"
    )


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


@pytest.mark.parametrize("rule, winner", [("default", None), ("procore", "theirs"), ("timesite", "ours")])
def test_a_cost_code_shares_the_fate_of_its_project(rule: ConflictRule, winner: Side | None) -> None:
    """D68: a code chosen in one project never travels into another. Under the default rule the project is asked, and
    the code with it, though a later edit of a code alone would win."""
    ours, theirs = replace(B, project=7, cost_code=70), replace(B, cost_code=40)
    action = decide(BASE, ours, theirs, Rules(conflict_rule=rule, later=everywhere("theirs")))
    assert isinstance(action, Merge)
    assert action.clashes == (Clash("cost_code", winner), Clash("project", winner))
    assert action.send == (units("project", "cost_code") if winner == "ours" else units())
    assert action.take == (units("project", "cost_code") if winner == "theirs" else units())


def test_a_cost_code_of_a_project_that_both_chose_is_no_clash() -> None:
    """D40, D68: the move is agreed, so a code of the new project is an ordinary change."""
    ours, theirs = replace(B, project=7), replace(B, project=7, cost_code=70)
    assert decide(BASE, ours, theirs, Rules()) == Merge(agreed=units("project"), take=units("cost_code"))


def test_a_cost_code_that_is_the_same_on_both_sides_clashes_with_nothing() -> None:
    """D41: two projects are asked about, not their lack of a code."""
    ours, theirs = replace(B, project=7), replace(B, project=8)
    assert decide(BASE, ours, theirs, Rules()) == Merge(clashes=(Clash("project", None),))


def test_what_only_one_side_changed_is_told_from_what_both_did() -> None:
    """R9, D68: a cost code goes where its project goes."""
    both = replace(V, description="Forms")
    assert changed_alone(BASE, both, W) == (units("description"), units())
    assert changed_alone(BASE, V, OTHER) == (TIME, units("description"))
    assert changed_alone(BASE, replace(B, cost_code=70), replace(B, project=7)) == (units(), units())
