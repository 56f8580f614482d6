"""Causes that keep records from being in sync: listed with counts, counted before a fix, released by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, or_, select

from webapp.store import marks
from webapp.store.models import Link
from webapp.store.session import StoreSession
from webapp.sync.holds import in_line


@dataclass(frozen=True, slots=True)
class Held:
    """One cause. `since`: the oldest mark it holds. `next_at`: when the first is looked at again by itself."""

    key: str
    text: str
    state: str
    records: int
    hours: Decimal
    since: datetime | None
    next_at: datetime | None


def causes(session: StoreSession) -> list[Held]:
    """Every cause that keeps records from being in sync, the largest first."""
    rows = session.execute(
        select(
            Link.reason_key,
            func.max(Link.reason_text),
            Link.state,
            func.count(Link.id),
            func.sum(Link.hours),
            func.min(Link.marked_at),
            func.min(Link.not_before),
        )
        .where(Link.reason_key.is_not(None), Link.state != "in_sync")
        .group_by(Link.reason_key, Link.state)
        .order_by(func.count(Link.id).desc(), Link.reason_key)
    )
    return [
        Held(str(key), text or "", state, records, hours or Decimal(0), since, next_at)
        for key, text, state, records, hours, since, next_at in rows
    ]


def count_held(session: StoreSession, *keys: str) -> tuple[int, Decimal]:
    """How many records these reasons keep back, and their hours: told before the cause is fixed."""
    row = session.execute(
        select(func.count(Link.id), func.sum(Link.hours)).where(
            Link.reason_key.in_(keys), Link.state != "in_sync"
        )
    ).one()
    return int(row[0]), row[1] or Decimal(0)


def held_keys(session: StoreSession, *kinds: str) -> list[str]:
    """The reasons of these kinds that keep something back now."""
    begins = [Link.reason_key.startswith(f"{kind}:", autoescape=True) for kind in kinds]
    query = select(Link.reason_key).where(or_(Link.reason_key.in_(kinds), *begins)).distinct()
    return [key for key in session.scalars(query) if key is not None]


def release(session: StoreSession, keys: Iterable[str], now: datetime) -> int:
    """The causes are gone: every record that they kept back is looked at again. How many."""
    return marks.mark_reason_fixed(session, *keys, now=now)


def release_kinds(session: StoreSession, now: datetime, *kinds: str) -> int:
    """Whatever these kinds of reasons keep back is looked at again."""
    return release(session, held_keys(session, *kinds), now)


def told(is_waiting: bool, key: str | None, text: str | None) -> tuple[str | None, str | None]:
    """Key and sentence as people are told them: what waits, and nothing is written down why, waits for its turn."""
    if not is_waiting or key is not None:
        return key, text
    return in_line().key, in_line().text
