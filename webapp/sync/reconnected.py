"""After a disconnect and a new connection: timesheets and the cards we once sent find each other by our number (D32).

Everything else from before the connection stays out; this is what keeps it from being made a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webapp.domain.timecard import Card
from webapp.sync.batch import Batch
from webapp.sync.read import LONG_AGO, OVERLAP, Seen


def with_lost_cards(batch: Batch, seen: Sequence[Seen]) -> list[Seen]:
    """An older timesheet that was sent before, edited now: its card is looked for, once for all of them."""
    lost = {s.record.link_id: number for s in seen if (number := _lost_number(batch, s)) is not None}
    if not lost:
        return list(seen)
    sheets = [s.record.timesheet for s in seen if s.record.link_id in lost]
    low = min(sheet.created_at for sheet in sheets if sheet is not None) - OVERLAP
    wanted, found = set(lost.values()), dict[int, Card]()
    for page in batch.procore.updated_between(low, batch.procore.server_time() + LONG_AGO):
        found |= {
            c.facts.origin_id: c
            for c in page
            if c.facts.origin_id is not None and c.facts.origin_id in wanted
        }
    return [
        replace(s, card=found[lost[s.record.link_id]], is_gone=False)
        if lost.get(s.record.link_id) in found
        else s
        for s in seen
    ]


def _lost_number(batch: Batch, seen: Seen) -> int | None:
    record, timesheet = seen.record, seen.record.timesheet
    is_unpaired = record.procore_id is None and record.intent is None and record.base is None
    if timesheet is None or timesheet.is_deleted or not is_unpaired or record.excluded_for_good is not None:
        return None
    is_older = timesheet.id <= batch.settings.entered_before
    return timesheet.origin_id if is_older else None
