"""Check: both sides of a range of days, each read once, compared record by record (R26, M13).

Procore's list has no order that it promises, so it is held in a compact form; ours passes by in chunks. What is not
plainly as agreed is proven: read again by its id on both sides, before it is called different or missing (D102).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from webapp.domain.timecard import UNITS, Card, Timecard, changed_units
from webapp.sync import holds
from webapp.sync.compared import CardsAtProcore, OurRecord, OurRecords
from webapp.sync.decide import Base
from webapp.sync.dictionary import Dictionary
from webapp.sync.differences import Difference, Waiting, fields_of, unreadable
from webapp.sync.digests import Days, DaysOfBoth

PROVEN_AT_ONCE = 150
Suspect = tuple[int | None, int | None]
"""Procore's id and our timesheet's, as far as known: a record that is not plainly as agreed."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`at`: Procore's clock when its list was read."""

    at: datetime
    equal: int
    excluded: int
    differences: tuple[Difference, ...]
    days: Days
    waiting: tuple[Waiting, ...] = ()

    def count(self, kind: str) -> int:
        return sum(difference.kind == kind for difference in self.differences)


def check(ours: OurRecords, procore: CardsAtProcore, first: date, last: date) -> Checked:
    """Both days included. Nothing is written anywhere."""
    return _Check(ours, procore, first, last).run()


@dataclass(frozen=True, slots=True)
class _Held:
    timecard: Timecard
    is_too_old: bool


class _Check:
    def __init__(self, ours: OurRecords, procore: CardsAtProcore, first: date, last: date) -> None:
        self.ours, self.procore, self.first, self.last = ours, procore, first, last
        self.days = DaysOfBoth(first, last)
        self.differences: list[Difference] = []
        self.waiting: list[Waiting] = []
        self.equal = self.excluded = 0
        self.left_out: set[int] = set()

    def run(self) -> Checked:
        theirs, at = self._held()
        suspects = self._merged(theirs)
        unreadable = (
            self.procore.unreadable.keys() - {procore_id for procore_id, _ in suspects} - self.left_out
        )
        suspects += [(procore_id, None) for procore_id in sorted(unreadable)]
        late = [s for chunk in _chunks(suspects) for s in self._prove(chunk)]
        for chunk in _chunks(late):
            self._prove(chunk)
        days = self.days.told()
        return Checked(at, self.equal, self.excluded, tuple(self.differences), days, tuple(self.waiting))

    def _held(self) -> tuple[dict[int, _Held], datetime]:
        held: dict[int, _Held] = {}
        at: datetime | None = None
        for page in self.procore.in_days(self.first, self.last):
            at = at or self.procore.server_time()
            held.update((card.id, _Held(card.timecard, self.ours.is_too_old(card))) for card in page)
        return held, at or self.procore.server_time()

    def _merged(self, theirs: dict[int, _Held]) -> list[Suspect]:
        """Takes what has its match out of `theirs`; the rest is nowhere here, or of another day."""
        suspects: list[Suspect] = []
        for chunk in self.ours.of_days(self.first, self.last):
            for row in chunk:
                held = theirs.pop(row.procore_id, None) if row.procore_id is not None else None
                if row.is_excluded:
                    self.excluded += 1
                    if row.procore_id is not None:
                        self.left_out.add(row.procore_id)
                elif row.timecard is None and held is None:
                    continue
                elif held and row.timecard and row.base and not _moved(row, row.base, held.timecard):
                    self._agree(row.procore_id or 0, row.timecard, held.timecard, row.base.theirs)
                else:
                    suspects.append((row.procore_id, row.timesheet_id))
        too_old = {procore_id for procore_id, held in theirs.items() if held.is_too_old}
        too_old -= self.ours.known_cards(too_old)
        self.excluded += len(too_old)
        suspects.sort(key=lambda suspect: (suspect[0] is None, suspect[0] or 0, suspect[1] or 0))
        return suspects + [(procore_id, None) for procore_id in theirs if procore_id not in too_old]

    def _prove(self, suspects: Sequence[Suspect]) -> list[Suspect]:
        """Returns those that got their card only now: it was not asked for yet."""
        ids = [procore_id for procore_id, _ in suspects if procore_id is not None]
        cards = self.procore.by_ids(ids) if ids else {}
        rows = self.ours.again(ids, [sheet for card, sheet in suspects if card is None and sheet is not None])
        found = {(None, r.timesheet_id): r for r in rows} | {(r.procore_id, None): r for r in rows}
        late: list[Suspect] = []
        pairs: list[tuple[OurRecord | None, Card | None, int | None]] = []
        for procore_id, sheet in suspects:
            row = found.get((procore_id, None) if procore_id is not None else (None, sheet))
            if procore_id is None and row is not None and row.procore_id is not None:
                late.append((row.procore_id, row.timesheet_id))
            else:
                pairs.append((row, cards.get(procore_id or 0), procore_id))
        words = self._words(pairs)
        for row, card, procore_id in pairs:
            self._judge(row, card, procore_id, words)
        return late

    def _words(self, pairs: Sequence[tuple[OurRecord | None, Card | None, int | None]]) -> Dictionary:
        both = [(card.timecard, card.names) for row, card, _ in pairs if card and row and row.timecard]
        return self.ours.words(both) if both else Dictionary()

    def _judge(
        self, row: OurRecord | None, card: Card | None, procore_id: int | None, words: Dictionary
    ) -> None:
        ours = row.timecard if row else None
        if row is not None and row.is_excluded:
            self.excluded += 1
        elif row is not None and card is not None and card.facts.in_progress:
            self._wait(row, card)
        elif row is not None and ours is not None and card is not None:
            self._compare(row, ours, card, words)
        elif card is not None:
            if row is None and self.ours.is_too_old(card):
                self.excluded += 1
            elif self.first <= card.timecard.date <= self.last:
                self._tell(Difference(card.id, row.timesheet_id if row else None, "missing_here"), None, card)
        elif (error := self.procore.unreadable.get(procore_id or 0)) is not None:
            sheet = row.timesheet_id if row else None
            self._tell(unreadable(procore_id, sheet, ours is not None, str(error)), ours, None)
        elif row is not None and ours is not None:
            self._tell(Difference(row.procore_id, row.timesheet_id, "missing_there"), ours, None)

    def _wait(self, row: OurRecord, card: Card) -> None:
        """The clock still runs: what it will be is not known, and the engine waits for it (D29a). Until then the day
        is not one on which both sides agree."""
        if self.first <= card.timecard.date <= self.last:
            self.waiting.append(Waiting(card.id, row.timesheet_id, holds.in_progress()))
            self.days.differ(card.id, row.timecard, card.timecard)

    def _compare(self, row: OurRecord, ours: Timecard, card: Card, words: Dictionary) -> None:
        theirs = card.timecard
        moved = frozenset(UNITS) if row.base is None else _moved(row, row.base, theirs)
        units = [unit for unit in UNITS if unit in moved and not words.same(ours, theirs, unit)]
        if units:
            fields = fields_of(row.names, ours, card, units)
            self._tell(Difference(card.id, row.timesheet_id, "different", fields), ours, card)
        else:
            base = row.base.theirs if row.base else theirs
            self._agree(card.id, ours, theirs, base.with_units(theirs, changed_units(base, theirs)))

    def _agree(self, procore_id: int, ours: Timecard, theirs: Timecard, agreed: Timecard) -> None:
        """`agreed`: what both mean, in Procore's words; a rounding that was agreed on is no difference (D47)."""
        self.equal += 1
        self.days.agree(procore_id, ours, theirs, agreed)

    def _tell(self, difference: Difference, ours: Timecard | None, card: Card | None) -> None:
        self.differences.append(difference)
        key = difference.procore_id or -(difference.timesheet_id or 0)
        self.days.differ(key, ours, card.timecard if card else None)


def _moved(row: OurRecord, base: Base, theirs: Timecard) -> frozenset[str]:
    """Units in which either side has left what was agreed."""
    assert row.timecard is not None
    return changed_units(base.ours, row.timecard) | changed_units(base.theirs, theirs)


def _chunks(suspects: Sequence[Suspect]) -> Iterator[list[Suspect]]:
    left = iter(suspects)
    while chunk := list(islice(left, PROVEN_AT_ONCE)):
        yield chunk
