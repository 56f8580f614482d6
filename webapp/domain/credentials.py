"""Tokens and rate budgets as plain facts: Procore's adapter uses them, the store keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal

SERVICE = "service"
"""The credential key of the service account: one token for all companies."""
SAME_WINDOW = timedelta(seconds=1)
"""Headers tell whole seconds: ends of windows that are so close to each other are one."""


def user_key(procore_user_id: int) -> str:
    """The credential key of a signed-in person."""
    return f"user:{procore_user_id}"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """`refresh_token` is single use, and None for the service account. `expires_at` by our own clock."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """What is kept under a key: a pair, or since when Procore refuses to renew it."""

    pair: TokenPair | None
    refused_at: datetime | None = None


class Priority(Enum):
    """Who goes first when Procore's budget is nearly used up: the part of a window that is left to those before."""

    FIRST = 0.0
    """A person who waits, a change that was just made."""
    BACKLOG = 0.1
    """The rest of a company that has more than one turn's work."""
    BACKGROUND = 0.25
    """Sweeps, checks, directories: nobody waits for them."""


CountedBy = Literal["app", "app_company", "app_company_user"]
"""What Procore may count calls by (README of the contract, 12.22); its headers tell."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What Procore's headers last said for one credential and company. Times by our own clock. `failures`: answers
    in a row that never came, or were a 5xx; nobody calls before `down_until`, then one tries."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    blocked_until: datetime | None = None
    failures: int = 0
    down_until: datetime | None = None

    @property
    def left(self) -> float:
        """The part of the window that is left; 1 when Procore did not say."""
        if self.remaining is None or not self.limit:
            return 1.0
        return min(self.remaining / self.limit, 1.0)


@dataclass(frozen=True, slots=True)
class Counted:
    """One row of the budget: for whom, what was said, and when."""

    key: str
    company: int
    budget: Budget
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Budgeted:
    """What one call has to know: its own row, those of others that are blocked or low, and what Procore counts by
    (None: not known yet)."""

    own: Counted
    others: tuple[Counted, ...] = ()
    counted_by: CountedBy | None = None
    learnt_at: datetime | None = None
