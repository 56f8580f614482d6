"""How long anything waits for a time: one further ahead was told by a clock of ours that was put back since."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST = timedelta(hours=2.5)
"""Procore's headers may ask for two hours, and up to a tenth is put on top. All else is looked at again within an hour,
but an approved card: that is once a day."""


def is_ahead(at: datetime, now: datetime) -> bool:
    """Whether it has still to come."""
    return now < at <= now + LONGEST
