"""What was entered for a timesheet, checked against the company's own records and the rules of time (D82–D85)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from webapp.domain.hours import BadTime, checked, disagree, worked, written
from webapp.domain.timecard import normal_hours, normal_text
from webapp.errors import InvalidInput
from webapp.store import people, projects
from webapp.store.session import StoreSession

LONGEST_DESCRIPTION = 20_000
LONGEST_LUNCH = 24 * 60
FIRST_YEAR, LAST_YEAR = 2000, 2099
OF_TIME = frozenset({"hours", "start", "stop", "lunch_minutes", "date", "project_id"})


@dataclass(slots=True)
class Checked:
    """The values to store, and what to tell although they are accepted."""

    values: dict[str, Any]
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Faults:
    """Every fault of one entry, by field, raised together."""

    fields: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        self.fields.setdefault(name, []).append(text)

    def raise_if_any(self) -> None:
        if self.fields:
            first = next(iter(self.fields.values()))[0]
            raise InvalidInput(first, self.fields)


def check(session: StoreSession, given: Mapping[str, Any], before: Mapping[str, Any]) -> Checked:
    """`given`: the fields entered now; `before`: all fields as stored (empty for a new timesheet). Times may be
    moments or times of day in the project's zone. Raises InvalidInput that names each field."""
    faults = _Faults()
    values = {"billable": True} | dict(before) | dict(given)
    for name, text in (
        ("user_id", "Choose a person."),
        ("project_id", "Choose a project."),
        ("date", "Enter a date."),
    ):
        if values.get(name) is None and not (name == "user_id" and before):
            faults.add(name, text)
    if values.get("date") is not None and not FIRST_YEAR <= values["date"].year <= LAST_YEAR:
        faults.add("date", f"Enter a date of the years {FIRST_YEAR} to {LAST_YEAR}.")
    _check_references(session, values, faults)
    faults.raise_if_any()
    result = Checked(values)
    values["description"] = _description(values.get("description"), faults)
    values["billable"] = bool(values.get("billable"))
    if OF_TIME & given.keys():
        _check_time(session, given, result, faults)
    elif not before:
        faults.add("hours", "Enter hours, or start and stop.")
    faults.raise_if_any()
    return result


def _check_references(session: StoreSession, values: Mapping[str, Any], faults: _Faults) -> None:
    if values.get("user_id") is not None and people.user(session, values["user_id"]) is None:
        faults.add("user_id", f"There is no user {values['user_id']}.")
    if values.get("project_id") is not None and projects.project(session, values["project_id"]) is None:
        faults.add("project_id", f"There is no project {values['project_id']}.")
    if values.get("task_id") is not None and projects.task(session, values["task_id"]) is None:
        faults.add("task_id", f"There is no task {values['task_id']}.")
    if values.get("project_item_id") is not None:
        item = projects.item(session, values["project_item_id"])
        if item is None:
            faults.add("project_item_id", f"There is no project item {values['project_item_id']}.")
        elif item.project_id != values.get("project_id"):
            faults.add("project_item_id", f"Project item {item.code} belongs to another project.")


def _description(text: str | None, faults: _Faults) -> str | None:
    text = normal_text(text)
    if text and len(text) > LONGEST_DESCRIPTION:
        faults.add("description", f"At most {LONGEST_DESCRIPTION} characters.")
    return text


def _check_time(session: StoreSession, given: Mapping[str, Any], result: Checked, faults: _Faults) -> None:
    values = result.values
    project = projects.project(session, values["project_id"])
    assert project is not None
    style = projects.entry_style(session, project)
    zone = style.zone
    start, stop, lunch = values.get("start"), values.get("stop"), values.get("lunch_minutes")
    if "date" in given and not {"start", "stop"} & given.keys():
        start, stop = _time_of_day(start, zone), _time_of_day(stop, zone)
    if lunch is not None and not 0 <= lunch <= LONGEST_LUNCH:
        faults.add("lunch_minutes", "Lunch is a number of minutes from 0 to 1440.")
        return
    if (start is None) != (stop is None):
        faults.add("stop" if stop is None else "start", "Enter both start and stop, or neither.")
        return
    try:
        hours = normal_hours(values.get("hours"))
        values["hours"] = None if hours is None else checked(hours)
        if start is not None and stop is not None:
            _by_clock(values, given, start, stop, style, result.warnings)
    except BadTime as error:
        faults.add(error.field, str(error))
        return
    except (InvalidOperation, OverflowError):
        faults.add("hours", "Enter hours as a number from 0 to 24.")
        return
    if values["hours"] is None:
        faults.add("hours", "Enter hours, or start and stop.")


def _time_of_day(moment: datetime | time | None, zone: ZoneInfo) -> time | None:
    """On another date the same shift is worked at the same times of day."""
    return moment.astimezone(zone).time() if isinstance(moment, datetime) else moment


def _by_clock(
    values: dict[str, Any],
    given: Mapping[str, Any],
    start: datetime | time,
    stop: datetime | time,
    style: projects.EntryStyle,
    warnings: list[str],
) -> None:
    """Hours follow from the clock where none were entered; where both were, the project's style wins (D85)."""
    day: date = values["date"]
    clock = worked(day, start, stop, values.get("lunch_minutes"), style.zone)
    if style.warning and (isinstance(start, time) or isinstance(stop, time)):
        warnings.append(style.warning)
    values["start"], values["stop"] = clock.start, clock.stop
    is_clock_new = bool({"start", "stop", "lunch_minutes"} & given.keys())
    entered: Decimal | None = values["hours"] if "hours" in given or not is_clock_new else None
    if entered is None or style.is_start_stop:
        values["hours"] = clock.hours
    if entered is not None and disagree(entered, clock.hours):
        which = "start and stop count" if style.is_start_stop else "the hours count"
        warnings.append(
            f"{written(entered)} hours were entered, but start, stop and lunch make {written(clock.hours)}; "
            f"in this project {which}."
        )
