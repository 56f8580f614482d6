"""Updates and deletions at Procore, written down before they are sent, so that what they overwrote unseen is found
(M8). A step has at most 500 records, so no list here is longer than a statement takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, func, or_, select, update

from webapp.domain.timecard import from_json, to_json
from webapp.store.conflicts import is_as_then, keep_clash
from webapp.store.models import ClashRow, Company, Event, Link, WriteRow
from webapp.store.session import StoreSession
from webapp.sync.ports import LIST_LAG, Audit, Audited, Base, ClashKept, Outcome, Tombstone, Write

RECENT = timedelta(minutes=10)
"""More events of so long after a write than we made ourselves are a sign that somebody wrote at the same moment."""


def log_writes(session: StoreSession, writes: Sequence[Write], now: datetime) -> dict[int, int]:
    """By link, the number of each write. Committed before the first of them is sent."""
    links = [write.link_id for write in writes]
    done_at = func.coalesce(WriteRow.answered_at, WriteRow.sent_at)
    is_over = (WriteRow.audit == "crowd") & (WriteRow.sent_at < now - RECENT) & (done_at < now - RECENT)
    session.execute(delete(WriteRow).where(WriteRow.link_id.in_(links), is_over))
    rows = [
        WriteRow(
            link_id=write.link_id,
            procore_id=write.procore_id,
            before=to_json(write.before),
            wanted=to_json(write.wanted) if write.wanted else None,
            units=sorted(write.units),
            decided=sorted(write.decided),
            ours=to_json(write.ours) if write.ours else None,
            read_at=write.read_at,
            sent_at=now,
        )
        for write in writes
    ]
    session.add_all(rows)
    session.flush()
    return {row.link_id: row.id for row in rows}


def forget_writes(session: StoreSession, numbers: Sequence[int]) -> None:
    session.execute(delete(WriteRow).where(WriteRow.id.in_(numbers)))


def answered(session: StoreSession, outcomes: Mapping[int, Outcome], now: datetime) -> None:
    """By the number of the write. What Procore made of what it took, rounded for instance, is what the card's history
    names (D47). A deletion that was answered leaves no doubt about earlier ones of its record."""
    if not outcomes:
        return
    for row in session.scalars(select(WriteRow).where(WriteRow.id.in_(outcomes))):
        outcome = outcomes[row.id]
        row.answered_at = _until(outcome, now)
        row.audit = "stale" if outcome.is_stale else "crowd"
        if row.wanted is not None and outcome.seen is not None and isinstance(outcome.base, Base):
            row.wanted = to_json(from_json(row.wanted).with_units(outcome.seen.timecard, set(row.units)))
    session.flush()
    gone = [outcome.link_id for outcome in outcomes.values() if isinstance(outcome.base, Tombstone)]
    if gone:
        in_doubt = WriteRow.wanted.is_(None) & WriteRow.answered_at.is_(None)
        session.execute(delete(WriteRow).where(WriteRow.link_id.in_(gone), in_doubt))


def _until(outcome: Outcome, now: datetime) -> datetime | None:
    """An update's effect is no later than the card in its answer; one that a part of the card proves has none (D48)."""
    if isinstance(outcome.base, Tombstone):
        return now
    return outcome.seen.facts.updated_at if outcome.seen else None


def suspicious_writes(session: StoreSession, links: Sequence[Link]) -> dict[int, tuple[Write, ...]]:
    """By link: writes without an answer in time, and those after which more events came for the card than we made
    ourselves, or events of somebody else, about what happened within ten minutes, however late they came. The answer to
    a deletion is the card as it was: nothing is left to find."""
    rows = session.scalars(
        select(WriteRow)
        .where(
            WriteRow.link_id.in_([link.id for link in links]),
            WriteRow.answered_at.is_(None) | WriteRow.wanted.is_not(None),
        )
        .order_by(WriteRow.id)
    ).all()
    of_link: dict[int, list[WriteRow]] = defaultdict(list)
    for row in rows:
        of_link[row.link_id].append(row)
    crowded = _crowded(session, of_link)
    return {
        link_id: tuple(_write(row) for row in mine)
        for link_id, mine in of_link.items()
        if link_id in crowded or any(row.audit != "crowd" for row in mine)
    }


def keep_audit(session: StoreSession, link_id: int, found: Audited, now: datetime) -> None:
    """What was overwritten unseen is kept, to be put back. A write that may still take effect is audited again, so that
    it may be known by then; what it agreed on is agreed once."""
    link = session.get(Link, link_id)
    if link is not None:
        for clash in found.lost:
            if not _is_kept(session, link, clash):
                keep_clash(session, link, clash, now)
        set_base(link, found.agreed)
        link.procore_updated_at = found.newest or link.procore_updated_at
    session.execute(update(WriteRow).where(WriteRow.id.in_(found.arrived)).values(ours=None))
    session.execute(delete(WriteRow).where(WriteRow.id.in_(found.over)))


def set_base(link: Link, base: Base | Tombstone | None) -> None:
    """None leaves it as it is."""
    if isinstance(base, Base):
        link.base_ours, link.base_theirs = to_json(base.ours), to_json(base.theirs)
        link.shaped_theirs = to_json(base.shaped) if base.shaped else None
        link.is_tombstone = False
    elif isinstance(base, Tombstone):
        link.base_ours = link.base_theirs = link.shaped_theirs = None
        link.is_tombstone, link.is_to_be_deleted_there = True, False


def _is_kept(session: StoreSession, link: Link, clash: ClashKept) -> bool:
    """Since the oldest write that is not audited yet."""
    oldest = select(func.min(WriteRow.sent_at)).where(WriteRow.link_id == link.id).scalar_subquery()
    kept = session.scalars(
        select(ClashRow.theirs).where(
            ClashRow.link_id == link.id,
            ClashRow.kind == clash.kind,
            ClashRow.unit == clash.unit,
            ClashRow.found_at >= oldest,
        )
    )
    return any(is_as_then(theirs, clash.theirs, clash.unit) for theirs in kept)


def _crowded(session: StoreSession, of_link: Mapping[int, Sequence[WriteRow]]) -> set[int]:
    rows = [row for mine in of_link.values() for row in mine]
    if not rows:
        return set()
    query = select(Event.procore_id, Event.procore_user_id, Event.happened_at, Event.received_at).where(
        Event.procore_id.in_({row.procore_id for row in rows}),
        Event.event_type != "create",
        or_(
            Event.received_at >= min(row.sent_at for row in rows),
            Event.happened_at >= min(row.read_at for row in rows) - LIST_LAG,
        ),
    )
    events: dict[int | None, list[Any]] = defaultdict(list)
    for event in session.execute(query):
        events[event.procore_id].append(event)
    own_id = session.scalar(select(Company.service_user_id).where(Company.id == session.company_id))
    return {
        link_id
        for link_id, mine in of_link.items()
        for card_id in {row.procore_id for row in mine}
        if _is_crowded([row for row in mine if row.procore_id == card_id], events[card_id], own_id)
    }


def _is_crowded(rows: Sequence[WriteRow], events: Sequence[Any], own_id: int | None) -> bool:
    """Since they were sent; or since what the list showed when it was read: what it did not show yet may have been told
    already."""
    sent, read = min(row.sent_at for row in rows), min(row.read_at for row in rows) - LIST_LAG
    until = max(row.answered_at or row.read_at for row in rows) + RECENT
    near = [
        e
        for e in events
        if (e.received_at >= sent or (e.happened_at is not None and e.happened_at >= read))
        and (e.happened_at is None or e.happened_at <= until)
    ]
    users = {e.procore_user_id for e in near if e.procore_user_id is not None}
    return len(near) > len(rows) or len(users) > 1 or (own_id is not None and bool(users - {own_id}))


def _write(row: WriteRow) -> Write:
    return Write(
        row.link_id,
        row.procore_id,
        from_json(row.before),
        from_json(row.wanted) if row.wanted else None,
        frozenset(row.units),
        row.read_at,
        frozenset(row.decided),
        from_json(row.ours) if row.ours else None,
        id=row.id,
        audit=cast(Audit, row.audit),
        sent_at=row.sent_at,
        answered_at=row.answered_at,
    )
