"""In-memory twins of the stores that the adapter asks for. tests/unit/procore/test_stores.py runs one suite on both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from webapp.domain.credentials import Budget, StoredTokens, TokenPair


@dataclass
class _Row:
    stored: StoredTokens
    locked_by: str | None = None
    locked_until: datetime | None = None


class MemoryTokens:
    """`on_lock` runs just before a lock is given: what another process did in that moment."""

    def __init__(self) -> None:
        self.rows: dict[str, _Row] = {}
        self.on_lock: Callable[[], None] = lambda: None

    def _row(self, key: str) -> _Row:
        return self.rows.setdefault(key, _Row(StoredTokens(None)))

    def read(self, key: str) -> StoredTokens | None:
        return self.rows[key].stored if key in self.rows else None

    def lock(self, key: str, owner: str, now: datetime, until: datetime) -> bool:
        self.on_lock()
        row = self._row(key)
        if row.locked_until is not None and row.locked_until > now:
            return False
        row.locked_by, row.locked_until = owner, until
        return True

    def unlock(self, key: str, owner: str) -> None:
        row = self._row(key)
        if row.locked_by == owner:
            row.locked_by = row.locked_until = None

    def save(self, key: str, pair: TokenPair) -> None:
        self.rows[key] = _Row(StoredTokens(pair))

    def refuse(self, key: str, at: datetime) -> None:
        self.rows[key] = _Row(StoredTokens(None, at))

    def forget(self, key: str) -> None:
        self.rows.pop(key, None)


class MemoryBudgets:
    """`writes` counts, because the real one must not write per call."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], Budget] = {}
        self.reads = self.writes = 0

    def read(self, key: str, procore_company_id: int) -> Budget | None:
        self.reads += 1
        return self.rows.get((key, procore_company_id))

    def note(self, key: str, procore_company_id: int, budget: Budget, now: datetime) -> None:
        self.writes += 1
        blocked = self.rows.get((key, procore_company_id), Budget()).blocked_until
        self.rows[key, procore_company_id] = replace(budget, blocked_until=blocked)

    def block(self, key: str, procore_company_id: int, until: datetime, now: datetime) -> None:
        self.writes += 1
        old = self.rows.get((key, procore_company_id), Budget())
        self.rows[key, procore_company_id] = replace(
            old, blocked_until=max(until, old.blocked_until or until)
        )

    def claim_probe(self, key: str, procore_company_id: int, seen: datetime, until: datetime) -> bool:
        self.writes += 1
        return self._swap(key, procore_company_id, seen, until)

    def unblock(self, key: str, procore_company_id: int, seen: datetime) -> None:
        self.writes += 1
        self._swap(key, procore_company_id, seen, None)

    def _swap(self, key: str, company: int, seen: datetime, new: datetime | None) -> bool:
        old = self.rows.get((key, company))
        if old is None or old.blocked_until != seen:
            return False
        self.rows[key, company] = replace(old, blocked_until=new)
        return True
