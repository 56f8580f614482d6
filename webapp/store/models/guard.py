"""What the mass-change guard counts, holds and lets through."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class GuardEntry(Base, CompanyOwned):
    """One record's deletion or change in one direction: `counted` (admitted at `at`), `held` since `at`, or `passed`
    by an administrator and not yet written. `day`: the record's, when it was asked for. One row, however often the
    same work is begun (D12)."""

    __tablename__ = "guard_entries"
    __table_args__ = (
        UniqueConstraint("link_id", "direction"),
        Index("ix_guard_entries_state", "company_id", "direction", "state", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(BigId, ForeignKey("links.id", ondelete="CASCADE"))
    direction: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    day: Mapped[date | None]
    at: Mapped[datetime]
