"""The circuit breaker (M15): after a few answers that never came, one call tries each half minute, later rarely."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.procore.answers import Answer
from webapp.procore.ports import Rng

OPEN_AFTER = 5
"""So many in a row. Before that the engine's own pauses lie between two tries."""
PROBE = timedelta(seconds=30)
LONGEST = timedelta(minutes=5)
PATIENCE = 60
"""After so many probes the wait between them doubles."""


def has_failed(answer: Answer) -> bool:
    return answer.status >= 500


def down_until(failures: int, asked: datetime | None, now: datetime, rng: Rng) -> datetime | None:
    """Until when nobody calls after so many failures in a row; the later of that and what Procore asked for. None: at
    once is no harm."""
    waits = [] if asked is None else [asked - now]
    if failures >= OPEN_AFTER:
        waits.append(min(PROBE * 2 ** min((failures - OPEN_AFTER) // PATIENCE, 8), LONGEST))
    if not waits:
        return None
    wait = max(waits).total_seconds()
    return now + timedelta(seconds=wait + rng.uniform(0.1, 1.0 + wait / 10))
