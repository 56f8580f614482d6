"""Keeps to Procore's rate limits: led by its headers, shared by all processes, with a single probe after a block.

The headers are the truth; a limiter of our own would only disagree. The database is written when little is left, on a
new window at most every few seconds, and on a block; never per call.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from webapp.domain.credentials import Budget
from webapp.errors import RateLimited
from webapp.procore.answers import Answer
from webapp.procore.ports import BudgetStore, Rng
from webapp.procore.refusals import asked_wait
from webapp.sync.ports import Clock

READ_AGAIN = timedelta(seconds=1)
NOTE_WINDOW = timedelta(seconds=5)
PROBE = timedelta(seconds=10)
LOW_COUNT = 10


@dataclass(slots=True)
class _Memory:
    budget: Budget
    read_at: datetime
    noted_at: datetime | None = None


def is_low(budget: Budget) -> bool:
    """Under a tenth, or ten calls, left."""
    if budget.remaining is None:
        return False
    return budget.remaining <= LOW_COUNT or (
        budget.limit is not None and budget.remaining * 10 < budget.limit
    )


class Pacer:
    def __init__(self, store: BudgetStore, clock: Clock, rng: Rng) -> None:
        self.store, self.clock, self.rng = store, clock, rng
        self._memories: dict[tuple[str, int], _Memory] = {}

    def before(self, key: str, company: int) -> datetime | None:
        """Raises RateLimited while nobody may call. The mark it returns goes to `heard`: this call is the probe."""
        now = self.clock.now()
        memory = self._memory(key, company, now)
        blocked = memory.budget.blocked_until
        if blocked is None:
            return None
        if now < blocked:
            raise RateLimited(blocked)
        probe = now + PROBE
        if not self.store.claim_probe(key, company, blocked, probe):
            self._memories.pop((key, company), None)
            raise RateLimited(now + READ_AGAIN)
        memory.budget = replace(memory.budget, blocked_until=probe)
        return probe

    def heard(self, key: str, company: int, answer: Answer, probe: datetime | None) -> datetime | None:
        """Takes note of an answer's headers. Returns until when nobody may call, if so."""
        now = answer.received_at
        memory = self._memories.setdefault((key, company), _Memory(Budget(), now))
        old = memory.budget
        heard = Budget(
            answer.number("X-Rate-Limit-Limit"),
            answer.number("X-Rate-Limit-Remaining"),
            answer.reset_at,
            old.blocked_until,
        )
        until = self._until(answer, heard)
        if until is not None:
            self.store.block(key, company, until, now)
            heard = replace(heard, blocked_until=max(until, old.blocked_until or until))
        elif probe is not None:
            self.store.unblock(key, company, probe)
            heard = replace(heard, blocked_until=None)
        memory.budget, memory.read_at = heard, now
        if self._should_note(memory, old, now):
            self.store.note(key, company, heard, now)
            memory.noted_at = now
        return until

    def _memory(self, key: str, company: int, now: datetime) -> _Memory:
        memory = self._memories.get((key, company))
        if memory is None or now - memory.read_at >= READ_AGAIN or is_low(memory.budget):
            budget = self.store.read(key, company) or Budget()
            memory = _Memory(budget, now, memory.noted_at if memory else None)
            self._memories[key, company] = memory
        return memory

    def _until(self, answer: Answer, heard: Budget) -> datetime | None:
        if answer.status == 429 or (answer.status == 503 and answer.retry_at is not None):
            return self._with_jitter(asked_wait(answer), answer.received_at)
        if heard.remaining == 0:
            return self._with_jitter(heard.reset_at or asked_wait(answer), answer.received_at)
        return None

    def _with_jitter(self, until: datetime, now: datetime) -> datetime:
        """Later by up to a second and a twentieth of the wait, so that processes do not come back as one."""
        wait = (until - now).total_seconds()
        return until + timedelta(seconds=self.rng.uniform(0.1, 1.0 + wait / 20))

    @staticmethod
    def _should_note(memory: _Memory, old: Budget, now: datetime) -> bool:
        heard = memory.budget
        if heard.remaining is None:
            return False
        if is_low(heard):
            return True
        is_new_window = (
            old.reset_at is None or heard.reset_at is None or heard.reset_at > old.reset_at + READ_AGAIN
        )
        return is_new_window and (memory.noted_at is None or now - memory.noted_at >= NOTE_WINDOW)
