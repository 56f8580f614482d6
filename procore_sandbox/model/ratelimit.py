"""Two windows, an hour and ten seconds, counted by what a switch says; headers tell the nearer one."""

from dataclasses import dataclass
from math import ceil

from .errors import Refused
from .state import State

HOUR, SPIKE = 3600, 10
RESET = "X-Rate-Limit-Reset"


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
            RESET: str(ceil(self.reset)),
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
        raise _refusal(state, max(exhausted, key=lambda each: each.reset))
    for length in (HOUR, SPIKE):
        start, calls = state.windows.counts[key, length]
        state.windows.counts[key, length] = (start, calls + 1)
    after = [Gauge(each.limit, each.remaining - 1, each.reset) for each in gauges]
    return _told(state, min(after, key=lambda each: each.remaining / each.limit))


def _refusal(state: State, worst: Gauge) -> Refused:
    wait = max(1, ceil(worst.reset - state.now().timestamp()))
    told = state.switches.limit_answer
    headers = _told(state, worst) if told in ("both", "reset") else {}
    if told in ("both", "retry_after"):
        headers["Retry-After"] = str(wait)
    return Refused(429, {"code": 429, "message": "Too many requests"}, headers=headers)


def _told(state: State, gauge: Gauge) -> dict[str, str]:
    """The headers of a window, right or as wrong as the switch says."""
    kind, headers = state.switches.rate_headers, gauge.headers
    if kind == "missing":
        return {}
    if kind == "broken":
        return dict.fromkeys(headers, "unknown")
    days = {"past": -1, "far": 30}.get(kind, 0)
    return {**headers, RESET: str(ceil(gauge.reset) + days * 24 * HOUR)}


def _gauge(state: State, key: str, limit: int, length: int) -> Gauge:
    now = state.now().timestamp()
    start, calls = state.windows.counts.get((key, length), (now, 0))
    if now >= start + length:
        start, calls = now, 0
    state.windows.counts[key, length] = (start, calls)
    return Gauge(limit, limit - calls, start + length)
