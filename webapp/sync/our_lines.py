"""Which lines of a card's change history our own updates left. Histories tell whole seconds, and names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from webapp.domain.timecard import UNITS, Timecard, same_part, same_unit
from webapp.sync.ports import HistoryEntry
from webapp.sync.read import OVERLAP
from webapp.sync.records import Write

CLOCK_STEP = timedelta(seconds=2)
"""Procore's Date header and its histories tell whole seconds."""

ROUNDING = Decimal("0.5")
"""Hours. Procore rounds by less than this."""

By = Literal["wanted", "replaced", "rounded"]
"""What a line is known by: it set what we wanted, replaced what we had read, or set about what we wanted."""


class OurLines:
    """Of one card: each line is one update's. `own_name`: what histories call us; where none of the lines says so, ours
    are known by what they set and what they replaced, and are none of `persons`."""

    def __init__(
        self,
        updates: Sequence[Write],
        history: Sequence[HistoryEntry],
        own_name: str | None,
        persons: Collection[str] = (),
    ) -> None:
        self.history, self.own_name, self.persons = history, own_name, persons
        self.are_signed = own_name is not None and any(entry.by == own_name for entry in history)
        self.places: dict[int, tuple[Write, str]] = {}
        answered_first = sorted(updates, key=lambda write: write.audit == "lost")
        for write in answered_first:
            self._find(write, "wanted")
        for by in ("replaced", "rounded"):
            for write in self._without_answer(answered_first):
                self._find(write, by)

    def of(self, write: Write) -> list[HistoryEntry]:
        return [self.history[place] for place, (mine, _) in self.places.items() if mine is write]

    def units_of(self, write: Write) -> frozenset[str]:
        return frozenset(unit for mine, unit in self.places.values() if mine is write)

    def times(self, writes: Collection[Write]) -> list[datetime]:
        """Procore's, of what these updates did: a list that shows the card as it was before lags."""
        return [line.at for write in writes for line in self.of(write) if line.at is not None]

    def left_by(self, write: Write) -> Timecard:
        """What Procore made of what the update wanted, as its lines tell."""
        assert write.wanted is not None
        return replace(write.wanted, **{line.part or "": line.new for line in self.of(write)})

    def newest(self) -> Iterator[tuple[str, Write]]:
        """Each unit that an update of ours changed, and the last one that did. What is sent along changes nothing,
        unless it comes late, and undoes what a later update has set."""
        last: dict[str, tuple[datetime, int, Write]] = {}
        for place, (write, unit) in self.places.items():
            line = self.history[place]
            at = line.at
            if at is None or write.wanted is None:
                continue
            if same_unit(write.before, write.wanted, unit) and not self.is_left_by_us(line):
                continue
            if unit not in last or (at, place) > last[unit][:2]:
                last[unit] = (at, place, write)
        return ((unit, write) for unit, (_, _, write) in sorted(last.items()))

    def is_left_by_us(self, line: HistoryEntry) -> bool:
        """Whether what the line replaced was another update's of ours."""
        others = (self.history[place] for place in self.places)
        return any(
            other is not line and other.part == line.part and same_part(other.new, line.old)
            for other in others
        )

    def _without_answer(self, updates: Sequence[Write]) -> list[Write]:
        """Of the others it is known what Procore made of them (rounded, trimmed: D47)."""
        return [write for write in updates if write.audit == "lost"] if self.are_signed else []

    def _find(self, write: Write, by: By) -> None:
        if write.wanted is None:
            return
        found = {unit for mine, unit in self.places.values() if mine is write}
        for unit in sorted(write.units - found):
            for part in UNITS[unit]:
                place = self._place(write, write.wanted, unit, part, by)
                if place is not None:
                    self.places[place] = (write, unit)

    def _place(self, write: Write, wanted: Timecard, unit: str, part: str, by: By) -> int | None:
        """The first between our read and the answer, and of one second the one that replaced what we had read."""
        since = write.read_at - CLOCK_STEP
        until = write.answered_at + CLOCK_STEP if write.answered_at is not None else None
        ours = [
            (entry.at, not _is_same(write.before, unit, part, entry.old), place)
            for place, entry in enumerate(self.history)
            if entry.part == part and entry.at is not None and entry.at >= since and place not in self.places
            if until is None or entry.at <= until
            if self._is_ours(write, unit, part, entry) and _is_known(write.before, wanted, unit, entry, by)
        ]
        return min(ours)[2] if ours else None

    def _is_ours(self, write: Write, unit: str, part: str, line: HistoryEntry) -> bool:
        """Unsigned: it replaced what we had read, or what others had replaced that by. Otherwise it led to what we
        read, and is somebody else's of the same second."""
        if self.are_signed:
            return line.by == self.own_name
        if line.by in self.persons:
            return False
        if _is_same(write.before, unit, part, line.old):
            return True
        since = write.read_at - OVERLAP
        earlier = [
            entry
            for entry in self.history
            if entry.part == part and entry.at is not None and line.at is not None
            if since <= entry.at <= line.at
        ]
        has_given_way = any(_is_same(write.before, unit, part, entry.old) for entry in earlier)
        return has_given_way and any(same_part(line.old, entry.new) for entry in earlier)


def _is_known(before: Timecard, wanted: Timecard, unit: str, line: HistoryEntry, by: By) -> bool:
    part = line.part or ""
    if by == "wanted":
        return _is_same(wanted, unit, part, line.new)
    if by == "replaced":
        return _is_same(before, unit, part, line.old)
    return part == "hours" and not same_unit(before, wanted, unit) and _is_about(wanted.hours, line.new)


def _is_about(wanted: Any, stored: Any) -> bool:
    return isinstance(wanted, Decimal) and isinstance(stored, Decimal) and abs(wanted - stored) < ROUNDING


def _is_same(card: Timecard, unit: str, part: str, value: Any) -> bool:
    return same_unit(card, replace(card, **{part: value}), unit)
