"""Procore's reference lists as the engine reads them: projects, people, sub jobs, cost codes, time types."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from webapp.sync.dictionary import Place


@dataclass(frozen=True, slots=True)
class TheirProject:
    id: int
    name: str
    number: str | None
    time_zone: str | None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TheirPerson:
    """A person of the company directory; `id` is what cards call party."""

    id: int
    name: str
    email: str | None
    employee_number: str | None
    is_active: bool = True
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class TheirSubJob:
    id: int
    project_id: int
    name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class TheirCostCode:
    id: int
    project_id: int
    full_code: str
    name: str


@dataclass(frozen=True, slots=True)
class TheirTimeType:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TimeEntryStyle:
    """Of the company configuration: which projects use start and stop time."""

    start_stop_projects: frozenset[int]


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cards refer to and the mirrored directory does not hold (yet)."""

    has_people: bool = False
    has_projects: bool = False
    has_time_types: bool = False
    codes_of: frozenset[Place] = frozenset()
    sub_jobs_of: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(
            self.has_people or self.has_projects or self.has_time_types or self.codes_of or self.sub_jobs_of
        )


@dataclass(frozen=True, slots=True)
class DirectoryRead:
    """What was read of Procore's directory; None and absent keys were not read. `projects_at`: Procore's time when it
    listed the projects."""

    projects: list[TheirProject] | None = None
    projects_at: datetime | None = None
    people: list[TheirPerson] | None = None
    time_types: list[TheirTimeType] | None = None
    style: TimeEntryStyle | None = None
    cost_codes: dict[Place, list[TheirCostCode]] = field(default_factory=dict)
    sub_jobs: dict[int, list[TheirSubJob]] = field(default_factory=dict)
