"""Messages: lists for Activity and the API, groups of one reason, a fingerprint that tells whether anything changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from webapp.domain.message import Group, MessageView
from webapp.domain.timesheet import Actor
from webapp.store.holds import told
from webapp.store.models import Company, Link, Message, Project, Timesheet
from webapp.store.session import StoreSession
from webapp.store.timesheets import visible as visible_timesheet

OPEN_STATES = ("pending", "failed")
FIRST_OF_GROUP = 10
MOST_GROUPS = 40


def page(
    session: StoreSession, actor: Actor, state: str | None, direction: str | None, offset: int, limit: int
) -> tuple[list[MessageView], int]:
    """Newest first, and how many in all."""
    conditions = [visible(actor)]
    if state:
        conditions.append(Message.state == state)
    if direction:
        conditions.append(Message.direction == direction)
    count = select(func.count(Message.id)).join(Link, Link.id == Message.link_id).where(*conditions)
    query = _views().where(*conditions).order_by(Message.id.desc()).offset(offset).limit(limit)
    return [_view(row) for row in session.execute(query)], session.scalar(count) or 0


def one(session: StoreSession, actor: Actor, message_id: int) -> MessageView | None:
    row = session.execute(_views().where(Message.id == message_id, visible(actor))).one_or_none()
    return _view(row) if row is not None else None


def last_processed(session: StoreSession, actor: Actor, limit: int) -> list[MessageView]:
    query = _views().where(Message.state == "processed", Message.processed_at.is_not(None), visible(actor))
    query = query.order_by(Message.processed_at.desc(), Message.id.desc()).limit(limit)
    return [_view(row) for row in session.execute(query)]


def groups(session: StoreSession, actor: Actor, state: str) -> list[Group]:
    """By reason and direction, the largest first, each with its oldest few."""
    by = (Message.reason_key, Message.reason_text, Message.direction)
    conditions = (Message.state == state, visible(actor))
    counted = (
        select(*by, func.count(Message.id), func.sum(Link.hours), func.min(Message.created_at))
        .join(Link, Link.id == Message.link_id)
        .where(*conditions)
        .group_by(*by)
        .order_by(func.count(Message.id).desc(), func.min(Message.id))
        .limit(MOST_GROUPS)
    )
    found = {
        (*why, direction): Group(*why, direction, count, hours or Decimal(0), since)
        for key, text, direction, count, hours, since in session.execute(counted)
        for why in [_why(state, key, text)]
    }
    place = func.row_number().over(partition_by=by, order_by=Message.id).label("place")
    ranked = (
        select(Message.id, place).join(Link, Link.id == Message.link_id).where(*conditions).subquery("ranked")
    )
    first = _views().join(ranked, ranked.c.id == Message.id).where(ranked.c.place <= FIRST_OF_GROUP)
    for row in session.execute(first.order_by(Message.id)):
        view = _view(row)
        group = found.get((view.reason_key, view.reason_text, view.direction))
        if group is not None:
            group.first.append(view)
    return list(found.values())


def counts(session: StoreSession, actor: Actor) -> dict[str, int]:
    """How many are pending and failed."""
    rows = session.execute(
        select(Message.state, func.count(Message.id))
        .join(Link, Link.id == Message.link_id)
        .where(Message.state.in_(OPEN_STATES), visible(actor))
        .group_by(Message.state)
    )
    return {str(state): int(count) for state, count in rows}


def fingerprint(session: StoreSession) -> tuple[Any, ...]:
    """Differs when anything that Activity shows may have changed. Touches the open messages and one index end."""
    open_ones = session.execute(
        select(Message.state, func.count(Message.id), func.max(Message.updated_at))
        .where(Message.state.in_(OPEN_STATES))
        .group_by(Message.state)
        .order_by(Message.state)
    ).all()
    newest = session.scalar(select(func.max(Message.processed_at)))
    company = session.execute(
        select(
            Company.state, Company.paused_reason, Company.receive, Company.receive_only_linked,
            Company.receive_project_per_sub_job, Company.send, Company.send_only_linked,
        ).where(Company.id == session.company_id)
    ).one()  # fmt: skip
    return (*(tuple(row) for row in open_ones), newest, *company)


def sync_fingerprint(session: StoreSession) -> tuple[Any, ...]:
    """Differs when a timesheet or how one stands with Procore may have changed."""
    sheets = session.scalar(select(func.max(Timesheet.updated_at)))
    states = session.execute(
        select(Link.state, func.count(Link.id)).group_by(Link.state).order_by(Link.state)
    )
    return (sheets, *(tuple(row) for row in states), *fingerprint(session))


def record(session: StoreSession, message_id: int) -> Message | None:
    """The row itself, to be changed."""
    return session.scalars(select(Message).where(Message.id == message_id).with_for_update()).one_or_none()


def link_of(session: StoreSession, message: Message) -> Link:
    return session.scalars(select(Link).where(Link.id == message.link_id).with_for_update()).one()


def has_other_pending(session: StoreSession, message: Message) -> bool:
    found = session.scalar(
        select(Message.id)
        .where(
            Message.link_id == message.link_id,
            Message.direction == message.direction,
            Message.state == "pending",
            Message.id != message.id,
        )
        .limit(1)
    )
    return found is not None


def open_of(session: StoreSession, link_id: int) -> list[Message]:
    query = select(Message).where(Message.link_id == link_id, Message.state.in_(OPEN_STATES))
    return list(session.scalars(query))


def of_reason(session: StoreSession, reason_key: str, state: str) -> list[Message]:
    return list(
        session.scalars(select(Message).where(Message.reason_key == reason_key, Message.state == state))
    )


def visible(actor: Actor) -> ColumnElement[bool]:
    """Messages about records that the actor may see; the link is joined."""
    if actor.procore_project_ids is None:
        return true()
    own = (
        select(Timesheet.id).join(Project, Project.id == Timesheet.project_id).where(visible_timesheet(actor))
    )
    return or_(Link.procore_project_id.in_(sorted(actor.procore_project_ids)), Link.timesheet_id.in_(own))


def _views() -> Select[*tuple[Any, ...]]:
    return select(Message, Link.date, Link.hours).join(Link, Link.id == Message.link_id)


def _why(state: str, key: str | None, text: str | None) -> tuple[str | None, str | None]:
    return told(state == "pending", key, text)


def _view(row: Sequence[Any]) -> MessageView:
    message, day, hours = row
    key, text = _why(message.state, message.reason_key, message.reason_text)
    return MessageView(
        id=message.id,
        link_id=message.link_id,
        direction=message.direction,
        action=message.action,
        state=message.state,
        reason_key=key,
        reason_text=text,
        summary=message.summary,
        note=message.note,
        timesheet_id=message.timesheet_id,
        procore_id=message.procore_id,
        attempts=message.attempts,
        next_attempt_at=message.next_attempt_at,
        created_at=message.created_at,
        processed_at=message.processed_at,
        date=day,
        hours=hours,
    )
