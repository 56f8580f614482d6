"""A direction that went on from now on, while something was not looked at yet (an outage, a pause): what had changed by
then is accepted when it is, like what the switch had held back (R9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Base, changed_alone
from webapp.sync.read import Seen

RECEIVING = holds.before_switch("receive")
UNDECIDED = (None, holds.BUSY, holds.cannot_be_seen().key, RECEIVING.key)
"""Reasons of a record that do not say that its card was seen deleted before."""


def is_from_before(batch: Batch, seen: Seen) -> bool:
    """True for a card that was made before and gets no timesheet: the record has ended here."""
    timesheet, card = seen.record.timesheet, seen.card
    if card is None or seen.base is not None or (timesheet is not None and not timesheet.is_deleted):
        return False
    is_known = seen.record.newest_seen is not None
    if not (_is_old_news(batch, seen) if is_known else _is_before(batch, card.facts.created_at)):
        return False
    batch.exclude(seen, RECEIVING, for_good=True)
    return True


def from_now_on(batch: Batch, seen: Seen) -> Seen:
    """The record as if each side's change from before was agreed, where the other has left its unit alone: what both
    changed clashes all the same. A deletion in Procore is not carried out, if nobody has decided about it."""
    timesheet, card, base = seen.record.timesheet, seen.card, seen.base
    if base is None or timesheet is None or timesheet.is_deleted:
        return seen
    if card is None:
        is_old = seen.gone is not None and _is_before(batch, seen.gone.deleted_at)
        if not is_old or seen.record.decisions or seen.record.reason_key not in UNDECIDED:
            return seen
        return replace(seen, record=replace(seen.record, dropped=RECEIVING))
    ours, theirs, before = base.ours, base.theirs, seen.record.accepted_ours
    if before is not None:
        here, _ = changed_alone(base, before, card.timecard)
        ours = ours.with_units(before, here)
    if _is_old_news(batch, seen):
        _, there = changed_alone(base, timesheet.timecard, card.timecard)
        theirs = theirs.with_units(card.timecard, there)
    if (ours, theirs) == (base.ours, base.theirs):
        return seen
    return replace(seen, agreed=Base(ours, theirs), accepted="receive" if ours == base.ours else "send")


def _is_old_news(batch: Batch, seen: Seen) -> bool:
    """The card was never looked at as it is. One that was is decided: a hold released since is carried out."""
    assert seen.card is not None
    updated, newest = seen.card.facts.updated_at, seen.record.newest_seen
    is_news = newest is None or (updated is not None and updated > newest)
    return is_news and _is_before(batch, updated)


def _is_before(batch: Batch, at: datetime | None) -> bool:
    since = batch.settings.receives_since
    return batch.settings.receive and at is not None and since is not None and at < since
