"""The mass-change guard's rule: how many deletions and changes of one direction within an hour are unusual (D12, R31d).

Creations, approvals and descriptions never count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from webapp.domain.timecard import Timecard, changed_units, same_unit
from webapp.sync.records import Direction

GuardKind = Literal["deletion", "change"]
HOUR = timedelta(hours=1)
COUNTED = frozenset({"date", "person", "project"})
"""Units whose change counts; of the unit `time` the hours alone do."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A deletion or change that a step is about to write. `day`: the record's, before it."""

    link_id: int
    direction: Direction
    kind: GuardKind
    day: date | None


@dataclass(frozen=True, slots=True)
class GuardLimit:
    """Unusual is more than `number` and more than `percent` of the live records of those days."""

    number: int
    percent: int

    def is_exceeded_by(self, count: int, live: int) -> bool:
        return count > self.number and count * 100 > self.percent * live


GuardLimits = Mapping[GuardKind, GuardLimit]


def is_unusual(limit: GuardLimit, *, done: int, proposed: int, live: int) -> bool:
    """`done`: in the last hour; `live`: records of those days before any of it."""
    return proposed > 0 and limit.is_exceeded_by(done + proposed, live)


def counts_as_change(before: Timecard, after: Timecard) -> bool:
    """Hours, date, person or project."""
    changed = changed_units(before, after)
    if changed & COUNTED:
        return True
    return "time" in changed and not _same_hours(before, after)


def _same_hours(before: Timecard, after: Timecard) -> bool:
    return same_unit(_without_times(before), _without_times(after), "time")


def _without_times(card: Timecard) -> Timecard:
    return replace(card, start=None, stop=None, lunch_minutes=None)
