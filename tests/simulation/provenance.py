"""Whose value was overwritten by whom: invariant 3, exactly, from the histories that both sides keep.

Every value that a person enters is entered once, so a value names its author; its parent is the value that stood there
when it was entered, for that one its author had seen. What the engine wrote over must be an ancestor of what it wrote,
or stand in a conflict.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from procore_sandbox.model.records import Timecard

UNITS = ("hours", "description", "date")
"""What is unique. A person, a project, a type is chosen from a few."""
PLACE = frozenset({"project", "cost_code"})
SAID = {
    "hours": "time", "task": "time_type", "project_item": "cost_code",
    "party_id": "person", "project_id": "project", "timecard_time_type_id": "time_type", "cost_code_id": "cost_code",
}  # fmt: skip
"""What the histories call a unit of the merge."""
BY_ENGINE = ("Procore", "Timesite")

Value = str | None
Values = dict[str, Value]
Stored = Callable[[Decimal], Iterable[Decimal]]


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one side's record, oldest first; `is_end`: it was deleted by this. `units`: all that it changed,
    also what is not unique."""

    by_engine: bool
    changes: Mapping[str, tuple[Value, Value]]
    at: datetime | None = None
    is_end: bool = False
    units: frozenset[str] = frozenset()


@dataclass(slots=True)
class Side:
    """One side's history and how it stands."""

    lines: list[Line]
    last: Values
    born_by_person: bool

    def first(self) -> Values:
        values = dict(self.last)
        for line in reversed(self.lines):
            values.update({unit: old for unit, (old, _) in line.changes.items()})
        return values

    def entered(self, unit: str) -> set[Value]:
        """By persons, on this side."""
        values = {line.changes[unit][1] for line in self.lines if unit in line.changes and not line.by_engine}
        return values | {self.first()[unit]} if self.born_by_person else values

    def gave_way(self, unit: str | None, values: Mapping[str, Any]) -> bool:
        """Whether the engine wrote over what a person had entered; of what is not unique, whether both wrote it."""
        name = "hours" if unit == "time" else unit
        if name not in UNITS:
            return all(
                any(unit in line.units and line.by_engine is who for line in self.lines)
                for who in (True, False)
            )
        value = _text(name, values.get(name))
        over = {line.changes[name][0] for line in self.lines if name in line.changes and line.by_engine}
        return value in over & self.entered(name)


@dataclass(slots=True)
class Record:
    """A link with both histories, and what its conflicts keep."""

    name: str
    ours: Side | None
    theirs: Side | None
    kept: dict[str, set[Value]] = field(default_factory=lambda: defaultdict(set))

    def has_authors_of(self, unit: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
        """Whether a person of each side entered the value there, or, of what is not unique, has ever changed it. A cost
        code goes where its project goes (D68)."""
        units = PLACE if unit in PLACE else {unit}
        name = "hours" if unit == "time" else unit
        return all(
            side is not None
            and (
                _text(name, card.get(name)) in side.entered(name)
                if name in UNITS
                else any(units & line.units and not line.by_engine for line in side.lines)
            )
            for side, card in ((self.ours, ours), (self.theirs, theirs))
        )

    def deletions(self, *, by_engine: bool) -> int:
        """Of both sides together."""
        return sum(
            line.is_end and line.by_engine is by_engine
            for side in (self.ours, self.theirs)
            if side is not None
            for line in side.lines
        )


def lost_values(
    record: Record, *, unnoticed: timedelta = timedelta(), stored: Stored | None = None
) -> Iterator[str]:
    """Sentences about values that a person entered and that the engine wrote over without keeping them. `unnoticed`:
    how young an edit may be at our write that nothing tells of, where its event was lost. `stored`: what
    Procore makes of hours that it is sent, where it does not leave them as they are (D47, D48). What stood in a record
    that a person deleted is given up by that person: it may come back as the other side has it (D3)."""
    family = _Family(record, stored)
    for name, side, other in (
        ("timesheet", record.ours, record.theirs),
        ("card", record.theirs, record.ours),
    ):
        if side is None:
            continue
        values, entered_at = side.first(), dict[tuple[str, Value], datetime | None]()
        is_given_up = False
        for line in side.lines:
            if line.by_engine:
                for unit, (old, new) in line.changes.items():
                    at = entered_at.get((unit, old))
                    is_unnoticed = at and line.at and line.at - at <= unnoticed
                    if not (family.has_seen(unit, old, new) or is_unnoticed or is_given_up):
                        yield f"{record.name}: the {name}'s {unit} {old!r} gave way to {new!r} unseen"
                if line.is_end and other is not None:
                    yield from _lost_by_deletion(record, family, name, values, (side, other))
            else:
                entered_at.update({(unit, new): line.at for unit, (_, new) in line.changes.items()})
            is_given_up = line.is_end and not line.by_engine
            values.update({unit: new for unit, (_, new) in line.changes.items()})


def _lost_by_deletion(
    record: Record, family: _Family, name: str, values: Values, sides: Iterable[Side]
) -> Iterator[str]:
    """Whoever deleted it, on either side, must have seen what stands here. (A lagging list may bring back for a moment
    what was deleted here, and end that.)"""
    seen: dict[str, set[Value]] = defaultdict(set)
    for side in sides:
        standing = side.first()
        for line in side.lines:
            if line.is_end and not line.by_engine:
                for unit, value in standing.items():
                    seen[unit].add(value)
            standing.update({unit: new for unit, (_, new) in line.changes.items()})
    if not seen:
        yield f"{record.name}: the {name} was deleted although nobody deleted it"
        return
    for unit in UNITS:
        old = values.get(unit)
        if not any(family.has_seen(unit, old, value) for value in seen[unit]):
            yield f"{record.name}: the {name} with {unit} {old!r} was deleted by who had not seen it"


class _Family:
    """Which value was entered over which, per unit."""

    def __init__(self, record: Record, stored: Stored | None) -> None:
        self.kept = record.kept
        self.parents: dict[str, dict[Value, set[Value]]] = {unit: defaultdict(set) for unit in UNITS}
        self.entered: dict[str, set[Value]] = {unit: set() for unit in UNITS}
        for side in (record.ours, record.theirs):
            if side is None:
                continue
            if side.born_by_person:
                for unit, value in side.first().items():
                    self.entered[unit].add(value)
            for line in side.lines:
                if line.by_engine:
                    continue
                for unit, (old, new) in line.changes.items():
                    self.parents[unit][new].add(old)
                    self.entered[unit].add(new)
        for hours in self.entered["hours"] if stored else ():
            if hours is not None:
                for made in stored(Decimal(hours)):
                    self.parents["hours"][_text("hours", made)].add(hours)

    def has_seen(self, unit: str, old: Value, new: Value) -> bool:
        """Whether the author of `new` knew `old`, or `old` is nobody's, or it is kept."""
        if old is None or old not in self.entered[unit] or old in self.kept[unit]:
            return True
        todo, done = [new], set[Value]()
        while todo:
            value = todo.pop()
            if value == old:
                return True
            if value not in done:
                done.add(value)
                todo += self.parents[unit][value]
        return False


# ---- the histories ---------------------------------------------------------------------------------


def our_side(sheet: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Side:
    """From the timesheet's row and its history, oldest first."""
    found: list[Line] = []
    born_by_person = True
    for row in lines:
        changes = row["changes"] if isinstance(row["changes"], dict) else json.loads(row["changes"])
        pairs = {unit: _pair(unit, changes[unit]) for unit in UNITS if unit in changes}
        by_engine = row["by"] in BY_ENGINE
        if row["action"] == "created":
            born_by_person = not by_engine
            continue
        is_end = row["action"] == "deleted"
        units = frozenset(SAID.get(name, name) for name in changes)
        found.append(Line(by_engine, {} if is_end else pairs, None, is_end, units))
    return Side(found, values_here(sheet), born_by_person)


def their_side(card: Timecard, changes: Iterable[Any], service: str, born_by_person: bool) -> Side:
    """From the model's card and its change history."""
    lines: list[Line] = []
    for change in changes:
        pair = (change.old_value, change.new_value)
        if change.column == "deleted_at":
            if change.new_value is not None:
                lines.append(Line(change.created_by == service, {}, change.created_at, is_end=True))
        else:
            name = change.column
            values = {name: (_text(name, pair[0]), _text(name, pair[1]))} if name in UNITS else {}
            units = frozenset({SAID.get(name, name)})
            lines.append(Line(change.created_by == service, values, change.created_at, units=units))
    return Side(lines, values_there(card), born_by_person)


def values_here(sheet: Mapping[str, Any]) -> Values:
    hours = None if sheet["hours"] is None else Decimal(sheet["hours"]) / 1_000_000
    return {
        "hours": _text("hours", hours),
        "description": _text("description", sheet["description"]),
        "date": str(sheet["date"]),
    }


def values_there(card: Timecard) -> Values:
    return {
        "hours": _text("hours", card.hours),
        "description": _text("description", card.description),
        "date": str(card.date),
    }


def keep(record: Record, timecard: Mapping[str, Any] | None) -> None:
    """A value that a conflict holds."""
    if timecard:
        for unit in UNITS:
            record.kept[unit].add(_text(unit, timecard.get(unit)))


def _pair(unit: str, change: Any) -> tuple[Value, Value]:
    old, new = (change["from"], change["to"]) if isinstance(change, dict) else change
    return _text(unit, old), _text(unit, new)


def _text(unit: str, value: Any) -> Value:
    if value is None or value == "":
        return None
    return f"{Decimal(value).normalize():f}" if unit == "hours" else str(value)
