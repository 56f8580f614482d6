"""Dates, hours and clocks cross both ways as the rows say: D80–D87, D47, R20."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.site import Site
from webapp.services import directory, remarks

HOURS, CLOCK = 0, 1
"""Harbour Bridge keeps hours, Mill Yard start and stop."""

ZONES = [
    "Pacific Time (US & Canada)",
    "International Date Line West",
    "Samoa",
    "Kathmandu",
    "Newfoundland",
    "Pacific/Kiritimati",
    "Olympus Mons",
]


def put(site: Site, card_id: int, **values: Any) -> None:
    """What no person can enter, but a Procore of another day may hold."""
    card = site.world.state.timecards.get(card_id)
    assert card is not None
    for name, value in values.items():
        setattr(card, name, value)
    site.world.state.timecards.put(card)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", [0, 7, 12, 23])
def test_a_date_is_the_same_on_both_sides_at_every_hour_in_every_zone(
    sqlite_site: Site, zone: str, hour: int
) -> None:
    """D80: received and sent, leap day and turn of the year included; an unknown zone changes nothing."""
    site = sqlite_site
    site.clock.time = utc("2026-11-16T00:00:00").replace(hour=hour, minute=59 if hour == 23 else 0)
    site.connect(send=True)
    for project in site.world.state.projects:
        project.time_zone = zone
    directory.refresh(site.company_id)
    days = ["2026-11-16", "2028-02-29", "2026-12-31", "2027-01-01"]
    cards = [site.enter("1.0", date=day) for day in days]
    ours = [site.write("2.0", date=date.fromisoformat(day)) for day in days]
    site.settle()
    here = {link.procore_id: link.timesheet_id for link in site.links()}
    by_id = {sheet.id: sheet for sheet in site.timesheets()}
    assert [by_id[here[card.id]].date.isoformat() for card in cards] == days
    sent = {here[card.id]: card.date for card in site.cards()}
    assert [sent[key].isoformat() for key in ours] == days


@pytest.mark.parametrize("hours", ["-0.5", "24.5"])
def test_hours_that_cannot_be_worked_fail_alone(sqlite_site: Site, hours: str) -> None:
    """D82, D9: a card that says so fails with its reason; the others pass."""
    site = sqlite_site
    site.connect()
    wrong, right = site.enter("8.0"), site.enter("0")
    put(site, wrong.id, hours=Decimal(hours))
    site.settle()
    assert [sheet.hours for sheet in site.timesheets()] == [Decimal(0)]
    links = {link.procore_id: link for link in site.links()}
    assert (links[wrong.id].state, links[wrong.id].reason_key) == ("failed", "invalid_time")
    assert links[right.id].state == "in_sync"
    site.edit(wrong.id, hours="8.0")
    site.settle()
    assert {link.state for link in site.links()} == {"in_sync"}


def test_a_stop_before_the_start_is_the_next_day_or_fails(sqlite_site: Site) -> None:
    """D83: 16 hours are the most."""
    site = sqlite_site
    site.connect()
    night, absurd = (
        site.enter(None, project=CLOCK, **_shift(22, 23)),
        site.enter(None, project=CLOCK, **_shift(7, 8)),
    )
    put(site, night.id, time_out=utc("2026-11-16T14:00:00"), hours=Decimal(8))
    put(site, absurd.id, time_in=utc("2026-11-16T16:00:00"), time_out=utc("2026-11-16T15:00:00"))
    site.settle()
    [sheet] = site.timesheets()
    assert (sheet.start, sheet.stop) == (utc("2026-11-17T06:00:00"), utc("2026-11-17T14:00:00"))
    assert (sheet.date, sheet.hours) == (date(2026, 11, 16), 8)
    failed = next(link for link in site.links() if link.procore_id == absurd.id)
    assert (failed.state, failed.reason_key) == ("failed", "invalid_time")
    site.forget_calls()
    site.settle()
    assert site.calls() == 0


def _shift(start: int, stop: int) -> dict[str, str]:
    return {"time_in": f"{start:02}:00", "time_out": f"{stop:02}:00"}


def test_a_project_is_sent_what_it_keeps(sqlite_site: Site) -> None:
    """R20: times and lunch to one that keeps start and stop, hours to the other; D85: its own style counts."""
    site = sqlite_site
    site.connect(send=True)
    entered: dict[str, Any] = {
        "start": utc("2026-11-16T15:00:00"),
        "stop": utc("2026-11-16T23:30:00"),
        "lunch_minutes": 30,
    }
    site.write("7.5", project=HOURS, **entered)
    site.write(None, project=CLOCK, person=5, **entered)
    site.settle()
    by_hours, by_clock = sorted(site.cards(), key=lambda card: card.project_id)
    assert (by_hours.hours, by_hours.time_in, by_hours.lunch_minutes) == (Decimal("7.5"), None, None)
    assert (by_clock.time_in, by_clock.time_out) == (utc("2026-11-16T15:00:00"), utc("2026-11-16T23:30:00"))
    assert (by_clock.hours, by_clock.lunch_minutes) == (8, 30)
    assert {link.state for link in site.links()} == {"in_sync"}


def test_an_edit_is_sent_in_the_projects_style_and_costs_nothing_where_it_keeps_none(
    sqlite_site: Site,
) -> None:
    """R20, D46: a lunch noted in a project that keeps hours is ours alone: no update goes out for it."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("7.5", project=HOURS, start=time(7), stop=time(15), lunch_minutes=30)
    site.settle()
    site.forget_calls()
    site.rewrite(key, lunch_minutes=45, hours=Decimal("7.5"))
    site.settle()
    assert [row for row in site.world.call_counts() if row.method == "PATCH"] == []
    assert {link.state for link in site.links()} == {"in_sync"}
    site.rewrite(key, hours=Decimal(6))
    site.settle()
    [card] = site.cards()
    assert (card.hours, card.time_in) == (6, None)


@pytest.mark.parametrize("receive", [True, False])
def test_what_procore_makes_of_our_times_is_agreed_and_never_sent_back(
    sqlite_site: Site, receive: bool
) -> None:
    """D47, R22: with receiving on it is written here; off, both values stay, and the record says so."""
    site = sqlite_site
    site.connect(receive=receive, send=True)
    site.write(None, project=CLOCK, start=utc("2026-11-16T15:04:00"), stop=utc("2026-11-16T23:07:00"))
    site.settle()
    [card], [sheet], [link] = site.cards(), site.timesheets(), site.links()
    assert (card.time_in, card.hours) == (utc("2026-11-16T15:00:00"), 8)
    assert sheet.start == (card.time_in if receive else utc("2026-11-16T15:04:00"))
    assert link.state == "in_sync"
    site.forget_calls()
    site.settle()
    assert site.calls() == 0
    site.rewrite(sheet.id, description="Later")
    site.settle()
    [after] = site.cards()
    assert (after.description, after.time_in) == ("Later", card.time_in)


def test_text_of_every_kind_crosses_whole(sqlite_site: Site) -> None:
    """D86: line ends, emoji, right to left, 20,000 signs; control characters are dropped, letters composed (NFC)."""
    site = sqlite_site
    site.connect(send=True)
    words = (
        "Cafe\u0301 \U0001f3d7\ufe0f\n\u05e9\u05dc\u05d5\u05dd \u202bRTL\u202c <b>&amp;</b> \x07\x00"
        + "x" * 19_900
    )
    clean = words.replace("e\u0301", "\u00e9").replace("\x07", "").replace("\x00", "")
    site.enter("1.0", description=words)
    site.write("2.0", description=words)
    site.settle()
    assert {sheet.description for sheet in site.timesheets()} == {clean}
    assert sorted(card.description or "" for card in site.cards() if card.hours == 2) == [clean]
    site.forget_calls()
    site.settle()
    assert site.calls() == 0


def test_names_of_every_kind_are_taken(site: Site) -> None:
    """D86: what no column holds and no database stores in a name does not stop its card."""
    site.connect()
    crew = next(c for c in site.world.state.crews if c.project_id == site.projects[0].id)
    crew.name = "Crew \x00\ud800" + "y" * 500
    site.enter("1.0", crew_id=crew.id)
    site.settle()
    [sheet] = site.timesheets()
    assert sheet.crew is not None
    assert sheet.crew.startswith("Crew yyy")
    assert {link.state for link in site.links()} == {"in_sync"}


def test_a_card_that_lost_its_date_is_not_taken_for_deleted(sqlite_site: Site) -> None:
    """D87, D102: no list of days shows it any more; the timesheet stays and says so, and no second card is made."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("8.0")
    site.write("3.0", person=5)
    site.settle()
    lost = next(card for card in site.cards() if card.hours == 8)
    put(site, lost.id, date=None)
    site.rewrite(key, description="Forms")
    site.settle()
    assert len(site.cards()) == len(site.timesheets()) == 2
    assert sorted((link.state, link.reason_key) for link in site.links()) == [
        ("in_sync", None),
        ("waiting", "cannot_be_seen"),
    ]


def test_hours_cut_by_procore_are_seen(sqlite_site: Site) -> None:
    """D87, D47: seven where seven and a half were sent is never taken for what we sent."""
    site = sqlite_site
    site.connect(receive=False, send=True)
    site.world.set_switches(bulk_hours_integer=True)
    site.write("7.5")
    site.settle()
    [card], [link] = site.cards(), site.links()
    assert link.base_ours is not None
    assert link.base_theirs is not None
    assert (Decimal(link.base_ours["hours"]), Decimal(link.base_theirs["hours"])) == (
        Decimal("7.5"),
        card.hours,
    )


def test_a_record_says_what_procore_made_of_it_and_what_is_odd(sqlite_site: Site) -> None:
    """D47, D82, D84: rounded there while receiving is off; over 24 hours for a person and day are taken, and told."""
    site = sqlite_site
    site.connect(receive=False, send=True)
    key = site.write(None, project=CLOCK, start=utc("2026-11-16T15:04:00"), stop=utc("2026-11-16T23:07:00"))
    site.settle()
    said = remarks.of(site.actor(), key)
    assert "Procore keeps 07:00 as start, where 07:04 was sent." in said
    site.set(receive=True)
    for _ in range(2):
        site.enter("13.0", person=7)
    site.settle()
    [first, *_] = [sheet for sheet in site.timesheets() if sheet.hours == 13]
    assert remarks.of(site.actor(), first.id) == ["This person now has 26.00 hours on 2026-11-16."]


def test_hours_that_procore_gives_win_over_its_clock_and_the_record_says_so(sqlite_site: Site) -> None:
    """D84, D85: 22:00 to 06:00 in the night of 25 hours, where Procore counts eight."""
    site = sqlite_site
    site.connect()
    card = site.enter(None, project=CLOCK, date="2026-10-31", **_shift(22, 23))
    put(
        site,
        card.id,
        time_in=utc("2026-11-01T05:00:00"),
        time_out=utc("2026-11-01T14:00:00"),
        hours=Decimal(8),
    )
    site.settle()
    [sheet] = site.timesheets()
    assert sheet.hours == 8
    [said] = remarks.of(site.actor(), sheet.id)
    assert "9.00" in said
    assert "8.00 were given and count" in said
