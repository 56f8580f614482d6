"""One difference that a check found, told as people and the API see it: fields by our names, values in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from webapp.domain.hours import written
from webapp.domain.timecard import UNITS, Card, Names, Timecard, same_part
from webapp.sync.holds import Reason

Kind = Literal["different", "missing_here", "missing_there"]
Word = str | int | bool | None

NAMED = {
    "person": ("user", "person"),
    "project": ("project", "project"),
    "time_type": ("task", "time_type"),
    "cost_code": ("project_item", "cost_code"),
}
"""Parts that each side calls by an id of its own: our field's name, and where the word for it stands in Names."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`fields`: our name of the field → our value and theirs; empty where one side is missing."""

    procore_id: int | None
    timesheet_id: int | None
    kind: Kind
    fields: Mapping[str, tuple[Word, Word]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that cannot be compared yet, and why: that is no difference."""

    procore_id: int
    timesheet_id: int | None
    reason: Reason


def fields_of(names: Names, ours: Timecard, card: Card, units: Iterable[str]) -> dict[str, tuple[Word, Word]]:
    """Of the units that differ, the parts in which they do. `names`: our words for what ours refers to."""
    told: dict[str, tuple[Word, Word]] = {}
    for unit in units:
        for part in UNITS[unit]:
            here, there = getattr(ours, part), getattr(card.timecard, part)
            if part in NAMED:
                field_name, word = NAMED[part]
                told[field_name] = (
                    _named(here, getattr(names, word)),
                    _named(there, getattr(card.names, word)),
                )
            elif not same_part(here, there):
                told[part] = (_word(here), _word(there))
    return told


def unreadable(
    procore_id: int | None, timesheet_id: int | None, is_here: bool, what_lacks: str
) -> Difference:
    """Procore shows the card, but not all that we need of it (D106)."""
    kind: Kind = "different" if is_here else "missing_here"
    return Difference(procore_id, timesheet_id, kind, {"unreadable": (None, what_lacks)})


def as_json(difference: Difference) -> dict[str, Any]:
    """Procore's ids are text at our edges."""
    return {
        "procore_id": None if difference.procore_id is None else str(difference.procore_id),
        "timesheet_id": difference.timesheet_id,
        "kind": difference.kind,
        "fields": {
            name: {"ours": ours, "theirs": theirs} for name, (ours, theirs) in difference.fields.items()
        },
    }


def waiting_as_json(one: Waiting) -> dict[str, Any]:
    reason = {"key": one.reason.key, "text": one.reason.text}
    return {"procore_id": str(one.procore_id), "timesheet_id": one.timesheet_id, "reason": reason}


def _named(value: int | None, name: str | None) -> str | None:
    return None if value is None else name or str(value)


def _word(value: Any) -> Word:
    if isinstance(value, Decimal):
        return written(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and value > 2**53:
        return str(value)
    return value if isinstance(value, (str, int, bool)) else None
