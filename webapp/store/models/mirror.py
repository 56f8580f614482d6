"""The mirrored directory of Procore: what time cards refer to by id."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class ProcoreProject(Base, CompanyOwned):
    """A project permitted to the app. `is_permitted` goes false when it leaves the list; `listed_at`: when it was last
    in it, by Procore's clock."""

    __tablename__ = "procore_projects"
    __table_args__ = (UniqueConstraint("company_id", "procore_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(300))
    number: Mapped[str | None] = mapped_column(String(100))
    time_zone: Mapped[str | None] = mapped_column(String(100))
    is_start_stop: Mapped[bool] = mapped_column(default=False)
    is_permitted: Mapped[bool] = mapped_column(default=True)
    listed_at: Mapped[datetime | None]
    codes_read_at: Mapped[datetime | None]
    sub_jobs_read_at: Mapped[datetime | None]


class ProcoreSubJob(Base, CompanyOwned):
    __tablename__ = "procore_sub_jobs"
    __table_args__ = (UniqueConstraint("company_id", "procore_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_id: Mapped[int] = mapped_column(BigInteger)
    procore_project_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(300))
    code: Mapped[str | None] = mapped_column(String(100))
    codes_read_at: Mapped[datetime | None]


class ProcorePerson(Base, CompanyOwned):
    """A person of the company directory, with or without a login; cards call it party."""

    __tablename__ = "procore_people"
    __table_args__ = (UniqueConstraint("company_id", "procore_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(300))
    email: Mapped[str | None] = mapped_column(String(320))
    employee_number: Mapped[str | None] = mapped_column(String(100))
    procore_user_id: Mapped[int | None] = mapped_column(BigInteger)
    is_active: Mapped[bool] = mapped_column(default=True)


class ProcoreCostCode(Base, CompanyOwned):
    """A code of a project, or of one of its sub jobs (0: none), which have codes of their own."""

    __tablename__ = "procore_cost_codes"
    __table_args__ = (UniqueConstraint("company_id", "procore_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_id: Mapped[int] = mapped_column(BigInteger)
    procore_project_id: Mapped[int] = mapped_column(BigInteger)
    procore_sub_job_id: Mapped[int] = mapped_column(BigInteger, default=0)
    full_code: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    is_removed: Mapped[bool] = mapped_column(default=False)


class ProcoreTimeType(Base, CompanyOwned):
    """`task_id`: the task that it became here; it stays so when Procore renames the type (D66). `is_removed`: Procore's
    list lacked it when it was read last; old cards may still have it, and nothing new is sent as it."""

    __tablename__ = "procore_time_types"
    __table_args__ = (UniqueConstraint("company_id", "procore_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(200))
    task_id: Mapped[int | None] = mapped_column(BigInteger)
    is_removed: Mapped[bool] = mapped_column(default=False, server_default=false())
