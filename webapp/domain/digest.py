"""The digest of a card: it is known again by it, and says nothing of what is in it."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any

from webapp.domain.hours import written
from webapp.domain.timecard import Timecard, to_json

SIZE = 16
GONE = "gone"
"""Stands for a card that was deleted."""


def digest_of(card: Timecard) -> str:
    return digest([content(card)]).hex()


def content(card: Timecard) -> dict[str, Any]:
    """Of hours the written form: 8, 8.0 and 8.000 are one."""
    return to_json(card) | {"hours": None if card.hours is None else written(card.hours)}


def digest(parts: list[Any]) -> bytes:
    return blake2b(json.dumps(parts, sort_keys=True).encode(), digest_size=SIZE).digest()
