"""Conflicts: what both sides changed, kept with both values, whoever won."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.domain.timecard import to_json
from webapp.store.models import ClashRow, Link
from webapp.store.session import StoreSession
from webapp.sync.ports import ClashKept


def keep_clash(session: StoreSession, link: Link, clash: ClashKept, now: datetime) -> None:
    """One open row per record, kind and unit, brought up to date while it is open."""
    row = session.scalars(
        select(ClashRow).where(
            ClashRow.link_id == link.id,
            ClashRow.kind == clash.kind,
            ClashRow.unit.is_(None) if clash.unit is None else ClashRow.unit == clash.unit,
            ClashRow.resolved_at.is_(None),
        )
    ).first()
    if row is None:
        row = ClashRow(link_id=link.id, kind=clash.kind, unit=clash.unit, found_at=now)
        session.add(row)
    row.ours = to_json(clash.ours) if clash.ours else None
    row.theirs = to_json(clash.theirs) if clash.theirs else None
    row.base = (
        {"ours": to_json(clash.base.ours), "theirs": to_json(clash.base.theirs)} if clash.base else None
    )
    row.winner = clash.winner
    if clash.winner is not None:
        row.resolved_at, row.resolved_by = now, "rule"
