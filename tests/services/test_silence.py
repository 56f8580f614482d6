"""A working day on which Procore says nothing is noticed (R31e), on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.jobs import connection as jobs
from webapp.services import connection, silence
from webapp.store.models import Event
from webapp.store.session import transaction

FRIDAY = datetime(2026, 12, 18, 20, 0, tzinfo=UTC)
"""Three o'clock in the afternoon in New York."""
WEEK = timedelta(weeks=1)


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Iterator[Site]:
    """Connected for a month; on each Friday a dozen events came by that hour."""
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        made = Site(app)
        made.connect()
        for weeks in (1, 2, 3, 4):
            hear(made, FRIDAY - weeks * WEEK - timedelta(hours=3), 12)
        made.clock.advance((FRIDAY - made.clock.now()).total_seconds())
        yield made


def hear(site: Site, at: datetime, count: int) -> None:
    with transaction(site.company_id) as session:
        session.add_all(
            Event(
                hook_id=1, event_id=f"{at.isoformat()}/{number}", resource_name="Timecard Entries",
                event_type="update", received_at=at, outcome="marked",
            )
            for number in range(count)
        )  # fmt: skip


def test_a_silent_afternoon_of_a_busy_weekday_is_noticed_and_told_once(site: Site) -> None:
    """R31e."""
    assert silence.look(site.company_id)
    assert silence.since(site.company_id) == FRIDAY
    site.clock.advance(3600)
    assert silence.look(site.company_id)
    assert silence.since(site.company_id) == FRIDAY


def test_one_event_ends_it(site: Site) -> None:
    """R31e: a recovered one is noted, too."""
    silence.look(site.company_id)
    site.clock.advance(3600)
    hear(site, site.clock.now(), 1)
    assert not silence.look(site.company_id)
    assert silence.since(site.company_id) is None


@pytest.mark.parametrize("hours", [-6, 24, 48])
def test_neither_the_morning_nor_the_weekend_is_silence(site: Site, hours: float) -> None:
    """R31e: nobody works then."""
    other = FRIDAY + timedelta(hours=hours)
    for weeks in (1, 2, 3, 4):
        hear(site, other - weeks * WEEK - timedelta(minutes=1), 12)
    site.clock.advance(hours * 3600)
    assert not silence.look(site.company_id)


def test_a_company_with_few_events_is_left_in_peace(site: Site) -> None:
    """R31e: on Thursdays there are none to miss."""
    site.clock.advance(6 * 24 * 3600)
    hear(site, site.clock.now() - WEEK - timedelta(hours=2), 9)
    assert not silence.look(site.company_id)


def test_weeks_before_the_connection_prove_nothing(site: Site) -> None:
    """R31e: two busy weeks are needed."""
    site.set(connected_at=FRIDAY - timedelta(days=9))
    assert not silence.look(site.company_id)


def test_a_disconnect_ends_it(site: Site) -> None:
    """R7."""
    silence.look(site.company_id)
    connection.disconnect(site.company_id, by="test")
    assert silence.since(site.company_id) is None


def test_the_hourly_look_at_the_hooks_sees_it(site: Site) -> None:
    """R31e."""
    jobs.verify_hooks(site.company_id)
    assert silence.since(site.company_id) is not None
