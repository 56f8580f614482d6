"""When to ask again what Procore refused: every 15 minutes for the first hours, then hourly (D101)."""

from __future__ import annotations

from datetime import datetime, timedelta

OFTEN, RARELY = timedelta(minutes=15), timedelta(hours=1)
FIRST_HOURS = timedelta(hours=4)


def next_probe(since: datetime, now: datetime) -> datetime:
    """`since`: when it was first refused."""
    return now + (OFTEN if now - since < FIRST_HOURS else RARELY)
