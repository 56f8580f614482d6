"""The nouns of a Procore world. Plain data; times are aware UTC, dates are dates, hours are Decimals."""

from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from decimal import Decimal
from typing import Any


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


@dataclass(slots=True)
class Timesheet:
    """Procore's daily sheet of a project, which cards may belong to."""

    id: int
    project_id: int
    date: Day
    number: int
    created_by_id: int
    created_at: datetime
    updated_at: datetime
    status: str = "pending"


@dataclass(slots=True)
class Signature:
    id: int
    company_id: int
    created_by_id: int
    created_at: datetime
    text: str | None = None


@dataclass(slots=True)
class Timecard:
    id: int
    company_id: int
    project_id: int
    created_by_id: int
    created_at: datetime
    updated_at: datetime
    date: Day | None = None
    hours: Decimal = Decimal(0)
    time_in: datetime | None = None
    time_out: datetime | None = None
    clock_in_time: datetime | None = None
    clock_out_time: datetime | None = None
    lunch_minutes: int | None = None
    party_id: int | None = None
    cost_code_id: int | None = None
    sub_job_id: int | None = None
    line_item_type_id: int | None = None
    timecard_time_type_id: int | None = None
    billable: bool = False
    description: str | None = None
    approval_status: str = "pending"
    origin_id: int | None = None
    origin_data: str | None = None
    crew_id: int | None = None
    location_id: int | None = None
    timesheet_id: int | None = None
    signature_id: int | None = None
    work_classification_id: int | None = None
    in_progress: bool = False
    split_parent_id: int | None = None
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Change:
    """One changed column of one card, as change_history lists it."""

    id: int
    timecard_id: int
    column: str
    old_value: str | None
    new_value: str | None
    created_at: datetime
    created_by: str


@dataclass(slots=True)
class Hook:
    id: int
    client_id: str
    company_id: int
    project_id: int | None
    api_version: str
    namespace: str | None
    destination_url: str
    authorization: str | None
    owned_by_user_id: int
    ulid: str
    created_at: datetime
    updated_at: datetime
    status: str = "active"
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    retry_delay: float = 0.0
    round: int = 0


@dataclass(slots=True)
class Trigger:
    id: int
    hook_id: int
    resource_name: str
    event_type: str
    user_id: int
    ulid: str


@dataclass(slots=True)
class Event:
    id: int
    ulid: str
    timestamp: datetime
    company_id: int
    project_id: int | None
    user_id: int
    application_id: str | None
    operation_id: str | None
    resource_name: str
    resource_id: int
    event_type: str


@dataclass(slots=True)
class Delivery:
    """One event on its way to one hook, with its attempts so far."""

    id: int
    hook_id: int
    event_id: int
    due_at: datetime
    created_at: datetime
    status: str = "enqueued"
    attempts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Installation:
    """The app in one company: who installed it, what it may see, what was withdrawn since."""

    id: int
    company_id: int
    installed_at: datetime
    installed_by_id: int
    service_user_id: int
    version: str
    permitted_project_ids: list[int] = field(default_factory=list)
    withdrawn_project_ids: list[int] = field(default_factory=list)
    withdrawn_tools: list[str] = field(default_factory=list)
    uninstalled_at: datetime | None = None
    uninstalled_by_id: int | None = None

    @property
    def is_installed(self) -> bool:
        return self.uninstalled_at is None


@dataclass(slots=True)
class AppConfiguration:
    id: int
    company_id: int
    installation_id: int
    title: str
    created_by_id: int
    created_at: datetime
    updated_at: datetime
    project_ids: list[int] = field(default_factory=list)
    instance_configuration: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Code:
    """An authorization code; its id is the code itself."""

    id: str
    client_id: str
    user_id: int
    redirect_uri: str
    expires_at: datetime
    used: bool = False


@dataclass(slots=True)
class Token:
    """An access token and its refresh token, if any; its id is the access token."""

    id: str
    client_id: str
    user_id: int | None
    created_at: datetime
    expires_at: datetime
    refresh_token: str | None = None
    is_refresh_used: bool = False
    revoked_by: str | None = None
    """Who revoked it: "app" or "sandbox" (a fault)."""


@dataclass(slots=True)
class Fault:
    """Something that shall go wrong: what it matches, how often, and the effect (see faults.py)."""

    id: int
    effect: str
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    company_id: int | None = None
    project_id: int | None = None
    resource_name: str | None = None
    event_type: str | None = None
    times: int | None = None
    probability: float = 1.0
    skip: int = 0
    status: int = 503
    seconds: float = 0.0
    retry_after: int | None = None
    body: str | None = None
    hits: int = 0


@dataclass(slots=True)
class Call:
    """One line of the request log; without secrets."""

    id: int
    at: datetime
    method: str
    path: str
    operation: str | None
    status: int | None
    company_id: int | None
    principal: str | None
    request_id: str
    observation: str | None = None
    """One of Integration Health's seven, or None."""
    cause: str | None = None
    """Set when the stand-in itself brought it about: a fault, a revoked token, something withdrawn."""
    message: str | None = None


@dataclass(slots=True)
class Tally:
    """Calls of one day, route and observation: what Integration Health counts."""

    id: str
    day: Day
    method: str
    route: str
    status: int
    observation: str | None
    is_caused: bool
    count: int = 0


@dataclass(slots=True)
class Setting:
    """A single value to keep: the next id, the switches."""

    id: str
    value: Any
