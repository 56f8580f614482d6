"""Answers once given to writes that carried an Idempotency-Key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from webapp.store.models import IdempotencyKey
from webapp.store.session import StoreSession


def claim(session: StoreSession, key: str, request_hash: str, at: datetime, note: dict[str, str]) -> bool:
    """True when this request is the first with its key. Ends the transaction's use when False. `note` stands where the
    answer's headers come."""
    session.add(IdempotencyKey(key=key, request_hash=request_hash, created_at=at, headers=note))
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        return False
    return True


def locked(session: StoreSession, key: str) -> IdempotencyKey | None:
    return session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.key == key).with_for_update()
    ).one_or_none()


def forget_before(session: StoreSession, moment: datetime) -> None:
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < moment))
