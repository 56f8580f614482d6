"""What the engine writes on our side: timesheets created, changed, deleted as Procore says, with their history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.domain.timecard import UNITS, Card, Timecard, to_json
from webapp.store.due import in_chunks, timecard_of
from webapp.store.models import Event, Link, ProcorePerson, Timesheet, TimesheetChange
from webapp.store.session import StoreSession
from webapp.sync.ports import TimesheetWrite

BY_PROCORE, BY_SYNC = "Procore", "Timesite"


class OurSide:
    """The timesheets of one batch of outcomes. `cards`: those seen in it, for who edited them last."""

    def __init__(
        self, session: StoreSession, rows: dict[int, Timesheet], cards: Sequence[int], now: datetime
    ) -> None:
        self.session, self.rows, self.now = session, rows, now
        self.editors = _editors(session, cards)
        self.created: dict[int, Timesheet] = {}

    def row_of(self, link: Link) -> Timesheet | None:
        return self.rows.get(link.timesheet_id or 0)

    def create(self, new: dict[int, Timecard]) -> None:
        """By link. All in one flush: their ids are needed by what follows."""
        self.created = {link_id: self._new(timecard) for link_id, timecard in new.items()}
        self.session.add_all(self.created.values())
        self.session.flush()

    def write(self, link: Link, write: TimesheetWrite, seen: Card | None) -> bool:
        """Compare-and-set: False when the timesheet is not the one the decision was made on."""
        row = self.row_of(link)
        if row is None:
            row = self.created.get(link.id)
            if row is None:
                return False
            self.rows[row.id] = row
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

    def note(self, timesheet_id: int, action: str, changes: dict[str, Any]) -> None:
        """A line of history about what was done at Procore, by nobody in particular."""
        self.session.add(
            TimesheetChange(
                timesheet_id=timesheet_id, at=self.now, by=BY_SYNC, action=action, changes=changes
            )
        )

    def _history(self, row: Timesheet, action: str, changes: dict[str, Any]) -> None:
        self.session.add(
            TimesheetChange(timesheet_id=row.id, at=self.now, by=BY_PROCORE, action=action, changes=changes)
        )


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
