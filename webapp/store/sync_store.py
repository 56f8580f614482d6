"""The engine's Store on SQLAlchemy, for one company: each method is one short transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, select

from webapp.domain.digest import digest_of
from webapp.domain.timecard import Card, from_json
from webapp.store import cursors as swept
from webapp.store import dictionary as words
from webapp.store import directory, guard, intents, leases, pairs, waiting
from webapp.store.due import Caution, due, in_chunks, records
from webapp.store.edits import edits_of
from webapp.store.marks import mark_cards
from webapp.store.models import Company, Link, Timesheet
from webapp.store.outcomes import store_outcomes
from webapp.store.session import StoreSession, reading, transaction
from webapp.store.writes import forget_writes, keep_audit, log_writes
from webapp.sync.holds import BUSY, DELETED_THERE
from webapp.sync.ports import (
    Audited,
    Clock,
    Cursors,
    Dictionary,
    DirectoryRead,
    Intent,
    Lease,
    Outcome,
    Parked,
    Proposal,
    Record,
    Sent,
    Settings,
    Unknown,
    Wanted,
    Write,
)


class SyncStore:
    """`clock`: ours."""

    def __init__(self, engine: Engine, company_id: int, clock: Clock) -> None:
        self.engine, self.company_id, self.clock = engine, company_id, clock
        self.caution = Caution()

    def claim(self, owner: str) -> Lease | None:
        with transaction(self.company_id, self.engine) as session:
            return leases.claim(session, self.company_id, owner, self.clock.now())

    def renew(self, lease: Lease) -> Lease:
        now = self.clock.now()
        if lease.until - now > leases.LEASE / 2:
            return lease
        with transaction(self.company_id, self.engine) as session:
            leases.hold(session, lease, now)
        return Lease(lease.company_id, lease.token, now + leases.LEASE)

    def release(self, lease: Lease) -> None:
        with transaction(self.company_id, self.engine) as session:
            leases.release(session, lease)

    def settings(self) -> Settings:
        with reading(self.company_id, self.engine) as session:
            return settings_of(self._company(session))

    def due(self, lease: Lease, limit: int) -> list[Record]:
        with self._under(lease) as (session, now):
            return due(session, now, limit, self.caution)

    def again(self, lease: Lease, link_ids: Sequence[int]) -> list[Record]:
        with self._under(lease) as (session, _):
            left = select(Link).where(Link.id.in_(link_ids), Link.is_dirty).order_by(Link.id)
            links = session.scalars(left).all()
            return records(session, links)

    def commit(self, lease: Lease, outcomes: Sequence[Outcome]) -> None:
        with self._under(lease) as (session, now):
            store_outcomes(session, outcomes, now)
            guard.note(session, outcomes, now)

    def intend(self, lease: Lease, sends: Sequence[Sent]) -> dict[int, Intent]:
        with self._under(lease) as (session, now):
            return intents.intend(session, sends, now)

    def keep_unanswered(self, lease: Lease, link_ids: Sequence[int]) -> None:
        with self._under(lease) as (session, now):
            intents.keep_unanswered(session, link_ids, now)

    def guard(self, lease: Lease, proposals: Sequence[Proposal]) -> dict[int, Proposal]:
        with self._under(lease) as (session, now):
            return guard.ask(session, proposals, now)

    def log_writes(self, lease: Lease, writes: Sequence[Write]) -> dict[int, int]:
        with self._under(lease) as (session, now):
            return log_writes(session, writes, now)

    def forget_writes(self, lease: Lease, numbers: Sequence[int]) -> None:
        with self._under(lease) as (session, _):
            forget_writes(session, numbers)

    def keep_audit(self, lease: Lease, link_id: int, found: Audited) -> None:
        with self._under(lease) as (session, now):
            keep_audit(session, link_id, found, now)

    def persons_named(self, names: Collection[str]) -> set[str]:
        if not names:
            return set()
        with reading(self.company_id, self.engine) as session:
            return directory.persons_named(session, names)

    def edited_at(self, timesheet_id: int) -> dict[str, datetime]:
        with reading(self.company_id, self.engine) as session:
            edits = edits_of(session, timesheet_id)
        return {unit: edit.at for unit, edit in edits.items() if unit is not None}

    def dictionary(self, lease: Lease, wanted: Wanted, *, is_final: bool) -> tuple[Dictionary, Unknown]:
        with self._under(lease) as (session, now):
            return words.build(session, wanted, settings_of(self._company(session)), now, is_final=is_final)

    def save_directory(self, read: DirectoryRead) -> None:
        """Nothing is kept of what was read while the company was disconnected (R7)."""
        with transaction(self.company_id, self.engine) as session:
            if self._company(session).state != "disconnected":
                directory.save(session, read, self.clock.now())

    def pause(self, lease: Lease, reason: str, probe_at: datetime) -> None:
        with self._under(lease) as (session, now):
            company = self._company(session)
            company.state, company.paused_reason = "paused", reason[:500]
            company.paused_at, company.probe_at = now, probe_at

    def wait(self, lease: Lease, until: datetime) -> None:
        with self._under(lease) as (session, _):
            waiting.wait(session, self.company_id, until)

    def give_back(self, lease: Lease, link_ids: Sequence[int]) -> None:
        with self._under(lease) as (session, _):
            waiting.give_back(session, link_ids)

    def parked(self) -> dict[int, Parked]:
        with reading(self.company_id, self.engine) as session:
            return waiting.parked(session)

    def park(self, lease: Lease, project_id: int, why: Parked) -> bool:
        with self._under(lease) as (session, _):
            return waiting.park(session, project_id, why)

    def unpark(self, lease: Lease, project_id: int) -> int:
        with self._under(lease) as (session, now):
            return waiting.unpark(session, project_id, now)

    def links_of_origins(self, origin_ids: Collection[int]) -> dict[int, tuple[int, int | None]]:
        with reading(self.company_id, self.engine) as session:
            return {
                origin: (link, procore_id)
                for ids in in_chunks(sorted(origin_ids))
                for origin, link, procore_id in session.execute(
                    select(Timesheet.origin_id, Link.id, Link.procore_id)
                    .join(Link, Link.timesheet_id == Timesheet.id)
                    .where(Timesheet.origin_id.in_(ids))
                )
                if origin is not None
            }

    def pair_unlinked(self, lease: Lease, numbers: Mapping[int, int]) -> set[int]:
        with self._under(lease) as (session, now):
            return pairs.pair_unlinked(session, numbers, now)

    def cursors(self) -> Cursors:
        with reading(self.company_id, self.engine) as session:
            return swept.of(self._company(session))

    def move_cursors(self, lease: Lease, since: Cursors, until: Cursors) -> None:
        with self._under(lease) as (session, now):
            swept.move(self._company(session), since, until, now)

    def mark_swept(self, lease: Lease, cards: Sequence[Card], *, are_deleted: bool) -> int:
        if not cards:
            return 0
        with self._under(lease) as (session, now):
            links = _links_of(session, cards)
            given = pairs.give_back(session, () if are_deleted else cards, links, now)
            news = [c for c in cards if c.id not in given and _is_news(links.get(c.id), c, are_deleted)]
            hinted = min((c.facts.updated_at for c in news if c.facts.updated_at), default=None)
            mark_cards(session, [c.id for c in news], "swept", now, hinted, is_deleted=are_deleted)
            return len(given) + len(news)

    @contextmanager
    def _under(self, lease: Lease) -> Iterator[tuple[StoreSession, datetime]]:
        """One transaction that proves, before it commits, that the lease is still ours. Gives the session and now."""
        with transaction(self.company_id, self.engine) as session:
            now = self.clock.now()
            leases.hold(session, lease, now)
            yield session, now

    def _company(self, session: StoreSession) -> Company:
        return session.scalars(select(Company).where(Company.id == self.company_id)).one()


def settings_of(company: Company) -> Settings:
    assert company.connected_at is not None
    return Settings(
        connected_at=company.connected_at,
        entered_before=company.entered_before,
        receive=company.receive,
        receive_only_linked=company.receive_only_linked,
        receive_project_per_sub_job=company.receive_project_per_sub_job,
        send=company.send,
        send_only_linked=company.send_only_linked,
        conflict_rule=company.conflict_rule,  # type: ignore[arg-type]  # the column holds only the five rules
        own_name=company.service_user_name,
        fixes=company.fixes,
        receives_since=company.receives_since,
    )


def _links_of(session: StoreSession, cards: Sequence[Card]) -> dict[int | None, Link]:
    return {
        link.procore_id: link
        for ids in in_chunks([card.id for card in cards])
        for link in session.scalars(select(Link).where(Link.procore_id.in_(ids)))
    }


def _is_news(link: Link | None, card: Card, are_deleted: bool) -> bool:
    """The engine has not yet seen the card as it is now."""
    if link is None:
        return not are_deleted
    if link.is_dirty and (link.not_before is None or link.reason_key == BUSY):
        return False  # it is looked at anyway, and soon
    if are_deleted:
        return not (link.is_tombstone or link.is_excluded_for_good or link.reason_key == DELETED_THERE)
    return link.procore_updated_at != card.facts.updated_at or link.is_tombstone or _differs(link, card)


def _differs(link: Link, card: Card) -> bool:
    """Two changes within a second show the same time: then only the content tells that one was not seen. A record that
    waits for a person differs from its base, and yet it may be known as it is."""
    known = link.suppressed_theirs or link.base_theirs
    if known is None or from_json(known) == card.timecard:
        return False
    return link.seen_as != digest_of(card.timecard)
