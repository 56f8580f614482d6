"""Companies, projects and their codes, people and users."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Company:
    id: int
    name: str
    is_active: bool = True
    week_start_day: int = 1
    labor_line_item_type_id: int | None = None


@dataclass(slots=True)
class Project:
    id: int
    company_id: int
    name: str
    project_number: str
    time_zone: str
    tz_name: str
    created_at: datetime
    updated_at: datetime
    active: bool = True
    start_and_stop: bool = False
    tools_off: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SubJob:
    id: int
    project_id: int
    name: str
    code: str
    created_at: datetime
    updated_at: datetime
    origin_id: str | None = None


@dataclass(slots=True)
class Person:
    id: int
    company_id: int
    first_name: str
    last_name: str
    employee_id: str | None
    email: str | None
    created_at: datetime
    updated_at: datetime
    is_active: bool = True
    is_employee: bool = True
    user_id: int | None = None
    job_title: str | None = None
    origin_id: str | None = None
    work_classification_id: int | None = None
    project_ids: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(slots=True)
class User:
    """Somebody who can sign in, or a service account's user (`is_service`)."""

    id: int
    login: str
    name: str
    company_id: int
    created_at: datetime
    updated_at: datetime
    is_admin: bool = False
    is_active: bool = True
    is_service: bool = False
    project_ids: list[int] = field(default_factory=list)
    levels: dict[str, str] = field(default_factory=dict)
    """Access level by company tool; what is not named is None."""


@dataclass(slots=True)
class TimeType:
    id: int
    company_id: int
    time_type: str
    abbreviation: str
    is_global: bool = True


@dataclass(slots=True)
class LineItemType:
    id: int
    company_id: int
    name: str
    code: str
    base_type: str


@dataclass(slots=True)
class CostCode:
    id: int
    project_id: int
    code: str
    full_code: str
    name: str
    created_at: datetime
    updated_at: datetime
    sub_job_id: int | None = None
    line_item_type_ids: list[int] = field(default_factory=list)
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Location:
    id: int
    project_id: int
    name: str
    code: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Crew:
    id: int
    project_id: int
    name: str
    created_at: datetime
    updated_at: datetime
    person_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class WorkClassification:
    id: int
    company_id: int
    name: str
    abbreviation: str
    created_at: datetime
    updated_at: datetime
