"""What people were told was done: every write that either side accepted."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

Side = Literal["ours", "theirs"]
FIELDS = ("hours", "description")
PREFIX = "chaos-"


@dataclass(slots=True)
class Book:
    """Filled by threads, each by single steps. A record is known on both sides by its mark, the first word of its
    description, which no edit changes; no value is entered twice for one record."""

    born: dict[str, Side] = field(default_factory=dict)
    values: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    deleted: dict[str, Side] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    oddities: list[str] = field(default_factory=list)
    """Answers that a client should never see, whatever was killed."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_mark(self) -> str:
        return f"{PREFIX}{next(self.numbers)}"

    def draw(self, mark: str, rng: random.Random, names: tuple[str, ...] = FIELDS) -> dict[str, str]:
        """New values for these fields, each unlike every other of this record."""
        number = next(self.numbers)
        drawn = {"hours": f"{number % 2399 / 100 + 0.01:.2f}", "description": f"{mark} edited {number}"}
        return {name: drawn[name] for name in names}

    def accepted(self, side: Side, verb: str, mark: str, values: dict[str, Any]) -> None:
        self.counts[f"{verb} {side}"] += 1
        if verb == "created":
            self.born[mark] = side
        if verb == "deleted":
            self.deleted[mark] = side
        for name in FIELDS:
            if name in values:
                self.values[mark].add((name, str(values[name])))


def mark_of(description: str | None) -> str | None:
    """The record's mark; None for what no person of this run entered."""
    first = (description or "").partition(" ")[0]
    return first if first.startswith(PREFIX) else None
