"""Time cards, what belongs to them, and their changes."""

from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from decimal import Decimal


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
