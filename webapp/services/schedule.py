"""What is due now, over all companies: asked by the worker's look, answered from the database."""

from __future__ import annotations

from datetime import timedelta

from webapp import wiring
from webapp.services.sync import has_died
from webapp.store import schedule


def companies_due() -> list[int]:
    """Connected companies with a record ready, the longest waiting first."""
    return schedule.companies_due(wiring.clock().now())


def companies_to_work() -> list[int]:
    """Those of them that no worker has in hand."""
    return schedule.companies_due(wiring.clock().now(), are_idle=True)


def is_idle(company_id: int) -> bool:
    """Whether no worker has it in hand, and it need not wait for Procore."""
    return schedule.is_idle(company_id, wiring.clock().now())


def companies_to_sweep() -> list[int]:
    interval = timedelta(seconds=wiring.config().sweep_interval_seconds)
    return schedule.companies_to_sweep(wiring.clock().now(), interval)


def companies_to_probe() -> list[int]:
    return schedule.companies_to_probe(wiring.clock().now())


def companies_connected() -> list[int]:
    return schedule.companies_connected()


def claim_run(name: str, every: timedelta) -> bool:
    """True for exactly one caller in `every`, on any machine."""
    return schedule.claim_run(name, wiring.clock().now(), every)


def free_leases() -> int:
    """Ends the leases of workers of this machine that have died. How many."""
    return schedule.free_leases(has_died)
