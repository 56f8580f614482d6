"""The digest of a day: records, hours and one number for each side, the same on both when they agree (R31b).

The marks of records are added up, so that the order in which they come does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from webapp.domain.digest import SIZE, content, digest
from webapp.domain.timecard import Timecard


@dataclass(slots=True)
class Side:
    """One side of one day."""

    records: int = 0
    hours: Decimal = Decimal(0)
    total: int = 0

    def add(self, hours: Decimal | None, mark: int) -> None:
        self.records += 1
        self.hours += hours or 0
        self.total = (self.total + mark) % (1 << 8 * SIZE)

    @property
    def digest(self) -> str:
        return f"{self.total:0{2 * SIZE}x}"


@dataclass(slots=True)
class Day:
    """Both sides of one day; `different`: records of it that are not equal."""

    ours: Side
    theirs: Side
    different: int = 0


Days = Mapping[date, Day]


class DaysOfBoth:
    """Every day of the range, also those without a record: they were looked at, too."""

    def __init__(self, first: date, last: date) -> None:
        count = (last - first).days + 1
        self._days = {first + timedelta(days=n): Day(Side(), Side()) for n in range(count)}

    def agree(self, key: int, ours: Timecard, theirs: Timecard, agreed: Timecard) -> None:
        """The same mark on both sides, also where their values were agreed to differ."""
        mark = _mark(key, "agreed", agreed)
        if (here := self._days.get(ours.date)) is not None:
            here.ours.add(ours.hours, mark)
        if (there := self._days.get(theirs.date)) is not None:
            there.theirs.add(theirs.hours, mark)

    def differ(self, key: int, ours: Timecard | None, theirs: Timecard | None) -> None:
        days = {card.date for card in (ours, theirs) if card is not None}
        for day in days & self._days.keys():
            self._days[day].different += 1
        if ours is not None and (here := self._days.get(ours.date)) is not None:
            here.ours.add(ours.hours, _mark(key, "ours", ours))
        if theirs is not None and (there := self._days.get(theirs.date)) is not None:
            there.theirs.add(theirs.hours, _mark(key, "theirs", theirs))

    def told(self) -> Days:
        return self._days


def _mark(key: int, whose: str, card: Timecard) -> int:
    return int.from_bytes(digest([key, whose, content(card)]), "big")
