"""Times that something waits for, as SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_


def has_come(at: Any, now: Any, latest: Any) -> ColumnElement[bool]:
    """Whether nobody need wait for a column's time. `latest`: as far ahead as it is ever set; what lies beyond was told
    by a clock that has been put back since."""
    return or_(at.is_(None), at <= now, at > latest)
