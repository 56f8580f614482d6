"""The engine's loop for one company: claim, read both sides, decide each, write the difference, remember the base.

No transaction is open while Procore is asked; every commit carries the lease's fencing token. A step that fails as a
whole is repeated record by record, so that one bad record never holds the others (D9).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.errors import (
    AppError,
    AppNotConnected,
    LeaseLost,
    PermissionMissing,
    SignInExpired,
    TryLater,
    UnreadableAnswer,
)
from webapp.sync import holds
from webapp.sync.batch import Batch, Limits, busy_until
from webapp.sync.holds import Reason
from webapp.sync.ports import AtProcore, Clock, Store
from webapp.sync.records import Lease, Outcome, Record
from webapp.sync.step import Step

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Worked:
    """`records`: looked at. `has_begun`: false when another worker has the company, or it has to wait for Procore.
    `is_storm`: the last step had so many that more will come. `paused_reason`: why the company waits as a whole, from
    now on."""

    records: int
    has_begun: bool = True
    is_storm: bool = False
    paused_reason: str | None = None


class Engine:
    """One company's engine. `pause` sleeps; it is injected, as is the clock."""

    def __init__(
        self,
        store: Store,
        procore: AtProcore,
        clock: Clock,
        pause: Callable[[float], None],
        limits: Limits | None = None,
    ) -> None:
        self.store, self.procore, self.clock, self.pause = store, procore, clock, pause
        self.limits = limits or Limits()

    def work(
        self,
        owner: str,
        until: datetime | None = None,
        others_wait: Callable[[], bool] = lambda: False,
        *,
        is_storm: bool = False,
    ) -> Worked:
        """Works until nothing is due, the time is up, others wait for their turn, or the company must wait. Another
        worker's company: nothing. In a storm it first waits for more."""
        lease = self.store.claim(owner)
        if lease is None:
            return Worked(0, has_begun=False)
        worked, storms = 0, int(is_storm)
        records: Sequence[Record] = ()
        try:
            if storms:
                self.pause(self.limits.gather)
            while until is None or self.clock.now() < until:
                records = self.store.due(lease, self.limits.batch)
                if not records:
                    break
                waits_until = self._step(lease, records)
                worked += len(records)
                storms = storms + 1 if self._is_storm(records) else 0
                if waits_until is not None:
                    self.store.wait(lease, waits_until)
                if waits_until is not None or others_wait():
                    break
                if storms:
                    self.pause(self.limits.gather * min(storms, self.limits.longest_gather))
                lease = self.store.renew(lease)
        except LeaseLost:
            log.warning("lease lost: company %s goes on elsewhere", lease.company_id)
            return Worked(worked)
        except (AppNotConnected, SignInExpired, PermissionMissing) as error:
            self.store.give_back(lease, [r.link_id for r in records])
            self.store.pause(lease, str(error), self._in(self.limits.probe))
            self.store.release(lease)
            return Worked(worked, paused_reason=str(error))
        except Exception:
            self.store.give_back(lease, [r.link_id for r in records])
            self.store.release(lease)
            raise
        self.store.release(lease)
        return Worked(worked, is_storm=storms > 0)

    def _is_storm(self, records: Sequence[Record]) -> bool:
        """More will come: it is waited for, longer and longer, so that a call reads much. Not after a worker's death:
        these records have waited before."""
        return len(records) >= self.limits.burst and not any(r.attempts for r in records)

    def _step(self, lease: Lease, records: Sequence[Record]) -> datetime | None:
        """Until when the company has to leave Procore alone, if so."""
        crashed = [r for r in records if r.attempts > self.limits.crashes]
        if crashed:
            self.store.commit(lease, [_set_aside(r, "the worker stopped on it") for r in crashed])
        rest = [r for r in records if r.attempts <= self.limits.crashes]
        return self.attempt(lease, rest) if rest else None

    def attempt(self, lease: Lease, records: Sequence[Record]) -> datetime | None:
        """One step; record by record when it fails as a whole. Until when the company has to leave Procore alone."""
        try:
            Step(Batch(self.store, self.procore, self.clock, self.limits, lease)).run(records)
        except (LeaseLost, AppNotConnected, SignInExpired):
            raise
        except TryLater as error:
            return self._postpone(lease, records, error)
        except Exception as error:
            if isinstance(error, PermissionMissing) and error.project_id is None:
                raise
            if len(records) > 1:
                log.warning("a step of %s records failed as a whole", len(records), exc_info=True)
                waits = [self._alone(lease, record) for record in records]
                return max((until for until in waits if until is not None), default=None)
            log.exception("record of link %s failed", records[0].link_id)
            self.store.commit(lease, [self._failed(records[0], error)])
        return None

    def _alone(self, lease: Lease, record: Record) -> datetime | None:
        """As it is now: what the step had done before it failed stands, a create that was sent above all (D6)."""
        now = [r for r in self.store.again(lease, [record.link_id]) if r.generation == record.generation]
        return self.attempt(lease, now) if now else None

    def _postpone(self, lease: Lease, records: Sequence[Record], error: TryLater) -> datetime | None:
        """Nothing was learnt about these records; they wait, without counting an attempt (D104, D105). When Procore is
        known to be busy or away, the whole company waits, so that its other records are not even begun."""
        until = busy_until(error, self.clock.now())
        at = until or self._in(self.limits.retry)
        reason = holds.procore_busy(f"Procore does not answer as it should: {error}")
        self.store.commit(lease, [_postponed(record, reason, at) for record in records])
        return until

    def _failed(self, record: Record, error: Exception) -> Outcome:
        if isinstance(error, PermissionMissing):
            hold, until = holds.permission(str(error), error.project_id), self._in(self.limits.probe)
            return Outcome(
                record.link_id, record.generation, "waiting", done=False, reason=hold, not_before=until
            )
        if isinstance(error, AppError):
            raw = error.raw if isinstance(error, UnreadableAnswer) else None
            reason = holds.unreadable(str(error))
            return Outcome(record.link_id, record.generation, "failed", done=True, reason=reason, raw=raw)
        return _set_aside(record, type(error).__name__)

    def _in(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)


def _set_aside(record: Record, error: str) -> Outcome:
    return Outcome(record.link_id, record.generation, "failed", done=True, reason=holds.crashed(error))


def _postponed(record: Record, reason: Reason, at: datetime) -> Outcome:
    """What is left out for good keeps the rule's name: it does not wait for Procore."""
    if record.excluded_for_good is not None:
        state = record.state
        return Outcome(record.link_id, record.generation, state, done=False, not_before=at, is_put_off=True)
    return Outcome(record.link_id, record.generation, "waiting", done=False, reason=reason, not_before=at)
