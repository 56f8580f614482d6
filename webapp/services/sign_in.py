"""Signing in with Procore: a state goes out, a code comes back, and the frame that asked takes the session over.

The popup and the frame keep cookies in different jars, so the popup cannot sign the frame in. It gets a one-time code
instead (60 s), handed to its opener by postMessage at the app's own origin; the frame redeems it together with the
nonce that it drew and never showed anyone but by its hash.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from webapp import wiring
from webapp.errors import InvalidInput, SignInExpired, TryLater
from webapp.store import sign_ins
from webapp.store.session import system
from webapp.store.sign_ins import Pending, hashed

STATE_LASTS = timedelta(minutes=10)
CODE_LASTS = timedelta(seconds=60)
NONCE_HASH = re.compile(r"[0-9a-f]{64}")


class SignInFailed(InvalidInput):
    """What went wrong, in words that say what to do."""

    status = 400
    title = "The sign-in did not work"


@dataclass(frozen=True, slots=True)
class Begun:
    """`address`: Procore's page where the person allows it."""

    state: str = field(repr=False)
    address: str


@dataclass(frozen=True, slots=True)
class Completed:
    """`hand_over`: the code for the frame; None when this browser tab itself is to be signed in."""

    procore_user_id: int
    procore_company_id: int | None
    return_to: str
    hand_over: str | None = field(repr=False, default=None)


def begin(return_to: str, nonce_hash: str = "", procore_company_id: int | None = None) -> Begun:
    """`nonce_hash`: SHA-256 in hex of what the frame drew; empty for a tab of its own."""
    if nonce_hash and not NONCE_HASH.fullmatch(nonce_hash):
        raise SignInFailed("The page that asked to sign in is broken. Reload it and try again.")
    now, state = wiring.clock().now(), secrets.token_urlsafe(32)
    with system() as session:
        pending = Pending(nonce_hash, None, procore_company_id, return_to)
        sign_ins.begin(session, state, pending, now, now + STATE_LASTS)
    return Begun(state, wiring.oauth().authorize_url(state))


def complete(state: str, code: str) -> Completed:
    """Procore sent the person back. Raises SignInFailed when the state is unknown, used or too old, or Procore refuses
    the code."""
    with system() as session:
        pending = sign_ins.take_state(session, state, wiring.clock().now())
    if pending is None:
        raise SignInFailed(
            "This sign-in was used already or took longer than ten minutes. Please start again."
        )
    user_id = _person_of(code)
    if not pending.nonce_hash:
        return Completed(user_id, pending.procore_company_id, pending.return_to)
    now, hand_over = wiring.clock().now(), secrets.token_urlsafe(32)
    with system() as session:
        known = Pending(pending.nonce_hash, user_id, pending.procore_company_id, pending.return_to)
        sign_ins.hand_over(session, hand_over, known, now, now + CODE_LASTS)
    return Completed(user_id, pending.procore_company_id, pending.return_to, hand_over)


def refused(state: str, error: str) -> SignInFailed:
    """Procore sent the person back without a code. The state is spent."""
    with system() as session:
        sign_ins.take_state(session, state, wiring.clock().now())
    if error == "access_denied":
        return SignInFailed("You did not allow Timesite to use your Procore account. Nothing was changed.")
    return SignInFailed("Procore did not let the sign-in go through. Please try again in a minute.")


def redeem(code: str, nonce: str) -> Completed:
    """The frame takes the session over. One try: a wrong nonce spends the code."""
    return _redeemed(code, hashed(nonce))


def redeem_here(code: str) -> Completed:
    """The window that completed the sign-in takes it itself, because the frame is gone. The caller has made sure that
    it is that window."""
    return _redeemed(code, None)


def companies_of(procore_user_id: int) -> list[int]:
    """The Procore companies of the person, to choose from; empty when Procore cannot say now."""
    try:
        return [company.id for company in wiring.person(procore_user_id).companies()]
    except TryLater:
        return []


def purge() -> None:
    """Forgets sign-ins that ran out."""
    with system() as session:
        sign_ins.purge(session, wiring.clock().now())


def _redeemed(code: str, nonce_hash: str | None) -> Completed:
    with system() as session:
        pending = sign_ins.take_code(session, code, wiring.clock().now(), nonce_hash)
    if pending is None or pending.procore_user_id is None:
        raise SignInFailed(
            "This sign-in was used already or took longer than a minute. Please sign in again."
        )
    return Completed(pending.procore_user_id, pending.procore_company_id, pending.return_to)


def _person_of(code: str) -> int:
    """Exchanges the code, finds out whose it is and keeps the tokens under that name."""
    try:
        return wiring.sign_in_person(code)
    except SignInExpired as error:
        raise SignInFailed(
            "Procore says that this sign-in is not valid any more. Please start again."
        ) from error
