"""One worker at a time for a company: a lease with a fencing token that grows with every claim."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update

from webapp.domain import waits
from webapp.errors import LeaseLost
from webapp.store.models import Company
from webapp.store.session import StoreSession
from webapp.store.times import has_come
from webapp.sync.ports import Lease

LEASE = timedelta(seconds=120)
LONGEST_LEASE = LEASE * 2
"""Of another machine, whose clock may be ahead of ours."""

_CLAIM = (
    update(Company)
    .where(
        Company.id == bindparam("company"),
        Company.state == "connected",
        has_come(Company.lease_until, bindparam("now"), bindparam("latest_lease")),
        has_come(Company.waits_until, bindparam("now"), bindparam("latest_wait")),
    )
    .values(
        lease_owner=bindparam("owner"), lease_until=bindparam("until"), lease_token=Company.lease_token + 1
    )
    .execution_options(synchronize_session=False)
)
_TOKEN = select(Company.lease_token).where(Company.id == bindparam("company"))
_HOLD = (
    update(Company)
    .where(
        Company.id == bindparam("company"),
        Company.lease_token == bindparam("token"),
        Company.state == "connected",
    )
    .values(lease_until=bindparam("until"))
    .execution_options(synchronize_session=False)
)
"""Every transaction of a step holds its lease, so these are built once."""


def claim(session: StoreSession, company_id: int, owner: str, now: datetime) -> Lease | None:
    """The lease, when nobody holds it, the company is connected and has not to wait for Procore."""
    given = {"company": company_id, "owner": owner, "now": now, "until": now + LEASE}
    latest = {"latest_lease": now + LONGEST_LEASE, "latest_wait": now + waits.LONGEST}
    if session.execute(_CLAIM, given | latest).rowcount != 1:  # type: ignore[attr-defined]  # CursorResult, typed as Result
        return None
    token = session.scalars(_TOKEN, {"company": company_id}).one()
    return Lease(company_id, token, now + LEASE)


def hold(session: StoreSession, lease: Lease, now: datetime) -> None:
    """Proves, inside the transaction that is about to commit, that the lease is still ours; prolongs it.

    Raises LeaseLost when another worker claimed the company, or when it was disconnected."""
    given = {"company": lease.company_id, "token": lease.token, "until": now + LEASE}
    if session.execute(_HOLD, given).rowcount != 1:  # type: ignore[attr-defined]  # CursorResult, typed as Result
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
