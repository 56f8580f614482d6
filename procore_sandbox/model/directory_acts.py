"""What administrators of a company change besides time cards: projects, people, codes, sub jobs, time types."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .events import fire
from .records import CostCode, Person, Project, SubJob, TimeType
from .state import State

EDITABLE: dict[str, tuple[str, ...]] = {
    "project": ("name", "project_number", "active", "start_and_stop", "tools_off"),
    "person": ("first_name", "last_name", "employee_id", "email", "is_active", "job_title", "project_ids"),
    "cost_code": ("name", "full_code", "code", "is_deleted"),
    "sub_job": ("name", "code"),
    "time_type": ("time_type", "abbreviation"),
}
"""Fields that may be given, by kind of record."""

RESOURCES = {
    "project": "Projects",
    "person": "Company Users",
    "cost_code": "Cost Codes",
    "sub_job": "Sub Jobs",
    "time_type": "Timecard Time Types",
}


def add(state: State, kind: str, parent_id: int, values: dict[str, Any]) -> Any:
    """A new record under its company, or its project for codes and sub jobs. LookupError, ValueError."""
    _check_fields(kind, values, more=("time_zone", "sub_job_id"))
    parent = state.tables["project" if kind in ("cost_code", "sub_job") else "company"].get(parent_id)
    if parent is None:
        raise LookupError(f"there is no parent {parent_id} for a {kind}")
    record = state.tables[kind].put(MAKERS[kind](state, parent_id, values, state.now()))
    _tell(state, kind, record, "create")
    return record


def change(state: State, kind: str, key: int, values: dict[str, Any]) -> Any:
    """Change fields of a record; a cost code with is_deleted is gone from every list."""
    _check_fields(kind, values)
    record = state.tables[kind].get(key)
    if record is None:
        raise LookupError(f"there is no {kind} {key}")
    for name, value in values.items():
        if name == "is_deleted":
            record.deleted_at = state.now() if value else None
        else:
            setattr(record, name, value)
    if hasattr(record, "updated_at"):
        record.updated_at = state.now()
    state.tables[kind].put(record)
    _tell(state, kind, record, "delete" if values.get("is_deleted") else "update")
    return record


def _project(state: State, company_id: int, values: dict[str, Any], now: datetime) -> Project:
    zone = values.get("time_zone", "America/Los_Angeles")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {zone!r}") from error
    return Project(
        state.next_id(),
        company_id,
        values.get("name", "New project"),
        values.get("project_number", ""),
        zone,
        zone,
        now,
        now,
        start_and_stop=bool(values.get("start_and_stop")),
    )


def _person(state: State, company_id: int, values: dict[str, Any], now: datetime) -> Person:
    return Person(
        state.next_id(),
        company_id,
        values.get("first_name", ""),
        values.get("last_name", "Newcomer"),
        values.get("employee_id"),
        values.get("email"),
        now,
        now,
        job_title=values.get("job_title"),
        project_ids=values.get("project_ids", []),
    )


def _cost_code(state: State, project_id: int, values: dict[str, Any], now: datetime) -> CostCode:
    full_code = values.get("full_code", values.get("code", "99-999"))
    project = state.projects.rows[project_id]
    labor = state.companies.rows[project.company_id].labor_line_item_type_id
    return CostCode(
        state.next_id(),
        project_id,
        full_code.rpartition("-")[2],
        full_code,
        values.get("name", "New code"),
        now,
        now,
        sub_job_id=values.get("sub_job_id"),
        line_item_type_ids=[] if labor is None else [labor],
    )


def _sub_job(state: State, project_id: int, values: dict[str, Any], now: datetime) -> SubJob:
    name = values.get("name", "New sub job")
    return SubJob(state.next_id(), project_id, name, values.get("code", name[:2].upper()), now, now)


def _time_type(state: State, company_id: int, values: dict[str, Any], now: datetime) -> TimeType:
    name = values.get("time_type", "New type")
    return TimeType(state.next_id(), company_id, name, values.get("abbreviation", name[:2].upper()), False)


MAKERS: dict[str, Callable[[State, int, dict[str, Any], datetime], Any]] = {
    "project": _project,
    "person": _person,
    "cost_code": _cost_code,
    "sub_job": _sub_job,
    "time_type": _time_type,
}


def _check_fields(kind: str, values: dict[str, Any], more: tuple[str, ...] = ()) -> None:
    if kind not in EDITABLE:
        raise LookupError(f"kind is one of {', '.join(EDITABLE)}")
    if unknown := sorted(set(values) - {*EDITABLE[kind], *more}):
        raise ValueError(f"a {kind} has no {', '.join(unknown)}")


def _tell(state: State, kind: str, record: Any, event_type: str) -> None:
    """The company's administrator did it."""
    project_id = record.project_id if kind in ("cost_code", "sub_job") else None
    company_id = state.projects.rows[project_id].company_id if project_id else record.company_id
    admin = next(each.id for each in state.users if each.company_id == company_id and each.is_admin)
    fire(
        state,
        RESOURCES[kind],
        record.id,
        event_type,
        company_id=company_id,
        project_id=project_id,
        user_id=admin,
        client_id=None,
    )
