"""The company (tenant), its connection and sync settings, its lease; periodic runs; removals still owed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class Company(Base):
    """`state`: disconnected, connected or paused (`paused_reason` says why). The lease makes one worker at a time
    work a company; `lease_token` grows with every claim and is checked in every commit."""

    __tablename__ = "companies"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_company_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]

    state: Mapped[str] = mapped_column(String(20), default="disconnected")
    paused_reason: Mapped[str | None] = mapped_column(String(500))
    connected_at: Mapped[datetime | None]
    """By Procore's clock, as are the cards that it is compared with."""
    entered_before: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """The last timesheet that was here by then: those with a higher id were entered since, whatever our clock told."""
    hook_scope: Mapped[str | None] = mapped_column(String(10))

    receive: Mapped[bool] = mapped_column(default=True)
    receives_since: Mapped[datetime | None]
    """When receiving was last switched on to start from then on, by Procore's clock."""
    receive_only_linked: Mapped[bool] = mapped_column(default=False)
    receive_project_per_sub_job: Mapped[bool] = mapped_column(default=False)
    send: Mapped[bool] = mapped_column(default=False)
    send_only_linked: Mapped[bool] = mapped_column(default=False)
    conflict_rule: Mapped[str] = mapped_column(String(10), default="default", server_default="default")
    fixes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Counts what may have taken the cause of a hold away: one that was decided before the last is decided anew."""
    guard_deletions: Mapped[int] = mapped_column(default=50, server_default="50")
    guard_deletions_percent: Mapped[int] = mapped_column(default=20, server_default="20")
    guard_changes: Mapped[int] = mapped_column(default=200, server_default="200")
    guard_changes_percent: Mapped[int] = mapped_column(default=50, server_default="50")
    """More than the number and more than the percentage, within an hour, is unusual (D12)."""

    bulk_keeps_fractions: Mapped[bool | None]
    has_small_bulk: Mapped[bool | None]
    """How Procore takes many new time cards here, as far as it was seen (domain/bulk)."""

    service_user_id: Mapped[int | None] = mapped_column(BigInteger)
    service_user_name: Mapped[str | None] = mapped_column(String(200))
    """What Procore's events and change histories call the app itself there."""

    updated_cursor: Mapped[datetime | None]
    deleted_cursor: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]
    directory_read_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
    night_check_at: Mapped[datetime | None]
    silent_since: Mapped[datetime | None]
    waits_until: Mapped[datetime | None]
    """Procore is busy or away: nothing of this company is begun before."""

    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class ParkedProject(Base, CompanyOwned):
    """A project that Procore refuses the app: what would have to ask about it waits, and is tried at `probe_at`."""

    __tablename__ = "parked_projects"
    __table_args__ = (UniqueConstraint("company_id", "procore_project_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_project_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500))
    parked_at: Mapped[datetime]
    probe_at: Mapped[datetime]


class Removal(Base):
    """What a disconnect still owes to Procore: hooks to delete. Outlives the company's own rows (R7)."""

    __tablename__ = "removals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_company_id: Mapped[int] = mapped_column(BigInteger)
    hooks: Mapped[list[Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]


class PeriodicRun(Base):
    """When each periodic job last began: what its claim compares and sets."""

    __tablename__ = "periodic_runs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    ran_at: Mapped[datetime | None]
