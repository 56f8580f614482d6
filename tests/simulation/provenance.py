"""Whose value was overwritten by whom: invariant 3, exactly, from the histories that both sides keep.

A person who enters a value has seen the one that stood there. So each entry has one before it, however often its value
is entered; what the engine writes repeats the entry of a person who entered this value. What it wrote over must come
before one of these, or stand in a conflict.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from procore_sandbox.model.records import Timecard

UNITS = ("hours", "description", "date")
"""Entered once, or again by who looks for it. A person, a project, a type is chosen from a few."""
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
    """One change of one side's record, oldest first; `is_end`: it was deleted by this; `is_undone`: and brought back
    later, as it was. `units`: all that it changed, also what is not unique."""

    by_engine: bool
    changes: Mapping[str, tuple[Value, Value]]
    at: datetime | None = None
    is_end: bool = False
    units: frozenset[str] = frozenset()
    is_undone: bool = False


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
    former: tuple[Side, ...] = ()
    """Cards that it had before."""
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
        """Of both sides together, with the cards that it had before."""
        return sum(
            line.is_end and line.by_engine is by_engine
            for side in (self.ours, self.theirs, *self.former)
            if side is not None
            for line in side.lines
        )


def lost_values(
    record: Record, *, unnoticed: timedelta = timedelta(), stored: Stored | None = None
) -> Iterator[str]:
    """Sentences about values that a person entered and that the engine wrote over without keeping them. `unnoticed`:
    how young an edit may be at our write that nothing tells of, where its event was lost. `stored`: what
    Procore makes of hours that it is sent, where it does not leave them as they are (D47, D48). What stood in a record
    that a person deleted is given up by that person: it may come back as the other side has it (D3). What comes late
    may undo for a while what was sent after it."""
    entries = _Entries(record, stored)
    for name, side, other in (
        ("timesheet", record.ours, record.theirs),
        ("card", record.theirs, record.ours),
    ):
        if side is None:
            continue
        is_given_up = False
        for line, made, standing in entries.told(name):
            for unit, entry in made.items() if line.by_engine else ():
                old = entry.before
                assert old is not None
                is_unnoticed = old.at and line.at and line.at - old.at <= unnoticed
                is_excused = is_unnoticed or is_given_up or entries.is_put_back(unit, entry)
                if not (is_excused or entries.has_seen(unit, old, entry)):
                    yield f"{record.name}: the {name}'s {unit} {old.value!r} gave way to {entry.value!r} unseen"
            if line.by_engine and line.is_end and not line.is_undone and other is not None:
                yield from _lost_by_deletion(record, entries, name, standing)
            is_given_up = line.is_end and not line.by_engine


def _lost_by_deletion(
    record: Record, entries: _Entries, name: str, deleted: Mapping[str, Entry]
) -> Iterator[str]:
    """Whoever deleted it, on either side, must have seen what stands here. (A lagging list may bring back for a moment
    what was deleted here, and end that.)"""
    seen = [
        standing
        for side in entries.of
        for line, _, standing in entries.told(side)
        if line.is_end and not line.by_engine
    ]
    if not seen:
        yield f"{record.name}: the {name} was deleted although nobody deleted it"
        return
    for unit, old in deleted.items():
        if not any(entries.has_seen(unit, old, standing[unit]) for standing in seen):
            yield f"{record.name}: the {name} with {unit} {old.value!r} was deleted by who had not seen it"


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A value from when it began to stand on one side, and the one that stood there before. `place`: the line."""

    side: str
    place: int
    value: Value
    by_person: bool
    before: Entry | None = None
    at: datetime | None = None


Told = tuple[Line, Mapping[str, Entry], Mapping[str, Entry]]
"""A line, what it made stand, and what stood just before it."""


class _Entries:
    """Of one record, on both sides."""

    def __init__(self, record: Record, stored: Stored | None) -> None:
        self.kept, self.stored = record.kept, stored
        self.of: dict[str, list[Told]] = {}
        self.by_persons: dict[str, list[Entry]] = {unit: [] for unit in UNITS}
        self.by_engine: dict[str, list[Entry]] = {unit: [] for unit in UNITS}
        former = ((f"card {place} before", side) for place, side in enumerate(record.former))
        for name, side in (("timesheet", record.ours), ("card", record.theirs), *former):
            self.of[name] = list(self._read(name, side)) if side is not None else []

    def told(self, name: str) -> list[Told]:
        return self.of[name]

    def _read(self, name: str, side: Side) -> Iterator[Told]:
        standing = {unit: Entry(name, -1, value, side.born_by_person) for unit, value in side.first().items()}
        self._remember(standing)
        for place, line in enumerate(side.lines):
            made = {
                unit: Entry(name, place, new, not line.by_engine, standing[unit], line.at)
                for unit, (_, new) in line.changes.items()
            }
            self._remember(made)
            yield line, made, dict(standing)
            standing |= made

    def _remember(self, made: Mapping[str, Entry]) -> None:
        for unit, entry in made.items():
            (self.by_persons if entry.by_person else self.by_engine)[unit].append(entry)

    def has_seen(self, unit: str, old: Entry, new: Entry) -> bool:
        """Whether an author of `new` knew `old`, or entered the same elsewhere; or `old` is nobody's, or kept."""
        authors = [author for one in self._as_before(unit, old) for author in self._authors(unit, one)]
        if old.value is None or not authors or old.value in self.kept[unit]:
            return True
        todo, done = [new], set[Entry]()
        while todo:
            entry = todo.pop()
            is_same = entry.by_person and entry.side != old.side and entry.value == old.value
            if entry in authors or is_same:
                return True
            if entry in done:
                continue
            done.add(entry)
            if not entry.by_person:
                todo += self._authors(unit, entry)
            elif entry.before is not None:
                todo.append(entry.before)
        return False

    def is_put_back(self, unit: str, entry: Entry) -> bool:
        """Whether the engine wrote over its own word, and then set it again."""
        later = (made[unit] for _, made, _ in self.of[entry.side] if unit in made)
        following = next((one for one in later if one.place > entry.place), None)
        if following is None or following.by_person or entry.before is None or entry.before.by_person:
            return False
        return following.value == entry.before.value

    def _as_before(self, unit: str, entry: Entry) -> Iterator[Entry]:
        """The entry, and those of the same value before it since when nothing else was carried over: who puts back what
        both sides agree on has changed nothing."""
        yield entry
        one = entry
        while one.by_person and one.before is not None:
            one = one.before
            if one.value == entry.value:
                yield one
            if any(copy.value == one.value and copy.side != one.side for copy in self.by_engine[unit]):
                return

    def _authors(self, unit: str, entry: Entry) -> list[Entry]:
        """The entry itself; of what the engine wrote, all that it may repeat: of its own side, earlier ones."""
        if entry.by_person:
            return [entry]
        return [
            one
            for one in self.by_persons[unit]
            if (one.side != entry.side or one.place < entry.place)
            if one.value == entry.value or entry.value in self._made_of(unit, one.value)
        ]

    def _made_of(self, unit: str, value: Value) -> set[Value]:
        if unit != "hours" or value is None or self.stored is None:
            return set()
        return {_text(unit, made) for made in self.stored(Decimal(value))}


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
                end = max(place for place, line in enumerate(lines) if line.is_end)
                lines[end] = replace(lines[end], is_undone=True)
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
