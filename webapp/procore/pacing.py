"""Keeps to Procore's rate limits: led by its headers, one budget for all processes, whatever Procore counts calls by.

The headers are the truth; a limiter of our own would only disagree. The database is read before each call, and written
when little is left, on a new window, and on a block; per call only for the last ten of a window. Outages are in
`outages`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from webapp.domain import waits
from webapp.domain.credentials import SAME_WINDOW, Budget, Budgeted, Counted, CountedBy, Priority
from webapp.errors import ProcoreUnavailable, RateLimited
from webapp.procore.answers import Answer
from webapp.procore.outages import PROBE, down_until, has_failed
from webapp.procore.ports import BudgetStore, Rng
from webapp.procore.refusals import asked_wait
from webapp.sync.ports import Clock

NOTE_WINDOW = timedelta(seconds=5)
SHORTEST_BLOCK = timedelta(seconds=1)
LOW_COUNT = 10
MARGIN = 0.1
"""Answers overtake each other: a count that seems higher by less than this proves nothing."""
CERTAIN = timedelta(seconds=3)
"""Whole seconds in headers make the end of a window uncertain by two: what is heard so close to it proves nothing."""
DOUBT = timedelta(hours=1)
"""A 429 that proved us wrong: so long nothing is believed to be counted apart."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave for one call, with what was known when it was given."""

    known: Budgeted

    @property
    def is_single(self) -> bool:
        """Whether this call must not be repeated by itself: the last one had no answer."""
        return self.known.own.budget.failures > 0


def is_low(budget: Budget) -> bool:
    """Under a tenth, or ten calls, left."""
    if budget.remaining is None:
        return False
    return budget.remaining <= LOW_COUNT or budget.left < 0.1


def shares(counted_by: CountedBy | None, one: Counted, other: Counted) -> bool:
    """Whether both draw on one count. As long as nothing is known, everybody does: that is safe in any case."""
    if counted_by == "app_company_user":
        return (one.key, one.company) == (other.key, other.company)
    if counted_by == "app_company":
        return one.company == other.company
    return True


class Pacer:
    def __init__(self, store: BudgetStore, clock: Clock, rng: Rng) -> None:
        self.store, self.clock, self.rng = store, clock, rng

    def before(self, key: str, company: int, priority: Priority = Priority.FIRST) -> Permit:
        """Leave to call. Raises RateLimited while none is left, or what is left is kept for others; ProcoreUnavailable
        while Procore is taken to be down and somebody else tries."""
        now = self.clock.now()
        known = self.store.near(key, company, now)
        others = tuple(_believed(row, now) for row in known.others)
        known = replace(known, own=_believed(known.own, now), others=others)
        together = [
            row.budget for row in (known.own, *known.others) if shares(known.counted_by, known.own, row)
        ]
        blocks = [b.blocked_until for b in together if b.blocked_until is not None and b.blocked_until > now]
        if blocks:
            raise RateLimited(max(blocks))
        for budget in together:
            if budget.left < priority.value and budget.reset_at is not None and budget.reset_at > now:
                raise RateLimited(self._with_jitter(budget.reset_at, now))
        self._try_if_down(known.own, now)
        self._take_of_the_last(known, now)
        return Permit(known)

    def heard(self, permit: Permit, answer: Answer) -> datetime | None:
        """Takes note of an answer's headers. Returns until when nobody may call, if so."""
        own, now = permit.known.own, answer.received_at
        heard = Budget(
            answer.number("X-Rate-Limit-Limit"), answer.number("X-Rate-Limit-Remaining"), answer.reset_at
        )
        if self._should_note(own, heard, now):
            self.store.note(own.key, own.company, heard, now)
        self._learn(permit.known, heard, answer)
        if has_failed(answer):
            return self._failed(own, answer.retry_at, now)
        self.recovered(permit)
        until = self._until(answer, heard)
        if until is not None:
            self.store.block(own.key, own.company, until, now)
        return until

    def unheard(self, permit: Permit) -> datetime | None:
        """There was no answer. Returns until when nobody may call, if so."""
        return self._failed(permit.known.own, None, self.clock.now())

    def recovered(self, permit: Permit) -> None:
        """There was an answer."""
        own = permit.known.own
        if own.budget.failures:
            self.store.recover(own.key, own.company)

    def _take_of_the_last(self, known: Budgeted, now: datetime) -> None:
        """Of the last calls of a window each is taken before it is made: several under way at once would all see that
        one is left."""
        last = [
            row
            for row in (known.own, *known.others)
            if shares(known.counted_by, known.own, row) and _is_at_its_end(row.budget, now)
        ]
        tightest = min(last, key=lambda row: row.budget.remaining or 0, default=None)
        if tightest is not None and not self.store.take(tightest.key, tightest.company):
            raise RateLimited(self._with_jitter(tightest.budget.reset_at or now, now))

    def _try_if_down(self, own: Counted, now: datetime) -> None:
        down = own.budget.down_until
        if down is None:
            return
        if now >= down and self.store.claim_probe(own.key, own.company, down, now + PROBE):
            return
        wait = max((down - now).total_seconds(), 1.0)
        raise ProcoreUnavailable("Procore does not answer; it is tried again soon.", retry_after=wait)

    def _failed(self, own: Counted, asked: datetime | None, now: datetime) -> datetime | None:
        until = down_until(own.budget.failures + 1, asked, now, self.rng)
        self.store.fail(own.key, own.company, until)
        return until

    def _until(self, answer: Answer, heard: Budget) -> datetime | None:
        if answer.status == 429:
            return self._with_jitter(asked_wait(answer), answer.received_at)
        if heard.remaining == 0:
            return self._with_jitter(heard.reset_at or asked_wait(answer), answer.received_at)
        return None

    def _with_jitter(self, until: datetime, now: datetime) -> datetime:
        """Later by up to a second and a twentieth of the wait, so that processes do not come back as one."""
        wait = max(until - now, SHORTEST_BLOCK)
        return now + wait + timedelta(seconds=self.rng.uniform(0.1, 1.0 + wait.total_seconds() / 20))

    @staticmethod
    def _should_note(own: Counted, heard: Budget, now: datetime) -> bool:
        if heard.remaining is None:
            return False
        if is_low(heard):
            return True
        old = own.budget.reset_at
        is_new_window = old is None or heard.reset_at is None or heard.reset_at > old + SAME_WINDOW
        return is_new_window and (own.seen_at is None or now - own.seen_at >= NOTE_WINDOW)

    def _learn(self, known: Budgeted, heard: Budget, answer: Answer) -> None:
        """Others are low and this answer is not: they are not counted together. Others are blocked, were thought to be
        apart, and this answer is a 429 out of the blue: they are."""
        now, believed = answer.received_at, known.counted_by or "app"
        if answer.status == 429:
            is_news = believed != "app" and not is_low(known.own.budget)
            if is_news and any(is_blocked(row.budget, now) for row in known.others):
                self.store.learn("app", now)
            return
        if heard.remaining is None or not answer.is_success or self._is_in_doubt(known, now):
            return
        proven: CountedBy = believed
        for row in known.others:
            reset = row.budget.reset_at
            is_open = reset is not None and reset > now + CERTAIN
            if is_open and shares(proven, known.own, row) and heard.left > row.budget.left + MARGIN:
                proven = "app_company" if row.company != known.own.company else "app_company_user"
        if proven != believed:
            self.store.learn(proven, now)

    @staticmethod
    def _is_in_doubt(known: Budgeted, now: datetime) -> bool:
        return known.counted_by == "app" and known.learnt_at is not None and now - known.learnt_at < DOUBT


def _believed(row: Counted, now: datetime) -> Counted:
    """Without the times of a clock that has been put back since: as nobody would call, nobody would hear otherwise."""

    def known(at: datetime | None) -> datetime | None:
        return None if at is None or at > now + waits.LONGEST else at

    said, seen_at = row.budget, known(row.seen_at)
    reset, blocked, down = known(said.reset_at), known(said.blocked_until), known(said.down_until)
    return replace(
        row, budget=replace(said, reset_at=reset, blocked_until=blocked, down_until=down), seen_at=seen_at
    )


def _is_at_its_end(budget: Budget, now: datetime) -> bool:
    is_open = budget.reset_at is not None and budget.reset_at > now
    return is_open and budget.remaining is not None and budget.remaining <= LOW_COUNT


def is_blocked(budget: Budget, now: datetime) -> bool:
    return budget.blocked_until is not None and budget.blocked_until > now
