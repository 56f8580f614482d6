"""What is still owed to Procore; its rows outlive the company's own (R7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import delete, or_, select

from webapp.store.models import Removal
from webapp.store.session import StoreSession


class Owed(TypedDict, total=False):
    """One thing to remove at Procore: a hook, without its id where that was never learnt, or a person's tokens."""

    hook: str | None
    project: int | None
    user: int


def owe(session: StoreSession, procore_company_id: int, owed: list[Owed], now: datetime) -> int:
    removal = Removal(procore_company_id=procore_company_id, hooks=owed, asked_at=now)
    session.add(removal)
    session.flush()
    return removal.id


def owed(session: StoreSession, removal_id: int) -> tuple[int, list[Owed]] | None:
    """(Procore company, what is still to be removed)."""
    removal = session.get(Removal, removal_id)
    return (removal.procore_company_id, list(removal.hooks)) if removal else None


def settle(session: StoreSession, removal_id: int, left: list[Owed], now: datetime) -> None:
    """What is left after a try; nothing left removes the row."""
    removal = session.get(Removal, removal_id)
    if removal is None:
        return
    if left:
        removal.hooks, removal.tried_at = left, now
    else:
        session.delete(removal)


def due(session: StoreSession, now: datetime, again: timedelta, at_most: timedelta) -> list[int]:
    """Also gives up on what was asked too long ago."""
    session.execute(delete(Removal).where(Removal.asked_at < now - at_most))
    return list(
        session.scalars(
            select(Removal.id).where(or_(Removal.tried_at.is_(None), Removal.tried_at <= now - again))
        )
    )


def forget(session: StoreSession, procore_company_id: int) -> None:
    """The company is connected again: its hooks at our address were looked through, nothing is owed."""
    session.execute(delete(Removal).where(Removal.procore_company_id == procore_company_id))
