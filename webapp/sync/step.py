"""One step: a batch of due records, both sides read once, each decided, both directions written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from webapp.domain.timecard import UNITS, Card, Names, Timecard, same_unit
from webapp.errors import RateLimited, TryLater
from webapp.sync import decide as table
from webapp.sync import holds
from webapp.sync.decide import Base, Rules, Tombstone, decide
from webapp.sync.dictionary import Dictionary, Untranslatable, Wanted
from webapp.sync.holds import Reason
from webapp.sync.ports import (
    AtProcore,
    ClashKept,
    Clock,
    Direction,
    DirectoryRead,
    Intent,
    Lease,
    MessageLine,
    Outcome,
    Record,
    Store,
    TimesheetWrite,
    Unknown,
    Verb,
)
from webapp.sync.read import Seen, read_theirs
from webapp.sync.scope import out_of_scope
from webapp.sync.send import Sending, send_all

if TYPE_CHECKING:
    from webapp.sync.engine import Limits


class Step:
    """Works one batch under one lease. Raises what Procore's adapter raises when nothing could be learnt."""

    def __init__(self, store: Store, procore: AtProcore, clock: Clock, limits: Limits, lease: Lease) -> None:
        self.store, self.procore, self.clock, self.limits, self.lease = store, procore, clock, limits, lease
        self.settings = store.settings()
        self.outcomes: list[Outcome] = []
        self.sending = Sending()
        self.words = Dictionary()

    def run(self, records: Sequence[Record]) -> None:
        seen = self._paired(read_theirs(self.procore, records))
        workable = [s for s in seen if not self._waits(s)]
        self.words = self._dictionary(workable)
        for one in workable:
            try:
                self._decide(one)
            except Untranslatable as wait:
                self.wait(one, wait.reason)
        self.commit()
        send_all(self)

    def _paired(self, seen: Sequence[Seen]) -> list[Seen]:
        """Cards that carry the number of a timesheet of ours belong to its link: they go there (D6)."""
        strays = {
            s.card.facts.origin_id: s
            for s in seen
            if s.card is not None and s.card.facts.origin_id is not None and s.record.timesheet is None
        }
        owners = self.store.links_of_origins(list(strays)) if strays else {}
        paired: set[int] = set()
        for origin, (owner, card_id) in owners.items():
            stray = strays[origin]
            if owner == stray.record.link_id or stray.card is None:
                continue
            paired.add(stray.record.link_id)
            if card_id not in (None, stray.card.id):
                self.wait(stray, holds.origin_id_taken())
                continue
            self.outcomes.append(
                Outcome(
                    stray.record.link_id,
                    stray.record.generation,
                    "waiting",
                    done=True,
                    absorbed_by=owner,
                    seen=stray.card,
                )
            )
        self.commit()
        return [s for s in seen if s.record.link_id not in paired]

    # ---- what cannot be worked now -----------------------------------------------------------------

    def _waits(self, seen: Seen) -> bool:
        record = seen.record
        if seen.unreadable is not None:
            self.wait(seen, holds.unreadable(seen.unreadable))
        elif seen.is_taken:
            self.wait(seen, holds.origin_id_taken())
        elif seen.is_in_doubt and self._may_still_appear(record):
            at = self._sent_at(record) + timedelta(seconds=self.limits.resend_wait)
            soon = self.clock.now() + timedelta(seconds=5)
            self.wait(seen, holds.answer_lost(), not_before=min(at, soon))
        elif seen.is_unseen:
            self._unseen(seen)
        elif reason := out_of_scope(record, seen.card, self.settings):
            if reason.state == "waiting":
                self.wait(seen, reason)
            else:
                self._exclude(seen, reason)
        else:
            return False
        return True

    def _unseen(self, seen: Seen) -> None:
        """Lists may lag behind events: looked at again soon, then more and more rarely."""
        reason = holds.cannot_be_seen()
        since = seen.record.marked_at or self.clock.now()
        age = (self.clock.now() - since).total_seconds()
        pause = min(max(age, 1.0), float(reason.retry_seconds or 900))
        self.wait(seen, reason, not_before=self.clock.now() + timedelta(seconds=pause))

    def _may_still_appear(self, record: Record) -> bool:
        return self.clock.now() < self._sent_at(record) + timedelta(seconds=self.limits.resend_wait)

    def _sent_at(self, record: Record) -> datetime:
        assert record.intent is not None
        assert record.intent.sent_at is not None
        return record.intent.sent_at

    # ---- words ---------------------------------------------------------------------------------------

    def _dictionary(self, seen: Sequence[Seen]) -> Dictionary:
        """What this batch refers to. When Procore's mirrored directory lacks something, that part is read once; which
        cost codes a timesheet needs may be known only after that."""
        wanted = self._wanted(seen)
        words, unknown = self.store.dictionary(self.lease, wanted, is_final=False)
        for _ in range(2):
            if not unknown:
                break
            self.store.save_directory(read_directory(self.procore, unknown))
            words, unknown = self.store.dictionary(self.lease, wanted, is_final=True)
        return words

    def _wanted(self, seen: Sequence[Seen]) -> Wanted:
        take: list[tuple[Timecard, Names]] = []
        compare: list[tuple[Timecard, Names]] = []
        send: list[Timecard] = []
        for one in seen:
            timesheet, card = one.record.timesheet, one.card
            if card is not None:
                may_take = self.settings.receive and (one.base is None or self._has_moved(one, card))
                (take if may_take else compare).append((card.timecard, card.names))
            if timesheet is not None and not timesheet.is_deleted:
                send.append(timesheet.timecard)
        return Wanted(tuple(take), tuple(compare), tuple(send))

    def _has_moved(self, seen: Seen, card: Card) -> bool:
        return seen.base is not None and seen.base.theirs != card.timecard

    # ---- deciding ------------------------------------------------------------------------------------

    def _decide(self, seen: Seen) -> None:
        record, card = seen.record, seen.card
        ours = record.timesheet.timecard if record.timesheet and not record.timesheet.is_deleted else None
        theirs = card.timecard if card else None
        base = seen.base or record.base
        action = decide(base, ours, theirs, Rules(self.words.same, self.settings.conflict_rule))
        if isinstance(action, table.Merge) and action.clashes:
            action = self._with_later(seen, base, ours, theirs, action)
        match action:
            case table.Nothing():
                self.done(seen)
            case table.CreateOurs():
                self._receive(seen, "create", frozenset(UNITS))
            case table.CreateTheirs():
                self._send_create(seen)
            case table.Merge():
                self._merge(seen, action)
            case table.DeleteOurs():
                self._delete_ours(seen)
            case table.DeleteTheirs():
                self._delete_theirs(seen)
            case table.DeleteClash():
                self._delete_clash(seen, action)
            case table.Settle():
                self.done(seen, base=Tombstone())

    def _with_later(
        self, seen: Seen, base: object, ours: object, theirs: object, action: table.Merge
    ) -> table.Action:
        """Asks the change history once, only where the company's rule needs to know who edited later (D41)."""
        rules = Rules(self.words.same, self.settings.conflict_rule)
        timesheet, card = seen.record.timesheet, seen.card
        if not any(rules.needs_later(c.unit) for c in action.clashes) or timesheet is None or card is None:
            return action
        times = [entry.at for entry in self.procore.change_history(card.id) if entry.at]
        there = max(times, default=card.facts.updated_at)
        if there is None or abs((there - timesheet.edited_at).total_seconds()) <= 5:
            return action
        later: table.Side = "theirs" if there > timesheet.edited_at else "ours"
        return decide(seen.base, timesheet.timecard, card.timecard, replace(rules, later=later))

    # ---- the actions ---------------------------------------------------------------------------------

    def _receive(self, seen: Seen, verb: Verb, units: frozenset[str]) -> None:
        assert seen.card is not None
        if not self.settings.receive:
            self._exclude(seen, holds.switch_off("receive"))
            return
        ours = self.words.to_ours(seen.card.timecard)
        if seen.card.timecard.person is None:
            raise Untranslatable(holds.no_person())
        timesheet = seen.record.timesheet
        write = TimesheetWrite(
            ours, timesheet.version if timesheet else None, seen.card, restores=timesheet is not None
        )
        self.done(seen, base=Base(ours, seen.card.timecard), timesheet=write, tell=(("receive", verb),))

    def _send_create(self, seen: Seen) -> None:
        assert seen.record.timesheet is not None
        if not self.settings.send:
            self._exclude(seen, holds.switch_off("send"))
            return
        self.sending.creates.append(seen)

    def _merge(self, seen: Seen, action: table.Merge) -> None:
        take = action.take if self.settings.receive else frozenset()
        send = action.send if self.settings.send else frozenset()
        if send:
            self.sending.updates.append((seen, replace(action, take=take, send=send)))
            return
        self.finish_merge(seen, action, take)

    def finish_merge(
        self,
        seen: Seen,
        action: table.Merge,
        take: frozenset[str],
        sent: frozenset[str] = frozenset(),
        wanted: Timecard | None = None,
        stored: Card | None = None,
    ) -> None:
        """Stores the end of a merge. `wanted`: what was sent, in Procore's ids; `stored`: the card after that."""
        timesheet, card = seen.record.timesheet, seen.card
        assert timesheet is not None
        assert card is not None
        ours = self.words.to_ours(card.timecard, take, onto=timesheet.timecard)
        write = None
        if take or self._facts_differ(seen, stored or card):
            write = TimesheetWrite(ours, timesheet.version, stored or card)
        before = seen.base or Base(ours, card.timecard)
        theirs = before.theirs.with_units(card.timecard, take | action.agreed)
        again = False
        if wanted is not None and stored is not None:
            face, again = self._as_agreed(wanted, stored.timecard, sent)
            theirs = theirs.with_units(face, sent)
        base: Base | None = Base(before.ours.with_units(ours, take | sent | action.agreed), theirs)
        if seen.base is None and any(c.winner is None for c in action.clashes):
            base = None  # two records that never met have agreed on nothing while a person is asked
        tell: list[tuple[Direction, Verb]] = [("send", "update")] if sent else []
        tell += [("receive", "update")] if take else []
        clashes = _kept(action, timesheet.timecard, card.timecard, seen.base)
        self.done(
            seen,
            base=base,
            timesheet=write,
            tell=tuple(tell),
            reason=self._unsettled(action, take, sent),
            card=stored or card,
            clashes=clashes,
            again=again,
        )

    def _unsettled(self, action: table.Merge, take: frozenset[str], sent: frozenset[str]) -> Reason | None:
        asked = [c.unit for c in action.clashes if c.winner is None]
        if asked:
            return holds.both_changed(asked)
        if action.take - take:
            return holds.switch_off("receive")
        if action.send - sent:
            return holds.switch_off("send")
        return None

    def finish_create(self, seen: Seen, intent: Intent, card: Card) -> None:
        """The card is there and was read: what we meant and what Procore made of it are the two faces."""
        face, again = self._as_agreed(intent.sent, card.timecard, frozenset(UNITS))
        base = Base(intent.ours, face)
        self.done(seen, base=base, tell=(("send", "create"),), card=card, again=again)

    def _as_agreed(self, wanted: Timecard, stored: Timecard, units: frozenset[str]) -> tuple[Timecard, bool]:
        """Theirs as agreed after a write, and whether to look again. What Procore stored otherwise than we sent it
        (rounded, trimmed, split) is theirs as agreed while receiving is off; else our wish stays the face, so that
        the next look takes Procore's value as any change of theirs (D47)."""
        if not self.settings.receive:
            return stored, False
        shaped = {unit for unit in units if not stored_as(wanted, stored, unit)}
        return stored.with_units(wanted, shaped), bool(shaped)

    def _facts_differ(self, seen: Seen, card: Card) -> bool:
        return self.settings.receive and seen.record.facts != card.facts

    def _delete_ours(self, seen: Seen) -> None:
        if not self.settings.receive:
            self._exclude(seen, holds.switch_off("receive"))
            return
        assert seen.record.timesheet is not None
        write = TimesheetWrite(None, seen.record.timesheet.version)
        self.done(seen, base=Tombstone(), timesheet=write, tell=(("receive", "delete"),))

    def _delete_theirs(self, seen: Seen) -> None:
        if not self.settings.send:
            self._exclude(seen, holds.switch_off("send"))
            return
        self.sending.deletes.append(seen)

    def _delete_clash(self, seen: Seen, action: table.DeleteClash) -> None:
        timesheet, card = seen.record.timesheet, seen.card
        here = action.deleted == "ours"
        kept = ClashKept(
            "deleted_here" if here else "deleted_there",
            None,
            None if here or timesheet is None else timesheet.timecard,
            card.timecard if card else None,
            seen.base,
            None,
        )
        reason = holds.deleted_here_edited_there() if here else holds.edited_here_deleted_there()
        self.done(seen, reason=reason, clashes=(kept,))

    # ---- outcomes ------------------------------------------------------------------------------------

    def done(
        self,
        seen: Seen,
        *,
        base: Base | Tombstone | None = None,
        timesheet: TimesheetWrite | None = None,
        tell: tuple[tuple[Direction, Verb], ...] = (),
        reason: Reason | None = None,
        card: Card | None = None,
        clashes: tuple[ClashKept, ...] = (),
        again: bool = False,
    ) -> None:
        """Nothing is left to do for this generation, but what `reason` says; `again` looks once more at once."""
        card, record = card or seen.card, seen.record
        if (
            timesheet is None
            and base is None
            and card
            and record.timesheet
            and self._facts_differ(seen, card)
        ):
            timesheet = TimesheetWrite(record.timesheet.timecard, record.timesheet.version, card)
        self.outcomes.append(
            Outcome(
                record.link_id,
                record.generation,
                reason.state if reason else "in_sync",
                done=not again,
                reason=reason,
                base=base,
                procore_id=card.id if card else seen.gone.id if seen.gone else None,
                timesheet=timesheet,
                messages=tuple(MessageLine(d, verb, "processed") for d, verb in tell),
                settles_messages=reason is None or reason.state != "conflict",
                clashes=clashes,
                intent_done=True,
                seen=card,
            )
        )

    def wait(
        self,
        seen: Seen,
        reason: Reason,
        not_before: datetime | None = None,
        *,
        ends_intent: bool = False,
        procore_id: int | None = None,
    ) -> None:
        """A hold or a failure. It is looked at again when its cause is fixed, or at a time where one is known."""
        if not_before is None and reason.retry_seconds is not None:
            not_before = self.clock.now() + timedelta(seconds=reason.retry_seconds)
        record = seen.record
        line = MessageLine(
            "send" if record.timesheet and (record.intent or not self._is_theirs(seen)) else "receive",
            "create" if record.base is None else "update",
            "failed" if reason.state == "failed" else "pending",
        )
        self.outcomes.append(
            Outcome(
                record.link_id,
                record.generation,
                reason.state,
                done=not_before is None,
                reason=reason,
                not_before=not_before,
                procore_id=procore_id,
                messages=(line,),
                intent_done=ends_intent,
                seen=seen.card,
            )
        )

    def postpone(self, seen: Seen, error: TryLater, *, ends_intent: bool = False) -> None:
        pause = self.clock.now() + timedelta(seconds=self.limits.retry)
        until = max(pause, error.until) if isinstance(error, RateLimited) else pause
        self.wait(seen, holds.procore_busy(str(error)), not_before=until, ends_intent=ends_intent)

    def _is_theirs(self, seen: Seen) -> bool:
        """Whether it is Procore's change that waits: theirs differs from what was agreed."""
        return seen.card is not None and (seen.base is None or self._has_moved(seen, seen.card))

    def _exclude(self, seen: Seen, reason: Reason) -> None:
        """Left out by a rule. Activity says so once for what is older than the connection (R6)."""
        record, is_old = seen.record, reason.key == "before_connection"
        line = MessageLine("send" if record.timesheet else "receive", "create", "processed")
        self.outcomes.append(
            Outcome(
                record.link_id,
                record.generation,
                "excluded",
                done=True,
                reason=reason,
                messages=(line,) if is_old and record.reason_key != reason.key else (),
                seen=seen.card,
                is_excluded_for_good=is_old,
            )
        )

    def commit(self) -> None:
        outcomes, self.outcomes = self.outcomes, []
        if outcomes:
            self.store.commit(self.lease, outcomes)

    def renew(self) -> None:
        """Asked right before every write at Procore: a worker whose lease is gone writes nothing (fencing)."""
        self.lease = self.store.renew(self.lease)


def stored_as(wanted: Timecard, stored: Timecard, unit: str) -> bool:
    """Whether Procore stored a unit as we sent it; a project without times keeps the hours alone (R20)."""
    if unit == "time" and stored.start is None:
        return wanted.hours is not None and same_unit(
            replace(stored, start=wanted.start, stop=wanted.stop, lunch_minutes=wanted.lunch_minutes),
            wanted,
            unit,
        )
    if unit == "time" and wanted.start is not None:
        return same_unit(replace(stored, hours=wanted.hours), wanted, unit)
    return same_unit(wanted, stored, unit)


def _kept(action: table.Merge, ours: Timecard, theirs: Timecard, base: Base | None) -> tuple[ClashKept, ...]:
    return tuple(ClashKept("fields", c.unit, ours, theirs, base, c.winner) for c in action.clashes)


def read_directory(procore: AtProcore, unknown: Unknown) -> DirectoryRead:
    """Reads just the lists in which something was missing."""
    return DirectoryRead(
        projects=procore.projects() if unknown.has_projects else None,
        style=procore.time_entry_style() if unknown.has_projects else None,
        people=procore.people() if unknown.has_people else None,
        time_types=procore.time_types() if unknown.has_time_types else None,
        cost_codes={place: procore.cost_codes(*place) for place in unknown.codes_of},
        sub_jobs={project: procore.sub_jobs(project) for project in sorted(unknown.sub_jobs_of)},
    )
