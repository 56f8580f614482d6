"""What the signed session cookie holds: who signed in, until when, which company they look at, sign-ins under way.

It names facts that the server checks each time; it grants nothing by itself. The cookie is the frame's own: partitioned
by the site that embeds us, so the frame and a tab of its own sign in separately.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import session

from webapp import wiring

LASTS = timedelta(hours=12)
MOST_SIGN_INS = 5


def start(procore_user_id: int, procore_company_ids: list[int], company: int | None) -> None:
    """A new session; whatever was in an old one is gone."""
    session.clear()
    session["user"] = str(procore_user_id)
    session["companies"] = [str(company_id) for company_id in procore_company_ids[:30]]
    session["until"] = int((wiring.clock().now() + LASTS).timestamp())
    if company is not None:
        session["company"] = str(company)


def signed_in_user() -> int | None:
    """The Procore user of this session, while it lasts."""
    user, until = session.get("user"), session.get("until", 0)
    if not user or until < wiring.clock().now().timestamp():
        return None
    return int(user)


def company() -> int | None:
    """The Procore company last looked at."""
    return int(session["company"]) if session.get("company") else None


def companies() -> list[int]:
    """The Procore companies of the person when they signed in."""
    return [int(company_id) for company_id in session.get("companies", [])]


def remember_company(procore_company_id: int) -> None:
    if session.get("company") != str(procore_company_id):
        session["company"] = str(procore_company_id)


def begin_sign_in(state: str) -> None:
    """This browser asked for a sign-in with this state; only it may complete it."""
    session["states"] = [*session.get("states", []), _mark(state)][-MOST_SIGN_INS:]


def began_sign_in(state: str) -> bool:
    return _mark(state) in session.get("states", [])


def end_sign_in(state: str) -> None:
    session["states"] = [other for other in session.get("states", []) if other != _mark(state)]


def note_completed(hand_over: str) -> None:
    """This window completed a sign-in for a frame; should the frame be gone, it may go on itself."""
    session["completed"] = _mark(hand_over)


def completed_sign_in(hand_over: str) -> bool:
    return session.get("completed") == _mark(hand_over)


def _mark(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
