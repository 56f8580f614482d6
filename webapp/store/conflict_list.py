"""Conflicts as people see them: lists, one, and the rows themselves to decide about."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy import func as sql

from webapp.domain.conflict import ConflictView, Side, SideView
from webapp.domain.timecard import UNITS
from webapp.domain.timesheet import Actor
from webapp.store.conflict_words import Words
from webapp.store.conflicts import card_of
from webapp.store.messages import visible
from webapp.store.models import ClashRow, Link
from webapp.store.session import StoreSession
from webapp.sync.ports import PLACE


def page(
    session: StoreSession, actor: Actor, state: str | None, offset: int, limit: int
) -> tuple[list[ConflictView], int]:
    """Newest first, and how many in all. `state`: open or resolved."""
    conditions: list[ColumnElement[bool]] = [visible(actor)]
    if state is not None:
        open_ones = ClashRow.resolved_at.is_(None)
        conditions.append(open_ones if state == "open" else ~open_ones)
    count = select(sql.count(ClashRow.id)).join(Link, Link.id == ClashRow.link_id).where(*conditions)
    query = select(ClashRow, Link).join(Link, Link.id == ClashRow.link_id).where(*conditions)
    words = Words(session)
    rows = session.execute(query.order_by(ClashRow.id.desc()).offset(offset).limit(limit))
    return [view(words, row, link) for row, link in rows], session.scalar(count) or 0


def one(session: StoreSession, actor: Actor, conflict_id: int) -> tuple[ClashRow, Link] | None:
    """The rows themselves, to be changed."""
    found = session.execute(
        select(ClashRow, Link)
        .join(Link, Link.id == ClashRow.link_id)
        .where(ClashRow.id == conflict_id, visible(actor))
        .with_for_update()
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def is_asked(session: StoreSession, link_id: int, unit: str | None) -> bool:
    """Whether the same thing clashes again."""
    query = select(ClashRow.id).where(ClashRow.link_id == link_id, ClashRow.closed_at.is_(None))
    query = query.where(ClashRow.unit.is_(None) | (ClashRow.unit == unit)) if unit else query
    return session.scalar(query.limit(1)) is not None


def decided_with(session: StoreSession, row: ClashRow) -> list[ClashRow]:
    """A project and its cost code are decided together (D68)."""
    if row.unit not in PLACE:
        return []
    query = select(ClashRow).where(ClashRow.link_id == row.link_id, ClashRow.closed_at.is_(None))
    return list(session.scalars(query.where(ClashRow.unit.in_(PLACE - {row.unit}))))


def view(words: Words, row: ClashRow, link: Link) -> ConflictView:
    units = UNITS if row.unit is None else (row.unit,)
    base = row.base or {}
    here = words.theirs if row.kind == "overwritten" else words.ours
    suggestion: Side | None = None
    if row.unit is None and row.resolved_how is None:
        suggestion = "theirs" if row.ours is None else "ours"
    return ConflictView(
        id=row.id,
        timesheet_id=link.timesheet_id,
        procore_id=link.procore_id,
        kind=row.kind,  # type: ignore[arg-type]  # the column holds only the four kinds
        unit=words.unit(row.unit),
        summary=words.summary(row, link),
        ours=SideView(here(row.ours, units), words.ours(base.get("ours"), units), row.ours_at, row.ours_by),
        theirs=SideView(
            words.theirs(row.theirs, units), words.theirs(base.get("theirs"), units), row.theirs_at, row.theirs_by
        ),
        suggestion=suggestion,
        winner=row.winner,  # type: ignore[arg-type]  # ours, theirs or nobody
        resolved_how=row.resolved_how,  # type: ignore[arg-type]  # person, rule or settled
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        is_carried_out=row.closed_at is not None,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
        note=row.note,
        found_at=row.found_at,
        seen=seen(row),
    )  # fmt: skip


def seen(row: ClashRow) -> str:
    """A mark of both values."""
    units = UNITS if row.unit is None else (row.unit,)

    def values(data: dict[str, Any] | None) -> Any:
        card = card_of(data)
        return None if card is None else [str(part) for unit in units for part in card.unit(unit)]

    told = json.dumps([values(row.ours), values(row.theirs)])
    return hashlib.sha256(told.encode()).hexdigest()[:16]
