"""The one list of everything periodic, and the look into the database that finds what no wake-up reached.

The worker's parent process looks every 2 s. No wake-up is ever needed for correctness.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from webapp import queueing, wiring
from webapp.services import sync
from webapp.store import schedule

JOBS = "webapp.jobs"


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job for each connected company, or one for all (`is_single`), at most once in `every`."""

    name: str
    job: str
    every: timedelta
    is_single: bool = False


PERIODIC: tuple[Periodic, ...] = (
    Periodic("directory", f"{JOBS}.sync.refresh_directory", timedelta(hours=24)),
    Periodic("hooks", f"{JOBS}.connection.verify_hooks", timedelta(hours=1)),
    Periodic("removals", f"{JOBS}.connection.retry_removals", timedelta(minutes=5), is_single=True),
    Periodic("sign_ins", f"{JOBS}.connection.purge_sign_ins", timedelta(hours=1), is_single=True),
)


def look() -> None:
    """One look: leases of the dead, records that are due, sweeps and probes that are due, periodic work."""
    now, url = wiring.clock().now(), wiring.config().redis_url
    schedule.free_leases(sync.has_died)
    for company_id in schedule.companies_due(now):
        queueing.call(url, queueing.SYNC_JOB, company_id, seconds=2)
    interval = timedelta(seconds=wiring.config().sweep_interval_seconds)
    for company_id in schedule.companies_to_sweep(now, interval):
        queueing.call(url, f"{JOBS}.sync.sweep_company", company_id, seconds=30)
    for company_id in schedule.companies_to_probe(now):
        queueing.call(url, f"{JOBS}.sync.probe_company", company_id, seconds=30)
    for periodic in PERIODIC:
        _run(periodic, lambda job, key: queueing.call(url, job, key, seconds=30))


def _run(periodic: Periodic, call: Callable[[str, int], object]) -> None:
    now = wiring.clock().now()
    if not schedule.claim_run(periodic.name, now, periodic.every):
        return
    for company_id in [0] if periodic.is_single else schedule.companies_connected():
        call(periodic.job, company_id)
