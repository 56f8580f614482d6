"""What was ever made of one record. A double that we found and deleted again (D6) is gone when both sides are compared:
only their histories still tell that it was there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

Row = dict[str, Any]
Deletion = Callable[[Row], int | None]
"""The number of the history line that deleted this card; None while it lives. Procore draws the numbers of cards and of
lines from one sequence, so that they say what came first, also within a second."""


def cards_made_twice(cards: Iterable[Row], mark_of: Callable[[Row], str | None], when: Deletion) -> list[str]:
    """Cards of one record, or with one number of ours, that lived at the same time."""
    lines = [
        f"{what}: card {later['id']} was made while card {earlier['id']} lived"
        for what, several in _several(cards, mark_of).items()
        for earlier, later in pairwise(several)
        if _is_twin(when(earlier), later)
    ]
    return sorted(set(lines))


def cards_made_again(cards: Iterable[Row], mark_of: Callable[[Row], str | None], when: Deletion) -> int:
    """How many cards took the place of one that had been deleted: a person decided to keep the edit (D42)."""
    return sum(
        not _is_twin(when(earlier), later)
        for what, several in _several(cards, mark_of).items()
        if not what.startswith("origin id")
        for earlier, later in pairwise(several)
    )


def timesheets_made_twice(timesheets: Mapping[str, list[Row]]) -> list[str]:
    """By mark, living and deleted ones. One that is wanted again comes out of the trash: there is one, ever."""
    return [
        f"{mark}: timesheets {sorted(row['id'] for row in rows)}"
        for mark, rows in timesheets.items()
        if len(rows) > 1
    ]


def _is_twin(deletion: int | None, later: Row) -> bool:
    return deletion is None or deletion > int(later["id"])


def _several(cards: Iterable[Row], mark_of: Callable[[Row], str | None]) -> dict[str, list[Row]]:
    """In the order in which they were made."""
    found: dict[str, list[Row]] = defaultdict(list)
    for card in sorted(cards, key=lambda card: int(card["id"])):
        if mark := mark_of(card):
            found[mark].append(card)
        if card["origin_id"]:
            found[f"origin id {card['origin_id']}"].append(card)
    return {what: several for what, several in found.items() if len(several) > 1}
