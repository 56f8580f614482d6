"""One company's time cards at Procore, with the service account's token (TimecardsAtProcore of sync.ports)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from webapp.domain.timecard import Card
from webapp.errors import ProcoreUnavailable, UnreadableAnswer
from webapp.procore.api import Api, Page
from webapp.procore.creating import Creating
from webapp.procore.drafts import change_body
from webapp.procore.fields import card_of, id_of, location_of, split_off
from webapp.procore.filters import Asked, Filters
from webapp.procore.history import entry_of
from webapp.procore.paths import (
    DELETE_TIMECARD,
    PROJECT_TIMECARDS,
    TIME_TYPES,
    TIMECARD_HISTORY,
    TIMECARDS,
    UPDATE_TIMECARD,
)
from webapp.procore.ports import BulkStore
from webapp.procore.raw import kept
from webapp.sync.ports import Created, Draft, HistoryEntry

IDS_PER_CALL = 150
"""About what an address of 8 kB holds."""
WIDE = {"start_date": "2000-01-01", "end_date": "2100-01-01"}
"""The list's own window is unpublished, and its sibling is known to clip to the work week: so always name one."""
PASSES = 3

log = logging.getLogger(__name__)


class Timecards:
    """`unreadable`: cards of the last reads that lack what we need, by id (D106). Lists yield all others; a card that
    is read again without fault leaves it. The reader takes from it what concerns the ids it asked for."""

    def __init__(self, api: Api, kinds: BulkStore, filters: Filters | None = None) -> None:
        self.api, self.kinds = api, kinds
        self.filters = filters or Filters()
        self.unreadable: dict[int, UnreadableAnswer] = {}

    def by_ids(self, ids: Sequence[int]) -> dict[int, Card]:
        found: dict[int, Card] = {}
        for chunk in _chunks(list(dict.fromkeys(ids)), IDS_PER_CALL):
            asked = set(chunk)
            for page in self._pages(Asked(ids=chunk)):
                cards = self._cards(page.rows)
                found.update(
                    (card.id, card) for card in cards if card.id in asked and card.deleted_at is None
                )
        return found

    def updated_between(self, low: datetime, high: datetime) -> Iterator[list[Card]]:
        for cards in self._steady(Asked(updated=(low, high))):
            yield [card for card in cards if card.deleted_at is None]

    def deleted_between(
        self, low: datetime, high: datetime, ids: Sequence[int] | None = None
    ) -> Iterator[list[Card]]:
        chunks: Sequence[list[int] | None] = (
            [None] if ids is None else _chunks(list(dict.fromkeys(ids)), IDS_PER_CALL)
        )
        for chunk in chunks:
            for cards in self._steady(Asked(ids=chunk, deleted=(low, high))):
                yield [
                    card
                    for card in cards
                    if card.deleted_at is not None and (chunk is None or card.id in chunk)
                ]

    def in_days(self, first: date, last: date) -> Iterator[list[Card]]:
        """Pages of live cards of these days, both included: what a check compares."""
        days = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        for cards in self._steady(Asked(), days):
            yield [card for card in cards if card.deleted_at is None]

    def unreadable_among(self, ids: Collection[int]) -> dict[int, UnreadableAnswer]:
        return {key: error for key in ids if (error := self.unreadable.get(key)) is not None}

    def unreadable_of(self, origin_ids: Collection[int]) -> dict[int, int]:
        wanted = set(origin_ids)
        return {
            error.origin_id: key
            for key, error in self.unreadable.items()
            if error.origin_id is not None and error.origin_id in wanted
        }

    def create_many(self, drafts: Sequence[Draft]) -> list[Created]:
        return Creating(self.api, self.kinds, self._made_since).create(drafts)

    def update(self, procore_id: int, project_id: int, on: date, changes: dict[str, Any]) -> Card:
        """Raises ProcoreRefused in Procore's words. An answer that is no card is told as lost: the write was done."""
        row = self.api.send(UPDATE_TIMECARD, change_body(project_id, on, changes), id=procore_id)
        try:
            return replace(card_of(row), parts=split_off(row))
        except UnreadableAnswer as error:
            raise ProcoreUnavailable(str(error), is_effect_unknown=True) from error

    def delete(self, procore_id: int) -> Card | None:
        row = self.api.send(DELETE_TIMECARD, id=procore_id)
        try:
            return card_of(row)
        except UnreadableAnswer:  # it is gone all the same
            return None

    def change_history(self, procore_id: int) -> list[HistoryEntry]:
        rows = self.api.get(TIMECARD_HISTORY, id=procore_id)
        return [entry_of(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def locations(self, project_id: int, first: date, last: date) -> dict[int, str]:
        query = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        rows = self.api.rows(PROJECT_TIMECARDS, query, project_id=project_id)
        found = {id_of(row): location_of(row) for row in rows}
        return {key: place for key, place in found.items() if key is not None and place is not None}

    def server_time(self) -> datetime:
        """Asks for the shortest list there is when nothing was asked yet."""
        if self.api.client.server_time is None:
            self.api.get(TIME_TYPES)
        if self.api.client.server_time is None:
            raise UnreadableAnswer("Procore's answers carry no Date header.", missing="Date")
        return self.api.client.server_time

    def _made_since(self, low: datetime, high: datetime) -> dict[int, int]:
        """Origin id → id of the cards changed in the range."""
        return {
            card.facts.origin_id: card.id
            for cards in self.updated_between(low, high)
            for card in cards
            if card.facts.origin_id is not None
        }

    def _pages(self, asked: Asked, days: dict[str, Any] | None = None) -> Iterator[Page]:
        query = {**WIDE, "filters[include_in_progress]": "true", **(days or {})}
        return self.filters.pages(self.api, TIMECARDS, query, asked)

    def _steady(self, asked: Asked, days: dict[str, Any] | None = None) -> Iterator[list[Card]]:
        """Pages without repeats. A card that changes while we page moves the others across page borders: when the
        total moved, is not told, or is more than we met, the list is read again until a pass brings nothing new,
        thrice at most."""
        seen: dict[int, datetime | None] = {}
        met: set[int | None] = set()
        for _ in range(PASSES):
            totals: list[int | None] = []
            news = 0
            for page in self._pages(asked, days):
                totals.append(page.total)
                met.update(id_of(row) for row in page.rows)
                fresh = [c for c in self._cards(page.rows) if seen.get(c.id, _NEVER) != c.facts.updated_at]
                seen.update((card.id, card.facts.updated_at) for card in fresh)
                news += len(fresh)
                if fresh:
                    yield fresh
            is_whole = not totals or totals[-1] is None or len(met) >= totals[-1]
            is_steady = len(totals) < 2 or (None not in totals and len(set(totals)) == 1)
            if news == 0 or (is_whole and is_steady):
                return

    def _cards(self, rows: list[Any]) -> list[Card]:
        cards = []
        for row in rows:
            procore_id = id_of(row)
            if procore_id is None:
                raise UnreadableAnswer(
                    "Procore lists a time card without an id.", missing="id", raw=kept(row)
                )
            try:
                cards.append(card_of(row))
                self.unreadable.pop(procore_id, None)
            except UnreadableAnswer as error:
                log.warning("time card %s is unreadable: no %s", procore_id, error.missing)
                self.unreadable[procore_id] = error
        return cards


_NEVER = object()


def _chunks(values: list[int], size: int) -> list[list[int]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
