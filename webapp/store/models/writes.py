"""Updates and deletions at Procore, written down before they are sent: what we had read, and what we wanted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class WriteRow(Base, CompanyOwned):
    """`before`: the card as read, in Procore's ids; `wanted`: None for a deletion; `ours`: the timesheet that it was
    made from. `read_at` is Procore's time, and so is an update's `answered_at`: the card's in the answer. Kept for ten
    minutes, or until it was audited and can have no effect any more. `audit`: see sync/records."""

    __tablename__ = "writes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(BigId, ForeignKey("links.id", ondelete="CASCADE"), index=True)
    procore_id: Mapped[int] = mapped_column(BigInteger)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    wanted: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    units: Mapped[list[str]] = mapped_column(JSON)
    ours: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    decided: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    read_at: Mapped[datetime]
    sent_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    audit: Mapped[str] = mapped_column(String(8), default="lost", server_default="lost")
