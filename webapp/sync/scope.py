"""Whether a record is replicated at all: asked before every write. Excluded is a rule, not an error (D20–D29a)."""

from __future__ import annotations

from webapp.domain.timecard import Card
from webapp.sync import holds
from webapp.sync.decide import Base, Tombstone
from webapp.sync.dictionary import Dictionary
from webapp.sync.holds import Reason
from webapp.sync.ports import OurTimesheet, Record, Settings


def out_of_scope(record: Record, card: Card | None, settings: Settings) -> Reason | None:
    """Why this record may not be touched now, on either side; None when it may."""
    if card is not None and card.facts.is_equipment:
        return holds.equipment()
    if card is not None and card.facts.in_progress:
        return holds.in_progress()
    if isinstance(record.base, Base) or record.intent is not None:
        return None
    if isinstance(record.base, Tombstone) and record.timesheet is not None:
        return None  # it was synced, and may come back on either side (D3, D32)
    if _is_pair(record.timesheet, card):
        return None
    return _too_old(record.timesheet, card, settings)


def unlinked(record: Record, card: Card | None, words: Dictionary) -> Reason | None:
    """Why a record that was synced before may not be written now: a person took its project's link apart (D23)."""
    timesheet = record.timesheet
    places = [
        words.places.get((card.timecard.project, card.timecard.sub_job)) if card else None,
        words.their_places.get(timesheet.timecard.project) if timesheet else None,
    ]
    return next(
        (place for place in places if isinstance(place, Reason) and place.key.startswith("relink:")), None
    )


def _is_pair(timesheet: OurTimesheet | None, card: Card | None) -> bool:
    """A card that carries our number and its timesheet belong together across a disconnect (D32)."""
    number = card.facts.origin_id if card else None
    if number is None or timesheet is None or timesheet.is_deleted:
        return False
    return timesheet.origin_id == number


def _too_old(timesheet: OurTimesheet | None, card: Card | None, settings: Settings) -> Reason | None:
    """Older than the connection on the side where it was entered (R6, D20): there by Procore's clock, here by the order
    in which timesheets were entered, as our clock may be behind, or be put back (M10)."""
    if timesheet is not None:
        is_older = timesheet.id <= settings.entered_before
    else:
        born = card.facts.created_at if card else None
        is_older = born is not None and born < settings.connected_at.replace(microsecond=0)
    return holds.before_connection() if is_older else None
