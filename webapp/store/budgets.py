"""The rate budget of each credential and company, shared by all processes: what Procore's headers said, and until when
nobody may call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError

from webapp.domain.credentials import Budget
from webapp.store.models import RateBudget
from webapp.store.session import system


class Budgets:
    """The budget store that Procore's adapter asks for. Each method is one short transaction."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine

    def read(self, key: str, procore_company_id: int) -> Budget | None:
        with system(self.engine, is_readonly=True) as session:
            row = session.scalars(select(RateBudget).where(*_is(key, procore_company_id))).one_or_none()
        return None if row is None else Budget(row.limit, row.remaining, row.reset_at, row.blocked_until)

    def note(self, key: str, procore_company_id: int, budget: Budget, now: datetime) -> None:
        self._put(
            key,
            procore_company_id,
            limit=budget.limit,
            remaining=budget.remaining,
            reset_at=budget.reset_at,
            seen_at=now,
        )

    def block(self, key: str, procore_company_id: int, until: datetime, now: datetime) -> None:
        """An earlier time never shortens a later one that still counts."""
        self._put(key, procore_company_id, seen_at=now)
        shorter = or_(RateBudget.blocked_until.is_(None), RateBudget.blocked_until < until)
        self._set(key, procore_company_id, shorter, blocked_until=until)

    def claim_probe(self, key: str, procore_company_id: int, seen: datetime, until: datetime) -> bool:
        return self._set(key, procore_company_id, RateBudget.blocked_until == seen, blocked_until=until)

    def unblock(self, key: str, procore_company_id: int, seen: datetime) -> None:
        self._set(key, procore_company_id, RateBudget.blocked_until == seen, blocked_until=None)

    def _put(self, key: str, procore_company_id: int, **values: Any) -> None:
        """Sets the row, making it first where there is none."""
        if self._set(key, procore_company_id, **values):
            return
        row = RateBudget(credential_key=key, procore_company_id=procore_company_id, **values)
        try:
            with system(self.engine) as session:
                session.add(row)
        except IntegrityError:  # another process made it in the same moment
            self._set(key, procore_company_id, **values)

    def _set(self, key: str, procore_company_id: int, *where: Any, **values: Any) -> bool:
        """Compare-and-set in one statement: whether the row was as expected."""
        change = update(RateBudget).where(*_is(key, procore_company_id), *where).values(**values)
        with system(self.engine) as session:
            result = session.execute(change)
            return isinstance(result, CursorResult) and result.rowcount == 1


def _is(key: str, procore_company_id: int) -> tuple[Any, Any]:
    return RateBudget.credential_key == key, RateBudget.procore_company_id == procore_company_id
