"""One company's reference lists at Procore (DirectoryAtProcore of sync.ports)."""

from __future__ import annotations

import logging
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ValidationError

from webapp.errors import PermissionMissing, UnreadableAnswer
from webapp.procore.api import Api, rows_of
from webapp.procore.fields import Named, Shape, Text
from webapp.procore.paths import (
    COMPANY_CONFIGURATION,
    COST_CODES,
    INACTIVE_PEOPLE,
    PEOPLE,
    PROJECTS,
    SUB_JOBS,
    TIME_TYPES,
    Route,
)
from webapp.sync.ports import (
    TheirCostCode,
    TheirPerson,
    TheirProject,
    TheirSubJob,
    TheirTimeType,
    TimeEntryStyle,
)

log = logging.getLogger(__name__)

PROJECTS_PER_PAGE = 300
"""The most that v1.1 projects gives."""


class _Project(Named):
    display_name: Text = None
    project_number: Text = None
    time_zone: Text = None
    active: bool | None = None


class _Contact(Shape):
    is_active: bool | None = None
    email: Text = None


class _Person(Shape):
    id: int
    name: Text = None
    first_name: Text = None
    last_name: Text = None
    employee_id: Text = None
    user_id: int | None = None
    contact: _Contact | None = None


class _SubJob(Named):
    code: Text = None


class _CostCode(Named):
    full_code: Text = None
    code: Text = None
    deleted_at: Text = None


class _TimeType(Shape):
    """Documented with time_type; third-party code reads a name."""

    id: int
    time_type: Text = None
    name: Text = None


class _Configuration(Shape):
    """`projects_timecard_in_out_enabled`: the projects with start and stop time."""

    projects_timecard_in_out_enabled: Annotated[list[int], BeforeValidator(lambda value: value or [])] = []


ShapeT = TypeVar("ShapeT", bound=Shape)


class Directory:
    def __init__(self, api: Api) -> None:
        self.api = api

    def projects(self) -> list[TheirProject]:
        """Active and inactive ones that the credential may see: for the service account, the permitted ones."""
        query = {"company_id": self.api.company_id, "filters[by_status]": "All"}
        rows = self.api.rows(PROJECTS, query, PROJECTS_PER_PAGE)
        return [
            TheirProject(
                project.id,
                project.name or project.display_name or str(project.id),
                _stripped(project.project_number),
                project.time_zone,
                project.active is not False,
            )
            for project in _read(_Project, rows)
        ]

    def people(self) -> list[TheirPerson]:
        people = {person.id: _person(person, is_active=False) for person in self._people(INACTIVE_PEOPLE)}
        for person in self._people(PEOPLE):
            is_active = person.contact is None or person.contact.is_active is not False
            people[person.id] = _person(person, is_active)
        return list(people.values())

    def time_types(self) -> list[TheirTimeType]:
        rows = rows_of(self.api.get(TIME_TYPES))
        return [
            TheirTimeType(row.id, row.time_type or row.name or str(row.id)) for row in _read(_TimeType, rows)
        ]

    def sub_jobs(self, project_id: int) -> list[TheirSubJob]:
        rows = self.api.rows(SUB_JOBS, {"project_id": project_id})
        return [
            TheirSubJob(row.id, project_id, row.name or str(row.id), _stripped(row.code))
            for row in _read(_SubJob, rows)
        ]

    def cost_codes(self, project_id: int, sub_job_id: int | None = None) -> list[TheirCostCode]:
        """All codes of the project, not only those scoped for new time cards: a card may carry any of them. With
        `sub_job_id`, the sub job's own."""
        query = {"project_id": project_id} | ({} if sub_job_id is None else {"sub_job_id": sub_job_id})
        codes = _read(_CostCode, self.api.rows(COST_CODES, query))
        return [
            TheirCostCode(code.id, project_id, code.full_code or code.code or str(code.id), code.name or "")
            for code in codes
            if code.deleted_at is None
        ]

    def time_entry_style(self) -> TimeEntryStyle | None:
        """None where the service account may not read the company's configuration: no document says which right it
        takes, and time cards need none of it but this."""
        try:
            data = self.api.get(COMPANY_CONFIGURATION, {"company_id": self.api.company_id})
        except PermissionMissing as error:
            log.warning("the company's configuration is not shown to the app: %s", error)
            return None
        projects = _read(_Configuration, [data])[0].projects_timecard_in_out_enabled
        return TimeEntryStyle(frozenset(projects))

    def _people(self, route: Route) -> list[_Person]:
        return _read(_Person, self.api.rows(route))


def _person(person: _Person, is_active: bool) -> TheirPerson:
    parts = (_stripped(person.first_name), _stripped(person.last_name))
    name = " ".join(part for part in parts if part) or _stripped(person.name) or str(person.id)
    email = _stripped(person.contact.email) if person.contact else None
    return TheirPerson(person.id, name, email, _stripped(person.employee_id), is_active, person.user_id)


def _stripped(text: str | None) -> str | None:
    return (text or "").strip() or None


def _read(shape: type[ShapeT], rows: list[Any]) -> list[ShapeT]:
    """Raises UnreadableAnswer that names the field."""
    try:
        return [shape.model_validate(row) for row in rows]
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise UnreadableAnswer(f"Procore's answer has no readable {field}.", missing=field) from error
