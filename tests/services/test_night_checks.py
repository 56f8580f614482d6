"""The open pay period is checked each night and a quarter each week, without being asked (M13), on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.domain.periods import last_quarter, open_period
from webapp.errors import ProcoreUnavailable
from webapp.jobs import checks as jobs
from webapp.services import checks, night_checks
from webapp.store.models import Company
from webapp.store.session import system

NEW_YORK = ZoneInfo("America/New_York")
ONE_DAY = timedelta(days=1)


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Iterator[Site]:
    """Connected on Monday at nine in the morning in New York, where its projects are; one record."""
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        made = Site(app)
        made.connect()
        made.enter()
        made.settle()
        yield made


def at_night(site: Site, nights: int = 1) -> None:
    """Goes on to five in the morning, New York's time, so many nights later."""
    day = site.clock.now().astimezone(NEW_YORK).date() + nights * ONE_DAY
    then = datetime(day.year, day.month, day.day, 5, 0, tzinfo=NEW_YORK)
    site.clock.advance((then - site.clock.now()).total_seconds())


def last(site: Site) -> tuple[str, date, date] | None:
    found = checks.last_of(site.company_id)
    return None if found is None else (found.asked_by, found.from_date, found.to_date)


def test_the_open_period_is_this_week_and_the_one_before() -> None:
    """R32 will name another; until then weeks begin on Monday."""
    for day in (date(2026, 11, 16), date(2026, 11, 22)):
        assert open_period(day) == (date(2026, 11, 9), date(2026, 11, 22))
    assert last_quarter(date(2026, 11, 18)) == (date(2026, 8, 20), date(2026, 11, 22))


def test_by_day_nothing_is_due(site: Site) -> None:
    """M13."""
    assert night_checks.companies_due() == []
    assert not night_checks.run(site.company_id)


def test_the_first_night_checks_a_quarter_and_the_next_ones_the_open_period(site: Site) -> None:
    """M13: weekly 90 days."""
    asked = []
    for _ in range(9):
        at_night(site)
        assert night_checks.companies_due() == [site.company_id]
        assert night_checks.run(site.company_id)
        assert night_checks.companies_due() == []
        found = last(site)
        assert found is not None
        asked.append(found[0])
    assert asked == ["every week", *["every night"] * 6, "every week", "every night"]
    assert last(site) == ("every night", date(2026, 11, 16), date(2026, 11, 29))


def test_what_differs_is_repaired_in_the_same_night(site: Site) -> None:
    """M13, R26: by the job, without anybody asking."""
    site.cards()[0].hours = Decimal("2.5")
    at_night(site)
    jobs.check_company(site.company_id)
    assert [row.hours for row in site.timesheets()] == [Decimal("2.5")]


def test_each_company_that_is_due_is_called_once(make_app: MakeApp, sqlite_url: str, redis_url: str) -> None:
    """M13: the list is asked every five minutes; the job takes its time."""
    with make_app(DATABASE_URL=sqlite_url, REDIS_URL=redis_url).app_context() as context:
        site = Site(context.app)
        site.connect()
        with Redis.from_url(redis_url) as connection:
            connection.flushall()
            jobs.call_due(0)
            assert Queue.all(connection, serializer=JSONSerializer) == []
            at_night(site)
            jobs.call_due(0)
            jobs.call_due(0)
            (called,) = [
                job for queue in Queue.all(connection, serializer=JSONSerializer) for job in queue.jobs
            ]
            assert (called.func_name, called.args) == (jobs.NIGHT_JOB, [site.company_id])


def test_a_doubled_or_early_job_does_no_harm(site: Site) -> None:
    """D10."""
    jobs.check_company(site.company_id)
    at_night(site)
    jobs.check_company(site.company_id)
    site.forget_calls()
    jobs.check_company(site.company_id)
    assert site.calls() == 0


def test_a_check_that_procore_cut_short_stays_due(site: Site) -> None:
    """D105."""
    at_night(site)
    site.world.add_fault(effect="refuse", status=503, times=1)
    with pytest.raises(ProcoreUnavailable):
        night_checks.run(site.company_id)
    site.clock.advance(120)
    assert night_checks.companies_due() == [site.company_id]


def test_a_night_that_was_missed_is_made_good_by_day(site: Site) -> None:
    """M13: the worker was off, or Procore away."""
    at_night(site)
    night_checks.run(site.company_id)
    site.clock.advance(37 * 3600)
    assert night_checks.companies_due() == [site.company_id]


def test_a_company_that_is_not_connected_is_not_checked(site: Site) -> None:
    """R7, R8."""
    at_night(site)
    with system() as session:
        session.get_one(Company, site.company_id).state = "paused"
    assert night_checks.companies_due() == []


def test_companies_are_spread_over_the_night(app: object) -> None:
    """M13: a hundred of them never all at once, and each has its turn before dawn."""
    midnight = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)
    before = midnight - timedelta(hours=23)
    due = [
        sum(
            night_checks.is_due(company, NEW_YORK, before, midnight + timedelta(minutes=minute))
            for company in range(1, 101)
        )
        for minute in range(0, 420, 5)
    ]
    assert due[0] == due[11] == 0
    assert max(after - now for now, after in pairwise(due)) <= 5
    assert due[60] == 100
    assert due[-1] == 0
