"""Commits what a step decided: timesheet, link, base, message and conflict of a record, together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from webapp.domain.digest import digest_of
from webapp.domain.timecard import Card, to_json
from webapp.store.conflicts import Conflicts
from webapp.store.due import in_chunks
from webapp.store.marks import Verb, mark, mark_cards, wait_to_be_sent
from webapp.store.models import Company, IntentRow, Link, RawAnswer, Timesheet
from webapp.store.our_side import OurSide
from webapp.store.pairs import absorb, end_stray
from webapp.store.session import StoreSession
from webapp.store.telling import Telling
from webapp.store.writes import answered, set_base
from webapp.sync.holds import DISCARDED
from webapp.sync.ports import WHOLE_SECOND, Outcome

KEPT_BACK = frozenset({"switch:receive", "switch:both", "guard:receive", "guard:send", "locked", "processed"})
"""Reasons for which Procore's side is not taken, but kept beside ours to be compared."""


def store_outcomes(session: StoreSession, outcomes: Sequence[Outcome], now: datetime) -> None:
    """In the transaction under the lease. A record that changed meanwhile stays due (see Outcome)."""
    with session.no_autoflush:
        batch = _Batch(session, outcomes, now)
        batch.create_timesheets(outcomes)
        for outcome in outcomes:
            batch.store(outcome)
        batch.end_intents()
        answered(session, {o.answered: o for o in outcomes if o.answered is not None}, now)


class _Batch:
    """The rows that a batch of outcomes touches, loaded at once: no query is made for a single record."""

    def __init__(self, session: StoreSession, outcomes: Sequence[Outcome], now: datetime) -> None:
        self.session, self.now = session, now
        ids = {o.link_id for o in outcomes}
        others = {o.absorbed_by or o.swaps_with or 0 for o in outcomes}
        self.links = locked_links(session, ids | others)
        self.owners = {
            link.procore_id: link
            for chunk in in_chunks(sorted({o.procore_id for o in outcomes if o.procore_id}))
            for link in session.scalars(select(Link).where(Link.procore_id.in_(chunk)))
        }
        timesheets = _timesheets(session, (link.timesheet_id for link in self.links.values()))
        self.ours = OurSide(session, timesheets, [o.seen.id for o in outcomes if o.seen], now)
        self.telling = Telling(session, ids, now)
        self.conflicts = Conflicts(session, ids, now)
        self.ended_intents: list[int] = []
        self.fixes: int | None = None

    def create_timesheets(self, outcomes: Sequence[Outcome]) -> None:
        new = {}
        for outcome in outcomes:
            link, write = self.links.get(outcome.link_id), outcome.timesheet
            is_new = link is not None and link.timesheet_id is None and not self._is_over(link, outcome)
            if is_new and write is not None and write.timecard is not None and write.version is None:
                new[outcome.link_id] = write.timecard
        self.ours.create(new)

    def store(self, outcome: Outcome) -> None:
        link = self.links.get(outcome.link_id)
        if link is None or self._is_over(link, outcome):
            return
        if outcome.is_put_off:
            self._put_off(link, outcome)
            return
        if outcome.absorbed_by is not None:
            owner = self.links[outcome.absorbed_by]
            absorb(self.session, link, owner, owner.procore_id or link.procore_id, self.now)
            return
        if outcome.swaps_with is not None:
            self._swap(link, self.links[outcome.swaps_with])
            set_base(self.links[outcome.swaps_with], outcome.base)
            return
        if outcome.procore_id is not None and link.procore_id != outcome.procore_id:
            self._take_card(link, outcome.procore_id)
        if outcome.timesheet is not None and not self.ours.write(link, outcome.timesheet, outcome.seen):
            self._keep_what_was_sent(link, outcome)
            return
        was_gone = link.is_tombstone
        set_base(link, outcome.base)
        if outcome.intent_done:
            self.ended_intents.append(link.id)
        self._set_state(link, outcome)
        self._note_part(link, outcome.seen, was_gone=was_gone)
        self._see(link, outcome.seen)
        is_suppressed = outcome.is_kept_back or (outcome.reason and outcome.reason.key in KEPT_BACK)
        link.suppressed_theirs = to_json(outcome.seen.timecard) if is_suppressed and outcome.seen else None
        mark_cards(self.session, outcome.parts, "split", self.now, split_of=link.procore_id)
        if outcome.takes_signature and link.timesheet_id is not None:
            was, now = True, bool(outcome.seen and outcome.seen.facts.signed)
            self.ours.note(link.timesheet_id, "sent", {"signed": {"from": was, "to": now}})
        self._keep_raw(link, outcome.raw)
        self.conflicts.tell(link, outcome)
        self._tell(link, outcome)
        self._wait_for_more(link, outcome)

    def _note_part(self, link: Link, card: Card | None, *, was_gone: bool) -> None:
        """What a part was split off goes by whether the part lives, also where that is left out (D48)."""
        if link.split_of is None:
            return
        if link.state == "excluded" and link.timesheet_id is None and card is not None:
            link.is_tombstone = card.deleted_at is not None
        if link.is_tombstone and not was_gone:
            mark_cards(self.session, [link.split_of], "split", self.now)

    @staticmethod
    def _put_off(link: Link, outcome: Outcome) -> None:
        link.attempts = 0
        if link.generation == outcome.generation:
            link.not_before = outcome.not_before

    def end_intents(self) -> None:
        for chunk in in_chunks(self.ended_intents):
            self.session.execute(
                delete(IntentRow)
                .where(IntentRow.link_id.in_(chunk))
                .execution_options(synchronize_session=False)
            )

    def _keep_what_was_sent(self, link: Link, outcome: Outcome) -> None:
        """The timesheet was edited while Procore was written to: that much is agreed, and who lost is kept. So is what
        Procore answered: without it a list that lags would undo here what we have sent."""
        link.attempts = 0
        set_base(link, outcome.base_if_edited)
        self._see(link, outcome.seen)
        for clash in outcome.clashes:
            if clash.winner == "ours" and clash.is_carried_out:
                self.conflicts.keep(link, clash)

    @staticmethod
    def _is_over(link: Link, outcome: Outcome) -> bool:
        return link.done_generation >= outcome.generation

    def _keep_raw(self, link: Link, raw: str | None) -> None:
        if raw is not None:
            row = RawAnswer(link_id=link.id, procore_id=link.procore_id, body=raw, kept_at=self.now)
            self.session.add(row)

    def _swap(self, stray: Link, owner: Link) -> None:
        """Of two cards with one number the timesheet gets the other one; both links look again (D6)."""
        stays, spare = stray.procore_id, owner.procore_id
        for link, procore_id in ((stray, None), (owner, stays), (stray, spare)):
            link.procore_id = procore_id
            self.session.flush()
        for link in (stray, owner):
            mark(link, "paired", self.now)

    def _take_card(self, link: Link, procore_id: int) -> None:
        """An event for our own new card may have made a link of its own before its id was known here. One for the card
        that it replaces was marked on this link."""
        replaced, hint = link.procore_id, link.newest_hint
        seen_at = link.procore_updated_at
        is_back = hint is not None and (seen_at is None or seen_at <= hint - WHOLE_SECOND)
        stray = self.owners.get(procore_id)
        if stray is not None and stray.id != link.id and stray.timesheet_id is None:
            end_stray(self.session, stray, link)
            mark(link, "paired", self.now)
        link.procore_id = procore_id
        if replaced is not None and is_back:
            self.session.flush()
            mark_cards(self.session, [replaced], "replaced", self.now, hint)

    def _set_state(self, link: Link, outcome: Outcome) -> None:
        """What is left out for good keeps its rule's name, whatever comes of this look at it. That somebody dropped a
        deletion is forgotten when both sides agree again, or one has changed since."""
        is_overtaken = self._is_overtaken(outcome)
        if not link.is_excluded_for_good:
            reason = None if is_overtaken else outcome.reason
            link.state = "waiting" if is_overtaken else outcome.state
            link.reason_key = reason.key[:200] if reason else None
            link.reason_text = reason.text[:1000] if reason else None
        if outcome.state in ("in_sync", "conflict"):
            link.dropped_key = link.dropped_text = None
        link.attempts = 0
        if is_overtaken:
            link.not_before = None
        elif outcome.done:
            link.is_excluded_for_good = link.is_excluded_for_good or outcome.is_excluded_for_good
            link.done_generation = outcome.generation
            if outcome.base is not None:
                link.accepted_ours = None
            link.is_dirty = link.generation > outcome.generation
            link.not_before = None
            self._look_again(link, outcome.looks_again_at)
        elif link.generation == outcome.generation:
            link.not_before = outcome.not_before
        if outcome.state == "in_sync":
            link.synced_at, link.is_to_be_deleted_there = self.now, False
            if not link.is_dirty:
                link.hinted_at, link.newest_hint, link.is_delete_hinted = None, None, False
                link.shaped_theirs = None

    def _look_again(self, link: Link, at: datetime | None) -> None:
        if at is not None and not link.is_dirty:
            mark(link, "event_ahead", self.now)
            link.not_before = at

    def _is_overtaken(self, outcome: Outcome) -> bool:
        """Something was fixed while this record was decided: what it was held for may be gone, and nobody would release
        it, since it was not held when the fix looked. No fix takes in what is left out for good."""
        if outcome.as_of is None or outcome.is_excluded_for_good:
            return False
        if self.fixes is None:
            company = Company.id == self.session.company_id
            self.fixes = self.session.scalars(select(Company.fixes).where(company)).one()
        return outcome.as_of != self.fixes

    def _see(self, link: Link, card: Card | None) -> None:
        """What the ledger and Activity need to know, also of a record that is left out."""
        row = self.ours.row_of(link)
        if card is not None:
            link.procore_project_id = card.timecard.project
            link.procore_person_id = card.timecard.person
            link.procore_updated_at = card.facts.updated_at
            link.seen_at = self.now
            link.seen_as = digest_of(card.timecard) if link.state != "excluded" else None
            if link.dropped_key == DISCARDED and link.dropped_as is None:
                link.dropped_as = digest_of(card.timecard)
        source: Any = row if row is not None and row.deleted_at is None else card.timecard if card else row
        if source is not None:
            link.date, link.hours = source.date, source.hours

    def _tell(self, link: Link, outcome: Outcome) -> None:
        row = self.ours.row_of(link)
        done = [line for line in outcome.messages if line.state == "processed"]
        for line in done:
            self.telling.tell(link, row, line, outcome)
        if outcome.state == "excluded" and outcome.reason is not None:
            self.telling.leave_out(link, outcome.reason)
        elif outcome.settles_messages or done:
            self.telling.settle(link)
        for line in outcome.messages:
            if line not in done:
                self.telling.tell(link, row, line, outcome)

    def _wait_for_more(self, link: Link, outcome: Outcome) -> None:
        """What was edited here since the version that was decided on is not settled with it (R31a)."""
        row = self.ours.row_of(link)
        if row is None or not link.is_dirty:
            return
        is_edited_since = outcome.timesheet is None and outcome.version not in (None, row.version)
        if outcome.has_more or is_edited_since:
            is_there = link.procore_id is not None and not link.is_tombstone
            verb: Verb = "delete" if row.deleted_at else "update" if is_there else "create"
            wait_to_be_sent(self.session, link, row, verb, self.now)


def locked_links(session: StoreSession, ids: Iterable[int]) -> dict[int, Link]:
    """Locked until the commit, in the order of their ids: a webhook's mark made meanwhile comes after what is written
    here, never under it. (SQLite's write lock does the same.)"""
    return {
        link.id: link
        for chunk in in_chunks(sorted({i for i in ids if i}))
        for link in session.scalars(
            select(Link).where(Link.id.in_(chunk)).order_by(Link.id).with_for_update()
        )
    }


def _timesheets(session: StoreSession, ids: Iterable[int | None]) -> dict[int, Timesheet]:
    return {
        row.id: row
        for chunk in in_chunks(sorted({i for i in ids if i}))
        for row in session.scalars(select(Timesheet).where(Timesheet.id.in_(chunk)))
    }
