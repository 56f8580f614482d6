"""Procore's names of time zones: D80, D84."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from webapp.domain.zones import RAILS, UTC_ZONE, zone_named, zone_or_utc


def test_every_name_that_rails_has_is_a_zone_of_iana() -> None:
    """D80, D84: 151 names, none of them a guess at run time."""
    assert len(RAILS) >= 151
    known = available_timezones()
    assert [name for name, zone in RAILS.items() if zone not in known] == []
    assert all(zone_named(name) == ZoneInfo(zone) for name, zone in RAILS.items())


@pytest.mark.parametrize(
    "name, iana, hours_in_july",
    [
        ("Pacific Time (US & Canada)", "America/Los_Angeles", -7),
        ("Arizona", "America/Phoenix", -7),
        ("Indiana (East)", "America/Indiana/Indianapolis", -4),
        ("Newfoundland", "America/St_Johns", -2.5),
        ("Saskatchewan", "America/Regina", -6),
        ("Kathmandu", "Asia/Kathmandu", 5.75),
        ("Samoa", "Pacific/Apia", 13),
        ("International Date Line West", "Etc/GMT+12", -12),
    ],
)
def test_a_rails_name_keeps_the_rules_of_its_place(name: str, iana: str, hours_in_july: float) -> None:
    """D84."""
    zone = zone_named(name)
    assert zone is not None
    assert zone.key == iana
    offset = datetime(2026, 7, 1, 12, tzinfo=zone).utcoffset()
    assert offset is not None
    assert offset.total_seconds() == hours_in_july * 3600


@pytest.mark.parametrize("name", ["America/Denver", "US/Pacific", " Hawaii ", "Etc/UTC"])
def test_names_of_iana_and_older_ones_are_understood(name: str) -> None:
    """D80: Procore's samples say US/Pacific."""
    assert zone_named(name) is not None


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", None, "America", "../../etc/passwd", "\x00", "x" * 5000, "/UTC"]
)
def test_a_name_that_is_unknown_is_told_apart_and_never_crashes(name: str | None) -> None:
    """D80: nothing fails for it; times of day are then UTC's."""
    assert zone_named(name) is None
    assert zone_or_utc(name) is UTC_ZONE
