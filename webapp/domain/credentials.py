"""Tokens and rate budgets as plain facts: Procore's adapter uses them, the store keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

SERVICE = "service"
"""The credential key of the service account: one token for all companies."""


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


@dataclass(frozen=True, slots=True)
class Budget:
    """What Procore's headers last said for one credential and company. Times by our own clock."""

    limit: int | None = None
    remaining: int | None = None
    reset_at: datetime | None = None
    blocked_until: datetime | None = None
