"""Total hours or start and stop: what a card must carry, and the hours that follow from its times."""

from datetime import UTC, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from .card_input import CENT, Errors
from .records import Project, Timecard
from .rounding import rounded
from .state import State


def settle_times(
    state: State, project: Project, card: Timecard, sent: dict[str, Any], is_new: bool
) -> Errors:
    """Round, drop or require times as the project's kind of time entry demands; sets `card.hours`."""
    _round_sent_times(state, card, sent)
    if is_new and project.start_and_stop and card.lunch_minutes is None:
        card.lunch_minutes = state.switches.default_lunch_minutes or None
    _date_by_start(state, project, card)
    if card.in_progress or (card.clock_in_time and not card.clock_out_time and not card.time_out):
        card.in_progress = True
        return {}
    has_times = card.time_in is not None and card.time_out is not None
    if project.start_and_stop and (state.switches.time_entry_kind_enforced or has_times):
        return _hours_from_times(card)
    if not project.start_and_stop and state.switches.time_entry_kind_enforced:
        if has_times and "clock_out_time" in sent and "hours" not in sent:
            errors = _hours_from_times(card)
            if errors:
                return errors
            sent = {**sent, "hours": card.hours}
        card.time_in = card.time_out = card.clock_in_time = card.clock_out_time = card.lunch_minutes = None
    elif has_times and "hours" not in sent:
        return _hours_from_times(card)
    return {"hours": ["can't be blank"]} if is_new and "hours" not in sent else {}


def _round_sent_times(state: State, card: Timecard, sent: dict[str, Any]) -> None:
    """time_in and time_out hold the rounded values, clock_in_time and clock_out_time the raw punches."""
    rule, minutes = state.switches.rounding_rule, state.switches.rounding_minutes
    for name, raw in (("time_in", "clock_in_time"), ("time_out", "clock_out_time")):
        moment = sent.get(name) or sent.get(raw)
        if moment is not None:
            setattr(card, raw, sent.get(raw) or moment)
            setattr(card, name, rounded(moment, rule, minutes))
    if "clock_out_time" in sent or "time_out" in sent:
        card.in_progress = False


def _date_by_start(state: State, project: Project, card: Timecard) -> None:
    """Whose calendar gives the day of a shift: the sender's, unless the switch says that it follows the start."""
    if card.time_in is None or state.switches.date_from == "sent":
        return
    zone = ZoneInfo(project.tz_name) if state.switches.date_from == "project" else UTC
    card.date = card.time_in.astimezone(zone).date()


def _hours_from_times(card: Timecard) -> Errors:
    if card.time_in is None or card.time_out is None:
        blank = [name for name in ("time_in", "time_out") if getattr(card, name) is None]
        return {name: ["can't be blank"] for name in blank}
    if card.time_out < card.time_in:
        return {"time_out": ["must be after time_in"]}
    worked = card.time_out - card.time_in - timedelta(minutes=card.lunch_minutes or 0)
    if worked < timedelta():
        return {"lunch_time": ["is longer than the shift"]}
    if worked > timedelta(hours=24):
        return {"hours": ["must be at most 24"]}
    seconds = Decimal(worked // timedelta(seconds=1))
    card.hours = (seconds / 3600).quantize(CENT, ROUND_HALF_UP)
    return {}
