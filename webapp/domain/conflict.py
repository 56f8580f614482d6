"""Conflicts as people and other systems see them: both values in words, who and when, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Side = Literal["ours", "theirs"]
Kind = Literal["fields", "deleted_here", "deleted_there", "overwritten"]
How = Literal["person", "rule", "settled"]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a value refers to on its own side."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a conflict: the fields it is about, by their names; None for a deleted record."""

    values: Mapping[str, Any] | None
    agreed: Mapping[str, Any] | None
    at: datetime | None
    by: str | None


@dataclass(frozen=True, slots=True)
class ConflictView:
    """`seen` names both values as shown here: a decision that names it is refused when they have changed since.
    `is_carried_out`: both sides are as decided."""

    id: int
    timesheet_id: int | None
    procore_id: int | None
    kind: Kind
    unit: str | None
    summary: str
    ours: SideView
    theirs: SideView
    suggestion: Side | None
    winner: Side | None
    resolved_how: How | None
    resolved_at: datetime | None
    resolved_by: str | None
    is_carried_out: bool
    undone_at: datetime | None
    undone_by: str | None
    note: str | None
    found_at: datetime
    seen: str
