"""The simulation on PostgreSQL: a few seeds with its own faults; and that what it does is what it does on SQLite."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from devtools.embedded_postgres import PostgresServer
from tests.fixtures.site import MONDAY
from tests.simulation.company import Company
from tests.simulation.databases import Database, PostgresDatabase, SqliteFile
from tests.simulation.faults import Faults
from tests.simulation.run import Plan, run_seed
from tests.simulation.scheduler import Killed, Scheduler, Task
from tests.simulation.test_short_run import FIRST, SEEDS, STEPS, is_clean
from webapp.clock import ManualClock
from webapp.store.models import Company as CompanyRow
from webapp.store.session import transaction

SHARES = 2
SHARED_FAULTS = {
    "kill": 0.004,
    "stall": 0.004,
    "lost_answer": 0.05,
    "event_dropped": 0.1,
    "event_double": 0.1,
}
"""Those that leave both databases with the same ids: what PostgreSQL has undone, it never counts again."""


@pytest.fixture(scope="module")
def company(postgres_server: PostgresServer) -> Iterator[Company]:
    with quietly(PostgresDatabase(postgres_server)) as built:
        yield built


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[Company]:
    with quietly(SqliteFile()) as built:
        yield built


@contextmanager
def quietly(database: Database) -> Iterator[Company]:
    logging.disable(logging.CRITICAL)
    with Company(database) as built:
        yield built
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.parametrize("share", range(SHARES))
def test_a_stretch_of_seeds_violates_no_invariant(company: Company, share: int) -> None:
    """Invariants 1–6 and 8, where locks, snapshots and lost connections are other ones."""
    for seed in range(FIRST + share, FIRST + SEEDS // 50, SHARES):
        is_clean(run_seed(company, Plan(seed, STEPS)), "--database postgresql ")


@pytest.mark.postgresql
@pytest.mark.parametrize("chances", [{}, SHARED_FAULTS], ids=["no faults", "faults"])
def test_a_seed_is_the_same_run_on_both_databases(
    company: Company, on_sqlite: Company, chances: dict[str, float]
) -> None:
    """M20: no order of rows is left to the database, and no statement means anything else there."""
    plan = Plan(5, 60, chances=chances)
    assert run_seed(company, plan).trace == run_seed(on_sqlite, plan).trace


@pytest.mark.postgresql
def test_the_same_seed_is_the_same_run(company: Company) -> None:
    """M20: with what can happen on PostgreSQL only, too."""
    plan = Plan(7, 60, chances={"goes_between": 0.2, "lost_within": 0.01, "commit_lost": 0.02})
    first, again = (run_seed(company, plan) for _ in range(2))
    assert first.trace == again.trace
    assert first.counts["fault goes_between"]


class Two:
    """Two tasks that write to the same company, the first stopped in the middle of it."""

    def __init__(self, company: Company) -> None:
        company.restore()
        faults = Faults(Random(1), chances={"goes_between": 1.0})
        self.company = company
        self.done: list[str] = []
        self.scheduler = company.storage.scheduler = Scheduler(ManualClock(MONDAY), Random(1), faults)
        self.first, self.second = (self._start(name) for name in ("first", "second"))
        while not any("first lets others between" in line for line in self.scheduler.trace):
            self.scheduler.resume(self.first)
        self.scheduler.resume(self.first)
        faults.is_on = False

    def _start(self, name: str) -> Task:
        company = self.company

        def write() -> None:
            with company.app.app_context(), transaction(company.template.company_id) as session:
                session.get_one(CompanyRow, session.company_id).name = name
            self.done.append(name)

        return self.scheduler.start(name, write)

    def finish(self) -> list[str]:
        self.scheduler.finish()
        self.company.storage.scheduler = None
        return self.done


@pytest.mark.postgresql
def test_a_task_waits_for_the_lock_of_another_while_others_go_on(company: Company) -> None:
    """One thread, and yet a wait for a lock: the second writes when the first has committed."""
    two = Two(company)
    for _ in range(3):
        two.scheduler.resume(two.second)
    assert "waits for a lock" in two.scheduler.trace[-1]
    assert two.finish() == ["first", "second"]


@pytest.mark.postgresql
def test_whoever_is_killed_within_a_transaction_leaves_no_lock(company: Company) -> None:
    """D10."""
    two = Two(company)
    two.scheduler.kill(two.first)
    two.scheduler.resume(two.first)
    assert isinstance(two.first.error, Killed)
    assert two.finish() == ["second"]
    assert not any("waits" in line for line in two.scheduler.trace)
