"""Periodic work is claimed once, and the leases of the dead are freed: D10, D11."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures.app import MakeApp
from webapp.services.sync import has_died, owner
from webapp.store import schedule
from webapp.store.models import Company
from webapp.store.session import system

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(make_app: MakeApp, database_url: str) -> Iterator[None]:
    with make_app(DATABASE_URL=database_url).app_context():
        yield


def test_a_periodic_job_is_claimed_once_in_its_interval(database: None) -> None:
    """Whoever asks first, on whichever machine."""
    assert schedule.claim_run("sweep", NOW, HOUR)
    assert not schedule.claim_run("sweep", NOW + HOUR / 2, HOUR)
    assert schedule.claim_run("other", NOW, HOUR)
    assert schedule.claim_run("sweep", NOW + HOUR, HOUR)


def test_only_a_process_that_is_certainly_gone_counts_as_dead() -> None:
    """Another machine's process, or one that lives, keeps its lease until it ends by itself."""
    host, pid, started = owner().split("/")
    assert not has_died(owner())
    assert not has_died(f"another-{host}/{pid}/1")
    assert has_died(f"{host}/{pid}/{started}0"), "the number was given to a new process"
    assert not has_died("not a lease owner")


def test_the_lease_of_a_dead_worker_is_freed_and_a_living_ones_kept(database: None) -> None:
    """D10: kill -9 costs the next look, not the lease's two minutes."""
    dead, alive = f"{socket.gethostname()}/{os.getpid()}/0", owner()
    with system() as session:
        for number, holder in enumerate((dead, alive), 1):
            session.add(
                Company(
                    procore_company_id=number, name="Company", created_at=NOW, lease_owner=holder,
                    lease_until=NOW + HOUR, lease_token=1,
                )
            )  # fmt: skip
    assert schedule.free_leases(has_died) == 1
    with system(is_readonly=True) as session:
        held = [company.lease_owner for company in session.query(Company).order_by(Company.id)]
    assert held == [None, alive]
