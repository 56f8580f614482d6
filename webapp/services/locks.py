"""Closed pay periods: their timesheets are locked; what Procore changes afterwards is held, or adjusted (D45)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from webapp import queueing, wiring
from webapp.domain.timecard import Timecard, changed_units
from webapp.domain.timesheet import Actor
from webapp.errors import Forbidden
from webapp.store import holds, locks
from webapp.store.session import StoreSession, reading, transaction


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One line of the adjustment list: an exported timesheet and what Procore says of it now. `hours_there`: with
    those that it split off; None: it was deleted there."""

    timesheet_id: int
    date: date
    hours: Decimal | None
    hours_there: Decimal | None
    changed: tuple[str, ...]


def lock(actor: Actor, first: date, last: date) -> int:
    """How many timesheets were locked, both days included."""
    _administrators_only(actor)
    with transaction(actor.company_id) as session:
        return locks.lock(session, first, last, wiring.clock().now())


def process(actor: Actor, first: date, last: date) -> int:
    """The locked ones have been exported. How many; what the lock held till then becomes an adjustment."""
    _administrators_only(actor)
    with transaction(actor.company_id) as session:
        count = locks.process(session, first, last, wiring.clock().now())
        _release(session, "locked")
        return count


def unlock(actor: Actor, first: date, last: date) -> int:
    """How many timesheets are open again; what was held because of the lock goes on."""
    _administrators_only(actor)
    with transaction(actor.company_id) as session:
        count = locks.unlock(session, first, last)
        _release(session, "locked", "processed")
        return count


def adjustments(company_id: int) -> list[Adjustment]:
    with reading(company_id) as session:
        return [
            Adjustment(
                sheet.id,
                sheet.date,
                sheet.hours,
                _with_parts(theirs, split_off),
                tuple(sorted(changed_units(agreed, theirs))) if theirs else ("deleted",),
            )
            for sheet, agreed, theirs, split_off in locks.adjustments(session)
        ]


def _release(session: StoreSession, *keys: str) -> None:
    if holds.release(session, keys, wiring.clock().now()):
        queueing.wake_after_commit(session, wiring.config().redis_url, session.company_id)


def _with_parts(theirs: Timecard | None, split_off: Decimal) -> Decimal | None:
    return None if theirs is None or theirs.hours is None else theirs.hours + split_off


def _administrators_only(actor: Actor) -> None:
    if not actor.may_edit_all:
        raise Forbidden("Only an administrator can lock and unlock a pay period.")
