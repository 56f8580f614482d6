"""Conflicts: what both sides changed, kept with both values until somebody decides, and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class ClashRow(Base, CompanyOwned):
    """Both values, each in its side's ids, what was agreed, who changed what, who won. `resolved_how`: person, rule or
    settled; None asks. It is live until `closed_at`: the decision is carried out on both sides, or there is nothing
    left to decide. At most one is live per link, kind and unit."""

    __tablename__ = "conflicts"
    __table_args__ = (
        Index("ix_conflicts_open", "company_id", "resolved_at"),
        Index("ix_conflicts_live", "link_id", "closed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(BigId, ForeignKey("links.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(30))
    ours: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    theirs: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    base: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    ours_at: Mapped[datetime | None]
    ours_by: Mapped[str | None] = mapped_column(String(200))
    theirs_at: Mapped[datetime | None]
    theirs_by: Mapped[str | None] = mapped_column(String(200))
    winner: Mapped[str | None] = mapped_column(String(10))
    found_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(200))
    resolved_how: Mapped[str | None] = mapped_column(String(10))
    closed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(400))
