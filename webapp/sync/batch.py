"""What one step works with: both sides, the company's settings and words, and how each record ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.domain.timecard import Card
from webapp.errors import ProcoreUnavailable, RateLimited, TryLater
from webapp.sync import holds
from webapp.sync.decide import Base, Tombstone
from webapp.sync.dictionary import Dictionary
from webapp.sync.holds import Reason
from webapp.sync.ports import AtProcore, Clock, Store
from webapp.sync.read import Seen
from webapp.sync.records import ClashKept, Direction, Lease, MessageLine, Outcome, TimesheetWrite, Verb


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
        if timesheet is None and base is None and card and record.timesheet and self.facts_differ(seen, card):
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
            "send" if record.timesheet and (record.intent or not seen.is_their_change) else "receive",
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
        """Procore is busy: nothing was learnt about the record (D104, D105)."""
        now = self.clock.now()
        until = busy_until(error, now) or now + self._longer_each_time(seen, now)
        self.wait(seen, holds.procore_busy(str(error)), not_before=until, ends_intent=ends_intent)

    def exclude(self, seen: Seen, reason: Reason) -> None:
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

    def absorb(self, stray: Seen, owner: int) -> None:
        """The stray's card belongs to another link, which takes it; this one ends."""
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

    def _longer_each_time(self, seen: Seen, now: datetime) -> timedelta:
        """As long as the record has waited so far: a card at which Procore fails alone is tried less and less."""
        age = (now - seen.record.marked_at).total_seconds()
        return timedelta(seconds=min(max(age, self.limits.retry), LONGEST_RETRY))

    def facts_differ(self, seen: Seen, card: Card) -> bool:
        """Whether Procore's own word on the card is to be mirrored anew (R16)."""
        return self.settings.receive and seen.record.facts != card.facts

    def commit(self) -> None:
        outcomes, self.outcomes = self.outcomes, []
        if outcomes:
            self.store.commit(self.lease, outcomes)

    def renew(self) -> None:
        """Asked right before every write at Procore: a worker whose lease is gone writes nothing (fencing)."""
        self.lease = self.store.renew(self.lease)
