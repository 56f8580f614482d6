"""A record that was moved, on one side, to a project that is not synced, or changed there while it is locked here.

Nothing vanishes by a move (D28): Procore's move takes our timesheet into the trash, ours leaves Procore's card alone.
"""

from __future__ import annotations

from webapp.domain.timecard import changed_units
from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Action, CreateOurs, DeleteClash, DeleteOurs, DeleteTheirs, Merge, Tombstone
from webapp.sync.dictionary import Untranslatable
from webapp.sync.holds import Reason
from webapp.sync.read import Seen
from webapp.sync.records import TimesheetWrite

WHERE_IT_COUNTS = frozenset({"date", "time", "person", "project"})


def is_left_out(batch: Batch, seen: Seen) -> bool:
    """True when Procore's card is in a project that is not synced, and its timesheet's fate is decided here. Raises
    Untranslatable to hold it."""
    timesheet, card = seen.record.timesheet, seen.card
    if timesheet is None or timesheet.is_deleted or card is None or not batch.settings.receive:
        return False
    place = batch.words.places.get((card.timecard.project, card.timecard.sub_job))
    if not isinstance(place, Reason) or place.state != "excluded":
        return False
    base = seen.base
    if base is None:
        raise Untranslatable(place)
    if not changed_units(base.theirs, card.timecard) & {"project"}:
        return False
    if timesheet.is_locked:
        raise Untranslatable(holds.locked(timesheet.is_processed))
    if changed_units(base.ours, timesheet.timecard):
        raise Untranslatable(holds.moved_out(card.names.project or "?", card.timecard.project))
    write = TimesheetWrite(None, timesheet.version)
    batch.done(seen, base=Tombstone(), timesheet=write, tell=(("receive", "delete"),), reason=place)
    return True


def is_to_be_deleted_there(batch: Batch, seen: Seen) -> bool:
    """True when our timesheet moved to a project that is not synced, and an administrator chose to delete its card.
    Without that choice, raises Untranslatable to hold it: the card stays, and nothing crosses meanwhile."""
    timesheet, card, base = seen.record.timesheet, seen.card, seen.base
    if timesheet is None or timesheet.is_deleted or card is None or base is None or not batch.settings.send:
        return False
    place = batch.words.their_places.get(timesheet.timecard.project)
    if not isinstance(place, Reason) or place.state != "excluded":
        return False
    if timesheet.timecard.project == base.ours.project:
        return False
    is_as_agreed = not changed_units(base.theirs, card.timecard)
    if seen.record.is_to_be_deleted_there and is_as_agreed:
        return True
    raise Untranslatable(holds.left_scope(place.text, timesheet.timecard.project))


def keep_split(batch: Batch, seen: Seen, action: Action) -> None:
    """Raises Untranslatable where an action would change one card of what Procore keeps on several (D48)."""
    if not seen.record.has_parts_elsewhere or not batch.settings.send:
        return
    if isinstance(action, DeleteTheirs) or (isinstance(action, Merge) and action.send & WHERE_IT_COUNTS):
        raise Untranslatable(holds.split_there())


def keep_locked(batch: Batch, seen: Seen, action: Action) -> None:
    """Raises Untranslatable where an action would change a timesheet that is locked (D45). What was entered before the
    lock goes to Procore all the same, if it may; what is to come from there is for the next look to hold. Of what was
    exported nothing else may hide that it is an adjustment."""
    timesheet = seen.record.timesheet
    if timesheet is None or not timesheet.is_locked:
        return
    is_free = not timesheet.is_processed and seen.card is not None and not seen.card.facts.is_approved
    if is_free and isinstance(action, Merge) and action.send and not action.clashes and batch.settings.send:
        return
    if isinstance(action, CreateOurs | DeleteOurs | DeleteClash) or (
        isinstance(action, Merge) and (action.take or action.clashes)
    ):
        raise Untranslatable(holds.locked(timesheet.is_processed))
