"""The webhook endpoint under load, against an endpoint that inserts one row and enqueues one RQ job."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import statistics
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import redis

from benchmarks.doors import Door
from benchmarks.figures import Figure
from benchmarks.load import Load, Target, press
from benchmarks.site import Site, until
from devtools.children import Child
from devtools.ports import LOOPBACK, first_free

FASTER_BY = 1.5
ROUNDS = 3
QUEUE = "baseline"
WARM_UP_SECONDS = 2.0


def measure(site: Site, seconds: float = 10.0, rounds: int = ROUNDS) -> list[Figure]:
    """Both in turn, several times; each figure is the median of the rounds."""
    site.enter_many(100)
    site.come_to_rest(60)
    ours, before = _our_target(site), len(site.timesheets())
    with _baseline(site) as port:
        theirs = Target(port, ours.authorization, ours.company_id, ours.project_id, ours.cards, "warm")
        press(_named(ours, "warm"), WARM_UP_SECONDS)
        press(theirs, WARM_UP_SECONDS)
        _drop_jobs(site)
        pairs = []
        for number in range(rounds):
            first = press(_named(theirs, f"baseline{number}"), seconds)
            _drop_jobs(site)
            site.come_to_rest(60)
            pairs.append((first, press(_named(ours, f"ours{number}"), seconds)))
    site.come_to_rest(60)
    unstored = _unstored(site, [load for _, load in pairs])
    return [
        *_figures(pairs, unstored),
        Figure("webhooks", "timesheets made by the load", len(site.timesheets()) - before, 0),
    ]


def _figures(pairs: list[tuple[Load, Load]], unstored: int) -> list[Figure]:
    baseline_rate = statistics.median(theirs.per_second for theirs, _ in pairs)
    rate = statistics.median(ours.per_second for _, ours in pairs)
    latencies = sorted(latency for _, ours in pairs for latency in ours.latencies)
    details = {
        "baseline_per_second": [theirs.per_second for theirs, _ in pairs],
        "ours_per_second": [ours.per_second for _, ours in pairs],
        "p50_ms": 1000 * latencies[len(latencies) // 2],
        "p99_ms": 1000 * latencies[int(len(latencies) * 0.99)],
    }
    errors = sum(load.errors for pair in pairs for load in pair)
    return [
        Figure("webhooks", "errors of the webhook endpoint", errors, 0),
        Figure("webhooks", "accepted events that are not stored", unstored, 0),
        Figure(
            "webhooks",
            "webhooks against insert and enqueue",
            rate,
            FASTER_BY * baseline_rate,
            "/s",
            "least",
            details,
        ),
    ]


def _named(target: Target, run: str) -> Target:
    """Events of one run have ids of their own."""
    return Target(target.port, target.authorization, target.company_id, target.project_id, target.cards, run)


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


def _unstored(site: Site, loads: list[Load]) -> int:
    """204 promises that the event is in the database."""
    accepted = sum(load.statuses.get(204, 0) for load in loads)
    with closing(_database(site)) as database:
        (stored,) = database.execute("SELECT count(*) FROM events WHERE event_id LIKE 'ours%'").fetchone()
    return max(0, accepted - int(stored))


def _database(site: Site) -> sqlite3.Connection:
    return sqlite3.connect(site.stack.directory / "timesite.db", timeout=30)


@contextmanager
def _baseline(site: Site) -> Iterator[int]:
    """The small app on a port of its own, with a database of its own beside ours, in the same Redis, and a worker for
    its jobs as ours has one: what is enqueued has to be worked on the same cores."""
    port = first_free(site.stack.procore_port + 1)
    directory = site.stack.directory
    environment = {
        **site.stack.environment,
        "BASELINE_DATABASE_URL": f"sqlite:///{directory / 'baseline.db'}",
        "BASELINE_QUEUE": QUEUE,
    }
    gunicorn = [sys.executable, "-m", "gunicorn", "benchmarks.baseline:app", "--bind", f"{LOOPBACK}:{port}"]
    worker = [str(Path(sys.executable).parent / "rq"), "worker", QUEUE, "--url", environment["REDIS_URL"]]
    worker += ["--serializer", "rq.serializers.JSONSerializer", "--logging_level", "WARNING"]
    children = [
        Child("baseline", gunicorn, environment, directory / "baseline.log"),
        Child("baseline-worker", worker, environment, directory / "baseline-worker.log"),
    ]
    for child in children:
        child.start()
    try:
        until(lambda: _answers(port), 60, "the baseline to answer")
        yield port
    finally:
        for child in children:
            child.stop()
        _drop_jobs(site)


def _answers(port: int) -> bool:
    try:
        Door(f"http://{LOOPBACK}:{port}")._call("GET", "/healthz")
    except OSError:
        return False
    return True


def _drop_jobs(site: Site) -> None:
    """What the baseline's worker did not get to is not to be worked while ours is measured."""
    with redis.Redis.from_url(site.stack.environment["REDIS_URL"]) as client:
        ids: Any = client.lrange(f"rq:queue:{QUEUE}", 0, -1)
        client.delete(f"rq:queue:{QUEUE}", *(b"rq:job:" + key for key in ids))
