"""Checks of both sides: what each found, and the digest of every day that was compared."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class CheckRow(Base, CompanyOwned):
    """One check. `checked_at`: Procore's clock when its list was read; `asked_at`: ours before that. `differences`:
    the first of them, and of what waits, as they were told. `marked`: how many records were marked for the engine to
    repair."""

    __tablename__ = "checks"
    __table_args__ = (Index("ix_checks_newest", "company_id", "asked_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    from_date: Mapped[date]
    to_date: Mapped[date]
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime]
    checked_at: Mapped[datetime]
    equal: Mapped[int]
    different: Mapped[int]
    missing_here: Mapped[int]
    missing_there: Mapped[int]
    excluded: Mapped[int]
    marked: Mapped[int]
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class CheckDayRow(Base, CompanyOwned):
    """One compared day of a company: records, hours and a digest of each side, which are the same when the sides
    agree. The newest check of the day stands here; the certificate is made of these."""

    __tablename__ = "check_days"
    __table_args__ = (UniqueConstraint("company_id", "day"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    day: Mapped[date]
    asked_at: Mapped[datetime]
    checked_at: Mapped[datetime]
    our_records: Mapped[int]
    our_hours: Mapped[Decimal]
    our_digest: Mapped[str] = mapped_column(String(32))
    their_records: Mapped[int]
    their_hours: Mapped[Decimal]
    their_digest: Mapped[str] = mapped_column(String(32))
    different: Mapped[int]
