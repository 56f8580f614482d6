"""The one list of everything periodic, and the look into the database that finds what no wake-up reached.

The worker's parent process looks every 2 s. No wake-up is ever needed for correctness.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from webapp import queueing, wiring
from webapp.services import schedule

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
    Periodic("locations", f"{JOBS}.sync.refresh_locations", timedelta(hours=24)),
    Periodic("hooks", f"{JOBS}.connection.verify_hooks", timedelta(hours=1)),
    Periodic("checks", f"{JOBS}.checks.call_due", timedelta(minutes=5), is_single=True),
    Periodic("idempotency", f"{JOBS}.idempotency.purge", timedelta(hours=1), is_single=True),
    Periodic("removals", f"{JOBS}.connection.retry_removals", timedelta(minutes=5), is_single=True),
    Periodic("retention", f"{JOBS}.retention.purge", timedelta(hours=24)),
    Periodic("sign_ins", f"{JOBS}.connection.purge_sign_ins", timedelta(hours=1), is_single=True),
)


def look() -> None:
    """One look: leases of the dead, records that are due, sweeps and probes that are due, periodic work."""
    url = wiring.config().redis_url
    schedule.free_leases()
    for company_id in schedule.companies_to_work():
        queueing.call(url, queueing.SYNC_JOB, company_id, seconds=2)
    for company_id in schedule.companies_to_sweep():
        queueing.call(url, f"{JOBS}.sync.sweep_company", company_id, seconds=30)
    for company_id in schedule.companies_to_probe():
        queueing.call(url, f"{JOBS}.sync.probe_company", company_id, seconds=30)
    for periodic in PERIODIC:
        if schedule.claim_run(periodic.name, periodic.every):
            for company_id in [0] if periodic.is_single else schedule.companies_connected():
                queueing.call(url, periodic.job, company_id, seconds=30)
