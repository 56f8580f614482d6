"""Commits what a step decided: timesheet, link, base, message and conflict of a record, together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from webapp.domain.timecard import UNITS, Card, Timecard, to_json
from webapp.store.due import in_chunks, timecard_of
from webapp.store.marks import mark, summary
from webapp.store.models import (
    ClashRow,
    Event,
    IntentRow,
    Link,
    Message,
    ProcorePerson,
    ProcoreProject,
    Project,
    Timesheet,
    TimesheetChange,
    User,
)
from webapp.store.session import StoreSession
from webapp.sync.ports import Base, ClashKept, MessageLine, Outcome, TimesheetWrite, Tombstone

BY_PROCORE = "Procore"


def store_outcomes(session: StoreSession, outcomes: Sequence[Outcome], now: datetime) -> None:
    """In the transaction under the lease. A record that changed meanwhile stays due (see Outcome)."""
    with session.no_autoflush:
        batch = _Batch(session, outcomes, now)
        batch.create_timesheets(outcomes)
        for outcome in outcomes:
            batch.store(outcome)
        batch.end_intents()


class _Batch:
    """The rows that a batch of outcomes touches, loaded at once: no query is made for a single record."""

    def __init__(self, session: StoreSession, outcomes: Sequence[Outcome], now: datetime) -> None:
        self.session, self.now = session, now
        ids = {o.link_id for o in outcomes}
        self.links = locked_links(session, ids | {o.absorbed_by or 0 for o in outcomes})
        self.timesheets = _by_id(session, Timesheet, (link.timesheet_id for link in self.links.values()))
        self.owners = {
            link.procore_id: link
            for chunk in in_chunks(sorted({o.procore_id for o in outcomes if o.procore_id}))
            for link in session.scalars(select(Link).where(Link.procore_id.in_(chunk)))
        }
        self.pending = {
            (message.link_id, message.direction): message
            for chunk in in_chunks(sorted(ids))
            for message in session.scalars(
                select(Message).where(Message.link_id.in_(chunk), Message.state == "pending")
            )
        }
        self.editors = _editors(session, [o.seen.id for o in outcomes if o.seen is not None])
        self.created: dict[int, Timesheet] = {}
        self.ended_intents: list[int] = []
        self.users: dict[int, str] = {}
        self.projects: dict[int, str] = {}
        self.their_projects: dict[int, str] | None = None

    def create_timesheets(self, outcomes: Sequence[Outcome]) -> None:
        """All new timesheets in one flush: their ids are needed by what follows."""
        for outcome in outcomes:
            link, write = self.links.get(outcome.link_id), outcome.timesheet
            is_new = link is not None and link.timesheet_id is None and not self._is_over(link, outcome)
            if is_new and write is not None and write.timecard is not None and write.version is None:
                self.created[outcome.link_id] = self._new(write.timecard)
        self.session.add_all(self.created.values())
        self.session.flush()

    def store(self, outcome: Outcome) -> None:
        link = self.links.get(outcome.link_id)
        if link is None or self._is_over(link, outcome):
            return
        if outcome.absorbed_by is not None:
            self._absorb(link, self.links[outcome.absorbed_by])
            return
        if outcome.procore_id is not None and link.procore_id != outcome.procore_id:
            self._take_card(link, outcome.procore_id)
        if outcome.timesheet is not None and not self._write(link, outcome.timesheet, outcome.seen):
            link.attempts = 0
            return
        self._set_base(link, outcome.base)
        if outcome.intent_done:
            self.ended_intents.append(link.id)
        self._set_state(link, outcome)
        self._see(link, outcome.seen)
        is_suppressed = outcome.reason is not None and outcome.reason.key == "switch:receive"
        link.suppressed_theirs = to_json(outcome.seen.timecard) if is_suppressed and outcome.seen else None
        for clash in outcome.clashes:
            self._keep(link, clash)
        for line in outcome.messages:
            self._tell(link, line, outcome)
        if outcome.settles_messages or _is_processed(outcome):
            self._settle(link)

    def end_intents(self) -> None:
        for chunk in in_chunks(self.ended_intents):
            self.session.execute(
                delete(IntentRow)
                .where(IntentRow.link_id.in_(chunk))
                .execution_options(synchronize_session=False)
            )

    @staticmethod
    def _is_over(link: Link, outcome: Outcome) -> bool:
        return link.done_generation >= outcome.generation

    # ---- the card's link -----------------------------------------------------------------------------

    def _absorb(self, stray: Link, owner: Link) -> None:
        """The card belongs to the timesheet whose number it carries: its link takes the card and looks again."""
        procore_id = stray.procore_id
        self.session.delete(stray)
        self.session.flush()
        if owner.procore_id is None:
            owner.procore_id = procore_id
        mark(owner, "paired", self.now)

    def _take_card(self, link: Link, procore_id: int) -> None:
        """An event for our own new card may have made a link of its own before its id was known here."""
        stray = self.owners.get(procore_id)
        if stray is not None and stray.id != link.id and stray.timesheet_id is None:
            self.session.delete(stray)
            self.session.flush()
            mark(link, "paired", self.now)
        link.procore_id = procore_id

    # ---- our side --------------------------------------------------------------------------------------

    def _write(self, link: Link, write: TimesheetWrite, seen: Card | None) -> bool:
        """Compare-and-set: False when the timesheet is not the one the decision was made on."""
        row = self.timesheets.get(link.timesheet_id or 0)
        if row is None:
            row = self.created.get(link.id)
            if row is None:
                return False
            self.timesheets[row.id] = row
            link.timesheet_id = row.id
            self._history(row, "created", {})
        elif write.version != row.version:
            return False
        elif write.timecard is None:
            row.deleted_at = row.updated_at = self.now
            row.version += 1
            self._history(row, "deleted", {})
        else:
            self._update(row, write)
        card = write.card or seen
        if card is not None and write.timecard is not None:
            _set_facts(row, card, self.editors.get(card.id))
        return True

    def _new(self, timecard: Timecard) -> Timesheet:
        return Timesheet(
            created_at=self.now,
            updated_at=self.now,
            edited_at=self.now,
            created_by=BY_PROCORE,
            updated_by=BY_PROCORE,
            version=1,
            **columns_of(timecard),
        )

    def _update(self, row: Timesheet, write: TimesheetWrite) -> None:
        assert write.timecard is not None
        old = timecard_of(row)
        changes = _differences(old, write.timecard)
        is_restored = write.restores and row.deleted_at is not None
        if not changes and not is_restored:
            return
        for name, value in columns_of(write.timecard).items():
            setattr(row, name, value)
        row.deleted_at = None
        row.version += 1
        row.updated_at, row.updated_by = self.now, BY_PROCORE
        self._history(row, "restored" if is_restored else "edited", changes)

    def _history(self, row: Timesheet, action: str, changes: dict[str, Any]) -> None:
        self.session.add(
            TimesheetChange(timesheet_id=row.id, at=self.now, by=BY_PROCORE, action=action, changes=changes)
        )

    # ---- link, message, conflict -----------------------------------------------------------------------

    def _set_base(self, link: Link, base: Base | Tombstone | None) -> None:
        if isinstance(base, Base):
            link.base_ours, link.base_theirs = to_json(base.ours), to_json(base.theirs)
            link.is_tombstone = False
        elif isinstance(base, Tombstone):
            link.base_ours = link.base_theirs = None
            link.is_tombstone = True

    def _set_state(self, link: Link, outcome: Outcome) -> None:
        link.state = outcome.state
        link.reason_key = outcome.reason.key[:200] if outcome.reason else None
        link.reason_text = outcome.reason.text[:1000] if outcome.reason else None
        link.is_excluded_for_good = link.is_excluded_for_good or outcome.is_excluded_for_good
        link.attempts = 0
        if outcome.done:
            link.done_generation = outcome.generation
            link.is_dirty = link.generation > outcome.generation
            link.not_before = None
        elif link.generation == outcome.generation:
            link.not_before = outcome.not_before
        if outcome.state == "in_sync":
            link.synced_at = self.now
            if not link.is_dirty:
                link.hinted_at, link.is_delete_hinted = None, False

    def _see(self, link: Link, card: Card | None) -> None:
        """What the ledger and Activity need to know, also of a record that is left out."""
        row = self.timesheets.get(link.timesheet_id or 0)
        if card is not None:
            link.procore_project_id = card.timecard.project
            link.procore_person_id = card.timecard.person
            link.procore_updated_at = card.facts.updated_at
            link.seen_at = self.now
        source: Any = row if row is not None and row.deleted_at is None else card.timecard if card else row
        if source is not None:
            link.date, link.hours = source.date, source.hours

    def _keep(self, link: Link, clash: ClashKept) -> None:
        """One open row per record, kind and unit, brought up to date while it is open."""
        row = self.session.scalars(
            select(ClashRow).where(
                ClashRow.link_id == link.id,
                ClashRow.kind == clash.kind,
                ClashRow.unit.is_(None) if clash.unit is None else ClashRow.unit == clash.unit,
                ClashRow.resolved_at.is_(None),
            )
        ).first()
        if row is None:
            row = ClashRow(link_id=link.id, kind=clash.kind, unit=clash.unit, found_at=self.now)
            self.session.add(row)
        row.ours = to_json(clash.ours) if clash.ours else None
        row.theirs = to_json(clash.theirs) if clash.theirs else None
        row.base = (
            {"ours": to_json(clash.base.ours), "theirs": to_json(clash.base.theirs)} if clash.base else None
        )
        row.winner = clash.winner
        if clash.winner is not None:
            row.resolved_at, row.resolved_by = self.now, "rule"

    def _settle(self, link: Link) -> None:
        """Nothing is left to do: what was pending for this record is processed by this decision (D8)."""
        for direction in ("receive", "send"):
            message = self.pending.pop((link.id, direction), None)
            if message is not None:
                message.state, message.processed_at = "processed", self.now
                message.updated_at, message.next_attempt_at = self.now, None
                message.reason_key = message.reason_text = None

    def _tell(self, link: Link, line: MessageLine, outcome: Outcome) -> None:
        """The pending message of this direction becomes this decision's; without one there is a new one."""
        message = self.pending.pop((link.id, line.direction), None)
        if message is None:
            message = Message(
                link_id=link.id, direction=line.direction, action=line.action, created_at=self.now
            )
            self.session.add(message)
        elif line.state == "processed":
            message.action = line.action
        message.state, message.updated_at = line.state, self.now
        message.attempts = (message.attempts or 0) + 1
        message.summary = self._summary(link, outcome.seen)
        message.timesheet_id, message.procore_id = link.timesheet_id, link.procore_id
        message.reason_key = outcome.reason.key[:200] if outcome.reason else None
        message.reason_text = outcome.reason.text[:1000] if outcome.reason else None
        message.next_attempt_at = None if outcome.done else outcome.not_before
        if line.state == "processed":
            message.processed_at = self.now
        elif line.state == "pending":
            self.pending[(link.id, line.direction)] = message

    def _summary(self, link: Link, card: Card | None) -> str:
        row = self.timesheets.get(link.timesheet_id or 0)
        person, project = (card.names.person, self._their_project(card)) if card else (None, None)
        if row is not None:
            person = self._name(User, self.users, row.user_id) or person
            project = self._name(Project, self.projects, row.project_id) or project
        return summary(person, project, link.date, link.hours)

    def _their_project(self, card: Card) -> str | None:
        """By its name in the directory; on a card it carries its number, too."""
        if self.their_projects is None:
            rows = self.session.execute(select(ProcoreProject.procore_id, ProcoreProject.name))
            self.their_projects = {row.procore_id: row.name for row in rows}
        return self.their_projects.get(card.timecard.project) or card.names.project

    def _name(self, model: Any, names: dict[int, str], key: int | None) -> str | None:
        if key is None:
            return None
        if key not in names:
            names[key] = getattr(self.session.get(model, key), "name", None) or ""
        return names[key]


def columns_of(timecard: Timecard) -> dict[str, Any]:
    """The timesheet's columns for a timecard in our ids."""
    return {
        "date": timecard.date,
        "hours": timecard.hours,
        "user_id": timecard.person,
        "project_id": timecard.project,
        "task_id": timecard.time_type,
        "procore_sub_job_id": timecard.sub_job,
        "project_item_id": timecard.cost_code,
        "start": timecard.start,
        "stop": timecard.stop,
        "lunch_minutes": timecard.lunch_minutes,
        "billable": timecard.billable,
        "description": timecard.description,
    }


def _is_processed(outcome: Outcome) -> bool:
    return any(line.state == "processed" for line in outcome.messages)


def _editors(session: StoreSession, cards: Sequence[int]) -> dict[int, str]:
    """Who changed each card last, as far as Procore's events tell (R16)."""
    return {
        procore_id: name
        for chunk in in_chunks(sorted(set(cards)))
        for procore_id, name in session.execute(
            select(Event.procore_id, ProcorePerson.name)
            .join(ProcorePerson, ProcorePerson.procore_user_id == Event.procore_user_id)
            .where(Event.procore_id.in_(chunk))
            .order_by(Event.happened_at, Event.id)
        )
        if procore_id is not None
    }


def _set_facts(row: Timesheet, card: Card, editor: str | None) -> None:
    facts = card.facts
    row.procore_updated_by = editor
    row.approval_status, row.is_signed, row.crew = facts.approval_status, facts.signed, facts.crew
    row.cost_type_id, row.procore_timesheet = facts.cost_type, facts.procore_timesheet
    row.procore_created_by, row.procore_created_at = facts.created_by, facts.created_at
    row.procore_updated_at = facts.updated_at


def _differences(old: Timecard, new: Timecard) -> dict[str, list[Any]]:
    before, after = to_json(old), to_json(new)
    return {
        part: [before[part], after[part]]
        for unit in UNITS.values()
        for part in unit
        if before[part] != after[part]
    }


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


def _by_id(session: StoreSession, model: Any, ids: Iterable[int | None]) -> dict[int, Any]:
    return {
        row.id: row
        for chunk in in_chunks(sorted({i for i in ids if i}))
        for row in session.scalars(select(model).where(model.id.in_(chunk)))
    }
