"""The rate budget of each credential and company, shared by all processes: what Procore's headers said, until when
nobody may call, how often it did not answer, and what it counts calls by."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Engine, and_, bindparam, case, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import IntegrityError

from webapp.domain import waits
from webapp.domain.credentials import SAME_WINDOW, Budget, Budgeted, Counted, CountedBy
from webapp.store.models import RateBudget
from webapp.store.session import system
from webapp.store.times import has_come

EVERYBODY = ("*", 0)
"""The row that says what Procore counts by."""


class Budgets:
    """The budget store that Procore's adapter asks for. Each method is one short transaction."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine

    def near(self, key: str, procore_company_id: int, now: datetime) -> Budgeted:
        given = {"key": key, "company": procore_company_id, "now": now}
        with system(self.engine, is_readonly=True) as session:
            found = {(r.credential_key, r.procore_company_id): r for r in session.scalars(_NEAR, given)}
        everybody, own = found.pop(EVERYBODY, None), found.pop((key, procore_company_id), None)
        return Budgeted(
            _counted(own) if own else Counted(key, procore_company_id, Budget()),
            tuple(_counted(row) for row in found.values()),
            cast(CountedBy | None, everybody.counted_by) if everybody else None,
            everybody.seen_at if everybody else None,
        )

    def note(self, key: str, procore_company_id: int, budget: Budget, now: datetime) -> None:
        said = {"limit": budget.limit, "reset_at": budget.reset_at, "seen_at": now}
        if not self._set(key, procore_company_id, **said, remaining=_lower(budget)):
            self._put(key, procore_company_id, **said, remaining=budget.remaining)

    def take(self, key: str, procore_company_id: int) -> bool:
        fewer = RateBudget.remaining - 1
        return self._set(key, procore_company_id, RateBudget.remaining > 0, remaining=fewer)

    def block(self, key: str, procore_company_id: int, until: datetime, now: datetime) -> None:
        """An earlier time never shortens a later one that still counts."""
        self._put(key, procore_company_id, seen_at=now)
        is_shorter = has_come(RateBudget.blocked_until, until, now + waits.LONGEST)
        self._set(key, procore_company_id, is_shorter, blocked_until=until)

    def fail(self, key: str, procore_company_id: int, down_until: datetime | None) -> None:
        down = {} if down_until is None else {"down_until": down_until}
        if not self._set(key, procore_company_id, failures=RateBudget.failures + 1, **down):
            self._put(key, procore_company_id, failures=1, **down)

    def recover(self, key: str, procore_company_id: int) -> None:
        self._set(key, procore_company_id, failures=0, down_until=None)

    def claim_probe(self, key: str, procore_company_id: int, seen: datetime, until: datetime) -> bool:
        return self._set(key, procore_company_id, RateBudget.down_until == seen, down_until=until)

    def learn(self, counted_by: CountedBy, now: datetime) -> None:
        self._put(*EVERYBODY, counted_by=counted_by, seen_at=now)

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


def _lower(heard: Budget) -> Any:
    """What remains, or what was known to remain of the same window when that is less."""
    if heard.remaining is None or heard.reset_at is None:
        return heard.remaining
    is_same = RateBudget.reset_at.between(heard.reset_at - SAME_WINDOW, heard.reset_at + SAME_WINDOW)
    return case(
        (is_same & (RateBudget.remaining < heard.remaining), RateBudget.remaining), else_=heard.remaining
    )


def _is(key: Any, procore_company_id: Any) -> tuple[Any, Any]:
    return RateBudget.credential_key == key, RateBudget.procore_company_id == procore_company_id


_NEAR = select(RateBudget).where(
    or_(
        and_(*_is(bindparam("key"), bindparam("company"))),
        and_(*_is(*EVERYBODY)),
        RateBudget.blocked_until > bindparam("now"),
        and_(RateBudget.reset_at > bindparam("now"), RateBudget.remaining * 4 < RateBudget.limit),
    )
)
"""Put together once: it is asked before every call, and putting it together takes longer than asking."""


def _counted(row: RateBudget) -> Counted:
    budget = Budget(row.limit, row.remaining, row.reset_at, row.blocked_until, row.failures, row.down_until)
    return Counted(row.credential_key, row.procore_company_id, budget, row.seen_at)
