"""Procore with writing off: reads are real, and what would be written is seen as if it had been (R31c)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from webapp.domain.timecard import Card, CardFacts
from webapp.errors import UnreadableAnswer
from webapp.sync.ports import (
    AtProcore,
    Created,
    Draft,
    HistoryEntry,
    TheirCostCode,
    TheirPerson,
    TheirProject,
    TheirSubJob,
    TheirTimeType,
    TimeEntryStyle,
)


class DryProcore:
    """AtProcore for a dry run. Cards that would be created have negative ids."""

    def __init__(self, real: AtProcore) -> None:
        self.real = real
        self.cards: dict[int, Card] = {}

    # ---- reads ---------------------------------------------------------------------------------------

    def by_ids(self, ids: Sequence[int]) -> dict[int, Card]:
        there = [i for i in ids if i > 0]
        self.cards |= self.real.by_ids(there) if there else {}
        return {i: self.cards[i] for i in ids if i in self.cards}

    def updated_between(self, low: datetime, high: datetime) -> Iterator[list[Card]]:
        if made := [card for card in self.cards.values() if card.id < 0]:
            yield made
        for page in self.real.updated_between(low, high):
            self.cards |= {card.id: card for card in page}
            yield page

    def deleted_between(
        self, low: datetime, high: datetime, ids: Sequence[int] | None = None
    ) -> Iterator[list[Card]]:
        return self.real.deleted_between(low, high, ids)

    def unreadable_among(self, ids: Collection[int]) -> dict[int, UnreadableAnswer]:
        return self.real.unreadable_among(ids)

    def unreadable_of(self, origin_ids: Collection[int]) -> dict[int, int]:
        return self.real.unreadable_of(origin_ids)

    def change_history(self, procore_id: int) -> list[HistoryEntry]:
        return self.real.change_history(procore_id) if procore_id > 0 else []

    def locations(self, project_id: int, first: date, last: date) -> dict[int, str]:
        return self.real.locations(project_id, first, last)

    def server_time(self) -> datetime:
        return self.real.server_time()

    def projects(self) -> list[TheirProject]:
        return self.real.projects()

    def people(self) -> list[TheirPerson]:
        return self.real.people()

    def time_types(self) -> list[TheirTimeType]:
        return self.real.time_types()

    def sub_jobs(self, project_id: int) -> list[TheirSubJob]:
        return self.real.sub_jobs(project_id)

    def cost_codes(self, project_id: int, sub_job_id: int | None = None) -> list[TheirCostCode]:
        return self.real.cost_codes(project_id, sub_job_id)

    def time_entry_style(self) -> TimeEntryStyle | None:
        return self.real.time_entry_style()

    # ---- what would be written -----------------------------------------------------------------------

    def create_many(self, drafts: Sequence[Draft]) -> list[Created]:
        return [Created(draft.origin_id, self._made(draft)) for draft in drafts]

    def update(self, procore_id: int, project_id: int, on: date, changes: dict[str, Any]) -> Card:
        card = self.cards[procore_id]
        self.cards[procore_id] = replace(card, timecard=replace(card.timecard, **changes))
        return self.cards[procore_id]

    def delete(self, procore_id: int) -> Card | None:
        return self.cards.pop(procore_id, None)

    def _made(self, draft: Draft) -> int:
        procore_id = -1 - len(self.cards)
        self.cards[procore_id] = Card(procore_id, draft.timecard, CardFacts(origin_id=draft.origin_id))
        return procore_id
