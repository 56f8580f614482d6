"""How long is kept what is only told, not needed: processed messages, events, Procore's raw answers (R36).

Open messages, timesheets, their history, links (tombstones, too) and conflicts are kept for ever.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from webapp.store.models import Event, Message, RawAnswer
from webapp.store.session import StoreSession

AT_ONCE = 1000


def purge_messages(session: StoreSession, before: datetime) -> int:
    """Some of those processed before this moment. How many; 0 when none is left."""
    return _purge(session, Message, (Message.state == "processed") & (Message.processed_at < before))


def purge_events(session: StoreSession, before: datetime) -> int:
    return _purge(session, Event, Event.received_at < before)


def purge_raw_answers(session: StoreSession, before: datetime) -> int:
    return _purge(session, RawAnswer, RawAnswer.kept_at < before)


def _purge(session: StoreSession, model: Any, which: ColumnElement[bool]) -> int:
    ids = list(session.scalars(select(model.id).where(which).limit(AT_ONCE)))
    if ids:
        session.execute(delete(model).where(model.id.in_(ids)).execution_options(synchronize_session=False))
    return len(ids)
