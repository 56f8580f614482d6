"""When a change counts as made: updated_at and deleted_at, exact unless switches cut, skew or hold them back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from .records import Timecard
from .state import State

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNMOVED = {"approval": "approval_status", "signature": "signature_id", "sub_job": "sub_job_id"}
"""By position of the switch updated_at_unmoved_by: the field whose change alone moves nothing."""


def stamp(state: State, *, is_new: bool = False) -> datetime:
    """Now, as Procore's servers would write it down. A new card's time is right, later ones may be off."""
    switches, now = state.switches, state.now()
    if switches.updated_at_skew_seconds and not is_new:
        now += timedelta(
            seconds=state.rng.randint(-switches.updated_at_skew_seconds, switches.updated_at_skew_seconds)
        )
    if switches.updated_at_cut_seconds:
        now -= (now - EPOCH) % timedelta(seconds=switches.updated_at_cut_seconds)
    return now


def change_stamp(state: State, before: Timecard, after: Timecard) -> datetime:
    """updated_at of a changed card."""
    return before.updated_at if _is_unmoved(state, before, after) else stamp(state)


def _is_unmoved(state: State, before: Timecard, after: Timecard) -> bool:
    position = state.switches.updated_at_unmoved_by
    names = UNMOVED.values() if position == "all" else [UNMOVED[position]] if position in UNMOVED else []
    kept = {name: getattr(before, name) for name in names}
    return bool(kept) and replace(after, **kept) == before
