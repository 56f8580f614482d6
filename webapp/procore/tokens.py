"""Access tokens by credential key: renewed ahead of expiry, by one process at a time, stored before first use.

Procore's refresh tokens are single use and void even when the answer to a refresh is lost: hence the lock, and hence
"read again, refresh, store" under it (mechanism 16).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.domain.credentials import SERVICE, StoredTokens, TokenPair
from webapp.errors import ProcoreUnavailable, SignInExpired, TryLater
from webapp.procore.oauth import OAuth
from webapp.procore.pacing import Pacer
from webapp.procore.ports import Rng, TokenStore
from webapp.sync.ports import Clock

RENEW_AHEAD, JITTER = timedelta(minutes=15), timedelta(minutes=5)
READ_AGAIN = timedelta(seconds=5)
LOCK = timedelta(seconds=45)
"""Longer than one token request can take, connecting and reading."""
LONGEST_WAIT = timedelta(seconds=10)
"""Of the lock's time, what may pass until it is stored: the database may have been busy."""
POLL_SECONDS, POLLS = 0.1, 100
ASK_AGAIN = timedelta(seconds=60)
"""How soon a refused or failed renewal is tried again: a storm of token requests helps nobody."""
BRAND_NEW = timedelta(seconds=10)
"""A token this young that is refused is not renewed: the cause is elsewhere."""


@dataclass(slots=True)
class _Memory:
    pair: TokenPair
    read_at: datetime
    renew_at: datetime


class Tokens:
    def __init__(
        self,
        store: TokenStore,
        oauth: OAuth,
        pacer: Pacer,
        clock: Clock,
        rng: Rng,
        pause: Callable[[float], None],
    ) -> None:
        self.store, self.oauth, self.pacer = store, oauth, pacer
        self.clock, self.rng, self.pause = clock, rng, pause
        self._memories: dict[str, _Memory] = {}
        self._renewed_at: dict[str, datetime] = {}
        self._failed_at: dict[str, datetime] = {}

    def access(self, key: str) -> str:
        """A token that is good for now. Raises SignInExpired, or TryLater when Procore's sign-in does not answer."""
        now = self.clock.now()
        memory = self._remembered(key, now)
        if memory is None:
            return self._renew(key, stale=None)
        if now < memory.renew_at:
            return memory.pair.access_token
        return self._renew_ahead(key, memory.pair, now)

    def after_refusal(self, key: str, refused: str) -> str | None:
        """Another token after a 401: the one renewed elsewhere meanwhile, or a new one. None if the refused one was
        brand new, so that a new one would not help. Raises SignInExpired."""
        now = self.clock.now()
        self._memories.pop(key, None)
        memory = self._remembered(key, now)
        if memory is not None and memory.pair.access_token != refused and now < memory.pair.expires_at:
            return memory.pair.access_token
        if _is_within(self._renewed_at.get(key), now, BRAND_NEW):
            return None
        return self._renew(key, stale=refused)

    def is_alive(self, token: str) -> bool:
        """Whether Procore's sign-in still knows this token."""
        try:
            self.oauth.info(token)
        except SignInExpired:
            return False
        return True

    def keep(self, key: str, pair: TokenPair) -> None:
        """A pair that was just exchanged for a code."""
        self.store.save(key, pair)
        self._remember(key, pair)

    def forget(self, key: str) -> None:
        """Revokes the pair at Procore and erases it here, in that order: a failure leaves it to be tried again."""
        stored = self.store.read(key)
        if stored is not None and stored.pair is not None:
            self.oauth.revoke(stored.pair.access_token)
        self._memories.pop(key, None)
        self.store.forget(key)

    def _remembered(self, key: str, now: datetime) -> _Memory | None:
        """The pair as last read, at most a few seconds ago."""
        memory = self._memories.get(key)
        if memory is not None and _is_within(memory.read_at, now, READ_AGAIN):
            return memory
        stored = self.store.read(key)
        if stored is None or stored.pair is None:
            self._memories.pop(key, None)
            self._raise_if_refused(key, stored, now)
            return None
        if memory is not None and memory.pair == stored.pair:
            memory.read_at = now
            return memory
        return self._remember(key, stored.pair)

    def _remember(self, key: str, pair: TokenPair) -> _Memory:
        ahead = RENEW_AHEAD + JITTER * self.rng.uniform(-1, 1)
        memory = _Memory(pair, self.clock.now(), pair.expires_at - ahead)
        self._memories[key] = memory
        return memory

    def _raise_if_refused(self, key: str, stored: StoredTokens | None, now: datetime) -> None:
        if key != SERVICE:
            if stored is None or stored.pair is None:
                raise SignInExpired("Sign in with Procore again.")
        elif stored is not None and _is_within(stored.refused_at, now, ASK_AGAIN):
            raise SignInExpired("Procore refuses the app's service account.")

    def _renew_ahead(self, key: str, pair: TokenPair, now: datetime) -> str:
        """Nobody waits for a renewal ahead of time: while the old token lives it will do."""
        if now >= pair.expires_at:
            return self._renew(key, stale=pair.access_token)
        if _is_within(self._failed_at.get(key), now, ASK_AGAIN):
            return pair.access_token
        owner = self._owner()
        if not self._lock(key, owner):
            return pair.access_token
        try:
            return self._renew_locked(key, owner, stale=pair.access_token)
        except TryLater:
            return pair.access_token

    def _renew(self, key: str, stale: str | None) -> str:
        """Renews, or waits until another process has."""
        owner = self._owner()
        for _ in range(POLLS):
            now = self.clock.now()
            if self._lock(key, owner):
                return self._renew_locked(key, owner, stale)
            self.pause(POLL_SECONDS)
            stored = self.store.read(key)
            if stored is None or stored.pair is None:
                self._raise_if_refused(key, stored, now)
            elif stored.pair.access_token != stale and now < stored.pair.expires_at:
                return self._remember(key, stored.pair).pair.access_token
        raise ProcoreUnavailable("The sign-in with Procore is being renewed; it takes unusually long.")

    def _lock(self, key: str, owner: str) -> bool:
        """The lock, with enough of its time left for a request: to take it, or to store that, may have taken long."""
        now = self.clock.now()
        if not self.store.lock(key, owner, self.clock, LOCK):
            return False
        if self.clock.now() - now <= LONGEST_WAIT:
            return True
        self.store.unlock(key, owner)
        return False

    def _renew_locked(self, key: str, owner: str, stale: str | None) -> str:
        """Under the lock: read again, refresh, store. Gives the lock back on every road out."""
        try:
            stored = self.store.read(key)
            pair = stored.pair if stored else None
            if pair is not None and pair.access_token != stale and self.clock.now() < pair.expires_at:
                self.store.unlock(key, owner)
                return self._remember(key, pair).pair.access_token
            if pair is None:
                self._raise_if_refused(key, stored, self.clock.now())
            renewed = self._ask(key, pair)
        except BaseException:
            self._failed_at[key] = self.clock.now()
            self.store.unlock(key, owner)
            raise
        self.store.save(key, renewed)
        self._renewed_at[key] = self.clock.now()
        self._failed_at.pop(key, None)
        return self._remember(key, renewed).pair.access_token

    def _ask(self, key: str, pair: TokenPair | None) -> TokenPair:
        """One request; while the sign-in host is away, one every half minute, whoever asks."""
        permit = self.pacer.before(f"token:{key}", 0)
        try:
            renewed = self._request(key, pair)
        except SignInExpired:
            self.pacer.recovered(permit)
            self._memories.pop(key, None)
            self.store.refuse(key, self.clock.now())
            raise
        except TryLater:
            self.pacer.unheard(permit)
            raise
        self.pacer.recovered(permit)
        return renewed

    def _request(self, key: str, pair: TokenPair | None) -> TokenPair:
        if key == SERVICE:
            return self.oauth.client_credentials()
        if pair is None or pair.refresh_token is None:
            raise SignInExpired("Sign in with Procore again.")
        return self.oauth.refresh(pair.refresh_token)

    def _owner(self) -> str:
        """Unlike any other: two threads of one process must not take each other's lock for their own."""
        return f"{os.getpid()}:{self.rng.getrandbits(64):016x}"


def _is_within(at: datetime | None, now: datetime, span: timedelta) -> bool:
    """Whether it was that lately. What lies further ahead was told by a clock that has been put back since."""
    return at is not None and abs(now - at) < span
