"""Procore's tokens at rest (encrypted), and the lock that lets one process at a time ask for new ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError

from webapp.domain.credentials import StoredTokens, TokenPair
from webapp.store.models import Credential
from webapp.store.session import system
from webapp.sync.ports import Clock

UNLOCKED: dict[str, Any] = {"locked_by": None, "locked_until": None}


class Credentials:
    """The token store that Procore's adapter asks for. Each method is one short transaction."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine

    def read(self, key: str) -> StoredTokens | None:
        with system(self.engine, is_readonly=True) as session:
            row = session.get(Credential, key)
        if row is None:
            return None
        if row.access_token is None or row.expires_at is None:
            return StoredTokens(None, row.refused_at)
        return StoredTokens(TokenPair(row.access_token, row.refresh_token, row.expires_at), row.refused_at)

    def lock(self, key: str, owner: str, clock: Clock, span: timedelta) -> bool:
        self._have_row(key)
        with system(self.engine) as session:
            row = session.get(Credential, key, with_for_update=True)
            now = clock.now()
            latest = now + 2 * span  # another machine's clock may be ahead of ours
            if row is None or (row.locked_until is not None and now < row.locked_until <= latest):
                return False
            row.locked_by, row.locked_until = owner, now + span
            return True

    def unlock(self, key: str, owner: str) -> None:
        self._set(key, Credential.locked_by == owner, **UNLOCKED)

    def save(self, key: str, pair: TokenPair) -> None:
        self._have_row(key)
        self._set(
            key,
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            expires_at=pair.expires_at,
            refused_at=None,
            **UNLOCKED,
        )

    def refuse(self, key: str, at: datetime) -> None:
        nothing = {"access_token": None, "refresh_token": None, "expires_at": None}
        self._set(key, refused_at=at, **nothing, **UNLOCKED)

    def forget(self, key: str) -> None:
        with system(self.engine) as session:
            session.execute(delete(Credential).where(Credential.key == key))

    def _set(self, key: str, *where: Any, **values: Any) -> bool:
        """Compare-and-set in one statement: whether the row was as expected."""
        with system(self.engine) as session:
            result = session.execute(update(Credential).where(Credential.key == key, *where).values(**values))
            return isinstance(result, CursorResult) and result.rowcount == 1

    def _have_row(self, key: str) -> None:
        with system(self.engine, is_readonly=True) as session:
            if session.get(Credential, key) is not None:
                return
        try:
            with system(self.engine) as session:
                session.add(Credential(key=key))
        except IntegrityError:
            return  # another process made it in the same moment
