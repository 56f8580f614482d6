"""Procore's changes become ours: a timesheet is created, or deleted, in the transaction that stores the outcome."""

from __future__ import annotations

from webapp.domain.timecard import UNITS
from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Base, DeleteClash, Tombstone
from webapp.sync.dictionary import Untranslatable
from webapp.sync.read import Seen
from webapp.sync.records import ClashKept, TimesheetWrite


def create_ours(batch: Batch, seen: Seen) -> None:
    """Only Procore has it. A timesheet that was deleted here comes back under the same link (D3)."""
    assert seen.card is not None
    if not batch.settings.receive:
        batch.exclude(seen, holds.switch_off("receive"))
        return
    ours = batch.words.to_ours(seen.card.timecard, UNITS)
    if seen.card.timecard.person is None:
        raise Untranslatable(holds.no_person())
    timesheet = seen.record.timesheet
    write = TimesheetWrite(
        ours, timesheet.version if timesheet else None, seen.card, restores=timesheet is not None
    )
    batch.done(seen, base=Base(ours, seen.card.timecard), timesheet=write, tell=(("receive", "create"),))


def delete_ours(batch: Batch, seen: Seen) -> None:
    """Deleted there, untouched here."""
    if not batch.settings.receive:
        batch.exclude(seen, holds.switch_off("receive"))
        return
    assert seen.record.timesheet is not None
    write = TimesheetWrite(None, seen.record.timesheet.version)
    batch.done(seen, base=Tombstone(), timesheet=write, tell=(("receive", "delete"),))


def keep_delete_clash(batch: Batch, seen: Seen, action: DeleteClash) -> None:
    """Deleted on one side, edited on the other: nothing is written, a person decides (D42)."""
    timesheet, card = seen.record.timesheet, seen.card
    here = action.deleted == "ours"
    kept = ClashKept(
        "deleted_here" if here else "deleted_there",
        None,
        None if here or timesheet is None else timesheet.timecard,
        card.timecard if card else None,
        seen.base,
        None,
        card.facts.updated_at if card else seen.gone.deleted_at if seen.gone else None,
    )
    reason = holds.deleted_here_edited_there() if here else holds.edited_here_deleted_there()
    # the intent ends here; without what it says nothing would be agreed on any more
    meant = seen.base if seen.record.intent else None
    batch.done(seen, base=meant, reason=reason, clashes=(kept,))
