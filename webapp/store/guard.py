"""What the mass-change guard counts, holds and lets through, in the database: it survives a kill, and the same work
counts once however often it is begun (D12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update

from webapp.store import marks
from webapp.store.due import in_chunks
from webapp.store.models import Company, GuardEntry, Link, Message
from webapp.store.session import StoreSession
from webapp.sync.ports import HOUR, Direction, GuardKind, GuardLimit, Outcome, Proposal, is_unusual

DIRECTIONS: tuple[Direction, ...] = ("receive", "send")
KINDS: tuple[GuardKind, ...] = ("deletion", "change")
COUNTED, HELD, PASSED = "counted", "held", "passed"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """What waits in one direction, of one kind."""

    direction: str
    kind: str
    records: int
    hours: Decimal
    since: datetime


def ask(session: StoreSession, proposals: Sequence[Proposal], now: datetime) -> dict[int, Proposal]:
    """Counts what may be written; what may not is held. The refused, by link."""
    refused: dict[int, Proposal] = {}
    for direction in DIRECTIONS:
        mine = {p.link_id: p for p in proposals if p.direction == direction}
        if mine:
            refused |= _Asked(session, direction, mine, now).refused()
    return refused


class _Asked:
    """One direction's proposals of one step."""

    def __init__(
        self, session: StoreSession, direction: Direction, mine: dict[int, Proposal], now: datetime
    ) -> None:
        self.session, self.direction, self.now = session, direction, now
        self._forget_older_hours()
        self.entries = {
            entry.link_id: entry
            for ids in in_chunks(sorted(mine))
            for entry in session.scalars(
                select(GuardEntry).where(GuardEntry.link_id.in_(ids), GuardEntry.direction == direction)
            )
        }
        passed = {link for link, entry in self.entries.items() if entry.state == PASSED}
        self.rest = [proposal for link, proposal in sorted(mine.items()) if link not in passed]

    def refused(self) -> dict[int, Proposal]:
        """When one kind is unusual, the whole direction pauses, with all that was proposed."""
        is_held = is_paused(self.session, self.direction) or any(self._is_unusual(kind) for kind in KINDS)
        self._keep(HELD if is_held else COUNTED)
        return {proposal.link_id: proposal for proposal in self.rest} if is_held else {}

    def _forget_older_hours(self) -> None:
        self.session.execute(
            delete(GuardEntry)
            .where(
                GuardEntry.company_id == self.session.company_id,
                GuardEntry.direction == self.direction,
                GuardEntry.state == COUNTED,
                GuardEntry.at <= self.now - HOUR,
            )
            .execution_options(synchronize_session=False)
        )

    def _is_unusual(self, kind: GuardKind) -> bool:
        mine = [proposal for proposal in self.rest if proposal.kind == kind]
        known = [self.entries[p.link_id] for p in self.rest if p.link_id in self.entries]
        again = sum(entry.state == COUNTED and entry.kind == kind for entry in known)
        done, days = self._done(kind)
        days |= {proposal.day for proposal in mine if proposal.day}
        limit, live = limit_of(self.session, kind), self._live(days)
        return is_unusual(limit, done=done - again, proposed=len(mine), live=live)

    def _done(self, kind: GuardKind) -> tuple[int, set[date]]:
        """Within the last hour: how many, of which days."""
        rows = self.session.execute(
            select(GuardEntry.day, func.count(GuardEntry.id))
            .where(
                GuardEntry.direction == self.direction,
                GuardEntry.state == COUNTED,
                GuardEntry.kind == kind,
            )
            .group_by(GuardEntry.day)
        ).all()
        return sum(count for _, count in rows), {day for day, _ in rows if day is not None}

    def _live(self, days: Collection[date]) -> int:
        """Records of these days that were on both sides before what was deleted in the last hour."""
        gone = select(GuardEntry.link_id).where(
            GuardEntry.direction == self.direction,
            GuardEntry.state == COUNTED,
            GuardEntry.kind == "deletion",
        )
        is_paired = (Link.timesheet_id.is_not(None), Link.procore_id.is_not(None))
        was_live = or_(Link.is_tombstone.is_(False), Link.id.in_(gone))
        return sum(
            self.session.scalar(select(func.count(Link.id)).where(Link.date.in_(chunk), *is_paired, was_live))
            or 0
            for chunk in in_chunks(sorted(days))
        )

    def _keep(self, state: str) -> None:
        for proposal in self.rest:
            entry = self.entries.get(proposal.link_id)
            if entry is None:
                entry = GuardEntry(link_id=proposal.link_id, direction=self.direction, at=self.now)
                self.session.add(entry)
            elif (entry.state, state) != (HELD, HELD):
                entry.at = self.now
            entry.state, entry.kind, entry.day = state, proposal.kind, proposal.day


def note(session: StoreSession, outcomes: Iterable[Outcome], now: datetime) -> None:
    """In the commit that stores the work. What Procore made of our own write is taken without being counted (D47); a
    record whose work has ended needs neither its leave nor its place in the quarantine any more."""
    outcomes = list(outcomes)
    shaped = [o.link_id for o in outcomes if not o.done and o.state == "in_sync"]
    ended = [o.link_id for o in outcomes if o.done and not _is_guarded(o)]
    for ids in in_chunks(ended):
        session.execute(
            delete(GuardEntry)
            .where(
                GuardEntry.company_id == session.company_id,
                GuardEntry.link_id.in_(ids),
                GuardEntry.state != COUNTED,
            )
            .execution_options(synchronize_session=False)
        )
    let_pass(session, "receive", shaped, now)


def let_pass(session: StoreSession, direction: Direction, link_ids: Collection[int], now: datetime) -> None:
    """These records' next work in this direction is neither counted nor held."""
    for ids in in_chunks(sorted(set(link_ids))):
        query = select(GuardEntry).where(GuardEntry.link_id.in_(ids), GuardEntry.direction == direction)
        known = {entry.link_id: entry for entry in session.scalars(query)}
        present = set(session.scalars(select(Link.id).where(Link.id.in_(ids))))
        for link_id in sorted(present):
            entry = known.get(link_id)
            if entry is None:
                entry = GuardEntry(link_id=link_id, direction=direction, kind="change")
                session.add(entry)
            entry.state, entry.at = PASSED, now


def let_through(session: StoreSession, direction: Direction, links: Iterable[Link], now: datetime) -> None:
    """An administrator agreed: these are looked at again, and written without being counted."""
    marks.note_fix(session)
    links = list(links)
    let_pass(session, direction, [link.id for link in links], now)
    for link in links:
        marks.mark(link, "let_through", now)
        link.reason_key = link.reason_text = None
    for ids in in_chunks([link.id for link in links]):
        session.execute(
            update(Message)
            .where(Message.link_id.in_(ids), Message.state == "pending")
            .values(reason_key=None, reason_text=None, updated_at=now)
            .execution_options(synchronize_session=False)
        )


def open_new_count(session: StoreSession, direction: Direction) -> None:
    """What was done or held before an administrator's decision counts no more."""
    session.execute(
        delete(GuardEntry)
        .where(
            GuardEntry.company_id == session.company_id,
            GuardEntry.direction == direction,
            GuardEntry.state != PASSED,
        )
        .execution_options(synchronize_session=False)
    )


def is_paused(session: StoreSession, direction: Direction) -> bool:
    """Something waits for an administrator, so more of the same waits with it."""
    return session.scalars(select(Link.id).where(is_quarantined(direction)).limit(1)).first() is not None


def quarantined(session: StoreSession, direction: Direction) -> list[tuple[Link, str]]:
    """The records that wait, each with its kind."""
    rows = session.execute(_held(select(Link, GuardEntry.kind), direction).order_by(Link.id))
    return [(link, kind or "change") for link, kind in rows]


def waiting(session: StoreSession, direction: Direction) -> list[Quarantine]:
    counted = select(GuardEntry.kind, func.count(Link.id), func.sum(Link.hours), func.min(Link.marked_at))
    rows = session.execute(_held(counted, direction).group_by(GuardEntry.kind).order_by(GuardEntry.kind))
    return [
        Quarantine(direction, kind or "change", records, hours or Decimal(0), since)
        for kind, records, hours, since in rows
    ]


def sample(session: StoreSession, direction: Direction, limit: int) -> list[Message]:
    """The first few, as Activity lists them."""
    query = (
        select(Message)
        .join(Link, Link.id == Message.link_id)
        .where(is_quarantined(direction), Message.direction == direction, Message.state == "pending")
        .order_by(Message.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def limit_of(session: StoreSession, kind: GuardKind) -> GuardLimit:
    company = session.scalars(select(Company).where(Company.id == session.company_id)).one()
    if kind == "deletion":
        return GuardLimit(company.guard_deletions, company.guard_deletions_percent)
    return GuardLimit(company.guard_changes, company.guard_changes_percent)


def is_quarantined(direction: Direction) -> ColumnElement[bool]:
    return Link.reason_key == f"guard:{direction}"


def _is_guarded(outcome: Outcome) -> bool:
    return outcome.reason is not None and outcome.reason.key.startswith("guard:")


def _held(query: Select[*tuple[Any, ...]], direction: Direction) -> Select[*tuple[Any, ...]]:
    is_its_entry = and_(GuardEntry.link_id == Link.id, GuardEntry.direction == direction)
    return query.select_from(Link).outerjoin(GuardEntry, is_its_entry).where(is_quarantined(direction))
