"""Two windows, an hour and ten seconds, counted by what a switch says; headers tell the nearer one."""

from dataclasses import dataclass
from math import ceil

from .errors import Refused
from .state import State

HOUR, SPIKE = 3600, 10


@dataclass(frozen=True, slots=True)
class Gauge:
    """One window after a call was counted."""

    limit: int
    remaining: int
    reset: float

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(self.remaining),
            "X-Rate-Limit-Reset": str(ceil(self.reset)),
        }


def key_for(state: State, client_id: str, company_id: int | None, principal: str) -> str:
    """What calls are counted by."""
    parts = {
        "app": (client_id,),
        "app_company": (client_id, str(company_id)),
        "app_company_user": (client_id, str(company_id), principal),
    }
    return "/".join(parts[state.switches.rate_limit_by])


def count_call(state: State, key: str) -> dict[str, str]:
    """Count a call; its headers, or 429 when a window is exhausted (such calls are not counted)."""
    if not state.switches.rate_limit_on:
        return {}
    gauges = [
        _gauge(state, key, state.switches.hourly_limit, HOUR),
        _gauge(state, key, state.switches.spike_limit, SPIKE),
    ]
    exhausted = [each for each in gauges if each.remaining <= 0]
    if exhausted:
        worst = max(exhausted, key=lambda each: each.reset)
        wait = max(1, ceil(worst.reset - state.now().timestamp()))
        raise Refused(
            429,
            {"code": 429, "message": "Too many requests"},
            headers={**worst.headers, "Retry-After": str(wait)},
        )
    for length in (HOUR, SPIKE):
        start, calls = state.windows.counts[key, length]
        state.windows.counts[key, length] = (start, calls + 1)
    after = [Gauge(each.limit, each.remaining - 1, each.reset) for each in gauges]
    return min(after, key=lambda each: each.remaining / each.limit).headers


def _gauge(state: State, key: str, limit: int, length: int) -> Gauge:
    now = state.now().timestamp()
    start, calls = state.windows.counts.get((key, length), (now, 0))
    if now >= start + length:
        start, calls = now, 0
    state.windows.counts[key, length] = (start, calls)
    return Gauge(limit, limit - calls, start + length)
