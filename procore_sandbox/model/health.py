"""The request log, and Integration Health: Procore's seven observations counted from the app's own calls."""

from dataclasses import dataclass
from datetime import timedelta

from .records import Call, Tally
from .state import State

OBSERVATIONS = {
    "forbidden": "403 Forbidden",
    "not_found": "404 Not Found",
    "rate_limit": "429 Rate Limit",
    "unauthorized": "401 Unauthorized",
    "missing_company_header": "Missing Procore-Company-Id",
    "deprecated_endpoint": "Deprecated endpoints",
    "private_endpoint": "Private endpoints",
}
BY_STATUS = {403: "forbidden", 404: "not_found", 429: "rate_limit", 401: "unauthorized"}
WINDOW = timedelta(days=14)
LOG_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Observation:
    """One of the seven. `own`: calls that are the app's own doing; `caused`: brought about by the stand-in."""

    key: str
    title: str
    own: int
    caused: int

    @property
    def state(self) -> str:
        return "Healthy" if not self.own else "Review Recommended" if self.own < 10 else "Needs Attention"


def log_call(state: State, call: Call, route: str) -> None:
    """Keep a line of the log (the newest thousand) and count it."""
    state.calls.put(call)
    if len(state.calls) > LOG_LENGTH:
        state.calls.drop(next(iter(state.calls.rows)))
    if call.status is None:
        return
    day = call.at.date()
    key = f"{day}|{call.method}|{route}|{call.status}|{call.observation}|{bool(call.cause)}"
    tally = state.tallies.get(key) or Tally(
        key, day, call.method, route, call.status, call.observation, bool(call.cause)
    )
    tally.count += 1
    state.tallies.put(tally)


def observations(state: State) -> list[Observation]:
    """The seven over the last 14 days."""
    since = (state.now() - WINDOW).date()
    recent = [each for each in state.tallies if each.day >= since]
    return [
        Observation(
            key,
            title,
            own=sum(each.count for each in recent if each.observation == key and not each.is_caused),
            caused=sum(each.count for each in recent if each.observation == key and each.is_caused),
        )
        for key, title in OBSERVATIONS.items()
    ]


def call_counts(state: State) -> list[Tally]:
    """Calls by day, method, route and status: the 30 days of Procore's CSV."""
    since = (state.now() - timedelta(days=30)).date()
    return sorted((each for each in state.tallies if each.day >= since), key=lambda each: each.id)
