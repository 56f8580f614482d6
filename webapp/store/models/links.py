"""Links with their marks, intents before creates, messages for Activity, clashes that were found."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned


class Link(Base, CompanyOwned):
    """One replicated record: our timesheet (or none yet), Procore's card (or none yet), the base with its two faces,
    the ledger's state, and the dirty mark. `shaped_theirs`: what Procore made of our last write, until it is taken
    here (D47). `suppressed_theirs`: Procore's side that a switched-off direction kept from being taken (R9).
    `accepted_ours`: our side, not looked at yet, as it was when sending went on from then on. `is_to_be_deleted_there`:
    an administrator's choice for a card whose timesheet left the scope (D28). `dropped_key`, `dropped_text`: a person's
    word that a deletion, or what was discarded, is not to be carried out, whatever the reason says meanwhile (D12,
    R28); `dropped_as`: a digest of the card that was discarded. `seen_as`: one of the card as last seen; none of one
    that is left out. `split_of`: Procore's card that this one was split off (D48). Due: generation >
    done_generation and not_before has come."""

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("company_id", "procore_id"),
        Index("ix_links_due", "company_id", "is_dirty", "not_before"),
        Index("ix_links_state", "company_id", "state"),
        Index("ix_links_reason", "company_id", "reason_key"),
        Index("ix_links_day", "company_id", "date"),
        Index("ix_links_split", "company_id", "split_of"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    timesheet_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("timesheets.id", ondelete="SET NULL"), unique=True
    )
    procore_id: Mapped[int | None] = mapped_column(BigInteger)
    split_of: Mapped[int | None] = mapped_column(BigInteger)
    base_ours: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    base_theirs: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    shaped_theirs: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    suppressed_theirs: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    accepted_ours: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    is_tombstone: Mapped[bool] = mapped_column(default=False)
    is_to_be_deleted_there: Mapped[bool] = mapped_column(default=False, server_default=false())

    state: Mapped[str] = mapped_column(String(10), default="waiting")
    reason_key: Mapped[str | None] = mapped_column(String(200))
    reason_text: Mapped[str | None] = mapped_column(String(1000))
    is_excluded_for_good: Mapped[bool] = mapped_column(default=False)
    dropped_key: Mapped[str | None] = mapped_column(String(200))
    dropped_text: Mapped[str | None] = mapped_column(String(1000))
    dropped_as: Mapped[str | None] = mapped_column(String(32))

    generation: Mapped[int] = mapped_column(default=1)
    done_generation: Mapped[int] = mapped_column(default=0)
    is_dirty: Mapped[bool] = mapped_column(default=True)
    not_before: Mapped[datetime | None]
    mark_reason: Mapped[str | None] = mapped_column(String(40))
    marked_at: Mapped[datetime | None]
    hinted_at: Mapped[datetime | None]
    newest_hint: Mapped[datetime | None]
    is_delete_hinted: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)

    date: Mapped[date | None]
    hours: Mapped[Decimal | None]
    procore_project_id: Mapped[int | None] = mapped_column(BigInteger)
    procore_person_id: Mapped[int | None] = mapped_column(BigInteger)
    procore_updated_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    seen_as: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime]
    synced_at: Mapped[datetime | None]


class IntentRow(Base, CompanyOwned):
    """A create that may have reached Procore: committed just before it is sent, replayed unchanged (D6). `replaces`:
    the record's card that was deleted before. `sent_at` is our time, for waiting; `first_sent_at` Procore's, for
    looking its card up."""

    __tablename__ = "intents"

    link_id: Mapped[int] = mapped_column(BigId, ForeignKey("links.id", ondelete="CASCADE"), primary_key=True)
    origin_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    sent: Mapped[dict[str, Any]] = mapped_column(JSON)
    ours: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_start_stop: Mapped[bool] = mapped_column(default=False)
    replaces: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[datetime]
    first_sent_at: Mapped[datetime]


class Message(Base, CompanyOwned):
    """What Activity lists: one per record and decision. At most one is pending per link and direction."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_list", "company_id", "state", "id"),
        Index("ix_messages_processed", "company_id", "processed_at"),
        Index("ix_messages_link", "link_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(BigId, ForeignKey("links.id", ondelete="CASCADE"))
    direction: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    reason_key: Mapped[str | None] = mapped_column(String(200))
    reason_text: Mapped[str | None] = mapped_column(String(1000))
    summary: Mapped[str] = mapped_column(String(300))
    note: Mapped[str | None] = mapped_column(String(500))
    timesheet_id: Mapped[int | None] = mapped_column(BigId)
    procore_id: Mapped[int | None] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
