"""Hours from start, stop and lunch, what a day may hold, and how hours are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from webapp.domain.timecard import Timecard, normal_hours

HUNDREDTH = Decimal("0.01")
DAY = Decimal(24)
LONGEST_OVER_MIDNIGHT = timedelta(hours=16)
MINUTE = Decimal(1) / Decimal(60)


class BadTime(ValueError):
    """Start, stop, lunch or hours cannot be so; `field` is the one to look at."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Worked:
    """Start and stop in UTC, and the time between them without lunch."""

    start: datetime
    stop: datetime
    hours: Decimal


def at(day: date, moment: datetime | time, zone: ZoneInfo) -> datetime:
    """A moment as entered, in UTC: a wall-clock time is the zone's on that day."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(day, moment, tzinfo=zone).astimezone(UTC)


def worked(
    day: date, start: datetime | time, stop: datetime | time, lunch_minutes: int | None, zone: ZoneInfo
) -> Worked:
    """Elapsed time (a clock change counts, D84). A stop before the start is the next day, up to 16 h (D83)."""
    began, ended = at(day, start, zone), at(day, stop, zone)
    ended = _over_midnight(began, ended, zone)
    return Worked(began, ended, checked(elapsed(began, ended, lunch_minutes)))


def received(card: Timecard, zone: ZoneInfo) -> Timecard:
    """A card of Procore's as it may stand here: a stop before the start is the next day by the zone's calendar (D83),
    hours follow from the clock only where Procore gives none (D81, D84). Raises BadTime (D82, D83)."""
    start, stop, hours = card.start, card.stop, card.hours
    if start is not None and stop is not None:
        stop = _over_midnight(start, stop, zone)
        hours = elapsed(start, stop, card.lunch_minutes) if hours is None else hours
    return replace(card, stop=stop, hours=None if hours is None else checked(hours))


def elapsed(start: datetime, stop: datetime, lunch_minutes: int | None) -> Decimal:
    """Between two moments, whatever the clock on the wall did meanwhile, without lunch. Raises BadTime."""
    lunch = timedelta(minutes=lunch_minutes or 0)
    if lunch > stop - start:
        raise BadTime("lunch_minutes", "Lunch is longer than the time from start to stop.")
    hours = normal_hours(Decimal((stop - start - lunch) // timedelta(seconds=1)) / Decimal(3600))
    assert hours is not None
    return hours


def _over_midnight(start: datetime, stop: datetime, zone: ZoneInfo) -> datetime:
    """The stop, on the next day where it would come before the start. Raises BadTime beyond 16 hours."""
    if stop >= start:
        return stop
    wall = stop.astimezone(zone)
    next_day = at(wall.date() + timedelta(days=1), wall.time(), zone)
    if not timedelta() <= next_day - start <= LONGEST_OVER_MIDNIGHT:
        raise BadTime("stop", "Stop is before start, and more than 16 hours later if it is the next day.")
    return next_day


def checked(hours: Decimal) -> Decimal:
    """Zero is fine; less, or more than a day, is not (D82)."""
    if not hours.is_finite() or hours < 0:
        raise BadTime("hours", "Hours cannot be less than 0.")
    if hours > DAY:
        raise BadTime("hours", "One timesheet cannot hold more than 24 hours.")
    return hours


def disagree(hours: Decimal, by_clock: Decimal) -> bool:
    """More than a minute apart (D85)."""
    return abs(hours - by_clock) > MINUTE


def written(hours: Decimal) -> str:
    """Two decimals, more only where more are stored: 7.50, 7.333333."""
    short = hours.quantize(HUNDREDTH)
    return str(short) if short == hours else format(hours.normalize(), "f")
