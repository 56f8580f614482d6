"""One worker at a time for a company: a lease with a fencing token that grows with every claim."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from webapp.errors import LeaseLost
from webapp.store.models import Company
from webapp.store.session import StoreSession
from webapp.sync.ports import Lease

LEASE = timedelta(seconds=120)


def claim(session: StoreSession, company_id: int, owner: str, now: datetime) -> Lease | None:
    """The lease, when nobody holds it, the company is connected and has not to wait for Procore."""
    taken = session.execute(
        update(Company)
        .where(
            Company.id == company_id,
            Company.state == "connected",
            or_(Company.lease_until.is_(None), Company.lease_until < now),
            or_(Company.waits_until.is_(None), Company.waits_until <= now),
        )
        .values(lease_owner=owner, lease_until=now + LEASE, lease_token=Company.lease_token + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]  # CursorResult, typed as Result
        return None
    token = session.scalars(select(Company.lease_token).where(Company.id == company_id)).one()
    return Lease(company_id, token, now + LEASE)


def hold(session: StoreSession, lease: Lease, now: datetime) -> None:
    """Proves, inside the transaction that is about to commit, that the lease is still ours; prolongs it.

    Raises LeaseLost when another worker claimed the company, or when it was disconnected."""
    held = session.execute(
        update(Company)
        .where(
            Company.id == lease.company_id, Company.lease_token == lease.token, Company.state == "connected"
        )
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    if held.rowcount != 1:  # type: ignore[attr-defined]  # CursorResult, typed as Result
        raise LeaseLost("Another worker has taken over this company.")


def fence(session: StoreSession, company_id: int) -> None:
    """Whoever works the company commits nothing more: what it read of the settings is no longer so."""
    session.execute(
        update(Company)
        .where(Company.id == company_id)
        .values(lease_token=Company.lease_token + 1, lease_until=None, lease_owner=None)
        .execution_options(synchronize_session=False)
    )


def release(session: StoreSession, lease: Lease) -> None:
    session.execute(
        update(Company)
        .where(Company.id == lease.company_id, Company.lease_token == lease.token)
        .values(lease_until=None, lease_owner=None)
        .execution_options(synchronize_session=False)
    )
