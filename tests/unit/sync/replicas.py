"""Two sides that are decided upon and written to, in vocabularies of their own: what the laws of the merge are told of.

Cards come out of whole numbers, which are quick to draw and shrink to plain cards.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from webapp.domain.timecard import UNITS, Timecard, changed_units, same_unit
from webapp.sync import decide as table
from webapp.sync.decide import Base, Decision, Rules, Side, Tombstone, decide

LAWS = 10
EXAMPLES = int(os.environ.get("ALGEBRA_EXAMPLES", "5000"))
"""Of all laws together; `make algebra` asks for 100,000."""
law = settings(
    max_examples=max(EXAMPLES // LAWS, 1),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)

ALL = frozenset(UNITS)
_AT = datetime(2026, 11, 16, 14, tzinfo=UTC)
_VALUES: dict[str, list[dict[str, Any]]] = {
    "date": [{"date": date(2026, 11, 16 + day)} for day in range(3)],
    "time": [
        {"hours": Decimal("8")},
        {"hours": Decimal("7.25")},
        {"hours": None},
        {"hours": Decimal("8"), "start": _AT, "stop": _AT.replace(hour=22), "lunch_minutes": 0},
        {"hours": Decimal("7.5"), "start": _AT, "stop": _AT.replace(hour=22), "lunch_minutes": 30},
    ],
    "person": [{"person": 1}, {"person": 2}, {"person": None}],
    "project": [{"project": 1, "sub_job": None}, {"project": 1, "sub_job": 5}, {"project": 2, "sub_job": None}],
    "time_type": [{"time_type": 1}, {"time_type": 2}, {"time_type": None}],
    "cost_code": [{"cost_code": 1}, {"cost_code": 2}, {"cost_code": None}],
    "billable": [{"billable": True}, {"billable": False}],
    "description": [{"description": None}, {"description": "Pour"}, {"description": "Förmen 🙂"}],
}  # fmt: skip
_CARDS = 3 * 5 * 3 * 3 * 3 * 3 * 2 * 3
FOREIGN = 1000
"""What Procore's ids are more than ours."""


def card_of(number: int) -> Timecard:
    parts: dict[str, Any] = {}
    for unit in UNITS:
        number, place = divmod(number, len(_VALUES[unit]))
        parts |= _VALUES[unit][place]
    return Timecard(**parts)


def units_of(mask: int) -> frozenset[str]:
    return frozenset(unit for place, unit in enumerate(UNITS) if mask >> place & 1)


def to_theirs(card: Timecard) -> Timecard:
    return _moved(card, FOREIGN)


def to_ours(card: Timecard) -> Timecard:
    return _moved(card, -FOREIGN)


def _moved(card: Timecard, by: int) -> Timecard:
    refs = {part: getattr(card, part) for part in ("person", "project", "time_type", "cost_code")}
    return replace(card, **{part: None if ref is None else ref + by for part, ref in refs.items()})


def same(ours: Timecard, theirs: Timecard, unit: str) -> bool:
    return same_unit(ours, to_ours(theirs), unit)


def equal(left: Timecard | None, right: Timecard | None) -> bool:
    if left is None or right is None:
        return left is right
    return not changed_units(left, right)


@dataclass(frozen=True)
class Replicas:
    """A record on both sides, and what they last agreed on."""

    base: Base | Tombstone | None
    ours: Timecard | None
    theirs: Timecard | None

    def decided(self, rules: Rules) -> table.Action:
        return decide(self.base, self.ours, self.theirs, rules)

    def after(self, action: table.Action) -> Replicas:
        """Both sides once the action is carried out, as the engine does it."""
        match action:
            case table.CreateOurs():
                assert self.theirs
                return Replicas(Base(to_ours(self.theirs), self.theirs), to_ours(self.theirs), self.theirs)
            case table.CreateTheirs():
                assert self.ours
                return Replicas(Base(self.ours, to_theirs(self.ours)), self.ours, to_theirs(self.ours))
            case table.DeleteOurs() | table.DeleteTheirs() | table.Settle():
                return Replicas(Tombstone(), None, None)
            case table.Merge():
                return self._merged(action)
            case _:
                return self

    def _merged(self, action: table.Merge) -> Replicas:
        assert self.ours
        assert self.theirs
        ours = self.ours.with_units(to_ours(self.theirs), action.take)
        theirs = self.theirs.with_units(to_theirs(self.ours), action.send)
        if not isinstance(self.base, Base):
            is_asked = any(c.winner is None for c in action.clashes)
            return Replicas(None if is_asked else Base(ours, theirs), ours, theirs)
        moved = action.take | action.send | action.agreed
        base = Base(self.base.ours.with_units(ours, moved), self.base.theirs.with_units(theirs, moved))
        return Replicas(base, ours, theirs)

    def mirrored(self) -> Replicas:
        """Which side is called ours is exchanged, and with it the vocabulary."""
        base = self.base
        if isinstance(base, Base):
            base = Base(to_ours(base.theirs), to_theirs(base.ours))
        ours = None if self.theirs is None else to_ours(self.theirs)
        return Replicas(base, ours, None if self.ours is None else to_theirs(self.ours))


def _of(numbers: tuple[int, ...]) -> Replicas:
    """Both sides come from a base that Procore may have rounded, by changes of some units each."""
    start, here, there, mine, yours, form = numbers
    ours, theirs = card_of(start), to_theirs(card_of(start))
    if form & 1:
        theirs = replace(theirs, hours=Decimal("9.5"))  # what Procore made of our hours: the other face (D47)
    new_ours = ours.with_units(card_of(here), units_of(mine))
    new_theirs = theirs.with_units(to_theirs(card_of(there)), units_of(yours))
    return Replicas(Base(ours, theirs), new_ours, new_theirs)


pairs = st.tuples(
    st.integers(0, _CARDS - 1), st.integers(0, _CARDS - 1), st.integers(0, _CARDS - 1),
    st.integers(0, 255), st.integers(0, 255), st.integers(0, 1),
).map(_of)  # fmt: skip
"""Both sides there, and a base."""

cards = st.integers(0, _CARDS - 1).map(card_of)
masks = st.integers(0, 255).map(units_of)


def _in_any_state(pair: Replicas, form: int) -> Replicas:
    base: Base | Tombstone | None = (pair.base, None, Tombstone())[form % 3]
    form //= 3
    return Replicas(base, pair.ours if form & 1 else None, pair.theirs if form & 2 else None)


any_state = st.tuples(pairs, st.integers(0, 11)).map(lambda drawn: _in_any_state(*drawn))
"""Every row of the table: base, tombstone or neither; each side there or not."""

_RULES = get_args(table.ConflictRule)


def _rules(numbers: tuple[int, int, int]) -> Rules:
    rule, mask, yours = numbers
    later: dict[str, Side] = {
        unit: "theirs" if yours >> place & 1 else "ours" for place, unit in enumerate(UNITS)
    }
    known = units_of(mask)
    return Rules(same, _RULES[rule], {unit: side for unit, side in later.items() if unit in known})


rules = st.tuples(st.integers(0, len(_RULES) - 1), st.integers(0, 255), st.integers(0, 255)).map(_rules)


def said(record: Replicas, keep: Side, units: frozenset[str | None]) -> tuple[Decision, ...]:
    """A person who looks at the record as it is decides these clashes."""
    return tuple(
        Decision(unit, keep, record.ours, record.theirs)
        for unit in sorted(units, key=lambda unit: unit or "")
    )


OTHER: dict[Side | None, Side | None] = {"ours": "theirs", "theirs": "ours", None: None}
_OTHER_RULE: dict[str, Any] = {"procore": "timesite", "timesite": "procore"}


def mirrored_rules(rules: Rules) -> Rules:
    rule = _OTHER_RULE.get(rules.conflict_rule, rules.conflict_rule)
    decisions = []
    for one in rules.decisions:
        seen = Replicas(None, one.ours, one.theirs).mirrored()
        keep: Side = "theirs" if one.keep == "ours" else "ours"
        decisions.append(Decision(one.unit, keep, seen.ours, seen.theirs))
    later: dict[str, Any] = {unit: OTHER[side] for unit, side in rules.later.items()}
    return Rules(rules.same, rule, later, tuple(decisions))


def mirrored(action: table.Action) -> table.Action:
    match action:
        case table.CreateOurs():
            return table.CreateTheirs()
        case table.CreateTheirs():
            return table.CreateOurs()
        case table.DeleteOurs():
            return table.DeleteTheirs()
        case table.DeleteTheirs():
            return table.DeleteOurs()
        case table.DeleteClash():
            return table.DeleteClash("theirs" if action.deleted == "ours" else "ours")
        case table.Merge():
            clashes = tuple(replace(c, winner=OTHER[c.winner]) for c in action.clashes)
            return table.Merge(action.send, action.take, action.agreed, clashes)
        case _:
            return action
