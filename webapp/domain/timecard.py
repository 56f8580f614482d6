"""Timecard: the shape both sides share, and the units in which it is compared and merged.

Each side speaks in its own ids: ours holds our users, projects, tasks and items; theirs holds Procore's
people, projects, time types and cost codes. Change is judged within one vocabulary; only what is written
to the other side is translated.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

HUNDREDTH = Decimal("0.01")
STORED = Decimal("0.000001")  # hours are kept as Procore stores them, to a millionth (D81)

UNITS: Mapping[str, tuple[str, ...]] = {
    "date": ("date",),
    "time": ("hours", "start", "stop", "lunch_minutes"),
    "person": ("person",),
    "project": ("project", "sub_job"),
    "time_type": ("time_type",),
    "cost_code": ("cost_code",),
    "billable": ("billable",),
    "description": ("description",),
}
"""What is merged as one: hours follow from start, stop and lunch; a sub job belongs to its project."""

PAY_UNITS = frozenset({"date", "time", "person", "project", "time_type"})
"""A clash in one of these is asked, not decided by the clock, unless the company says otherwise (D41)."""


def normal_hours(value: Decimal | str | int | None) -> Decimal | None:
    """Hours as both sides store them. Raises decimal.InvalidOperation for what is no number."""
    if value is None or value == "":
        return None
    return Decimal(value).quantize(STORED, rounding=ROUND_HALF_EVEN)


def normal_text(value: str | None) -> str | None:
    """NFC, without control characters (newline and tab stay) and halves of a pair that no database stores; None when
    nothing is left (D86)."""
    if value is None:
        return None
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", text).strip() or None


@dataclass(frozen=True, slots=True)
class Timecard:
    """One person, one day, one project, some hours. Times are UTC; `date` is the project's calendar day."""

    date: date
    hours: Decimal | None
    person: int | None
    project: int
    time_type: int | None
    sub_job: int | None = None
    cost_code: int | None = None
    start: datetime | None = None
    stop: datetime | None = None
    lunch_minutes: int | None = None
    billable: bool = True
    description: str | None = None

    def unit(self, name: str) -> tuple[Any, ...]:
        """The values of one merge unit, comparable with `same_unit`."""
        return tuple(getattr(self, part) for part in UNITS[name])

    def with_units(self, other: Timecard, names: frozenset[str] | set[str]) -> Timecard:
        """This card with the named units taken from `other`."""
        parts = {part: getattr(other, part) for name in names for part in UNITS[name]}
        return replace(self, **parts)


def same_unit(left: Timecard, right: Timecard, name: str) -> bool:
    """Equal in one unit. Hours are equal when they are the same to a hundredth of an hour (D81)."""
    return all(same_part(a, b) for a, b in zip(left.unit(name), right.unit(name), strict=True))


def changed_units(old: Timecard, new: Timecard) -> frozenset[str]:
    return frozenset(name for name in UNITS if not same_unit(old, new, name))


def same_part(a: Any, b: Any) -> bool:
    """Of one part of a unit; hours to a hundredth."""
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return abs(a - b) < HUNDREDTH
    return bool(a == b)


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What Procore alone says of a card: mirrored on the timesheet, never sent (R16)."""

    approval_status: str | None = None
    signed: bool = False
    crew: str | None = None
    cost_type: int | None = None
    procore_timesheet: str | None = None
    created_by: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = field(default=None, compare=False)
    in_progress: bool = False
    origin_id: int | None = None
    split_parent_id: int | None = None
    is_equipment: bool = False

    @property
    def is_approved(self) -> bool:
        return self.approval_status in ("approved", "completed")


@dataclass(frozen=True, slots=True)
class Names:
    """The words Procore used on a card for what it refers to by id; enough to create what is missing here."""

    person: str | None = None
    project: str | None = None
    sub_job: str | None = None
    time_type: str | None = None
    cost_code: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One time card as Procore showed it in one read."""

    id: int
    timecard: Timecard
    facts: CardFacts = field(default_factory=CardFacts)
    names: Names = field(default_factory=Names)
    deleted_at: datetime | None = None
    parts: tuple[int, ...] = ()
    """Cards that Procore split off it, where its answer to an update names them (D48)."""


def to_json(card: Timecard) -> dict[str, Any]:
    """A JSON form that `from_json` reads back unchanged: the base faces are kept so."""
    out: dict[str, Any] = {}
    for f in fields(card):
        value = getattr(card, f.name)
        if isinstance(value, Decimal):
            value = str(value)
        elif isinstance(value, (datetime, date)):
            value = value.isoformat()
        out[f.name] = value
    return out


def from_json(data: Mapping[str, Any]) -> Timecard:
    known = {f.name: data[f.name] for f in fields(Timecard) if f.name in data}
    known["date"] = date.fromisoformat(known["date"])
    known["hours"] = normal_hours(known["hours"])
    for part in ("start", "stop"):
        if known.get(part):
            known[part] = datetime.fromisoformat(known[part]).astimezone(UTC)
    return Timecard(**known)
