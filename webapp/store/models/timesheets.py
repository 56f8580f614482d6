"""Timesite's own records: users, projects, tasks, project items, the import template, timesheets and their history."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class User(Base, CompanyOwned):
    """Someone whose time is kept. Linked to at most one Procore person; without e-mail there is no login (D62).
    `same_as_id`: the user that an administrator says is the same person (D61)."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("company_id", "procore_person_id"),
        Index("ix_users_email", "company_id", "email"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    email: Mapped[str | None] = mapped_column(String(320))
    employee_number: Mapped[str | None] = mapped_column(String(100))
    procore_person_id: Mapped[int | None] = mapped_column(BigInteger)
    same_as_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class Project(Base, CompanyOwned):
    """Linked to at most one Procore project and sub job (sub job 0 means none, so that the pair stays unique).
    `unlinked_*`: the link that a person took apart; until it is linked again nothing links it by itself (D23)."""

    __tablename__ = "projects"
    __table_args__ = (UniqueConstraint("company_id", "procore_project_id", "procore_sub_job_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    number: Mapped[str | None] = mapped_column(String(100))
    procore_project_id: Mapped[int | None] = mapped_column(BigInteger)
    procore_sub_job_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    unlinked_project_id: Mapped[int | None] = mapped_column(BigInteger)
    unlinked_sub_job_id: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    unlinked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Task(Base, CompanyOwned):
    """What kind of time it is. `procore_time_type_id`: what it is sent as."""

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    procore_time_type_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class TemplateRow(Base, CompanyOwned):
    """One row of the import matching template: a time type's name, * and ? allowed, and the task it becomes (R14)."""

    __tablename__ = "import_template"
    __table_args__ = (UniqueConstraint("company_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    position: Mapped[int]
    time_type: Mapped[str] = mapped_column(String(200))
    task: Mapped[str] = mapped_column(String(200))


class ProjectItem(Base, CompanyOwned):
    __tablename__ = "project_items"
    __table_args__ = (
        UniqueConstraint("project_id", "procore_cost_code_id"),
        Index("ix_project_items_code", "project_id", "code"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    procore_cost_code_id: Mapped[int | None] = mapped_column(BigInteger)
    is_archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Timesheet(Base, CompanyOwned):
    """One person, one day, one project, some hours. Deleted ones stay, with their history. `version` is the ETag
    and what every write compares and sets. `origin_id` is our number on
    Procore's card, never reused (D6). `locked_at`: its pay period is closed; `processed_at`: and exported
    (D45). The last block is Procore's word, mirrored and never sent."""

    __tablename__ = "timesheets"
    __table_args__ = (
        Index("ix_timesheets_day", "company_id", "date"),
        Index("ix_timesheets_user", "company_id", "user_id", "date"),
        Index("ix_timesheets_project", "company_id", "project_id", "date"),
        Index("ix_timesheets_updated", "company_id", "updated_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    task_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("tasks.id"))
    project_item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("project_items.id"))
    procore_sub_job_id: Mapped[int | None] = mapped_column(BigInteger)
    date: Mapped[date]
    hours: Mapped[Decimal | None]
    start: Mapped[datetime | None]
    stop: Mapped[datetime | None]
    lunch_minutes: Mapped[int | None]
    billable: Mapped[bool] = mapped_column(default=True)
    description: Mapped[str | None] = mapped_column(Text)

    origin_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    created_by: Mapped[str | None] = mapped_column(String(200))
    updated_by: Mapped[str | None] = mapped_column(String(200))
    deleted_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    processed_at: Mapped[datetime | None]

    approval_status: Mapped[str | None] = mapped_column(String(20))
    is_signed: Mapped[bool] = mapped_column(default=False)
    crew: Mapped[str | None] = mapped_column(String(200))
    location: Mapped[str | None] = mapped_column(String(300))
    cost_type_id: Mapped[int | None] = mapped_column(BigInteger)
    procore_timesheet: Mapped[str | None] = mapped_column(String(200))
    procore_created_by: Mapped[str | None] = mapped_column(String(200))
    procore_created_at: Mapped[datetime | None]
    procore_updated_at: Mapped[datetime | None]
    procore_updated_by: Mapped[str | None] = mapped_column(String(200))


class TimesheetChange(Base, CompanyOwned):
    """One line of a timesheet's history: who, when, what, from which to which value."""

    __tablename__ = "timesheet_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    timesheet_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("timesheets.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(20))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
