"""Webhooks: the hooks we made at Procore, their secrets (hashed), and the events they brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class Hook(Base, CompanyOwned):
    """One hook, of the company (`procore_project_id` None) or of one project. The row is committed before Procore is
    asked to make the hook, so that a lost answer is found again by its address. `finding`: what the last look at
    Procore had to mend, or what is wrong with it; `failing`: deliveries that Procore tries again and again;
    `discarded_until`: up to which event what Procore discarded was made good.
    `procore_hook_id`: text, as webhooks v2.0 have it; digits where v1.0 made it."""

    __tablename__ = "hooks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_hook_id: Mapped[str | None] = mapped_column(String(64))
    procore_project_id: Mapped[int | None] = mapped_column(BigInteger)
    namespace: Mapped[str] = mapped_column(String(100))
    is_complete: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    finding: Mapped[str | None] = mapped_column(String(200))
    found_at: Mapped[datetime | None]
    failing: Mapped[int] = mapped_column(default=0, server_default="0")
    discarded_until: Mapped[datetime | None]


class HookSecret(Base, CompanyOwned):
    """SHA-256 of what Procore sends as Authorization. A rotated one stays valid until `valid_until` (R4)."""

    __tablename__ = "hook_secrets"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hook_id: Mapped[int] = mapped_column(BigId, ForeignKey("hooks.id", ondelete="CASCADE"), index=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    valid_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Event(Base, CompanyOwned):
    """One event, stored once (D1). `outcome`: marked, ignored, foreign or unreadable."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("company_id", "hook_id", "event_id"),
        Index("ix_events_company_id_procore_id", "company_id", "procore_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hook_id: Mapped[int] = mapped_column(BigId)
    event_id: Mapped[str] = mapped_column(String(64))
    resource_name: Mapped[str] = mapped_column(String(100))
    event_type: Mapped[str] = mapped_column(String(20))
    procore_id: Mapped[int | None] = mapped_column(BigInteger)
    procore_project_id: Mapped[int | None] = mapped_column(BigInteger)
    procore_user_id: Mapped[int | None] = mapped_column(BigInteger)
    happened_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(10))
    copies: Mapped[int] = mapped_column(default=1)
