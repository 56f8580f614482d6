"""What a record says beside its values: D47, D82, D84, D85."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from webapp.domain.remarks import of_agreement, of_clock, of_day
from webapp.domain.timecard import Timecard

SEVEN = datetime(2026, 11, 16, 15, tzinfo=UTC)
CARD = Timecard(date(2026, 11, 16), Decimal(8), 1, 2, 3, start=SEVEN, stop=SEVEN + timedelta(hours=8))
ZONE = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize("hours, is_told", [("8", False), ("8.016", False), ("7.984", False), ("8.02", True)])
def test_more_than_a_minute_is_told(hours: str, is_told: bool) -> None:
    """D85."""
    assert bool(of_clock(replace(CARD, hours=Decimal(hours)), is_start_stop=False)) is is_told


def test_a_night_with_another_length_says_which_hours_count() -> None:
    """D84: hours that Procore gave win, and the record says so; so does the project's style."""
    night = replace(CARD, stop=SEVEN + timedelta(hours=9))
    assert of_clock(night, is_start_stop=True) == [
        "Start, stop and lunch make 9.00 hours, but 8.00 were given and count. The project keeps start and stop."
    ]


def test_without_a_clock_there_is_nothing_to_tell() -> None:
    """D85."""
    assert of_clock(replace(CARD, start=None, stop=None), is_start_stop=False) == []
    assert of_clock(replace(CARD, hours=None), is_start_stop=False) == []
    assert of_clock(replace(CARD, stop=SEVEN - timedelta(hours=1)), is_start_stop=False) != []


def test_what_procore_made_of_our_values_is_shown() -> None:
    """D47: rounded, and told in the project's own time of day."""
    rounded = replace(CARD, start=SEVEN + timedelta(minutes=15), hours=Decimal("7.75"), description="x\ny")
    assert of_agreement(CARD, rounded, ZONE) == [
        "Procore keeps 7.75 as hours, where 8.00 was sent.",
        "Procore keeps 07:15 as start, where 07:00 was sent.",
        "Procore keeps another description than was sent.",
    ]
    assert of_agreement(CARD, CARD, ZONE) == []


def test_a_project_that_keeps_hours_says_nothing_of_times() -> None:
    """D47, R20."""
    assert of_agreement(CARD, replace(CARD, start=None, stop=None), ZONE) == []


def test_more_than_a_day_is_told() -> None:
    """D82: 24 hours are none too many."""
    assert of_day(Decimal(24), CARD.date) == []
    assert of_day(Decimal("24.5"), CARD.date) == ["This person now has 24.50 hours on 2026-11-16."]
