"""Due marks as the engine's records: claimed generation, base, intent and timesheet, in four queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, case, or_, select, update

from webapp.domain import waits
from webapp.domain.periods import open_period
from webapp.domain.timecard import CardFacts, Timecard, from_json
from webapp.store.conflicts import decisions_of
from webapp.store.models import IntentRow, Link, Timesheet
from webapp.store.session import StoreSession
from webapp.store.splits import split_cards, wholes_of, with_parts
from webapp.store.writes import suspicious_writes
from webapp.sync.holds import approved_in_procore
from webapp.sync.ports import Base, Decision, Intent, OurTimesheet, Reason, Record, Tombstone, Whole, Write

SUSPECT_FROM, ALONE_FROM = 2, 5
APPROVED = approved_in_procore().key


@dataclass(slots=True)
class Caution:
    """How many records are worked at once that were begun before, so many times, without an end. Most of them were only
    near when a worker was killed: as long as none kills this one, it takes twice as many with each step. After the
    fifth death they are worked alone: only a record that was alone in hand at three deaths is set aside (M18)."""

    times: int = 0
    size: int = 0

    def size_for(self, times: int) -> int:
        first = {2: 50, 3: 5}.get(times, 1)
        is_next = times == self.times and times < ALONE_FROM
        self.times, self.size = times, self.size * 2 if is_next else first
        return self.size


def due_now(now: datetime):  # type: ignore[no-untyped-def]  # SQLAlchemy's ColumnElement[bool]
    """Also what waits by the time of a clock that has been put back since. Only an approved card may wait for a day."""
    is_misdated = and_(Link.not_before > now + waits.LONGEST, Link.reason_key.is_distinct_from(APPROVED))
    return and_(Link.is_dirty, or_(Link.not_before.is_(None), Link.not_before <= now, is_misdated))


def due(session: StoreSession, now: datetime, limit: int, caution: Caution) -> list[Record]:
    """Each is counted as begun before it is worked. Those that were begun before without an end come last (D9)."""
    is_suspect = case((Link.attempts >= SUSPECT_FROM, 1), else_=0)
    links = list(
        session.scalars(
            select(Link)
            .where(due_now(now))
            .order_by(is_suspect, _urgency(now), Link.marked_at, Link.id)
            .limit(limit)
        )
    )
    links = [link for link in links if link.attempts < SUSPECT_FROM] or _least_suspect(links, caution)
    links = with_parts(session, links, now)
    for ids in in_chunks([link.id for link in links]):
        session.execute(
            update(Link)
            .where(Link.id.in_(ids))
            .values(attempts=Link.attempts + 1)
            .execution_options(synchronize_session=False)
        )
    return records(session, links)


def _urgency(now: datetime) -> ColumnElement[int]:
    """Deletions, on either side; then the open pay period, and what has not been seen yet; then all else (D104)."""
    since, _ = open_period(now.date())
    return case(
        (or_(Link.is_delete_hinted, Link.mark_reason == "edited:delete"), 0),
        (or_(Link.date.is_(None), Link.date >= since), 1),
        else_=2,
    )


def _least_suspect(links: Sequence[Link], caution: Caution) -> list[Link]:
    if not links:
        return []
    least = min(link.attempts for link in links)
    return [link for link in links if link.attempts == least][: caution.size_for(least)]


def records(session: StoreSession, links: Sequence[Link]) -> list[Record]:
    timesheets = {
        row.id: row
        for ids in in_chunks([link.timesheet_id for link in links if link.timesheet_id])
        for row in session.scalars(select(Timesheet).where(Timesheet.id.in_(ids)))
    }
    intents = {
        row.link_id: row
        for ids in in_chunks([link.id for link in links])
        for row in session.scalars(select(IntentRow).where(IntentRow.link_id.in_(ids)))
    }
    writes = suspicious_writes(session, links)
    decisions = decisions_of(session, [link.id for link in links])
    wholes, split = wholes_of(session, links), split_cards(session, links)
    return [
        _record(
            link,
            timesheets.get(link.timesheet_id or 0),
            intents.get(link.id),
            writes.get(link.id, ()),
            decisions.get(link.id, ()),
            wholes.get(link.split_of or 0) if link.base_ours is None else None,
            has_parts=link.procore_id in split,
            has_parts_elsewhere=split.get(link.procore_id or 0, False),
        )
        for link in links
    ]


def _record(
    link: Link,
    timesheet: Timesheet | None,
    intent: IntentRow | None,
    writes: tuple[Write, ...],
    decisions: tuple[Decision, ...],
    whole: Whole | None,
    *,
    has_parts: bool,
    has_parts_elsewhere: bool,
) -> Record:
    return Record(
        link_id=link.id,
        generation=link.generation,
        attempts=link.attempts,
        timesheet=our_timesheet(timesheet) if timesheet else None,
        procore_id=link.procore_id,
        base=base_of(link),
        intent=intent_of(intent) if intent else None,
        hinted_at=link.hinted_at,
        is_delete_hinted=link.is_delete_hinted,
        reason_key=link.reason_key,
        state=link.state,  # type: ignore[arg-type]  # the column holds only the five states
        marked_at=link.marked_at or link.created_at,
        facts=facts_of(timesheet) if timesheet else None,
        excluded_for_good=_excluded(link),
        dropped=_dropped(link),
        dropped_as=link.dropped_as,
        newest_hint=link.newest_hint,
        newest_seen=link.procore_updated_at,
        writes=writes,
        decisions=decisions,
        is_to_be_deleted_there=link.is_to_be_deleted_there,
        whole=whole,
        has_parts=has_parts,
        has_parts_elsewhere=has_parts_elsewhere,
        accepted_ours=from_json(link.accepted_ours) if link.accepted_ours else None,
    )


def base_of(link: Link) -> Base | Tombstone | None:
    if link.is_tombstone:
        return Tombstone()
    if link.base_ours is None or link.base_theirs is None:
        return None
    shaped = from_json(link.shaped_theirs) if link.shaped_theirs else None
    return Base(from_json(link.base_ours), from_json(link.base_theirs), shaped)


def intent_of(row: IntentRow) -> Intent:
    return Intent(
        row.origin_id,
        from_json(row.sent),
        from_json(row.ours),
        row.sent_at,
        row.is_start_stop,
        row.replaces,
        row.first_sent_at,
    )


def our_timesheet(row: Timesheet) -> OurTimesheet:
    return OurTimesheet(
        row.id,
        row.version,
        timecard_of(row),
        row.created_at,
        row.edited_at,
        is_deleted=row.deleted_at is not None,
        origin_id=row.origin_id,
        is_locked=row.locked_at is not None,
        is_processed=row.processed_at is not None,
    )


def timecard_of(row: Timesheet) -> Timecard:
    """Our side in the shape both sides share."""
    return Timecard(
        date=row.date,
        hours=row.hours,
        person=row.user_id,
        project=row.project_id,
        time_type=row.task_id,
        sub_job=row.procore_sub_job_id,
        cost_code=row.project_item_id,
        start=row.start,
        stop=row.stop,
        lunch_minutes=row.lunch_minutes,
        billable=row.billable,
        description=row.description,
    )


def facts_of(row: Timesheet) -> CardFacts:
    return CardFacts(
        approval_status=row.approval_status,
        signed=row.is_signed,
        crew=row.crew,
        cost_type=row.cost_type_id,
        procore_timesheet=row.procore_timesheet,
        created_by=row.procore_created_by,
        created_at=row.procore_created_at,
        updated_at=row.procore_updated_at,
        origin_id=row.origin_id if row.procore_created_at else None,
    )


def _excluded(link: Link) -> Reason | None:
    if not link.is_excluded_for_good:
        return None
    return Reason(link.reason_key or "excluded", link.reason_text or "Left out.", "excluded")


def _dropped(link: Link) -> Reason | None:
    if link.dropped_key is None:
        return None
    return Reason(link.dropped_key, link.dropped_text or "", "excluded")


T = TypeVar("T")


def in_chunks(values: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """SQLite takes a bounded number of bound values."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
