"""One run: people, faults and the killer at once; then everything comes to rest, and is surveyed."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event

from benchmarks import kills
from benchmarks.chaos import swept
from benchmarks.chaos.book import Book
from benchmarks.chaos.killer import Killer, Supervisor
from benchmarks.chaos.people import Administrator, Clerk, Foreman, Person
from benchmarks.chaos.rest import end_faults, rest, restless
from benchmarks.chaos.survey import Survey
from benchmarks.site import Site

SETTINGS = {"RESEND_WAIT_SECONDS": "3", "SWEEP_INTERVAL_SECONDS": "3600"}
"""A short wait before a lost create is sent again; no sweep that would hide what the engine itself forgot."""

FAULTS: tuple[dict[str, object], ...] = (
    {"effect": "lose_answer", "method": "POST", "path": "/timesheets", "times": 1},  # never none by chance
    {"effect": "refuse", "status": 503, "retry_after": 1, "path": "/rest/", "times": 1},
    {"effect": "lose_answer", "method": "POST", "path": "/timesheets", "probability": 0.2},
    {"effect": "lose_answer", "method": "POST", "path": "timecard_entries", "probability": 0.2},
    {"effect": "lose_answer", "method": "PATCH", "path": "/rest/", "probability": 0.1},
    {"effect": "lose_answer", "method": "DELETE", "path": "/rest/", "probability": 0.1},
    {"effect": "lose_request", "path": "/rest/", "probability": 0.02},
    {"effect": "refuse", "status": 503, "retry_after": 1, "path": "/rest/", "probability": 0.05},
    {"effect": "duplicate_event", "probability": 0.1},
    {"effect": "duplicate_event_new_id", "probability": 0.1},
    {"effect": "delay_event", "seconds": 4, "probability": 0.15},
    {"effect": "reorder_events", "seconds": 3, "probability": 0.1},
)
PLENTY = {"hourly_limit": 100_000, "spike_limit": 500}
"""What is measured here is not the pacing: an hour's limit would end a run of ten minutes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Of `kinds` in order, then random ones; None: all random. Seconds: no kill begins after `seconds`; `gap`, shortest
    and longest pause between two; `patience`, how long one waits for its victim to be at work; `rest`, in which all
    must be settled then."""

    kills: int = 200
    kinds: Sequence[str] | None = None
    seconds: float = 900.0
    gap: tuple[float, float] = (0.0, 2.0)
    patience: float = 20.0
    clerks: int = 4
    foremen: int = 2
    longest_pause: float = 0.5
    rest: float = 240.0


@dataclass(slots=True)
class Result:
    """Everything that `make chaos` prints. `violations`: by promise, one line each; none means that all were kept.
    `marked`: records that the sweep at the end marked, with why."""

    seed: int
    killed: Counter[str]
    by_itself: Counter[str]
    seconds: float
    rest_seconds: float
    acts: Counter[str]
    faults: Mapping[str, int]
    reasons: Counter[str]
    ledger: Mapping[str, int]
    swept: Mapping[str, int]
    marked: Sequence[str]
    made_again: int
    violations: dict[str, list[str]] = field(default_factory=dict)

    @property
    def broken(self) -> int:
        return sum(len(lines) for lines in self.violations.values())


def run(site: Site, plan: Plan, seed: int) -> Result:
    """Runs the plan on a connected site."""
    site.procore.patch("/sandbox/api/switches", PLENTY)
    for fault in FAULTS:
        site.procore.post("/sandbox/api/faults", dict(fault))
    book, stop, began = Book(), Event(), time.monotonic()
    people = _people(site, plan, seed, stop, book)
    supervisor = Supervisor(site.stack)
    killer = Killer(site.stack, supervisor, random.Random(f"{seed} killer"), plan.patience)
    with supervisor.at_work():
        try:
            for person in people:
                person.start()
            _kill_all(plan, killer, supervisor)
        finally:
            stop.set()
        for person in people:
            person.join(200)
        lasted = time.monotonic() - began
        after = _settle(site, people, plan, book)
    after.violations |= {
        "answers that a client must not see": book.oddities,
        "processes left behind": ["a process"] * kills.still_there(killer.left_behind),
        "supervisor": [str(supervisor.failure)] if supervisor.failure else [],
    }
    return Result(
        seed=seed,
        killed=killer.done,
        by_itself=supervisor.by_itself,
        seconds=lasted,
        rest_seconds=after.seconds,
        acts=book.counts,
        faults=after.faults,
        reasons=after.survey.reasons,
        ledger={state: row["records"] for state, row in after.survey.ledger.items()},
        swept=after.swept,
        marked=after.marked,
        made_again=after.survey.made_again(),
        violations=after.violations,
    )


@dataclass(slots=True)
class _After:
    seconds: float
    faults: Mapping[str, int]
    survey: Survey
    swept: Mapping[str, int]
    marked: Sequence[str]
    violations: dict[str, list[str]]


def _settle(site: Site, people: Sequence[Person], plan: Plan, book: Book) -> _After:
    """Both sides rest and are surveyed; then one sweep, which should find nothing, and another survey."""
    administrator = next(person for person in people if isinstance(person, Administrator))
    faults = end_faults(site)
    seconds = rest(site, administrator, plan.rest)
    alone, links = Survey(site, book).broken(), swept.links(site)
    found = json.loads(site.flask("sync", "sweep", "--procore-company-id", str(site.procore_id)))
    seconds += rest(site, administrator, plan.rest)
    survey = Survey(site, book)
    broken = survey.broken()
    return _After(
        seconds,
        faults,
        survey,
        found,
        swept.marked(links, swept.links(site), survey.cards),
        {
            **broken,
            "wrong until the sweep": _mended(alone, broken),
            "our own Integration Health faults": _own_faults(site),
            "never at rest": restless(site) if seconds == float("inf") else [],
        },
    )


def _mended(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> list[str]:
    """What only the sweep put right: no event was lost, so the engine had all it needed."""
    return [
        f"{promise}: {line}"
        for promise, lines in before.items()
        for line in lines
        if line not in after[promise]
    ]


def _people(site: Site, plan: Plan, seed: int, stop: Event, book: Book) -> list[Person]:
    names, directory = site.names(), site.procore.get(f"{site.theirs}/directory")

    def of(name: str, pause: float = plan.longest_pause) -> tuple[str, str, Event, Book, float]:
        return name, f"{seed} {name}", stop, book, pause

    return [
        *(Clerk(site, names, *of(f"clerk {n}")) for n in range(plan.clerks)),
        *(Foreman(site, directory, *of(f"foreman {n}", 3 * plan.longest_pause)) for n in range(plan.foremen)),
        Administrator(site, *of("administrator", 4.0)),
    ]


def _kill_all(plan: Plan, killer: Killer, supervisor: Supervisor) -> None:
    """The kinds in order, then random ones, until there were enough or the time is up."""
    deadline = time.monotonic() + plan.seconds
    kinds = [*(plan.kinds or ())]
    for number in range(plan.kills):
        time.sleep(killer.rng.uniform(*plan.gap))
        if time.monotonic() > deadline or supervisor.failure:
            return
        killer.kill(kinds[number] if number < len(kinds) else None)


def _own_faults(site: Site) -> list[str]:
    return [f"{key}: {own}" for key, (own, _) in site.observations().items() if own]
