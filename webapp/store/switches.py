"""What a direction that is off held back: counted, released or accepted when it is switched on (R9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from webapp.domain.timecard import UNITS, changed_units, from_json, same_part, to_json
from webapp.store import conflicts, guard, marks
from webapp.store.conflicts import decided_links
from webapp.store.due import base_of, in_chunks, timecard_of
from webapp.store.models import ClashRow, Company, IntentRow, Link, Timesheet
from webapp.store.outcomes import KEPT_BACK
from webapp.store.session import StoreSession
from webapp.store.splits import is_to_come
from webapp.store.writes import set_base
from webapp.sync.holds import Reason, both_off, switch_off
from webapp.sync.ports import Base, Merge, Rules, merge

Direction = Literal["receive", "send"]
SIDES = {"receive": "theirs", "send": "ours"}
CLASHED, BOTH = "both_changed", both_off().key


def count_suppressed(session: StoreSession, direction: Direction) -> int:
    """Also what was told of, or entered here, and is not looked at yet."""
    is_counted = or_(_suppressed(direction), _told_of() if direction == "receive" else _waits_to_be_made())
    links = session.scalar(select(func.count()).select_from(Link).where(is_counted)) or 0
    if direction == "receive":
        told_of = select(Link.id).where(_told_of())
        return links + len(_held_beside(session, direction, Link.id.not_in(told_of)))
    held = _held_by(direction)
    return links + sum(link.reason_key not in held for link, _ in _waiting_changes(session))


def release_suppressed(session: StoreSession, direction: Direction, now: datetime) -> int:
    """Every record that changed meanwhile is looked at again. Their number was shown before, so the mass-change guard
    does not ask about them once more (D12, D31). An open conflict may hide a change of another field: it is looked at,
    too."""
    suppressed = session.scalars(select(Link.id).where(_suppressed(direction))).all()
    wholes = _agree_on_wholes(session, now) if direction == "receive" else []
    beside = _held_beside(session, direction)
    for link in beside:
        marks.mark(link, "fixed", now)
    guard.let_pass(session, direction, [*suppressed, *wholes, *(link.id for link in beside)], now)
    return marks.mark_reason_fixed(session, *_held_by(direction), CLASHED, now=now)


def _agree_on_wholes(session: StoreSession, now: datetime) -> list[int]:
    """Of what Procore split while receiving was off, all our hours were agreed beside those that it left on the card
    (D47). Now that the parts come, also those that nobody has looked at yet, what it left is its change, taken together
    with them (D48). Their links."""
    parts = select(Link.split_of).where(is_to_come()).distinct()
    found: list[int] = []
    for cards in in_chunks(session.scalars(parts).all()):
        for link in session.scalars(select(Link).where(Link.procore_id.in_(cards))):
            base = base_of(link)
            if isinstance(base, Base) and _is_short(base):
                wish = base.theirs.with_units(base.ours, {"time"})
                set_base(link, Base(base.ours, wish, shaped=base.shaped or base.theirs))
                marks.mark(link, "split", now)
                found.append(link.id)
    return found


def _is_short(base: Base) -> bool:
    """The card has fewer hours than ours stand for: they were rounded, or a part was split off (D47, D48)."""
    ours, theirs = base.ours.hours, (base.shaped or base.theirs).hours
    return ours is not None and theirs is not None and ours > theirs and not same_part(ours, theirs)


def accept_suppressed(session: StoreSession, direction: Direction, reason: Reason, now: datetime) -> None:
    """What the direction held back while it was off stays as it is, listed with the reason; what the other one holds
    back of the same record still is. But a conflict that was decided meanwhile waited for the switch alone: the
    decision is carried out now."""
    for link in session.scalars(select(Link).where(_suppressed(direction), Link.id.in_(decided_links()))):
        link.reason_key = link.reason_text = None
        marks.mark(link, "decided", now)
    session.flush()
    if direction == "send":
        _accept_waiting(session, reason)
    _accept_beside_conflicts(session, direction)
    for link in session.scalars(select(Link).where(Link.reason_key == BOTH)):
        _accept_change(session, link, direction, reason, now)
        marks.mark(link, "accepted", now)
    for link in _held_beside(session, direction):
        _accept_change(session, link, direction, reason, now)
        marks.mark(link, "accepted", now)
    accept(session, switch_off(direction).key, reason, now, direction)


def accept(
    session: StoreSession, key: str, reason: Reason, now: datetime, direction: Direction | None = None
) -> int:
    """Today's differences that `key` holds stay as they are. A record without a counterpart gets none later, even when
    it is edited, like one that is older than the connection (R6). One that has a counterpart moves its face of the base
    to where it stands, so that only what changes from now on is carried over; a deletion there stays undone. One that
    was synced and left with its project comes back with its next change. How many."""
    marks.note_fix(session)
    joined = select(Link, Timesheet).outerjoin(Timesheet, Timesheet.id == Link.timesheet_id)
    held = session.execute(joined.where(Link.reason_key == key)).all()
    for link, timesheet in held:
        link.state, link.reason_key, link.reason_text = "excluded", reason.key, reason.text
        is_paired = link.base_ours is not None and timesheet is not None and timesheet.deleted_at is None
        is_gone_here = link.base_ours is not None and timesheet is not None and not is_paired
        has_left = link.is_tombstone and direction is None
        link.is_excluded_for_good = (
            not is_paired and not has_left and not (is_gone_here and direction == "send")
        )
        if is_gone_here and direction == "send":
            link.dropped_key, link.dropped_text = reason.key, reason.text
        if is_paired and timesheet is not None and direction == "send":
            link.base_ours = to_json(timecard_of(timesheet))
        elif is_paired and link.suppressed_theirs is not None:
            link.base_theirs = link.suppressed_theirs
        elif is_paired and direction == "receive":
            link.dropped_key, link.dropped_text = reason.key, reason.text
        link.suppressed_theirs = None
    for ids in in_chunks([link.id for link, _ in held]):
        marks.end_messages(session, ids, reason.key, reason.text, now)
    return len(held)


def _accept_waiting(session: StoreSession, reason: Reason) -> None:
    """What was changed here and not looked at yet. A new timesheet is held by the switch, as a worker would have found
    it. Of a change it is noted how far it went: only a look at the card tells what it clashes with. A deletion stays
    undone, if nobody has decided about it."""
    new = update(Link).where(Link.company_id == session.company_id, _waits_to_be_made())
    session.execute(
        new.values(reason_key=switch_off("send").key).execution_options(synchronize_session=False)
    )
    decided = set(session.scalars(decided_links()))
    for link, timesheet in _waiting_changes(session):
        if timesheet.deleted_at is None:
            link.accepted_ours = to_json(timecard_of(timesheet))
        elif link.id not in decided:
            link.dropped_key, link.dropped_text = reason.key, reason.text
    session.flush()


def _accept_beside_conflicts(session: StoreSession, direction: Direction) -> None:
    """A record in conflict says so and hides that the switch held back changes of other fields: these are accepted,
    the clashing ones wait for their decision."""
    rows = session.execute(
        select(Link, ClashRow)
        .join(ClashRow, ClashRow.link_id == Link.id)
        .where(Link.reason_key == CLASHED, ClashRow.kind == "fields", ClashRow.closed_at.is_(None))
        .order_by(Link.id)
    )
    for link, found in groupby(rows, key=itemgetter(0)):
        clashes = [clash for _, clash in found]
        timesheet = session.get(Timesheet, link.timesheet_id) if link.timesheet_id else None
        theirs = clashes[0].theirs
        if link.base_ours is None or link.base_theirs is None or timesheet is None or theirs is None:
            continue
        others = frozenset(UNITS) - {clash.unit for clash in clashes if clash.unit}
        if direction == "send":
            face = from_json(link.base_ours).with_units(timecard_of(timesheet), others)
            link.base_ours = to_json(face)
        else:
            face = from_json(link.base_theirs).with_units(from_json(theirs), others)
            link.base_theirs = to_json(face)


def accept_quarantined(session: StoreSession, direction: Direction, reason: Reason, now: datetime) -> int:
    """What the mass-change guard holds in this direction is not carried over: each side keeps what it has. A change
    moves its face of the base, so that later ones flow; what the record waits to have carried the other way goes on. A
    deletion stays undone until its record changes again or is back. How many."""
    marks.note_fix(session)
    held = guard.quarantined(session, direction)
    for link, kind in held:
        goes_on = kind == "change" and _accept_change(session, link, direction, reason, now)
        link.state, link.reason_key, link.reason_text = "excluded", reason.key, reason.text
        if kind == "deletion":
            link.dropped_key, link.dropped_text = reason.key, reason.text
        marks.end_messages(session, [link.id], reason.key, reason.text, now)
        if goes_on:
            marks.mark(link, "dropped", now)
    return len(held)


def _accept_change(
    session: StoreSession, link: Link, direction: Direction, reason: Reason, now: datetime
) -> bool:
    """Moves the face that this direction would have carried. Where it would have overwritten a change of the other
    side, both faces: each side keeps its value, and neither is taken for the only change. What a person is to be asked
    about, or the other direction carries, stays as it is: whether there is any of that."""
    ours = timecard_of(session.get_one(Timesheet, link.timesheet_id))
    theirs = conflicts.card_of(link.suppressed_theirs or link.base_theirs)
    assert theirs is not None
    link.suppressed_theirs = None
    base, rules = base_of(link), _rules(session, link)
    if not isinstance(base, Base):
        set_base(link, Base(ours, theirs))
        return False
    action = merge(base, ours, theirs, rules)
    if not isinstance(action, Merge):
        return False
    side, clashing = SIDES[direction], {clash.unit for clash in action.clashes}
    kept = {
        c.unit for c in action.clashes if c.winner == side or (not c.winner and rules.needs_later(c.unit))
    }
    sent, taken = action.send - clashing, action.take - clashing
    here, there = (kept | sent, kept) if direction == "send" else (kept, kept | taken)
    set_base(
        link,
        replace(base, ours=base.ours.with_units(ours, here), theirs=base.theirs.with_units(theirs, there)),
    )
    conflicts.give_up(session, link, reason.text, now, kept)
    return bool((clashing | sent | taken) - here - there)


def _rules(session: StoreSession, link: Link) -> Rules:
    company = session.scalars(select(Company).where(Company.id == session.company_id)).one()
    decisions = conflicts.decisions_of(session, [link.id]).get(link.id, ())
    return Rules(conflict_rule=company.conflict_rule, decisions=decisions)  # type: ignore[arg-type]  # one of the five


def _waiting_changes(session: StoreSession) -> list[tuple[Link, Timesheet]]:
    """Timesheets that are no more as agreed, and not looked at since."""
    rows = session.execute(
        select(Link, Timesheet, IntentRow.ours)
        .join(Timesheet, Timesheet.id == Link.timesheet_id)
        .outerjoin(IntentRow, IntentRow.link_id == Link.id)
        .where(Link.is_dirty, Link.is_excluded_for_good.is_(False))
        .where(or_(Link.procore_id.is_not(None), IntentRow.link_id.is_not(None)))
    )
    faces = [(link, timesheet, meant or link.base_ours) for link, timesheet, meant in rows]
    return [
        (link, timesheet)
        for link, timesheet, face in faces
        if face and (timesheet.deleted_at or changed_units(from_json(face), timecard_of(timesheet)))
    ]


def _waits_to_be_made() -> ColumnElement[bool]:
    """Timesheets without a card, as far as is known here; one from before the connection may have one."""
    is_new = select(Timesheet.id).where(Timesheet.id == Link.timesheet_id, Timesheet.deleted_at.is_(None))
    is_new = is_new.join(Company, Company.id == Timesheet.company_id)
    return and_(
        Link.is_dirty,
        Link.is_excluded_for_good.is_(False),
        or_(Link.is_tombstone, and_(Link.procore_id.is_(None), Link.base_ours.is_(None))),
        is_new.where(Timesheet.id > Company.entered_before).exists(),
        ~select(IntentRow.link_id).where(IntentRow.link_id == Link.id).exists(),
    )


def _told_of() -> ColumnElement[bool]:
    """Cards that changed since they were seen, as events or a sweep told."""
    is_news = or_(Link.procore_updated_at.is_(None), Link.hinted_at > Link.procore_updated_at)
    return and_(Link.is_dirty, Link.is_excluded_for_good.is_(False), Link.hinted_at.is_not(None), is_news)


def _suppressed(direction: Direction) -> ColumnElement[bool]:
    return Link.reason_key.in_(_held_by(direction))


def _held_beside(session: StoreSession, direction: Direction, *more: ColumnElement[bool]) -> list[Link]:
    """Records that wait for something else and hide that receiving, too, held back a change of their cards. What a
    lock or the mass-change guard keeps back is decided there."""
    if direction == "send":
        return []
    is_held = Link.state.in_(("waiting", "failed"))
    held = select(Link).where(is_held, Link.reason_key.not_in(KEPT_BACK), *more)
    rows = session.scalars(held.order_by(Link.id))
    return [link for link in rows if link.suppressed_theirs is not None]


def _held_by(direction: Direction) -> tuple[str, str]:
    return switch_off(direction).key, BOTH
