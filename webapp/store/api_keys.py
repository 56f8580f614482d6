"""API keys, known by the SHA-256 of what the caller holds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from webapp.store.models import ApiKey, Company
from webapp.store.session import StoreSession


def add(session: StoreSession, key: ApiKey) -> int:
    session.add(key)
    session.flush()
    return key.id


def by_hash(session: StoreSession, key_hash: str) -> tuple[ApiKey, Company] | None:
    row = session.execute(
        select(ApiKey, Company)
        .join(Company, Company.id == ApiKey.company_id)
        .where(ApiKey.key_hash == key_hash)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def all_of_all(session: StoreSession) -> list[tuple[ApiKey, Company]]:
    """Every company's, by id; for a system session."""
    rows = session.execute(
        select(ApiKey, Company).join(Company, Company.id == ApiKey.company_id).order_by(ApiKey.id)
    )
    return [(row[0], row[1]) for row in rows]


def revoke(session: StoreSession, key_id: int, at: datetime) -> bool:
    """False when there is no such key. One revoked before keeps its time."""
    key = session.get(ApiKey, key_id)
    if key is None:
        return False
    key.revoked_at = key.revoked_at or at
    return True


def used(session: StoreSession, key_id: int, at: datetime) -> None:
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(used_at=at))
