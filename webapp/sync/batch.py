"""What one step works with: both sides, the company's settings and words, and how each record ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from webapp.domain.timecard import Card
from webapp.errors import ProcoreUnavailable, RateLimited, TryLater
from webapp.sync import holds
from webapp.sync.decide import Base, Tombstone
from webapp.sync.dictionary import Dictionary
from webapp.sync.holds import Reason
from webapp.sync.ports import AtProcore, Clock, Parked, Store
from webapp.sync.read import Seen
from webapp.sync.records import (
    LIST_LAG,
    WHOLE_SECOND,
    ClashKept,
    Direction,
    Lease,
    MessageLine,
    Outcome,
    Record,
    TimesheetWrite,
    Verb,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once. Seconds unless said otherwise."""

    batch: int = 500
    burst: int = 4
    gather: float = 1.0
    longest_gather: int = 4
    resend_wait: float = 90.0
    retry: float = 15.0
    probe: float = 900.0
    crashes: int = 7


LONGEST_RETRY = 900.0
NOTHING_LEARNT = (holds.BUSY, holds.answer_lost().key)
SOON = timedelta(seconds=5)


def busy_until(error: TryLater, now: datetime) -> datetime | None:
    """Until when Procore wants to be left alone, where that is known: by its headers, or after several failures."""
    if isinstance(error, RateLimited):
        return max(error.until, now + timedelta(seconds=1))
    if isinstance(error, ProcoreUnavailable) and error.retry_after:
        return now + timedelta(seconds=max(error.retry_after, 1.0))
    return None


class Batch:
    """Some records under one lease. What is decided is collected, and committed in one transaction at a time."""

    def __init__(self, store: Store, procore: AtProcore, clock: Clock, limits: Limits, lease: Lease) -> None:
        self.store, self.procore, self.clock, self.limits, self.lease = store, procore, clock, limits, lease
        self.settings = store.settings()
        self.words = Dictionary()
        self.outcomes: list[Outcome] = []
        self._parked: dict[int, Parked] | None = None
        self.read_at = clock.now()
        """When this batch began to read Procore's side: what was read may be as old as that."""

    @property
    def parked(self) -> dict[int, Parked]:
        """Projects that Procore refuses the app; read when somebody asks first."""
        if self._parked is None:
            self._parked = self.store.parked()
        return self._parked

    def done(
        self,
        seen: Seen,
        *,
        base: Base | Tombstone | None = None,
        base_if_edited: Base | None = None,
        timesheet: TimesheetWrite | None = None,
        tell: tuple[tuple[Direction, Verb], ...] = (),
        reason: Reason | None = None,
        card: Card | None = None,
        clashes: tuple[ClashKept, ...] = (),
        again: bool = False,
        has_more: bool = False,
        answered: int | None = None,
        is_stale: bool = False,
        takes_signature: bool = False,
    ) -> None:
        """Nothing is left to do for this generation, but what `reason` says; `again` looks once more at once, and so
        does `has_more`, to send the rest of the timesheet. `answered`: the number of the logged write that ended so."""
        card, record = card or seen.card, seen.record
        if timesheet is None and base is None and card and record.timesheet and self.facts_differ(seen, card):
            timesheet = TimesheetWrite(record.timesheet.timecard, record.timesheet.version, card)
        self.outcomes.append(
            Outcome(
                record.link_id,
                record.generation,
                reason.state if reason else "in_sync",
                done=not (again or has_more),
                reason=reason,
                base=base,
                base_if_edited=base_if_edited,
                procore_id=card.id if card else seen.gone.id if seen.gone else None,
                timesheet=timesheet,
                messages=tuple(MessageLine(d, verb, "processed") for d, verb in tell) + _asked(seen, reason),
                settles_messages=reason is None or reason.state != "conflict",
                version=_version(record),
                has_more=has_more,
                clashes=clashes,
                has_all_clashes=True,
                intent_done=True,
                seen=card or seen.gone,
                looks_again_at=self.clock.now() + SOON if self.is_behind_its_event(seen, card) else None,
                answered=answered,
                is_stale=is_stale,
                takes_signature=takes_signature,
                parts=card.parts if card else (),
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
        raw: str | None = None,
        about: tuple[Direction, Verb] | None = None,
    ) -> None:
        """A hold or a failure. It is looked at again when its cause is fixed, or at a time where one is known. What a
        rule leaves out does not wait, and no hold keeps what somebody discarded, but to learn what Procore has.
        `about`: what waits, where the two sides alone do not tell."""
        word = seen.word
        if word is not None and word.key == holds.DISCARDED and reason.key not in NOTHING_LEARNT:
            reason = word
        if reason.for_new is not None and seen.record.is_new:
            reason = reason.for_new
        if reason.state == "excluded":
            self.exclude(seen, reason)
            return
        if not_before is None and reason.retry_seconds is not None:
            not_before = self.clock.now() + timedelta(seconds=reason.retry_seconds)
        record = seen.record
        direction, verb = about or (
            "send" if record.timesheet and (record.intent or not seen.is_their_change) else "receive",
            "create" if record.base is None else "update",
        )
        line = MessageLine(direction, verb, "failed" if reason.state == "failed" else "pending")
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
                version=_version(record),
                intent_done=ends_intent,
                seen=seen.card,
                raw=raw,
                is_kept_back=not self.settings.receive and seen.base is not None and seen.is_their_change,
            )
        )

    def look_again(self, seen: Seen, *, procore_id: int | None = None) -> None:
        """Procore's side moved while this record waited for its turn, or for its card to be read: it is read and
        decided anew at once."""
        self._goes_on(seen, procore_id=procore_id)

    def end_create(self, seen: Seen) -> None:
        """The card of a create without an answer was found: what was agreed with it is kept before its next write, so
        that what comes of that one is told from it."""
        card_id = seen.card.id if seen.card else None
        self._goes_on(seen, base=seen.base, procore_id=card_id, intent_done=True)

    def put_off(self, seen: Seen, pause: timedelta) -> None:
        """Nothing was learnt about the record, and nothing is told: it is read again after the pause."""
        record, at = seen.record, self.clock.now() + pause
        self.outcomes.append(
            Outcome(
                record.link_id,
                record.generation,
                record.state,
                done=False,
                not_before=at,
                is_put_off=True,
            )
        )

    def postpone(self, seen: Seen, error: TryLater, *, ends_intent: bool = False) -> None:
        """Procore is busy: nothing was learnt about the record (D104, D105)."""
        now = self.clock.now()
        until = busy_until(error, now) or now + self._longer_each_time(seen, now)
        reason = holds.procore_busy(str(error))
        self.wait(seen, reason, not_before=until, ends_intent=ends_intent)

    def exclude(self, seen: Seen, reason: Reason, *, for_good: bool = False) -> None:
        """Left out by a rule. Activity says so once for what is older than the connection, or not linked (R6, R11).
        What was split goes by whether its part was deleted (D48)."""
        record, is_old = seen.record, reason.key == "before_connection"
        is_told = is_old or reason.key.startswith(("unlinked:", "unlinked_here:"))
        line = MessageLine("send" if record.timesheet else "receive", "create", "processed")
        self.outcomes.append(
            Outcome(
                record.link_id,
                record.generation,
                "excluded",
                done=True,
                reason=reason,
                messages=(line,) if is_told and record.reason_key != reason.key else (),
                version=_version(record),
                seen=seen.card or (seen.gone if record.whole is not None else None),
                is_excluded_for_good=is_old or for_good,
            )
        )

    def absorb(self, stray: Seen, owner: int) -> None:
        """The stray's card belongs to another link, which takes it; this one ends."""
        self.outcomes.append(replace(_moved(stray), absorbed_by=owner))

    def swap(self, stray: Seen, owner: int, base: Tombstone | None = None) -> None:
        """The stray's card goes to another link, whose card comes here instead. `base`: what is agreed on there."""
        self.outcomes.append(replace(_moved(stray), swaps_with=owner, base=base))

    def was_split(
        self,
        seen: Seen,
        procore_id: int,
        parts: tuple[int, ...],
        *,
        base: Base | None = None,
        answered: int | None = None,
    ) -> None:
        """Overtime rules made several cards of ours: all of them are taken in the next step, in one transaction, so
        that their hours add up to the original at every moment (D48). `answered`: the number of the write that a
        part proves to have come."""
        self._goes_on(seen, base=base, procore_id=procore_id, answered=answered, parts=parts)

    def _goes_on(self, seen: Seen, **learnt: Any) -> None:
        """The record is looked at again at once, with what was learnt about it."""
        record = seen.record
        self.outcomes.append(Outcome(record.link_id, record.generation, "waiting", done=False, **learnt))

    def _longer_each_time(self, seen: Seen, now: datetime) -> timedelta:
        """As long as the record has waited so far: a card at which Procore fails alone is tried less and less."""
        age = (now - seen.record.marked_at).total_seconds()
        return timedelta(seconds=min(max(age, self.limits.retry), LONGEST_RETRY))

    def is_behind_its_event(self, seen: Seen, card: Card | None) -> bool:
        """Whether the record's newest event tells of a later change than this view of its card shows."""
        hint, shown = seen.record.newest_hint, card.facts.updated_at if card else None
        if hint is None or shown is None:
            return False
        return shown <= hint - WHOLE_SECOND and self.read_since() - hint < LIST_LAG

    def read_since(self) -> datetime:
        """Procore's time when this batch began to read; by its last answer, which may have come long after."""
        elapsed = self.clock.now() - self.read_at
        return self.procore.server_time() - max(elapsed, timedelta(0))

    def facts_differ(self, seen: Seen, card: Card) -> bool:
        """Whether Procore's own word on the card is to be mirrored anew (R16)."""
        return self.settings.receive and seen.record.facts != card.facts

    def commit(self) -> None:
        outcomes, self.outcomes = self.outcomes, []
        if outcomes:
            as_of = self.settings.fixes
            self.store.commit(self.lease, [replace(o, as_of=as_of) if o.reason else o for o in outcomes])

    def renew(self) -> None:
        """Asked right before every write at Procore: a worker whose lease is gone writes nothing (fencing)."""
        self.lease = self.store.renew(self.lease)


def _asked(seen: Seen, reason: Reason | None) -> tuple[MessageLine, ...]:
    """While a person is asked, Activity shows what waits for the answer."""
    if reason is None or reason.state != "conflict":
        return ()
    return (MessageLine("receive", "update" if seen.card else "delete", "pending"),)


def _version(record: Record) -> int | None:
    return record.timesheet.version if record.timesheet else None


def _moved(stray: Seen) -> Outcome:
    record = stray.record
    return Outcome(record.link_id, record.generation, "waiting", done=True, seen=stray.card)
