"""Dirty marks: whatever may have changed, on either side, ends here. A mark says that a record is to be looked at,
never what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import select, update

from webapp.store.models import Company, Link, Message, Project, Timesheet, User
from webapp.store.session import StoreSession

Verb = Literal["create", "update", "delete"]


def mark_edited(session: StoreSession, timesheet: Timesheet, verb: Verb, now: datetime) -> Link:
    """A timesheet was entered, edited or deleted here: its link is dirty, in the same transaction. It is not what
    somebody dropped or discarded before."""
    session.flush()
    link = session.scalars(select(Link).where(Link.timesheet_id == timesheet.id)).one_or_none()
    if link is None:
        link = Link(timesheet_id=timesheet.id, created_at=now, generation=0, done_generation=0)
        session.add(link)
    mark(link, f"edited:{verb}", now)
    link.dropped_key = link.dropped_text = None
    link.date, link.hours = timesheet.date, timesheet.hours
    wait_to_be_sent(session, link, timesheet, verb, now)
    return link


def wait_to_be_sent(
    session: StoreSession, link: Link, timesheet: Timesheet, verb: Verb, now: datetime
) -> None:
    """While sending is on, a change of ours waits from the moment it is made, in Activity and in the ledger (R31a)."""
    company = session.scalars(select(Company).where(Company.id == timesheet.company_id)).one()
    if company.send and company.state != "disconnected":
        if link.state == "in_sync":
            link.state = "waiting"
        session.flush()
        pend(
            session,
            link,
            "send",
            "create" if link.procore_id is None and verb == "update" else verb,
            now,
            summary_of(session, timesheet),
        )


def mark(link: Link, reason: str, now: datetime) -> None:
    """One more generation; a record that waited for a time or a fix is due at once."""
    link.generation += 1
    link.is_dirty = True
    link.not_before = None
    link.mark_reason = reason
    link.marked_at = now
    link.attempts = 0


def mark_cards(
    session: StoreSession,
    ids: Iterable[int],
    reason: str,
    now: datetime,
    hinted_at: datetime | None = None,
    *,
    is_deleted: bool = False,
    split_of: int | None = None,
) -> None:
    """Procore's cards that may have changed. `hinted_at`: Procore's time of the change, where known. `split_of`: the
    card that they were split off."""
    wanted = list(dict.fromkeys(ids))
    links = {
        link.procore_id: link
        for start in range(0, len(wanted), 500)
        for link in session.scalars(select(Link).where(Link.procore_id.in_(wanted[start : start + 500])))
    }
    for procore_id in wanted:
        link = links.get(procore_id)
        if link is None:
            link = Link(procore_id=procore_id, created_at=now, generation=0, done_generation=0)
            session.add(link)
        mark(link, reason, now)
        if hinted_at is not None:
            link.hinted_at = min(link.hinted_at or hinted_at, hinted_at)
        link.is_delete_hinted = link.is_delete_hinted or is_deleted
        link.split_of = split_of or link.split_of


def note_fix(session: StoreSession) -> None:
    """Something was fixed that records may be held for, also such as a worker has in hand and is about to hold."""
    session.execute(
        update(Company)
        .where(Company.id == session.company_id)
        .values(fixes=Company.fixes + 1)
        .execution_options(synchronize_session=False)
    )


def mark_reason_fixed(session: StoreSession, *reason_keys: str, now: datetime) -> int:
    """The causes of holds are fixed: every record they held is due again. How many there were."""
    note_fix(session)
    return sum(_release(session, key, now) for key in dict.fromkeys(reason_keys))


def _release(session: StoreSession, reason_key: str, now: datetime) -> int:
    released = session.execute(
        update(Link)
        .where(Link.company_id == session.company_id, Link.reason_key == reason_key)
        .values(
            generation=Link.generation + 1,
            is_dirty=True,
            not_before=None,
            mark_reason="fixed",
            marked_at=now,
            attempts=0,
        )
        .execution_options(synchronize_session="fetch")
    )
    return int(released.rowcount)  # type: ignore[attr-defined]  # CursorResult, typed as Result


def pend(
    session: StoreSession, link: Link, direction: str, action: str, now: datetime, summary: str
) -> Message:
    """The one pending message of this link and direction: made, or brought up to date."""
    message = session.scalars(
        select(Message).where(
            Message.link_id == link.id, Message.direction == direction, Message.state == "pending"
        )
    ).first()
    if message is None:
        message = Message(
            link_id=link.id, direction=direction, state="pending", action=action, created_at=now
        )
        session.add(message)
    elif message.action != "create" or action == "delete":
        message.action = action
    message.summary = summary
    message.timesheet_id, message.procore_id = link.timesheet_id, link.procore_id
    message.updated_at = now
    message.reason_key = message.reason_text = message.next_attempt_at = None
    return message


def summary_of(session: StoreSession, timesheet: Timesheet) -> str:
    user = session.get(User, timesheet.user_id) if timesheet.user_id else None
    project = session.get(Project, timesheet.project_id)
    return summary(
        user.name if user else None, project.name if project else None, timesheet.date, timesheet.hours
    )


def summary(person: str | None, project: str | None, on: date | None, hours: Decimal | None) -> str:
    """What a message is about, in one line: person, project, date, hours."""
    amount = "no hours" if hours is None else f"{hours.quantize(Decimal('0.01'))} h"
    day = on.isoformat() if on else "unknown day"
    return f"{(person or 'Unknown person')[:120]}, {(project or 'unknown project')[:120]}, {day}, {amount}"


def end_messages(session: StoreSession, link_ids: Sequence[int], key: str, text: str, now: datetime) -> None:
    """A person decided that nothing more is done for these records: their open messages say so."""
    session.execute(
        update(Message)
        .where(Message.link_id.in_(link_ids), Message.state.in_(("pending", "failed")))
        .values(
            state="processed",
            processed_at=now,
            updated_at=now,
            reason_key=key,
            reason_text=text,
            next_attempt_at=None,
        )
    )
