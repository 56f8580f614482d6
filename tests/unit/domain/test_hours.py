"""Hours, clocks and days, to the row: D80–D85."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from webapp.domain.hours import BadTime, received, worked, written
from webapp.domain.timecard import Timecard, from_json, normal_hours, same_unit, to_json

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
DAY = date(2026, 11, 16)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def theirs(
    start: str | None = None, stop: str | None = None, hours: str | None = None, **more: object
) -> Timecard:
    return Timecard(
        DAY,
        normal_hours(hours),
        person=1,
        project=2,
        time_type=3,
        start=utc(start) if start else None,
        stop=utc(stop) if stop else None,
        **more,  # type: ignore[arg-type]  # one shape for every case
    )


@pytest.mark.parametrize("hours", ["0", "0.01", "7.333333", "24"])
def test_hours_that_can_be_are_kept_to_the_last_digit(hours: str) -> None:
    """D81, D82: zero is valid, and so is a whole day; no minutes in between that would round."""
    assert received(theirs(hours=hours), LOS_ANGELES).hours == Decimal(hours)
    assert from_json(to_json(theirs(hours=hours))).hours == Decimal(hours)


@pytest.mark.parametrize("hours", ["-0.01", "24.01", "500"])
def test_hours_that_cannot_be_are_refused(hours: str) -> None:
    """D82."""
    with pytest.raises(BadTime) as told:
        received(theirs(hours=hours), LOS_ANGELES)
    assert told.value.field == "hours"


@pytest.mark.parametrize(
    "other, is_same",
    [("7.500000", True), ("7.509999", True), ("7.51", False), ("7.491", True), ("7.49", False)],
)
def test_hours_are_equal_to_a_hundredth(other: str, is_same: bool) -> None:
    """D81."""
    assert same_unit(theirs(hours="7.5"), theirs(hours=other), "time") is is_same


def test_sums_are_of_what_is_stored() -> None:
    """D81: three times 7.33 is 21.99, not 22."""
    total = sum(
        (received(theirs(hours="7.33"), LOS_ANGELES).hours or Decimal(0) for _ in range(3)), Decimal(0)
    )
    assert written(total) == "21.99"


def test_a_stop_before_the_start_is_on_the_next_day() -> None:
    """D83: 22:00 to 06:00, and the calendar day stays that of the start (D80)."""
    kept = received(theirs("2026-11-17T06:00:00", "2026-11-16T14:00:00"), LOS_ANGELES)
    assert kept.stop == utc("2026-11-17T14:00:00")
    assert kept.hours == 8
    assert kept.date == DAY


@pytest.mark.parametrize("stop, fits", [("2026-11-16T08:00:00", True), ("2026-11-16T08:01:00", False)])
def test_sixteen_hours_over_midnight_are_the_most(stop: str, fits: bool) -> None:
    """D83: a minute more fails."""
    card = theirs("2026-11-16T16:00:00", stop)
    if fits:
        assert received(card, LOS_ANGELES).hours == 16
        return
    with pytest.raises(BadTime) as told:
        received(card, LOS_ANGELES)
    assert told.value.field == "stop"


@pytest.mark.parametrize(
    "day, zone, hours",
    [
        (date(2026, 3, 7), "America/Los_Angeles", 7),
        (date(2026, 10, 31), "America/Los_Angeles", 9),
        (date(2026, 11, 16), "America/Los_Angeles", 8),
        (date(2026, 10, 31), "America/Phoenix", 8),
        (date(2026, 3, 28), "Europe/Berlin", 7),
        (date(2026, 10, 24), "Europe/Berlin", 9),
        (date(2026, 4, 4), "Australia/Lord_Howe", Decimal("8.5")),
        (date(2028, 2, 28), "America/Los_Angeles", 8),
        (date(2028, 2, 29), "America/Los_Angeles", 8),
    ],
)
def test_a_night_shift_has_the_hours_that_pass(day: date, zone: str, hours: Decimal) -> None:
    """D83, D84: 22:00 to 06:00 in the nights when clocks change, where they do not, and around a leap day."""
    assert worked(day, time(22), time(6), None, ZoneInfo(zone)).hours == hours


def test_the_next_day_of_a_card_is_found_by_the_wall_clock() -> None:
    """D83, D84: 22:00 to 06:00 stays 06:00 in the night that has 25 hours."""
    card = theirs("2026-11-01T05:00:00", "2026-10-31T13:00:00")
    kept = received(card, LOS_ANGELES)
    assert kept.stop is not None
    assert kept.stop.astimezone(LOS_ANGELES).time() == time(6)
    assert kept.hours == 9


def test_hours_that_procore_gives_win_over_its_clock() -> None:
    """D84, D81: they are what it stores."""
    card = theirs("2026-11-01T05:00:00", "2026-11-01T14:00:00", "8.0")
    assert received(card, LOS_ANGELES).hours == 8


def test_lunch_is_taken_off() -> None:
    """D85."""
    assert (
        received(theirs("2026-11-16T14:00:00", "2026-11-16T22:30:00", lunch_minutes=30), LOS_ANGELES).hours
        == 8
    )
    with pytest.raises(BadTime):
        received(theirs("2026-11-16T14:00:00", "2026-11-16T15:00:00", lunch_minutes=61), LOS_ANGELES)


def test_half_an_hour_of_daylight_saving_counts() -> None:
    """D84: Lord Howe turns its clocks by thirty minutes."""
    assert worked(date(2026, 4, 4), time(22), time(6), 30, LORD_HOWE).hours == 8
