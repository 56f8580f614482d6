"""What a record says beside its values: where hours and clock disagree, where Procore keeps another value than ours.

Derived from what is stored, never stored itself: it is right as long as it is true.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from webapp.domain.hours import DAY, BadTime, disagree, elapsed, written
from webapp.domain.timecard import Timecard, same_part

SHAPED = ("date", "hours", "start", "stop", "lunch_minutes", "billable")
"""What both sides write in the same words, so that the two faces of the base can be compared."""


def of_clock(card: Timecard, *, is_start_stop: bool) -> list[str]:
    """Hours that differ from start, stop and lunch by more than a minute: they are the ones that count, as Procore gave
    them, also in a night when the clocks change (D84, D85)."""
    if card.hours is None or card.start is None or card.stop is None:
        return []
    try:
        by_clock = elapsed(card.start, card.stop, card.lunch_minutes)
    except BadTime as error:
        return [str(error)]
    if not disagree(card.hours, by_clock):
        return []
    style = "start and stop" if is_start_stop else "hours"
    return [
        f"Start, stop and lunch make {written(by_clock)} hours, but {written(card.hours)} were given and count. "
        f"The project keeps {style}."
    ]


def of_agreement(ours: Timecard, theirs: Timecard, zone: ZoneInfo) -> list[str]:
    """Fields in which Procore keeps something else than we sent, and both sides agreed to leave it so (D47)."""
    keeps_times = theirs.start is not None
    names = [n for n in SHAPED if keeps_times or n not in ("start", "stop", "lunch_minutes")]
    said = [
        f"Procore keeps {_word(getattr(theirs, name), zone)} as {name.replace('_', ' ')}, "
        f"where {_word(getattr(ours, name), zone)} was sent."
        for name in names
        if not same_part(getattr(ours, name), getattr(theirs, name))
    ]
    if ours.description != theirs.description:
        said.append("Procore keeps another description than was sent.")
    return said


def of_day(total: Decimal, day: date) -> list[str]:
    """More than 24 hours for a person and day are allowed, and told (D82)."""
    if total <= DAY:
        return []
    return [f"This person now has {written(total)} hours on {day.isoformat()}."]


def _word(value: object, zone: ZoneInfo) -> str:
    match value:
        case None:
            return "nothing"
        case datetime():
            return value.astimezone(zone).strftime("%H:%M")
        case Decimal():
            return written(value)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
