"""Sign-ins under way. Every row is used once: taking it deletes it. Only hashes of states and codes are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from webapp.store.models import SignIn
from webapp.store.session import StoreSession


@dataclass(frozen=True, slots=True)
class Pending:
    """`nonce_hash`: of the frame that will redeem; empty when the browser tab itself signs in."""

    nonce_hash: str
    procore_user_id: int | None
    procore_company_id: int | None
    return_to: str


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(session: StoreSession, state: str, pending: Pending, now: datetime, expires_at: datetime) -> None:
    """Also forgets those that ran out."""
    purge(session, now)
    session.add(_row(hashed(state), None, pending, now, expires_at))


def purge(session: StoreSession, now: datetime) -> None:
    session.execute(delete(SignIn).where(SignIn.expires_at <= now))


def take_state(session: StoreSession, state: str, now: datetime) -> Pending | None:
    row = session.scalars(
        select(SignIn).where(
            SignIn.state_hash == hashed(state), SignIn.code_hash.is_(None), SignIn.expires_at > now
        )
    ).one_or_none()
    return _take(session, row)


def hand_over(
    session: StoreSession, code: str, pending: Pending, now: datetime, expires_at: datetime
) -> None:
    """The one-time code that turns into a session where the nonce is known."""
    session.add(_row(hashed(f"handed over {code}"), hashed(code), pending, now, expires_at))


def take_code(session: StoreSession, code: str, now: datetime, nonce_hash: str | None) -> Pending | None:
    """`nonce_hash` None: the browser that completed the sign-in takes it, with its own proof. A code that is shown with
    a wrong nonce is spent, too."""
    row = session.scalars(
        select(SignIn).where(SignIn.code_hash == hashed(code), SignIn.expires_at > now)
    ).one_or_none()
    pending = _take(session, row)
    if pending is None or (nonce_hash is not None and pending.nonce_hash != nonce_hash):
        return None
    return pending


def _row(
    state_hash: str, code_hash: str | None, pending: Pending, now: datetime, expires_at: datetime
) -> SignIn:
    return SignIn(
        state_hash=state_hash,
        code_hash=code_hash,
        nonce_hash=pending.nonce_hash,
        procore_user_id=pending.procore_user_id,
        procore_company_id=pending.procore_company_id,
        return_to=pending.return_to,
        created_at=now,
        expires_at=expires_at,
    )


def _take(session: StoreSession, row: SignIn | None) -> Pending | None:
    """The count of deleted rows decides between two who come at once."""
    if row is None:
        return None
    gone = session.execute(
        delete(SignIn).where(SignIn.id == row.id).returning(SignIn.id),
        execution_options={"synchronize_session": False},
    ).all()
    if not gone:
        return None
    return Pending(row.nonce_hash, row.procore_user_id, row.procore_company_id, row.return_to)
