"""Who edited a value later: Procore's change history against our own, by one clock (D41)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from webapp.domain.timecard import UNITS
from webapp.sync.batch import Batch
from webapp.sync.decide import Side
from webapp.sync.ports import HistoryEntry
from webapp.sync.read import Seen

CLOSE = timedelta(seconds=5)
"""Two edits within so much time have no later one."""
NO_DRIFT = timedelta(seconds=2)
"""The Date header tells whole seconds and is on its way for a while: a clock that differs less from it is right. Else
two looks at the same two edits could differ by a second, and one would ask what the other decides."""


def later_sides(batch: Batch, seen: Seen, units: Iterable[str]) -> dict[str, Side]:
    """Unit by unit, where it can be told. One change-history call, made only where the company's rule needs it. Our
    times are moved by what our clock differs from Procore's Date header."""
    timesheet, card = seen.record.timesheet, seen.card
    assert timesheet is not None
    assert card is not None
    history = batch.procore.change_history(card.id)
    drift = batch.procore.server_time() - batch.clock.now()
    drift = drift if abs(drift) >= NO_DRIFT else timedelta()
    here = batch.store.edited_at(timesheet.id)
    found: dict[str, Side] = {}
    for unit in units:
        theirs = changed_at(history, unit)
        ours = here.get(unit, timesheet.edited_at) + drift
        if theirs is not None and abs(theirs - ours) > CLOSE:
            found[unit] = "theirs" if theirs > ours else "ours"
    return found


def changed_at(history: Sequence[HistoryEntry], unit: str) -> datetime | None:
    """When Procore's value of a unit was changed last; None, which asks a person, where its history does not say."""
    times = [entry.at for entry in history if entry.at is not None and entry.part in UNITS[unit]]
    return max(times, default=None)
