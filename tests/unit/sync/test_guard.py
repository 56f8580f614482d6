"""The mass-change guard's rule, without any world around it: D12, R31d."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from webapp.domain.timecard import Timecard
from webapp.sync.guard import GuardLimit, counts_as_change, is_unusual

DELETIONS, CHANGES = GuardLimit(50, 20), GuardLimit(200, 50)
CARD = Timecard(date(2026, 11, 16), Decimal(8), person=1, project=2, time_type=3)


@pytest.mark.parametrize(
    "limit, done, proposed, live, unusual",
    [
        (DELETIONS, 0, 50, 50, False),
        (DELETIONS, 0, 51, 1000, False),
        (DELETIONS, 0, 51, 255, False),
        (DELETIONS, 0, 51, 254, True),
        (DELETIONS, 50, 1, 100, True),
        (DELETIONS, 49, 1, 100, False),
        (DELETIONS, 0, 20, 20, False),
        (CHANGES, 0, 200, 200, False),
        (CHANGES, 200, 1, 402, False),
        (CHANGES, 200, 1, 401, True),
    ],
)
def test_only_more_than_the_number_and_more_than_the_share_is_unusual(
    limit: GuardLimit, done: int, proposed: int, live: int, unusual: bool
) -> None:
    """D12: a small company may delete all it has; a large one may delete many."""
    assert is_unusual(limit, done=done, proposed=proposed, live=live) is unusual


def test_nothing_proposed_is_never_unusual() -> None:
    assert not is_unusual(DELETIONS, done=500, proposed=0, live=1)


@pytest.mark.parametrize(
    "change, counts",
    [
        ({"hours": Decimal("7.5")}, True),
        ({"hours": Decimal("8.001")}, False),
        ({"date": date(2026, 11, 17)}, True),
        ({"person": 9}, True),
        ({"project": 9}, True),
        ({"sub_job": 9}, True),
        ({"description": "Pour"}, False),
        ({"billable": False}, False),
        ({"time_type": 9}, False),
        ({"cost_code": 9}, False),
        ({"lunch_minutes": 30}, False),
        ({"start": datetime(2026, 11, 16, 14, tzinfo=UTC)}, False),
        ({}, False),
    ],
)
def test_hours_date_person_and_project_count_and_nothing_else(change: dict[str, Any], counts: bool) -> None:
    """D12: descriptions and approvals never count."""
    assert counts_as_change(CARD, replace(CARD, **change)) is counts
