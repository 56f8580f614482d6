"""Conflicts: what waits for a person's word, what was decided and by whom, and putting the loser back (R23, R24).

A decision is stored beside the values that the person saw; the engine carries it out as long as both sides still hold
them, and asks anew otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from webapp import queueing, wiring
from webapp.domain.conflict import ConflictView, Side
from webapp.domain.timesheet import Actor
from webapp.errors import Forbidden, NotFound
from webapp.services import put_back
from webapp.services.put_back import CannotDecide
from webapp.store import conflict_list as rows
from webapp.store import marks
from webapp.store.conflict_words import Words
from webapp.store.models import ClashRow, Link
from webapp.store.session import StoreSession, reading, transaction

State = Literal["open", "resolved"]


def page(actor: Actor, state: State | None, offset: int, limit: int) -> tuple[list[ConflictView], int]:
    with reading(actor.company_id) as session:
        return rows.page(session, actor, state, offset, limit)


def resolve(actor: Actor, conflict_id: int, keep: Side, seen: str | None = None) -> ConflictView:
    """`seen`: the values that the person looked at; others raise CannotDecide. The same decision twice is one."""
    now = wiring.clock().now()
    with transaction(actor.company_id) as session:
        row, link = _found(session, actor, conflict_id)
        if (row.resolved_how, row.winner) != ("person", keep):
            if row.closed_at is not None:
                raise CannotDecide("This conflict is over. Undo it to put the other value back.")
            if seen is not None and seen != rows.seen(row):
                raise CannotDecide("A value has changed since you looked. Look at both again, then decide.")
            for each in (row, *rows.decided_with(session, row)):
                each.winner, each.resolved_how, each.note = keep, "person", None
                each.resolved_at, each.resolved_by = now, actor.name
            _look_again(session, actor, link, now)
        return _view(session, row, link)


def undo(actor: Actor, conflict_id: int) -> ConflictView:
    """Puts the loser back, as an edit of our side by this person, which the engine carries over; a decision that is not
    carried out yet is taken back. Raises CannotDecide when something has changed since; then nothing is lost."""
    now = wiring.clock().now()
    with transaction(actor.company_id) as session:
        row, link = _found(session, actor, conflict_id)
        if row.closed_at is None:
            _take_back(session, actor, row, link, now)
            return _view(session, row, link)
        step = put_back.step_for(session, actor, row, link, now)
    put_back.carry_out(actor, step)
    with transaction(actor.company_id) as session:
        row, link = _found(session, actor, conflict_id)
        row.undone_at, row.undone_by = now, actor.name
        return _view(session, row, link)


def _found(session: StoreSession, actor: Actor, conflict_id: int) -> tuple[ClashRow, Link]:
    if not actor.may_edit_all:
        raise Forbidden("Ask an administrator to decide this.")
    found = rows.one(session, actor, conflict_id)
    if found is None:
        raise NotFound(f"There is no conflict {conflict_id}.")
    return found


def _take_back(session: StoreSession, actor: Actor, row: ClashRow, link: Link, now: datetime) -> None:
    if row.resolved_how != "person":
        raise CannotDecide("Nothing was overwritten yet, so there is nothing to put back.")
    row.winner = row.resolved_how = row.resolved_at = row.resolved_by = None
    row.note = f"{actor.name} took the decision back before it was carried out."
    _look_again(session, actor, link, now)


def _look_again(session: StoreSession, actor: Actor, link: Link, now: datetime) -> None:
    marks.mark(link, "decided", now)
    queueing.wake_after_commit(session, wiring.config().redis_url, actor.company_id)


def _view(session: StoreSession, row: ClashRow, link: Link) -> ConflictView:
    session.flush()
    return rows.view(Words(session), row, link)
