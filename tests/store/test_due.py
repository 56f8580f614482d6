"""Which marks a step takes first, and which record is blamed for the death of a worker: D9, D104, M18."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.app import MakeApp
from webapp.store.due import Caution, due
from webapp.store.health import numbers
from webapp.store.models import Company, Link
from webapp.store.session import system, transaction
from webapp.sync.batch import Limits
from webapp.sync.holds import approved_in_procore

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OPEN, LONG_AGO = date(2026, 11, 18), date(2026, 9, 1)


@pytest.fixture
def company_id(make_app: MakeApp, database_url: str) -> Iterator[int]:
    with make_app(DATABASE_URL=database_url).app_context():
        with system() as session:
            company = Company(procore_company_id=7, name="Acme", created_at=NOW, state="connected")
            session.add(company)
        yield company.id


def mark(company_id: int, minutes_ago: int, **values: Any) -> int:
    with transaction(company_id) as session:
        link = Link(
            procore_id=minutes_ago, created_at=NOW, marked_at=NOW - timedelta(minutes=minutes_ago), **values
        )
        session.add(link)
        session.flush()
        return link.id


def taken(company_id: int, limit: int = 10, caution: Caution | None = None) -> list[int]:
    with transaction(company_id) as session:
        return [record.link_id for record in due(session, NOW, limit, caution or Caution())]


def test_deletions_go_first_then_the_open_pay_period_then_the_oldest(company_id: int) -> None:
    """D104: when Procore's budget is short, this is what it is used for."""
    old = mark(company_id, 50, date=LONG_AGO)
    older = mark(company_id, 60, date=LONG_AGO)
    unseen = mark(company_id, 30)
    current = mark(company_id, 20, date=OPEN)
    deleted_here = mark(company_id, 5, date=LONG_AGO, mark_reason="edited:delete")
    deleted_there = mark(company_id, 4, date=LONG_AGO, is_delete_hinted=True)
    assert taken(company_id) == [deleted_here, deleted_there, unseen, current, older, old]


def test_what_was_to_wait_by_a_clock_that_has_been_put_back_is_due(company_id: int) -> None:
    """D104, D105: nobody would look at it for a day. What Procore may ask for is waited for, and so is an approval."""
    mark(company_id, 1, not_before=NOW + timedelta(hours=2, minutes=12))
    mark(company_id, 2, not_before=NOW + timedelta(days=1), reason_key=approved_in_procore().key)
    misdated = [
        mark(company_id, 4, not_before=NOW + timedelta(hours=12), reason_key="procore_busy"),
        mark(company_id, 3, not_before=NOW + timedelta(days=1)),
    ]
    assert taken(company_id) == misdated
    with system(is_readonly=True) as session:
        assert numbers(session, NOW).due == len(misdated)


def test_what_was_begun_without_an_end_holds_nothing_that_is_fresh(company_id: int) -> None:
    """D9: however old it is, and however few are taken at once."""
    for number in range(20):
        mark(company_id, 100 + number, attempts=5)
    fresh = [mark(company_id, n) for n in (9, 8, 7)]
    assert taken(company_id, limit=2) == fresh[:2]
    assert taken(company_id, limit=4) == fresh


def test_a_record_is_blamed_only_when_it_was_alone_at_three_deaths(company_id: int) -> None:
    """M18: ten records and a worker that dies in every step, whatever it has in hand: no record more than its share."""
    links = [mark(company_id, n) for n in range(10)]
    alone = dict.fromkeys(links, 0)
    in_hand = dict.fromkeys(links, 0)
    for _ in range(40):
        batch = taken(company_id)  # each time by a new worker, which dies
        for link in batch:
            in_hand[link] += 1
            alone[link] += len(batch) == 1
        assert all(count <= Limits().crashes or alone[link] >= 3 for link, count in in_hand.items())
    assert max(in_hand.values()) >= 5
