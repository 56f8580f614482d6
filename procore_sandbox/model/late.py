"""Calls whose connection broke before the effect, which comes all the same: later, and nobody hears of it."""

from dataclasses import dataclass
from datetime import datetime

from .state import State


@dataclass(frozen=True, slots=True)
class LateCall:
    """A call that waits for its effect until `at`. Not kept over a restart."""

    at: datetime
    method: str
    path: str
    pairs: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes


def put_off(state: State, call: LateCall) -> None:
    state.late_calls.append(call)
    state.late_calls.sort(key=lambda each: each.at)
    state.wake()


def take_due(state: State) -> LateCall | None:
    """The next call whose time has come, taken away."""
    if state.late_calls and state.late_calls[0].at <= state.now():
        call: LateCall = state.late_calls.pop(0)
        return call
    return None
