"""Who may speak for whom: Procore's tokens (encrypted), people signed in, API keys, the rate budget."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.store.base import Base, BigId, CompanyOwned
from webapp.store.vault import EncryptedText


class Credential(Base):
    """One pair of Procore tokens. `key`: "service" (all companies) or "user:<procore user id>". The lock lets one
    process at a time ask for new ones."""

    __tablename__ = "credentials"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    access_token: Mapped[str | None] = mapped_column(EncryptedText)
    refresh_token: Mapped[str | None] = mapped_column(EncryptedText)
    expires_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    locked_by: Mapped[str | None] = mapped_column(String(80))
    locked_until: Mapped[datetime | None]


class Member(Base, CompanyOwned):
    """What Procore said of a signed-in person in one company, and when it was last asked (R2)."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("company_id", "procore_user_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    procore_user_id: Mapped[int] = mapped_column(BigInteger)
    login: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    procore_project_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime]


class SignIn(Base):
    """A sign-in under way: the state of the authorize request, then the one-time hand-over code for the frame.
    Only hashes are kept."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    nonce_hash: Mapped[str] = mapped_column(String(64))
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    procore_user_id: Mapped[int | None] = mapped_column(BigInteger)
    procore_company_id: Mapped[int | None] = mapped_column(BigInteger)
    return_to: Mapped[str] = mapped_column(String(500), default="/")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiKey(Base, CompanyOwned):
    """`role`: read, write or admin. Only the SHA-256 of a key is kept."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(10))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class IdempotencyKey(Base, CompanyOwned):
    """The answer once given to a write that carried an Idempotency-Key; given again for the same request."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("company_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Text)
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime]


class RateBudget(Base):
    """What Procore's headers last said for one credential and company, and until when nobody may call. After answers
    that never came (`failures` in a row) nobody calls before `down_until`, then one tries. The row of EVERYBODY says
    what Procore counts by, as far as its headers told (`counted_by`)."""

    __tablename__ = "rate_budgets"
    __table_args__ = (UniqueConstraint("credential_key", "procore_company_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    credential_key: Mapped[str] = mapped_column(String(60))
    procore_company_id: Mapped[int] = mapped_column(BigInteger)
    limit: Mapped[int | None]
    remaining: Mapped[int | None]
    reset_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    down_until: Mapped[datetime | None]
    counted_by: Mapped[str | None] = mapped_column(String(20))
