"""What a direction that is off held back: counted, released or accepted when it is switched on (R9)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, select, update

from webapp.store import marks
from webapp.store.models import Link
from webapp.store.session import StoreSession
from webapp.sync.holds import Reason, switch_off

Direction = Literal["receive", "send"]


def count_suppressed(session: StoreSession, direction: Direction) -> int:
    return session.scalar(select(func.count()).select_from(Link).where(_suppressed(direction))) or 0


def release_suppressed(session: StoreSession, direction: Direction, now: datetime) -> int:
    """Every record that changed meanwhile is looked at again."""
    return marks.mark_reason_fixed(session, switch_off(direction).key, now)


def accept_suppressed(session: StoreSession, direction: Direction, reason: Reason) -> None:
    """Today's differences stay as they are, listed with the reason. A record that never had a counterpart gets none
    later, even when it is edited, like one that is older than the connection (R6); one that has a counterpart is taken
    up again with its next change."""
    is_unpaired = Link.procore_id.is_(None) | Link.timesheet_id.is_(None)
    for condition, is_for_good in ((is_unpaired, True), (~is_unpaired, False)):
        session.execute(
            update(Link)
            .where(and_(_suppressed(direction), condition, Link.company_id == session.company_id))
            .values(
                reason_key=reason.key,
                reason_text=reason.text,
                state="excluded",
                is_excluded_for_good=is_for_good,
            )
            .execution_options(synchronize_session=False)
        )


def _suppressed(direction: Direction) -> ColumnElement[bool]:
    return Link.reason_key == switch_off(direction).key
