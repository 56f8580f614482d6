"""Overtime: what exceeds the daily hours becomes a card of its own; the two add up to the original."""

from dataclasses import replace
from decimal import Decimal

from .records import Timecard
from .state import State


def split_overtime(state: State, card: Timecard, *, is_asked: bool) -> list[Timecard]:
    """The cards that a new card was split into besides itself; `card` keeps the hours up to the limit."""
    if not is_asked and state.switches.overtime_split == "asked":
        return []
    limit = Decimal(state.switches.overtime_after_hours)
    overtime = [
        each.id
        for each in state.time_types
        if each.company_id == card.company_id and each.time_type == "Overtime"
    ]
    if not limit or card.hours <= limit or not overtime:
        return []
    extra = replace(
        card,
        id=state.next_id(),
        hours=card.hours - limit,
        timecard_time_type_id=overtime[0],
        time_in=None,
        time_out=None,
        clock_in_time=None,
        clock_out_time=None,
        lunch_minutes=None,
        origin_id=None,
        origin_data=None,
        split_parent_id=card.id,
    )
    card.hours = limit
    state.timecards.put(card)
    return [state.timecards.put(extra)]
