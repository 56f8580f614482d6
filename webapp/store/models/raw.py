"""What Procore answered and could not be read, kept for a look (D106)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class RawAnswer(Base, CompanyOwned):
    """`body` without secrets, as JSON or text. Purged after thirty days (R36)."""

    __tablename__ = "raw_answers"
    __table_args__ = (Index("ix_raw_answers_age", "company_id", "kept_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("links.id", ondelete="CASCADE"), index=True)
    procore_id: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime]
