"""What a check asks of both sides, and our side of one record as it compares it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from webapp.domain.timecard import Card, Names, Timecard
from webapp.sync.decide import Base
from webapp.sync.dictionary import Dictionary


@dataclass(frozen=True, slots=True)
class OurRecord:
    """Our side of one record. `timecard` None: nothing here, or deleted. `names`: only where it is read again."""

    procore_id: int | None
    timesheet_id: int | None
    timecard: Timecard | None
    base: Base | None
    is_excluded: bool
    names: Names = field(default_factory=Names)


class CardsAtProcore(Protocol):
    """What a check asks of Procore; errors as TimecardsAtProcore."""

    @property
    def unreadable(self) -> Mapping[int, Exception]:
        """Cards of the lists read so far that lack what we need, by id (D106); lists leave them out."""

    def in_days(self, first: date, last: date) -> Iterator[list[Card]]:
        """Pages of the live cards of these days, those in progress, too."""

    def by_ids(self, ids: Sequence[int]) -> dict[int, Card]: ...

    def server_time(self) -> datetime: ...


class OurRecords(Protocol):
    """What a check asks of our store."""

    def is_too_old(self, card: Card) -> bool:
        """Older than the connection: never copied, so nothing of it is kept here (R6)."""

    def of_days(self, first: date, last: date) -> Iterator[Sequence[OurRecord]]:
        """In chunks: every record whose timesheet or link is of these days, once."""

    def again(self, procore_ids: Collection[int], timesheet_ids: Collection[int]) -> list[OurRecord]:
        """These records as they are now, with names."""

    def known_cards(self, procore_ids: Collection[int]) -> set[int]:
        """Those that have a link."""

    def words(self, cards: Sequence[tuple[Timecard, Names]]) -> Dictionary:
        """To compare these with ours; nothing is created for it."""
