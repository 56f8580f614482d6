"""Intents: what is about to be created at Procore, committed just before it is sent (D6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from webapp.domain.timecard import to_json
from webapp.store.due import in_chunks, intent_of
from webapp.store.models import IntentRow, Link, Timesheet
from webapp.store.numbers import number_of
from webapp.store.session import StoreSession
from webapp.sync.ports import Intent, Sent


def intend(session: StoreSession, sends: Sequence[Sent], now: datetime) -> dict[int, Intent]:
    """By link. An intent that stands keeps its number and payload; only the time of sending moves."""
    ids = sorted(sent.link_id for sent in sends)
    standing = {
        row.link_id: row
        for chunk in in_chunks(ids)
        for row in session.scalars(select(IntentRow).where(IntentRow.link_id.in_(chunk)))
    }
    timesheets = {
        link.id: (link, timesheet)
        for chunk in in_chunks(ids)
        for link, timesheet in session.execute(
            select(Link, Timesheet)
            .join(Timesheet, Timesheet.id == Link.timesheet_id)
            .where(Link.id.in_(chunk))
        )
    }
    rows = [standing.get(s.link_id) or _new(s, *timesheets[s.link_id]) for s in sends]
    for row in rows:
        row.sent_at = now
    session.add_all(rows)
    session.flush()
    return {row.link_id: intent_of(row) for row in rows}


def keep_unanswered(session: StoreSession, link_ids: Sequence[int], now: datetime) -> None:
    for chunk in in_chunks(sorted(link_ids)):
        session.execute(update(IntentRow).where(IntentRow.link_id.in_(chunk)).values(sent_at=now))


def _new(sent: Sent, link: Link, timesheet: Timesheet) -> IntentRow:
    """A timesheet has one number, which no other ever has; a card that was deleted carries it, too. What was entered
    here has its number from the beginning: a backup in which it is not sent yet finds the card that was made since."""
    if timesheet.origin_id is None:
        timesheet.origin_id = number_of(timesheet)
    return IntentRow(
        link_id=sent.link_id,
        origin_id=timesheet.origin_id,
        sent=to_json(sent.theirs),
        ours=to_json(sent.ours),
        is_start_stop=sent.is_start_stop,
        replaces=link.procore_id,
        first_sent_at=sent.there,
    )
