"""The webhook endpoint under load, against an endpoint that inserts one row and enqueues one RQ job: with a worker at
work for each, and the two endpoints alone."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import statistics
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.beside import Baseline, cpu_seconds, standing_still
from benchmarks.figures import Figure
from benchmarks.load import Load, Target, press
from benchmarks.site import Site
from devtools.children import Child

FASTER_BY = 1.5
ROUNDS = 4
WARM_UP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two endpoints. `settle` leaves it nothing to do."""

    name: str
    target: Target
    web: Child
    settle: Callable[[], object]

    def press(self, run: str, seconds: float) -> tuple[Load, float]:
        """What its clients saw, and the CPU milliseconds of its web processes for each request. Events of one run
        have ids of their own."""
        before = cpu_seconds(self.web)
        load = press(replace(self.target, run=f"{self.name}-{run}"), seconds)
        used = cpu_seconds(self.web) - before
        return load, 1000 * used / max(1, sum(load.statuses.values()))


@dataclass(frozen=True, slots=True)
class Round:
    """Both, one right after the other."""

    theirs: Load
    ours: Load
    their_cpu: float
    our_cpu: float

    @property
    def ratio(self) -> float:
        return self.ours.per_second / self.theirs.per_second


def measure(site: Site, seconds: float = 10.0, rounds: int = ROUNDS) -> list[Figure]:
    """Both in turn, several times, with their workers and then without; each figure is the median of the rounds."""
    site.enter_many(100)
    site.come_to_rest(60)
    before = len(site.timesheets())
    with Baseline(site) as baseline:
        theirs, ours = _sides(site, baseline)
        for side in (theirs, ours):
            side.press("warm", WARM_UP_SECONDS)
            side.settle()
        at_work = _rounds("work", theirs, ours, seconds, rounds)
        with standing_still([baseline.worker, site.stack.child("worker")]):
            alone = _rounds("alone", theirs, _unworked(ours), seconds, rounds)
    site.come_to_rest(60)
    return [
        Figure("webhooks", "errors of the webhook endpoint", _errors([*at_work, *alone]), 0),
        Figure("webhooks", "accepted events that are not stored", _unstored(site, [*at_work, *alone]), 0),
        _figure("webhooks against insert and enqueue", at_work),
        _figure("the same, both endpoints alone", alone),
        Figure("webhooks", "timesheets made by the load", len(site.timesheets()) - before, 0),
    ]


def _sides(site: Site, baseline: Baseline) -> tuple[Side, Side]:
    target = _our_target(site)
    return (
        Side("baseline", replace(target, port=baseline.port), baseline.web, baseline.drop_jobs),
        Side("ours", target, site.stack.child("web"), lambda: site.come_to_rest(60)),
    )


def _unworked(ours: Side) -> Side:
    """With its worker stopped there is no rest to come to; what is marked stays marked."""
    return replace(ours, settle=lambda: None)


def _rounds(run: str, theirs: Side, ours: Side, seconds: float, rounds: int) -> list[Round]:
    """Who goes first changes from round to round, so that neither always has the warmer machine."""
    done = []
    for number in range(rounds):
        found: dict[str, tuple[Load, float]] = {}
        for side in (theirs, ours) if number % 2 == 0 else (ours, theirs):
            found[side.name] = side.press(f"{run}{number}", seconds)
            side.settle()
        (their_load, their_cpu), (our_load, our_cpu) = found[theirs.name], found[ours.name]
        done.append(Round(their_load, our_load, their_cpu, our_cpu))
    return done


def _figure(what: str, rounds: Sequence[Round]) -> Figure:
    latencies = sorted(latency for each in rounds for latency in each.ours.latencies)
    details: dict[str, Any] = {
        "baseline_per_second": [each.theirs.per_second for each in rounds],
        "ours_per_second": [each.ours.per_second for each in rounds],
        "ratios": [each.ratio for each in rounds],
        "baseline_cpu_ms": statistics.median(each.their_cpu for each in rounds),
        "ours_cpu_ms": statistics.median(each.our_cpu for each in rounds),
        "p50_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[int(len(latencies) * 0.99)],
    }
    rate = statistics.median(each.ours.per_second for each in rounds)
    least = FASTER_BY * statistics.median(each.theirs.per_second for each in rounds)
    return Figure("webhooks", what, rate, least, "/s", "least", details)


def _errors(rounds: Sequence[Round]) -> int:
    return sum(load.errors for each in rounds for load in (each.theirs, each.ours))


def _our_target(site: Site) -> Target:
    """A second secret for one of our hooks, as a rotation makes one: the first is known to Procore alone."""
    authorization = f"Bearer {secrets.token_urlsafe(32)}"
    with closing(_database(site)) as database, database:
        hook, company, project = database.execute(
            "SELECT id, company_id, procore_project_id FROM hooks ORDER BY id LIMIT 1"
        ).fetchone()
        now = datetime.now(UTC).replace(tzinfo=None)
        row = (
            hook,
            hashlib.sha256(authorization.encode()).hexdigest(),
            str(now + timedelta(days=1)),
            str(now),
            company,
        )
        database.execute(
            "INSERT INTO hook_secrets (hook_id, secret_hash, valid_until, created_at, company_id)"
            " VALUES (?, ?, ?, ?, ?)",
            row,
        )
    cards = [card for card in site.cards() if project is None or card["project"]["id"] == project]
    ids = tuple(int(card["id"]) for card in cards[:50])
    return Target(site.stack.app_port, authorization, site.procore_id, project, ids, "")


def _unstored(site: Site, rounds: Sequence[Round]) -> int:
    """204 promises that the event is in the database."""
    accepted = sum(each.ours.statuses.get(204, 0) for each in rounds)
    with closing(_database(site)) as database:
        (stored,) = database.execute(
            "SELECT count(*) FROM events WHERE event_id LIKE 'ours-work%' OR event_id LIKE 'ours-alone%'"
        ).fetchone()
    return max(0, accepted - int(stored))


def _database(site: Site) -> sqlite3.Connection:
    return sqlite3.connect(site.stack.directory / "timesite.db", timeout=30)
