"""Reads the fields of a written time card into values of a Timecard, collecting every mistake (422)."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from .errors import unprocessable
from .parties import person_id
from .query import parse_clock_time, parse_date, parse_moment
from .records import Project, Timecard
from .state import State

Errors = dict[str, list[str]]
CENT = Decimal("0.01")
STATUSES = ("pending", "reviewed", "approved", "completed")

COPIED = (
    "description",
    "origin_data",
    "crew_id",
    "location_id",
    "timesheet_id",
    "cost_code_id",
    "sub_job_id",
    "line_item_type_id",
    "timecard_time_type_id",
    "party_id",
    "work_classification_id",
)


class CardInput:
    """The written fields of one card in one project. `values` holds what was understood, `errors` what not."""

    def __init__(self, state: State, project: Project, fields: dict[str, Any]) -> None:
        self.state, self.project, self.fields = state, project, fields
        self.values: dict[str, Any] = {name: fields[name] for name in COPIED if name in fields}
        if isinstance(self.values.get("party_id"), int):
            self.values["party_id"] = person_id(state, self.values["party_id"])
        if state.switches.trims_descriptions and isinstance(self.values.get("description"), str):
            self.values["description"] = self.values["description"].strip()
        self.errors: Errors = defaultdict(list)
        self._read_plain()
        self._read_numbers()
        self._read_person()
        self._read_times()

    def refuse_mistakes(self) -> None:
        if self.errors:
            raise unprocessable(dict(self.errors))

    def _read_plain(self) -> None:
        if "date" in self.fields:
            # A date that cannot be read is stored as nothing, without an error.
            self.values["date"] = parse_date(self.fields["date"])
        elif self.fields.get("datetime"):
            self.values["date"] = parse_date(self.fields["datetime"])
        for name in ("billable", "in_progress"):
            if name in self.fields:
                self.values[name] = bool(self.fields[name])
        if "procore_signature_id" in self.fields:
            self.values["signature_id"] = self.fields["procore_signature_id"]
        if "approval_status" in self.fields:
            self.values["approval_status"] = self.fields["approval_status"] or "pending"
            if self.values["approval_status"] not in STATUSES:
                self.errors["approval_status"].append("is not included in the list")

    def _read_numbers(self) -> None:
        hours = self._number("hours")
        if hours is not None:
            self.values["hours"] = self._stepped(hours).quantize(CENT, ROUND_HALF_UP)
            if hours < 0:
                self.errors["hours"].append("must be greater than or equal to 0")
            if hours > 24:
                self.errors["hours"].append("must be at most 24")
        lunch = self._number("lunch_time")
        if "lunch_time" in self.fields:
            self.values["lunch_minutes"] = None if lunch is None else int(lunch)
            if lunch is not None and not 0 <= lunch <= 24 * 60:
                self.errors["lunch_time"].append("is not a number of minutes in a day")
        if "origin_id" in self.fields:
            origin = self._number("origin_id")
            self.values["origin_id"] = None if origin is None else int(origin)

    def _stepped(self, hours: Decimal) -> Decimal:
        """Rounded to the company's step of minutes, where it has one."""
        step = Decimal(self.state.switches.hours_step_minutes) / 60
        return (hours / step).quantize(Decimal(1), ROUND_HALF_UP) * step if step > 0 else hours

    def _read_person(self) -> None:
        user_id = self.fields.get("user_id") or self.fields.get("login_information_id")
        if user_id and "party_id" not in self.fields:
            found = [
                each.id
                for each in self.state.people
                if each.user_id == user_id and each.company_id == self.project.company_id
            ]
            self.values["party_id"] = found[0] if found else None
            if not found:
                self.errors["login_information_id"].append("is not in this company")

    def _read_times(self) -> None:
        day = self.values.get("date")
        for name in ("time_in", "time_out", "clock_in_time", "clock_out_time"):
            if name in self.fields:
                self.values[name] = self._moment(name, day)
        for start, stop in (("time_in", "time_out"), ("clock_in_time", "clock_out_time")):
            low, high = self.values.get(start), self.values.get(stop)
            if low and high and high < low and parse_clock_time(str(self.fields[stop])):
                self.values[stop] = high + timedelta(days=1)

    def _number(self, name: str) -> Decimal | None:
        value = self.fields.get(name)
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            self.errors[name].append("is not a number")
            return None
        if not number.is_finite() or abs(number) >= Decimal(2) ** 63:
            self.errors[name].append("is not a number")
            return None
        return number

    def _moment(self, name: str, day: date | None) -> datetime | None:
        value = self.fields[name]
        if not value:
            return None
        wall = parse_clock_time(str(value))
        if wall is not None and day is not None:
            is_local = self.state.switches.clock_times_in == "project"
            zone = ZoneInfo(self.project.tz_name) if is_local else UTC
            return datetime.combine(day, wall, zone).astimezone(UTC)
        moment = parse_moment(str(value))
        if moment is None or wall is not None:
            self.errors[name].append("is not a time")
        return moment


def check_references(state: State, project: Project, card: Timecard, names: set[str]) -> Errors:
    """What the named fields point to must exist and belong to the project or its company."""
    errors: Errors = {}
    for name in sorted(names & REFERENCES.keys()):
        key = getattr(card, name)
        if key is not None and not REFERENCES[name](state, project, card, key):
            errors[name] = [f"is not in this {'project' if name in PROJECT_BOUND else 'company'}"]
    return errors


def _cost_code(state: State, project: Project, card: Timecard, key: int) -> bool:
    code = state.cost_codes.get(key)
    if code is None or code.project_id != project.id or code.deleted_at is not None:
        return False
    return code.sub_job_id is None or code.sub_job_id == card.sub_job_id


def _in_project(table: str) -> Callable[[State, Project, Timecard, int], bool]:
    def check(state: State, project: Project, card: Timecard, key: int) -> bool:
        row = state.tables[table].get(key)
        return row is not None and row.project_id == project.id

    return check


def _in_company(table: str) -> Callable[[State, Project, Timecard, int], bool]:
    def check(state: State, project: Project, card: Timecard, key: int) -> bool:
        row = state.tables[table].get(key)
        return row is not None and row.company_id == project.company_id

    return check


PROJECT_BOUND = frozenset({"cost_code_id", "sub_job_id", "crew_id", "location_id", "timesheet_id"})
REFERENCES: dict[str, Callable[[State, Project, Timecard, int], bool]] = {
    "cost_code_id": _cost_code,
    "sub_job_id": _in_project("sub_job"),
    "crew_id": _in_project("crew"),
    "location_id": _in_project("location"),
    "timesheet_id": _in_project("timesheet"),
    "party_id": _in_company("person"),
    "line_item_type_id": _in_company("line_item_type"),
    "timecard_time_type_id": _in_company("time_type"),
    "signature_id": _in_company("signature"),
    "work_classification_id": _in_company("work_classification"),
}
