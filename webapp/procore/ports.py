"""What this package needs kept for it across processes: tokens, rate budgets, kinds of bulk create. The store fulfils
these by shape."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from webapp.domain.bulk import BulkKinds
from webapp.domain.credentials import Budget, Budgeted, CountedBy, StoredTokens, TokenPair
from webapp.sync.ports import Clock


class Rng(Protocol):
    """Randomness for jitter and lock owners; random.Random has this shape."""

    def uniform(self, a: float, b: float) -> float: ...

    def getrandbits(self, k: int) -> int: ...


class TokenStore(Protocol):
    """Pairs by credential key, with one lock each. Every method is one short transaction, durable when it returns."""

    def read(self, key: str) -> StoredTokens | None: ...

    def lock(self, key: str, owner: str, clock: Clock, span: timedelta) -> bool:
        """For `span`. True if nobody holds the lock, the holder's time is over, or its end was told by a clock that has
        been put back since. The clock is read when nobody else can take the lock any more: to one read before, a lock
        that was taken meanwhile would look like one of a clock put back."""

    def unlock(self, key: str, owner: str) -> None:
        """Gives the lock back if `owner` still holds it."""

    def save(self, key: str, pair: TokenPair) -> None:
        """Stores the new pair, forgets a refusal and gives the lock back."""

    def refuse(self, key: str, at: datetime) -> None:
        """Procore will not renew these: erases the pair, notes when, and gives the lock back."""

    def forget(self, key: str) -> None:
        """Erases everything under the key."""


class BudgetStore(Protocol):
    """One budget per credential key and Procore company (0: calls about no company). Each method is one short
    transaction."""

    def near(self, key: str, procore_company_id: int, now: datetime) -> Budgeted:
        """The row itself, and all others that are blocked or low (under a quarter) at `now`."""

    def note(self, key: str, procore_company_id: int, budget: Budget, now: datetime) -> None:
        """Keeps limit, remaining and reset; leaves all else alone. Within a window what remains never grows: answers
        overtake each other, and calls that were taken are still under way."""

    def take(self, key: str, procore_company_id: int) -> bool:
        """One call fewer remains of the row's window. False when none is left."""

    def block(self, key: str, procore_company_id: int, until: datetime, now: datetime) -> None:
        """Nobody calls before `until`; an earlier time never shortens a later one."""

    def fail(self, key: str, procore_company_id: int, down_until: datetime | None) -> None:
        """One more answer that never came. `down_until` None leaves that as it is."""

    def recover(self, key: str, procore_company_id: int) -> None:
        """An answer came: nothing failed, nothing is down."""

    def claim_probe(self, key: str, procore_company_id: int, seen: datetime, until: datetime) -> bool:
        """Compare-and-set of `down_until` from `seen` to `until`: True for the one that may try again."""

    def learn(self, counted_by: CountedBy, now: datetime) -> None:
        """What Procore counts by, as its headers told."""


class BulkStore(Protocol):
    """What was seen of the bulk creates in each company."""

    def read(self, procore_company_id: int) -> BulkKinds: ...

    def learn(self, procore_company_id: int, kinds: BulkKinds) -> None: ...
