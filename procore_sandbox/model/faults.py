"""Faults: what shall go wrong, how often, and with which effect.

On calls: refuse (a status), delay, lose_request (before the work), lose_answer (after it), late_effect (the connection
breaks now, the work is done `seconds` later), html, truncate, redirect; on pages of lists: repeat_page (the one before
once more), short_page (half of the rows), drift_page (pages after the first are off by `rows`).
On events: drop_event, delay_event, duplicate_event, duplicate_event_new_id, reorder_events.
"""

import re
from fnmatch import fnmatchcase
from typing import Any

from .records import Fault
from .state import State

CALL_EFFECTS = (
    "refuse",
    "delay",
    "lose_request",
    "lose_answer",
    "late_effect",
    "html",
    "truncate",
    "redirect",
    "repeat_page",
    "short_page",
    "drift_page",
)
EVENT_EFFECTS = ("drop_event", "delay_event", "duplicate_event", "duplicate_event_new_id", "reorder_events")
STATUSES = (400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 504)


def add_fault(state: State, values: dict[str, Any]) -> Fault:
    """A new fault; ValueError when it cannot work."""
    known = set(Fault.__dataclass_fields__) - {"id", "hits"}
    if unknown := sorted(set(values) - known):
        raise ValueError(f"a fault has no {', '.join(unknown)}")
    effect = values.get("effect")
    if effect not in (*CALL_EFFECTS, *EVENT_EFFECTS):
        raise ValueError(f"effect is one of {', '.join((*CALL_EFFECTS, *EVENT_EFFECTS))}")
    fault = Fault(id=state.next_id(), **values)
    if not 0 <= fault.probability <= 1 or fault.seconds < 0 or (fault.times is not None and fault.times < 1):
        raise ValueError("probability is from 0 to 1, seconds at least 0, times at least 1")
    if fault.status not in STATUSES:
        raise ValueError(f"status is one of {', '.join(map(str, STATUSES))}")
    return state.faults.put(fault)


def faults_on_call(
    state: State,
    operation: str | None,
    method: str,
    path: str,
    company_id: int | None,
    project_id: int | None,
) -> list[Fault]:
    """The faults that strike this call; each counts as used."""
    return [
        fault
        for fault in list(state.faults)
        if fault.effect in CALL_EFFECTS
        and fault.operation in (None, operation)
        and (fault.method is None or fault.method.upper() == method)
        and _is_path(fault.path, path)
        and fault.company_id in (None, company_id)
        and fault.project_id in (None, project_id)
        and _strikes(state, fault)
    ]


def faults_on_event(
    state: State, resource_name: str, event_type: str, company_id: int, project_id: int | None
) -> list[Fault]:
    """The faults that strike this delivery; each counts as used."""
    return [
        fault
        for fault in list(state.faults)
        if fault.effect in EVENT_EFFECTS
        and fault.resource_name in (None, resource_name)
        and fault.event_type in (None, event_type)
        and fault.company_id in (None, company_id)
        and fault.project_id in (None, project_id)
        and _strikes(state, fault)
    ]


def _is_path(pattern: str | None, path: str) -> bool:
    """A pattern with * matches the whole path; without, any part of it."""
    if pattern is None:
        return True
    return fnmatchcase(path, pattern) if re.search(r"[*?]", pattern) else pattern in path


def _strikes(state: State, fault: Fault) -> bool:
    """Draws the lot, counts the hit, and removes a fault that has struck often enough."""
    if fault.probability < 1 and state.rng.random() >= fault.probability:
        return False
    if fault.skip > 0:
        fault.skip -= 1
        state.faults.put(fault)
        return False
    fault.hits += 1
    if fault.times is not None and fault.hits >= fault.times:
        state.faults.drop(fault.id)
    else:
        state.faults.put(fault)
    return True
