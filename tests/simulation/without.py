"""Replacements for `mutants`: each is the mechanism as it would be if it had been forgotten.

A factory is given the original and gives back what takes its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from webapp.domain.timecard import UNITS, Timecard
from webapp.errors import StoreUnavailable
from webapp.procore.pacing import Permit
from webapp.store.leases import LEASE
from webapp.store.models import Company, IntentRow, Link, Timesheet
from webapp.store.session import transaction
from webapp.sync.decide import Base, DeleteTheirs, Merge, Tombstone
from webapp.sync.ports import Cursors, Lease
from webapp.sync.records import Outcome
from webapp.sync.sweep import Swept

Real = Callable[..., Any]


def giving(value: Any) -> Callable[[Any], Any]:
    """Whatever it is asked, this is the answer."""
    return lambda real: lambda *given, **named: value


def fixed(value: Any) -> Callable[[Any], Any]:
    """A constant."""
    return lambda real: value


def unaudited(real: Real) -> Real:
    """Records go on as they were read."""
    return lambda batch, seen: seen


def first(real: Real) -> Real:
    """What it was given comes back as it is."""
    return lambda given, *rest, **named: given


def second(real: Real) -> Real:
    return lambda batch, given, *rest, **named: given


# ---- here ----------------------------------------------------------------------------------------------


def marked_after_commit(real: Real) -> Real:
    """The wake-up comes after the commit, and is lost with the process."""

    def mark_edited(session: Any, timesheet: Timesheet, verb: Any, now: datetime) -> None:
        session.flush()
        company_id, key = session.company_id, timesheet.id

        def later() -> None:
            with transaction(company_id) as other:
                real(other, other.get_one(Timesheet, key), verb, now)

        session.after_commit(later)

    return mark_edited


def written_whatever_the_version(real: Real) -> Real:
    def write(self: Any, link: Any, wanted: Any, seen: Any) -> Any:
        row = self.row_of(link)
        return real(self, link, replace(wanted, version=row.version) if row else wanted, seen)

    return write


def generation_of_now(real: Real) -> Real:
    """What was marked while the record was worked counts as done with it."""

    def store(self: Any, outcome: Outcome) -> None:
        link = self.links.get(outcome.link_id)
        real(self, replace(outcome, generation=link.generation) if link else outcome)

    return store


def claimed_only_when_given_back(real: Real) -> Real:
    def claim(session: Any, company_id: int, owner: str, now: datetime) -> Lease | None:
        is_free = (Company.state == "connected", Company.lease_until.is_(None))
        may_call = or_(Company.waits_until.is_(None), Company.waits_until <= now)
        taken = session.execute(
            update(Company)
            .where(Company.id == company_id, *is_free, may_call)
            .values(lease_owner=owner, lease_until=now + LEASE, lease_token=Company.lease_token + 1)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:
            return None
        token = session.scalars(select(Company.lease_token).where(Company.id == company_id)).one()
        return Lease(company_id, token, now + LEASE)

    return claim


def base_kept_when_gone(real: Real) -> Real:
    def set_base(link: Any, base: Any) -> None:
        if not isinstance(base, Tombstone):
            real(link, base)

    return set_base


def base_not_moved_by_an_edit(real: Real) -> Real:
    def keep(self: Any, link: Any, outcome: Outcome) -> None:
        real(self, link, replace(outcome, base_if_edited=None))

    return keep


def stray_left_alone(real: Real) -> Real:
    """The link that an event made for our own new card stays beside ours."""

    def take_card(self: Any, link: Any, procore_id: int) -> None:
        if procore_id not in self.owners:
            link.procore_id = procore_id

    return take_card


def intent_not_kept(real: Real) -> Real:
    """Nothing of a create is left in the database when it is sent."""

    def intend(self: Any, lease: Lease, sends: Any) -> Any:
        intents = real(self, lease, sends)
        with transaction(self.company_id, self.engine) as session:
            numbers = [intent.origin_id for intent in intents.values()]
            session.execute(delete(IntentRow).where(IntentRow.origin_id.in_(numbers)))
            session.execute(update(Timesheet).where(Timesheet.origin_id.in_(numbers)).values(origin_id=None))
        return intents

    return intend


def one_face(real: Real) -> Real:
    def base_of(link: Any) -> Any:
        base = real(link)
        return Base(base.ours, base.ours) if isinstance(base, Base) else base

    return base_of


def acknowledged_anyway(real: Real) -> Real:
    """Procore hears 204 whether the event is stored or not."""

    def store_event(*given: Any, **named: Any) -> Any:
        try:
            return real(*given, **named)
        except StoreUnavailable:
            return _Anybody()

    return store_event


class _Anybody:
    company_id = 0


# ---- there ---------------------------------------------------------------------------------------------


def gone_when_unseen(real: Real) -> Real:
    def seen(*given: Any) -> Any:
        found = real(*given)
        return replace(found, is_gone=True, is_unseen=False) if found.is_unseen else found

    return seen


def event_is_a_change(real: Real) -> Real:
    """What an event told of is Procore's change, whoever made it."""

    def decided(self: Any, seen: Any) -> Any:
        action, record = real(self, seen), seen.record
        if not isinstance(action, Merge) or record.newest_hint is None or record.timesheet is None:
            return action
        ours, theirs = record.timesheet.timecard, seen.card.timecard
        different = frozenset(u for u in UNITS if not self.batch.words.same(ours, theirs, u))
        return replace(action, take=different, send=frozenset(), clashes=())

    return decided


def failure_not_told(real: Real) -> Real:
    def wait(self: Any, seen: Any, reason: Any, *rest: Any, **named: Any) -> None:
        if reason.state != "failed":
            real(self, seen, reason, *rest, **named)
            return
        record = seen.record
        self.outcomes.append(Outcome(record.link_id, record.generation, "in_sync", True, intent_done=True))

    return wait


def answer_is_what_we_sent(real: Real) -> Real:
    def as_agreed(_: Any, base: Base, wanted: Timecard, stored: Timecard, units: frozenset[str]) -> Base:
        return Base(base.ours, base.theirs.with_units(wanted, units))

    return as_agreed


def swept_by_our_clock(real: Real) -> Real:
    def move_cursors(self: Any, lease: Lease, since: Cursors, until: Cursors) -> None:
        now = self.clock.now()
        real(self, lease, since, Cursors(now, now))

    return move_cursors


def not_swept(real: Real) -> Real:
    def sweep(store: Any, procore: Any, lease: Lease) -> Swept:
        cursors, now = store.cursors(), procore.server_time()
        store.move_cursors(lease, cursors, Cursors(now, now))
        return Swept(0, 0)

    return sweep


def swept_after_the_cursors(real: Real) -> Real:
    def sweep(store: Any, procore: Any, lease: Lease) -> Swept:
        before = store.cursors()

        def updated_between(*bounds: Any) -> Any:
            now = procore.server_time()
            store.move_cursors(lease, before, Cursors(now, now))
            return procore.updated_between(*bounds)

        early = _With(procore, updated_between=updated_between)
        return real(store, early, lease)  # type: ignore[no-any-return]

    return sweep


class _With:
    """An object, but for some of its attributes."""

    def __init__(self, real: Any, **others: Any) -> None:
        self._real, self._others = real, others

    def __getattr__(self, name: str) -> Any:
        return self._others[name] if name in self._others else getattr(self._real, name)


def lost_is_refused(real: Real) -> Real:
    def unanswered(*given: Any) -> Any:
        error = real(*given)
        error.is_effect_unknown = False
        return error

    return unanswered


def never_limited(real: Real) -> Real:
    def before(self: Any, key: str, company: int, *rest: Any) -> Permit:
        return Permit(self.store.near(key, company, self.clock.now()))

    return before


def merged_without_place(real: Real) -> Real:
    return lambda here, there: (here, there)


def deleted_whatever_was_changed(real: Real) -> Real:
    return lambda base, theirs, rules: DeleteTheirs()


def decided_for_ever(real: Real) -> Real:
    return lambda self, unit, ours, theirs: self.unit == unit


def not_counted(real: Real) -> Real:
    """A record that kills its process is begun again and again."""

    def due(session: Any, now: datetime, limit: int, caution: Any) -> Any:
        records = real(session, now, limit, caution)
        session.execute(update(Link).values(attempts=0).execution_options(synchronize_session=False))
        return records

    return due
