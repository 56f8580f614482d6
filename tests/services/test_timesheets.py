"""Timesheets entered, edited and deleted here, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from tests.fixtures.acme import HARBOUR, Cast, seed
from tests.fixtures.app import MakeApp
from webapp.domain.timesheet import Actor, Filter
from webapp.errors import Forbidden, InvalidInput, NotFound, PreconditionFailed
from webapp.services import timesheet_history, timesheets
from webapp.store.models import Link, Message, ProcoreProject, Project, Timesheet
from webapp.store.session import reading, transaction


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    return make_app(DATABASE_URL=database_url)


@pytest.fixture
def acme(app: Flask) -> Iterator[Cast]:
    cast = seed(app, send=True)
    with app.app_context():
        yield cast


def links(cast: Cast) -> list[Link]:
    with reading(cast.company) as session:
        return list(session.scalars(select(Link)))


def test_a_new_timesheet_waits_to_be_sent_and_has_its_history(acme: Cast) -> None:
    """R17, R27, R29."""
    sheet = timesheets.create(
        acme.admin, acme.values(project_item_id=acme.concrete, description="Pour\x07, north")
    ).timesheet
    assert (sheet.user.name, sheet.project.name, sheet.hours) == (
        "Ana Ruiz",
        "Harbour Bridge",
        Decimal("7.5"),
    )
    assert sheet.description == "Pour, north"
    assert sheet.sync.state == "waiting"
    (link,) = links(acme)
    assert (link.timesheet_id, link.is_dirty, link.generation, link.hours) == (
        sheet.id,
        True,
        1,
        Decimal("7.5"),
    )
    with reading(acme.company) as session:
        message = session.scalars(select(Message)).one()
        assert (message.direction, message.action, message.state) == ("send", "create", "pending")
    (line,) = timesheet_history.of(acme.admin, sheet.id)
    assert (line.action, line.by) == ("created", "Dana P.")
    assert line.changes["person"] == {"from": None, "to": "Ana Ruiz"}
    assert line.changes["hours"] == {"from": None, "to": "7.50"}


def test_an_edit_marks_again_and_tells_old_and_new(acme: Cast) -> None:
    """R17, R29."""
    sheet = timesheets.create(acme.admin, acme.values()).timesheet
    after = timesheets.edit(acme.admin, sheet.id, {"hours": Decimal(8)}, sheet.version).timesheet
    assert after.version == sheet.version + 1
    assert links(acme)[0].generation == 2
    line = timesheet_history.of(acme.admin, sheet.id)[-1]
    assert (line.action, line.changes) == ("edited", {"hours": {"from": "7.50", "to": "8.00"}})


def test_an_edit_that_changes_nothing_leaves_no_trace(acme: Cast) -> None:
    """R22: nothing is marked, so nothing can be sent."""
    sheet = timesheets.create(acme.admin, acme.values()).timesheet
    after = timesheets.edit(acme.admin, sheet.id, acme.values()).timesheet
    assert after.version == sheet.version
    assert links(acme)[0].generation == 1
    assert len(timesheet_history.of(acme.admin, sheet.id)) == 1


def test_an_edit_made_from_an_old_version_is_refused(acme: Cast) -> None:
    """R33."""
    sheet = timesheets.create(acme.admin, acme.values()).timesheet
    timesheets.edit(acme.admin, sheet.id, {"hours": 8}, sheet.version)
    with pytest.raises(PreconditionFailed):
        timesheets.edit(acme.admin, sheet.id, {"hours": 9}, sheet.version)
    with pytest.raises(PreconditionFailed):
        timesheets.delete(acme.admin, sheet.id, sheet.version)


def test_a_deleted_timesheet_is_in_the_deleted_list_only_and_keeps_its_history(acme: Cast) -> None:
    """R17, R29."""
    sheet = timesheets.create(acme.admin, acme.values()).timesheet
    timesheets.delete(acme.admin, sheet.id)
    assert timesheets.page(acme.admin, Filter(), 0, 10) == ([], 0)
    assert [t.id for t in timesheets.page(acme.admin, Filter(is_deleted=True), 0, 10)[0]] == [sheet.id]
    assert [line.action for line in timesheet_history.of(acme.admin, sheet.id)] == ["created", "deleted"]
    with pytest.raises(NotFound):
        timesheets.one(acme.admin, sheet.id)
    with pytest.raises(NotFound):
        timesheets.delete(acme.admin, sheet.id)
    assert links(acme)[0].mark_reason == "edited:delete"


def test_a_refused_entry_leaves_nothing_behind(acme: Cast) -> None:
    """Each unknown id is named with its field."""
    with pytest.raises(InvalidInput) as caught:
        timesheets.create(acme.admin, acme.values(user_id=990, project_id=991, task_id=992))
    assert set(caught.value.fields) == {"user_id", "project_id", "task_id"}
    assert links(acme) == []


def test_an_item_of_another_project_is_refused(acme: Cast) -> None:
    """D68."""
    with pytest.raises(InvalidInput) as caught:
        timesheets.create(acme.admin, acme.values(project_item_id=acme.depot_item))
    assert set(caught.value.fields) == {"project_item_id"}


@pytest.mark.parametrize("hours", ["-0.01", "24.01", None])
def test_hours_below_zero_above_a_day_or_missing_are_refused(acme: Cast, hours: str | None) -> None:
    """D82."""
    with pytest.raises(InvalidInput) as caught:
        timesheets.create(acme.admin, acme.values(hours=hours and Decimal(hours)))
    assert set(caught.value.fields) == {"hours"}


def test_zero_hours_are_fine_and_more_than_a_day_for_a_person_is_only_warned_of(acme: Cast) -> None:
    """D82."""
    assert timesheets.create(acme.admin, acme.values(hours=Decimal(0))).warnings == []
    timesheets.create(acme.admin, acme.values(hours=Decimal(20)))
    saved = timesheets.create(acme.admin, acme.values(hours=Decimal(5)))
    assert saved.warnings == ["This person now has 25.00 hours on 2026-11-20."]


def test_hours_follow_from_start_stop_and_lunch_in_the_projects_zone(acme: Cast) -> None:
    """D84; New York is five hours behind UTC in November."""
    given = acme.values(start=time(7), stop=time(15, 30), lunch_minutes=30)
    del given["hours"]
    sheet = timesheets.create(acme.admin, given).timesheet
    assert sheet.hours == 8
    assert sheet.start == datetime.fromisoformat("2026-11-20T12:00:00Z")


def test_a_stop_before_the_start_is_the_next_day_up_to_sixteen_hours(acme: Cast) -> None:
    """D83."""
    given = acme.values(hours=None, start=time(22), stop=time(6))
    sheet = timesheets.create(acme.admin, given).timesheet
    assert sheet.hours == 8
    assert sheet.stop - sheet.start == timedelta(hours=8)
    with pytest.raises(InvalidInput) as caught:
        timesheets.create(acme.admin, acme.values(hours=None, start=time(12), stop=time(11)))
    assert set(caught.value.fields) == {"stop"}


def test_the_night_the_clock_goes_back_has_an_hour_more(acme: Cast) -> None:
    """D84: 1 November 2026 in New York."""
    given = acme.values(hours=None, start=time(22), stop=time(6), date=date(2026, 10, 31))
    assert timesheets.create(acme.admin, given).timesheet.hours == 9


def test_where_hours_and_clock_disagree_the_projects_style_wins(acme: Cast) -> None:
    """D85."""
    both = {"hours": Decimal(9), "start": time(7), "stop": time(15)}
    by_hours = timesheets.create(acme.admin, acme.values(**both))
    by_clock = timesheets.create(acme.admin, acme.values(project_id=acme.depot, **both))
    assert (by_hours.timesheet.hours, by_clock.timesheet.hours) == (9, 8)
    assert len(by_hours.warnings) == len(by_clock.warnings) == 1


def test_an_edit_of_the_description_leaves_received_hours_alone(acme: Cast) -> None:
    """D85: Procore's own rounding is not ours to correct."""
    sheet = timesheets.create(
        acme.admin, acme.values(hours=Decimal(9), start=time(7), stop=time(15))
    ).timesheet
    after = timesheets.edit(acme.admin, sheet.id, {"description": "x"}).timesheet
    assert (after.hours, after.start) == (9, sheet.start)


def test_a_shift_moved_to_another_day_keeps_its_times_of_day(acme: Cast) -> None:
    """D80, D84: on the other side of the clock change, too."""
    sheet = timesheets.create(acme.admin, acme.values(hours=None, start=time(7), stop=time(15))).timesheet
    after = timesheets.edit(acme.admin, sheet.id, {"date": date(2026, 10, 20)}).timesheet
    assert after.start == datetime.fromisoformat("2026-10-20T11:00:00Z")
    assert after.hours == 8


def test_a_foreman_sees_own_time_and_that_of_projects_procore_lists(acme: Cast) -> None:
    """R2."""
    mine = timesheets.create(acme.admin, acme.values(project_id=acme.yard)).timesheet
    others = timesheets.create(acme.admin, acme.values(user_id=acme.bo)).timesheet
    hidden = timesheets.create(acme.admin, acme.values(user_id=acme.bo, project_id=acme.depot)).timesheet
    seen, total = timesheets.page(acme.foreman, Filter(), 0, 10)
    assert ({t.id for t in seen}, total) == ({mine.id, others.id}, 2)
    with pytest.raises(NotFound):
        timesheets.one(acme.foreman, hidden.id)
    with pytest.raises(NotFound):
        timesheet_history.of(acme.foreman, hidden.id)


def test_a_foreman_adds_and_edits_own_time_only(acme: Cast) -> None:
    """R2."""
    mine = timesheets.create(acme.foreman, acme.values()).timesheet
    others = timesheets.create(acme.admin, acme.values(user_id=acme.bo)).timesheet
    assert timesheets.edit(acme.foreman, mine.id, {"hours": 8}).timesheet.hours == 8
    for forbidden in (
        lambda: timesheets.create(acme.foreman, acme.values(user_id=acme.bo)),
        lambda: timesheets.create(acme.foreman, acme.values(project_id=acme.depot)),
        lambda: timesheets.edit(acme.foreman, others.id, {"hours": 8}),
        lambda: timesheets.edit(acme.foreman, mine.id, {"user_id": acme.bo}),
        lambda: timesheets.edit(acme.foreman, mine.id, {"project_id": acme.yard}),
        lambda: timesheets.delete(acme.foreman, others.id),
        lambda: timesheets.create(
            Actor(acme.company, "Nobody", procore_project_ids=frozenset({HARBOUR})), acme.values()
        ),
    ):
        with pytest.raises(Forbidden):
            forbidden()


def test_someone_of_another_company_sees_and_touches_nothing(acme: Cast) -> None:
    """R2."""
    sheet = timesheets.create(acme.admin, acme.values()).timesheet
    assert timesheets.page(acme.outsider, Filter(), 0, 10) == ([], 0)
    assert list(timesheets.every(acme.outsider, Filter())) == []
    for forbidden in (
        lambda: timesheets.one(acme.outsider, sheet.id),
        lambda: timesheets.edit(acme.outsider, sheet.id, {"hours": 1}),
        lambda: timesheets.delete(acme.outsider, sheet.id),
    ):
        with pytest.raises(NotFound):
            forbidden()
    with pytest.raises(InvalidInput):
        timesheets.create(acme.outsider, acme.values())


def test_each_filter_narrows_the_list(acme: Cast) -> None:
    """R29."""
    first = timesheets.create(acme.admin, acme.values()).timesheet
    second = timesheets.create(acme.admin, acme.values(user_id=acme.bo, date=date(2026, 11, 19))).timesheet
    third = timesheets.create(
        acme.admin, acme.values(project_id=acme.depot, date=date(2026, 11, 18))
    ).timesheet

    def ids(**wanted: object) -> list[int]:
        return [t.id for t in timesheets.page(acme.admin, Filter(**wanted), 0, 10)[0]]

    assert ids() == [first.id, second.id, third.id]
    assert ids(newest_first=True) == [first.id, second.id, third.id]
    assert ids(from_date=date(2026, 11, 19)) == [first.id, second.id]
    assert ids(to_date=date(2026, 11, 18)) == [third.id]
    assert ids(user_id=acme.bo) == [second.id]
    assert ids(project_id=acme.depot) == [third.id]
    assert ids(state="waiting") == [first.id, second.id, third.id]
    assert ids(state="in_sync") == []
    assert ids(updated_since=first.updated_at + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    "name, start, warned",
    [
        ("Pacific Time (US & Canada)", "2026-11-20T15:00:00Z", False),
        ("Canberra", "2026-11-19T20:00:00Z", False),
        ("Olympus Mons", "2026-11-20T07:00:00Z", True),
    ],
)
def test_times_of_day_are_of_the_zone_that_procore_names(
    acme: Cast, name: str, start: str, warned: bool
) -> None:
    """D80, D84: in Procore's own names; an unknown one warns, and the date stays what was entered."""
    with transaction(acme.company) as session:
        session.query(ProcoreProject).filter_by(procore_id=HARBOUR).one().time_zone = name
    saved = timesheets.create(acme.admin, acme.values(hours=None, start=time(7), stop=time(15)))
    assert saved.timesheet.start == datetime.fromisoformat(start)
    assert saved.timesheet.date == date(2026, 11, 20)
    assert [name in text for text in saved.warnings] == ([True] if warned else [])


def test_a_sub_job_goes_with_its_project(acme: Cast) -> None:
    """D27, D28: one of the old project would be refused in the new one; it stays with every other edit."""
    number = timesheets.create(acme.admin, acme.values()).timesheet.id

    def sub_job(**given: object) -> int | None:
        with transaction(acme.company) as session:
            session.get_one(Timesheet, number).procore_sub_job_id = HARBOUR + 1
        timesheets.edit(acme.admin, number, given)
        with reading(acme.company) as session:
            return session.get_one(Timesheet, number).procore_sub_job_id

    assert sub_job(hours=Decimal(6)) == HARBOUR + 1
    assert sub_job(project_id=acme.depot, start=time(7), stop=time(15)) is None
    assert sub_job(project_id=acme.harbour, procore_sub_job_id=HARBOUR + 1) == HARBOUR + 1


def test_times_of_a_project_that_is_not_linked_are_those_of_what_it_would_be_linked_to(acme: Cast) -> None:
    """D80, D84, R18: so that sending it by its number or name later moves no start into another day."""
    with transaction(acme.company) as session:
        session.query(ProcoreProject).filter_by(name="Pier 9").one().time_zone = "Pacific Time (US & Canada)"
        session.query(Project).filter_by(id=acme.yard).one().name = "pier 9"
    saved = timesheets.create(
        acme.admin, acme.values(project_id=acme.yard, hours=None, start=time(7), stop=time(15))
    )
    assert saved.timesheet.start == datetime.fromisoformat("2026-11-20T15:00:00Z")
    assert (saved.timesheet.zone, saved.warnings) == ("America/Los_Angeles", [])


def test_times_of_a_project_that_nothing_is_known_of_are_told_to_be_utc(acme: Cast) -> None:
    """D80: but not where all of the company's projects share a zone."""
    given = acme.values(project_id=acme.yard, hours=None, start=time(7), stop=time(15))
    saved = timesheets.create(acme.admin, given)
    assert saved.timesheet.start == datetime.fromisoformat("2026-11-20T07:00:00Z")
    assert len(saved.warnings) == 1
    with transaction(acme.company) as session:
        session.query(ProcoreProject).update({"time_zone": "America/New_York"})
    saved = timesheets.create(acme.admin, given)
    assert saved.timesheet.start == datetime.fromisoformat("2026-11-20T12:00:00Z")
    assert saved.warnings == []
