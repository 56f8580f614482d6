"""Periodic work is claimed once, the leases of the dead are freed, and a backlog goes before a sweep: D10, D11, M19."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures.app import MakeApp
from webapp.services.sync import has_died, owner
from webapp.store import leases, schedule
from webapp.store.models import Company, Link
from webapp.store.session import system, transaction

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


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


def test_a_clock_put_back_by_a_day_does_not_stop_periodic_jobs_for_a_day(database: None) -> None:
    """Two machines' clocks may differ meanwhile: what one did just now is not done again by one behind it."""
    assert schedule.claim_run("sweep", NOW + 24 * HOUR, HOUR)
    assert not schedule.claim_run("sweep", NOW + 24 * HOUR - MINUTE, HOUR)
    assert schedule.claim_run("sweep", NOW, HOUR)
    assert not schedule.claim_run("sweep", NOW, HOUR)


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


INTERVAL = 5 * MINUTE


def backlog(swept: timedelta, marked: timedelta, not_before: timedelta | None) -> list[int]:
    """A company that was swept, and has a record that was marked, so long ago; whether it is swept now."""
    with system() as session:
        company = Company(
            procore_company_id=1, name="Company", created_at=NOW, state="connected", connected_at=NOW - 9 * HOUR,
            swept_at=NOW - swept,
        )  # fmt: skip
        session.add(company)
        session.flush()
        link = Link(company_id=company.id, procore_id=1, created_at=NOW, marked_at=NOW - marked)
        link.not_before = None if not_before is None else NOW - not_before
        session.add(link)
        company_id = company.id
    found = schedule.companies_to_sweep(NOW, INTERVAL)
    assert found in ([], [company_id])
    return found


def test_a_sweep_waits_while_what_is_due_has_waited_for_minutes(database: None) -> None:
    """M19: it would only find more to do."""
    assert backlog(swept=6 * MINUTE, marked=5 * MINUTE, not_before=None) == []


def test_a_backlog_without_end_does_not_stop_the_sweep(database: None) -> None:
    """M19: no later than six intervals after the one before."""
    assert backlog(swept=30 * MINUTE, marked=5 * HOUR, not_before=None)


@pytest.mark.parametrize("not_before", [-10 * MINUTE, MINUTE])
def test_what_waits_for_its_time_is_no_backlog(database: None, not_before: timedelta) -> None:
    """M19: a hold looks at its record every hour, and was marked long ago."""
    assert backlog(swept=6 * MINUTE, marked=5 * HOUR, not_before=not_before)


@pytest.mark.parametrize("ahead", [17 * HOUR, -2 * MINUTE])
def test_a_clock_behind_procores_does_not_stop_the_sweep(database: None, ahead: timedelta) -> None:
    """M10, D4: the time of connecting is Procore's and tells nothing about ours, which may just pass it, too."""
    with system() as session:
        session.add(
            Company(
                procore_company_id=1, name="Company", created_at=NOW, state="connected",
                connected_at=NOW + ahead, swept_at=NOW - 6 * MINUTE,
            )
        )  # fmt: skip
    assert len(schedule.companies_to_sweep(NOW, INTERVAL)) == 1


@pytest.mark.parametrize("ahead, is_swept", [(24 * HOUR, True), (MINUTE, False)])
def test_a_clock_put_back_does_not_stop_the_sweep(database: None, ahead: timedelta, is_swept: bool) -> None:
    """D4: what webhooks lost would be found a day later, and nobody would know. A minute is another machine's clock."""
    assert bool(backlog(swept=-ahead, marked=MINUTE, not_before=None)) is is_swept


def test_a_company_that_keeps_up_is_swept(database: None) -> None:
    """D4."""
    assert backlog(swept=6 * MINUTE, marked=4 * MINUTE, not_before=None)


@pytest.mark.parametrize(
    "ahead, goes_on",
    [
        ({"waits_until": 24 * HOUR}, True),
        ({"waits_until": 2 * HOUR + 12 * MINUTE}, False),
        ({"lease_until": 24 * HOUR}, True),
        ({"lease_until": 3 * MINUTE}, False),
    ],
)
def test_a_clock_put_back_does_not_stop_a_company(
    database: None, ahead: dict[str, timedelta], goes_on: bool
) -> None:
    """D10, D104: it neither waits nor belongs to a dead worker for a day. A minute is another machine's clock."""
    with system() as session:
        company = Company(procore_company_id=1, name="Company", created_at=NOW, state="connected")
        for name, time in ahead.items():
            setattr(company, name, NOW + time)
        session.add(company)
        session.flush()
        session.add(Link(company_id=company.id, procore_id=1, created_at=NOW, marked_at=NOW))
        company_id = company.id
    assert schedule.is_idle(company_id, NOW) is goes_on
    assert (schedule.companies_due(NOW, are_idle=True) == [company_id]) is goes_on
    with transaction(company_id) as session:
        assert (leases.claim(session, company_id, "worker", NOW) is not None) is goes_on


@pytest.mark.parametrize("ahead, is_asked", [(24 * HOUR, True), (HOUR, False)])
def test_a_clock_put_back_does_not_keep_a_company_paused(
    database: None, ahead: timedelta, is_asked: bool
) -> None:
    """D101: it is asked about every hour, at least."""
    with system() as session:
        company = Company(procore_company_id=1, name="Company", created_at=NOW, state="connected")
        session.add(company)
        session.flush()
        company_id = company.id
    assert schedule.pause(company_id, "Forbidden", NOW + ahead, NOW + ahead)
    assert bool(schedule.companies_to_probe(NOW)) is is_asked
