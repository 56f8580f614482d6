"""In-memory twins of the stores that the adapter asks for. tests/unit/procore/test_stores.py runs one suite on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from webapp.domain import waits
from webapp.domain.bulk import BulkKinds
from webapp.domain.credentials import (
    SAME_WINDOW,
    Budget,
    Budgeted,
    Counted,
    CountedBy,
    StoredTokens,
    TokenPair,
)
from webapp.sync.ports import Clock


@dataclass
class _Row:
    stored: StoredTokens
    locked_by: str | None = None
    locked_until: datetime | None = None


class MemoryTokens:
    """`on_lock` runs just before a lock is given: what another process did in that moment; `on_save` before a pair is
    stored."""

    def __init__(self) -> None:
        self.rows: dict[str, _Row] = {}
        self.on_lock: Callable[[], None] = lambda: None
        self.on_save: Callable[[], None] = lambda: None

    def _row(self, key: str) -> _Row:
        return self.rows.setdefault(key, _Row(StoredTokens(None)))

    def read(self, key: str) -> StoredTokens | None:
        return self.rows[key].stored if key in self.rows else None

    def lock(self, key: str, owner: str, clock: Clock, span: timedelta) -> bool:
        self.on_lock()
        row, now = self._row(key), clock.now()
        if row.locked_until is not None and now < row.locked_until <= now + 2 * span:
            return False
        row.locked_by, row.locked_until = owner, now + span
        return True

    def unlock(self, key: str, owner: str) -> None:
        row = self._row(key)
        if row.locked_by == owner:
            row.locked_by = row.locked_until = None

    def save(self, key: str, pair: TokenPair) -> None:
        self.on_save()
        self.rows[key] = _Row(StoredTokens(pair))

    def refuse(self, key: str, at: datetime) -> None:
        self.rows[key] = _Row(StoredTokens(None, at))

    def forget(self, key: str) -> None:
        self.rows.pop(key, None)


class MemoryKinds:
    """What was seen of bulk creates; `learnt` keeps every change."""

    def __init__(self, kinds: BulkKinds | None = None) -> None:
        self.kinds = kinds or BulkKinds()
        self.learnt: list[BulkKinds] = []

    def read(self, procore_company_id: int) -> BulkKinds:
        return self.kinds

    def learn(self, procore_company_id: int, kinds: BulkKinds) -> None:
        self.kinds = kinds
        self.learnt.append(kinds)


class MemoryBudgets:
    """`writes` counts, because the real one must not write per call."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], Counted] = {}
        self.counted_by: CountedBy | None = None
        self.learnt_at: datetime | None = None
        self.writes = 0

    def budget(self, key: str, procore_company_id: int) -> Budget:
        return self._row(key, procore_company_id).budget

    def near(self, key: str, procore_company_id: int, now: datetime) -> Budgeted:
        others = [row for at, row in self.rows.items() if at != (key, procore_company_id)]
        return Budgeted(
            self._row(key, procore_company_id),
            tuple(row for row in others if _matters(row.budget, now)),
            self.counted_by,
            self.learnt_at,
        )

    def note(self, key: str, procore_company_id: int, budget: Budget, now: datetime) -> None:
        left, old = budget.remaining, self.budget(key, procore_company_id)
        is_same = bool(
            old.reset_at and budget.reset_at and abs(old.reset_at - budget.reset_at) <= SAME_WINDOW
        )
        if is_same and left is not None and old.remaining is not None:
            left = min(left, old.remaining)
        said = {"limit": budget.limit, "remaining": left, "reset_at": budget.reset_at}
        self._change(key, procore_company_id, now, **said)

    def take(self, key: str, procore_company_id: int) -> bool:
        left = self.budget(key, procore_company_id).remaining
        if not left:
            return False
        self._change(key, procore_company_id, None, remaining=left - 1)
        return True

    def block(self, key: str, procore_company_id: int, until: datetime, now: datetime) -> None:
        old = self.budget(key, procore_company_id).blocked_until
        is_later = old is not None and until < old <= now + waits.LONGEST
        self._change(key, procore_company_id, now, blocked_until=old if is_later else until)

    def fail(self, key: str, procore_company_id: int, down_until: datetime | None) -> None:
        old = self.budget(key, procore_company_id)
        down = old.down_until if down_until is None else down_until
        self._change(key, procore_company_id, None, failures=old.failures + 1, down_until=down)

    def recover(self, key: str, procore_company_id: int) -> None:
        self._change(key, procore_company_id, None, failures=0, down_until=None)

    def claim_probe(self, key: str, procore_company_id: int, seen: datetime, until: datetime) -> bool:
        if self.budget(key, procore_company_id).down_until != seen:
            return False
        self._change(key, procore_company_id, None, down_until=until)
        return True

    def learn(self, counted_by: CountedBy, now: datetime) -> None:
        self.counted_by, self.learnt_at = counted_by, now

    def _row(self, key: str, company: int) -> Counted:
        return self.rows.get((key, company), Counted(key, company, Budget()))

    def _change(self, key: str, company: int, now: datetime | None, **values: Any) -> None:
        self.writes += 1
        old = self._row(key, company)
        self.rows[key, company] = replace(
            old, budget=replace(old.budget, **values), seen_at=now or old.seen_at
        )


def _matters(budget: Budget, now: datetime) -> bool:
    is_low = budget.reset_at is not None and budget.reset_at > now and budget.left < 0.25
    return is_low or (budget.blocked_until is not None and budget.blocked_until > now)
