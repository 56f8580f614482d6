"""The five counts, in records and hours, over all links of a company."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select

from webapp.store.models import Link
from webapp.store.session import StoreSession


def counts(session: StoreSession) -> dict[str, tuple[int, Decimal]]:
    """state → (records, hours). Settled tombstones hold no record any more and are not counted."""
    rows = session.execute(
        select(Link.state, func.count(Link.id), func.sum(Link.hours))
        .where(Link.is_tombstone.is_(False) | (Link.state != "in_sync"))
        .group_by(Link.state)
    )
    return {state: (records, hours or Decimal(0)) for state, records, hours in rows}
