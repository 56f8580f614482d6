"""Runs one seed from start to end: a random schedule with faults, then rest, then the invariants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from tests.simulation import invariants
from tests.simulation.administrators import ACTS, UNTOLD, Administrators
from tests.simulation.aims import NOTHING, Aim, drawn
from tests.simulation.backups import Backups
from tests.simulation.books import Books, stranger_digest, versions
from tests.simulation.company import Company
from tests.simulation.faults import Faults
from tests.simulation.guarding import broken_promises
from tests.simulation.invariants import Violation
from tests.simulation.leases import LeaseWatch
from tests.simulation.scheduler import Killed, Overrun, Scheduler, Task
from tests.simulation.site import SimulatedSite
from tests.simulation.tasks import Machine
from tests.simulation.users import Users
from tests.simulation.watch import Watch
from webapp.clock import ManualClock
from webapp.errors import AppError, TryLater
from webapp.services import settings
from webapp.store import models, schedule
from webapp.store.marks import mark
from webapp.store.models import Link
from webapp.store.session import reading, transaction

STEPS = 150
BLAMELESS = ("refused", "unreadable", "crashed", "cannot_be_seen")
"""Kinds of reason that a fault may have left, and that Retry clears."""
TOLD_SHARE = 0.25
"""Of the seeds: every event comes, and there is no sweep until the end: nothing may be left for it to find."""
HALF, TENTH = 0.5, 0.1
"""Of the seeds go through what costs much and is rarely needed."""
EVENTS_LOST = ("event_dropped", "event_delayed")
HISTORY_REFUSED = ("status_403", "status_404")
STORM_BEFORE_MEETINGS = 3
"""Such a part of the steps, where meetings follow that nobody asked for."""
MOST_WRITES = 4
MOST_TASKS = 8
MOST_ROUNDS = 10
"""Of the last pause's rounds: an event that was held up may come due while the last one works, or a row of a bulk
create may be looked for, past D6's wait."""
PAUSES = (2, 20, 120, 301, 1000, 7300)
"""Seconds between the rounds of the rest: past D6's wait, two sweeps, a probe, the hour of what is locked, and the two
hours that a header about the rate may make the app wait."""
PAUSES_AFTER = (2, 120, 1000)
UNTIL_SWEPT = timedelta(seconds=301)
"""Nothing waits any more: a sweep, and what was to come late, and that is all that can still come. Twice as long where
our clock was put back by up to that."""
BETWEEN_MEETINGS = (1, 5, 20, 130, 301)
COMES_IN = 0.12
"""How often, at a yield at which a worker has records in hand."""
MOST_GUESTS = 20
"""In one meeting: who comes in makes more work, into which more would come."""
STAYS = (0, 0, 1, 5, 20)
"""Seconds that pass when somebody has come in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A seed, and what of it is left out."""

    seed: int
    steps: int = STEPS
    masked: Collection[int] = ()
    skipped: Collection[int] = ()
    off: Collection[str] = ()
    chances: Mapping[str, float] | None = None
    habits: Mapping[str, Any] | None = None
    aim: Aim = NOTHING


@dataclass(slots=True)
class Result:
    plan: Plan
    digest: str = ""
    steps: int = 0
    violations: list[Violation] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    trace: list[str] = field(default_factory=list)
    strikes: int = 0
    acts: int = 0


class Run:
    """One seed under way."""

    def __init__(self, company: Company, plan: Plan) -> None:
        self.plan = plan
        is_open = plan.aim is NOTHING and plan.chances is None
        self.aim = drawn(Random(f"{plan.seed}/aim")) if is_open else plan.aim
        self.storm = plan.steps // STORM_BEFORE_MEETINGS if is_open and self.aim.meetings else plan.steps
        self.rng = Random(f"{plan.seed}/schedule")
        self.thrift = Random(f"{plan.seed}/thrift")
        is_told = plan.chances is None and Random(f"{plan.seed}/told").random() < TOLD_SHARE
        self.is_told = is_told if self.aim.is_told is None else self.aim.is_told
        off = (*plan.off, *(EVENTS_LOST if self.is_told else ()))
        self.faults = Faults(Random(f"{plan.seed}/faults"), plan.masked, off, plan.chances)
        self.faults.is_on = False
        clock = ManualClock(company.template.now)
        self.scheduler = Scheduler(clock, self.rng, self.faults)
        self.faults.tell = self.scheduler.tell
        self.site = SimulatedSite(
            company, company.restore(), clock, self.scheduler, Random(f"{plan.seed}/site")
        )
        self.machine = Machine(self.site, Random(f"{plan.seed}/machine"), self.aim.batch)
        self.users = Users(self.site, Random(f"{plan.seed}/users"), plan.skipped, self.aim)
        self.administrators = Administrators(
            self.site, Random(f"{plan.seed}/administrators"), plan.habits or {}
        )
        self.backups = Backups(self.site, Random(f"{plan.seed}/backups"), is_on=self._has_backups())
        if self.is_told:
            self.machine.may_sweep, self.administrators.without = False, UNTOLD
        self._aim(self.aim)
        self.watch = Watch(self.scheduler, self.site.world)
        self.site.line.watches.append(self.watch)
        self.leases = LeaseWatch(self.site)
        self.stranger = stranger_digest(self.site)
        self.violations: list[Violation] = []
        self.is_put_off = False
        self.guests = 0
        self.scheduler.ended = self._ended
        self.zeal = self.rng.choice((0.3, 0.4, 0.5))
        self.pace = self.rng.choice((0.2, 1.0, 4.0))

    def _has_backups(self) -> bool | None:
        """None where it is drawn. What was told before, only a sweep tells again."""
        if self.is_told or "restore" in self.plan.off:
            return False
        return None if self.plan.chances is None else "restore" in self.plan.chances

    def _aim(self, aim: Aim) -> None:
        self.faults.latest = aim.latest
        if aim.tries:
            self.administrators.without = set(ACTS) - set(aim.tries)
        if aim.busy is not None:
            self.administrators.busy = aim.busy
        if aim.skew is not None:
            self.site.our_clock.ahead = timedelta(seconds=aim.skew)
        if aim.guard is not None:
            with self.site.looked_at():
                limits = {"guard_deletions": aim.guard, "guard_deletions_percent": 0}
                settings.change(self.site.company_id, limits)

    def go(self) -> Result:
        try:
            self.faults.is_on = True
            self._storm()
            self._meet()
            self.faults.is_on = False
            self.scheduler.finish()
            if self.aim.guard is not None:
                is_let_through = "let_through" in self.aim.tries
                broken = broken_promises(self.site, self.aim.guard, is_let_through=is_let_through)
                self.violations += [Violation(*seen) for seen in broken]
            self.administrators.put_right()
            if self.is_told:
                self._come_to_rest()
                accepted = self.administrators.has_toggled
                self.violations += invariants.unnoticed(Books(self.site, has_accepted=accepted))
                self.machine.may_sweep = True
            if (
                self.faults.fired
                or self.thrift.random() < HALF
                or any(map(self.administrators.acts.get, UNTOLD))
            ):
                self._look_after_hooks()
            self._come_to_rest()
            if self.faults.fired and self.administrators.retry_failed(*BLAMELESS):
                self._come_to_rest(PAUSES_AFTER)
            self._check()
            if self.thrift.random() < HALF and not self._may_be_told_otherwise():
                self._three_rounds_write_nothing()
        except Overrun as overrun:
            self.violations.append(Violation(1, str(overrun)))
        finally:
            self.faults.is_on = False
            self.scheduler.abandon()
            self.leases.close()
        return self._result()

    def _check(self) -> None:
        toggled = self.administrators.has_toggled
        allowed = ("before_switch", "switch:", "discarded", "guard_dropped") if toggled else ()
        books = Books(self.site, allowed, has_accepted=toggled)
        self.violations += invariants.violations(books, has_history=not self.backups.acts["restore"])
        self.violations += invariants.nothing_beyond(books, self.stranger)
        self.violations += [Violation(*seen) for seen in (*self.watch.sentences, *self.leases.sentences)]
        most = MOST_WRITES * (self.users.acts_so_far + self.faults.strikes_so_far) + 20
        if self.watch.writes > most:
            self.violations.append(
                Violation(4, f"{self.watch.writes} writes at Procore, {most} are too many")
            )

    def _may_be_told_otherwise(self) -> bool:
        """Which of two edits is the later one, after our clock was put forward or back: the time of ours is the old
        clock's; and what an unanswered write of ours did, where the card's history was refused. Meanwhile a person is
        asked."""
        is_asked = any(conflict["winner"] is None for conflict in Books(self.site).conflicts)
        is_unclear = self.administrators.acts["jump"] or any(map(self.faults.fired.get, HISTORY_REFUSED))
        return bool(is_unclear) and is_asked

    def _three_rounds_write_nothing(self) -> None:
        """By a sweep of everything, with every record marked; with every event told again; and once more."""
        before, known = versions(self.site), {conflict["id"] for conflict in Books(self.site).conflicts}
        self.scheduler.advance(UNTIL_SWEPT.total_seconds())
        self._mark_everything()
        self._round()
        self.machine.tell_again()
        self._round()
        self.scheduler.advance(PAUSES[0])
        self._round()
        after = versions(self.site)
        if after != before:
            self.violations.append(Violation(4, f"three rounds at rest wrote: {before} → {after}"))
        self.violations += invariants.found_late(Books(self.site), known)

    def _mark_everything(self) -> None:
        with self.site.looked_at(), transaction(self.site.company_id) as session:
            for link in session.query(Link):
                mark(link, "simulated", self.site.now())

    def _ended(self, task: Task) -> None:
        self.machine.ended(task)
        self.is_put_off = self.is_put_off or isinstance(task.error, TryLater)
        error = task.error
        if error is None or isinstance(error, (Killed, AppError)):
            return
        self.violations.append(Violation(6, f"{task.name} ended with {type(error).__name__}: {error}"))

    # ---- while faults strike -------------------------------------------------------------------------

    def _storm(self) -> None:
        while self.scheduler.steps < self.storm:
            lot = self.rng.random()
            if lot < 0.3 or not self.scheduler.runnable():
                self._begin_something()
            else:
                self.scheduler.step()

    def _begin_something(self) -> None:
        self._let_time_pass()
        if self.backups.act() or len(self.scheduler.tasks) >= MOST_TASKS:
            return
        if self.administrators.act():
            return
        lot = self.rng.random()
        if lot < self.zeal:
            self.users.act()
        elif lot < self.zeal + 0.25:
            self.machine.deliver()
        elif lot < 0.94:
            self.machine.look()
        elif lot < 0.985 or self.is_told:
            self.machine.sweep()
        elif lot < 0.993:
            self.machine.look_after_hooks()
        else:
            self.machine.check()

    def _let_time_pass(self) -> None:
        lot = self.rng.random()
        if lot < 0.9:
            self.scheduler.advance(self.rng.expovariate(1 / self.pace))
        elif lot < 0.98:
            self.scheduler.advance(self.rng.uniform(5, 100))
        else:
            self.scheduler.advance(self.rng.uniform(100, 4000))

    def _meet(self) -> None:
        """Rounds of work; in each somebody comes in while records are in hand, and ends before the worker goes on."""
        for _ in range(self.aim.meetings):
            for _ in range(self.rng.choice((1, 2, 3))):
                self.users.act()
            self.scheduler.finish()
            while self.machine.deliver():
                self.scheduler.finish()
            self.administrators.act()
            self.machine.look()
            self.guests = 0
            self.scheduler.finish(self._comes_in)
            self.scheduler.advance(self.rng.choice(BETWEEN_MEETINGS))

    def _comes_in(self) -> None:
        comes = self.aim.comes
        if comes == "an event":
            has_come = self.machine.deliver()
        elif (
            self.guests >= MOST_GUESTS
            or self.rng.random() >= COMES_IN
            or not self.users.has_anybody_in_hand()
        ):
            return
        else:
            self.guests += 1
            has_come = comes == "an administrator" and self.administrators.act()
        if comes == "a user":
            self.users.act()
            self.scheduler.advance(self.rng.choice(STAYS))
        for task in self.scheduler.tasks if has_come else ():
            task.is_hurried = task.is_hurried or task.name.startswith(("event", "admin"))

    # ---- when they stop --------------------------------------------------------------------------------

    def _come_to_rest(self, pauses: Sequence[float] = PAUSES) -> None:
        """Bounded: every wait is gone through, longer and longer at once, with a sweep where one is due. Where nothing
        waits, one sweep is enough."""
        self.scheduler.finish()
        began = self.scheduler.clock.now()
        until_swept = UNTIL_SWEPT * 2 if self.administrators.acts["jump"] else UNTIL_SWEPT
        for pause in pauses:
            written = self.watch.writes
            self._round()
            if self.watch.writes > written:
                began = self.scheduler.clock.now()
            is_quiet = self._is_quiet()
            if is_quiet and self.scheduler.clock.now() - began >= until_swept:
                return
            self.scheduler.advance(max(pause, until_swept.total_seconds()) if is_quiet else pause)
        for _ in range(MOST_ROUNDS):
            self._round()
            if self._is_due() or self.site.world.due_deliveries(self.scheduler.clock.now()):
                continue
            if not self._is_put_off_for_a_moment():
                return
            self.scheduler.advance(PAUSES[1])
        raise Overrun("the two sides do not come to rest")

    def _round(self) -> None:
        self.is_put_off = False
        while self.machine.deliver():
            self.scheduler.finish()
        self.machine.look()
        self.scheduler.finish()

    def _look_after_hooks(self) -> None:
        """Each hour, so that one that Procore had no calls left for is followed by another. What is well is left
        alone: a second look writes nothing. Procore tells whole seconds of what it could not deliver: what was refused
        within the second of a look is seen by the next one, too, so that some pass before each."""
        is_twice = self.thrift.random() < TENTH
        self._look_once_at_hooks(PAUSES[0] if is_twice else 0)
        if is_twice:
            before = self._hooks()
            self._look_once_at_hooks(PAUSES[0])
            if self._hooks() != before:
                self.violations.append(Violation(4, "a second look at the hooks wrote"))

    def _look_once_at_hooks(self, pause: float) -> None:
        for _ in range(MOST_ROUNDS):
            self.scheduler.advance(pause)
            look = self.machine.look_after_hooks()
            self.scheduler.finish()
            if look.error is None and self._is_connected():
                return
            self._come_to_rest()

    def _is_connected(self) -> bool:
        """A pause, after refused tokens for instance, leaves the hooks to the hour after it."""
        with self.site.looked_at(), reading(self.site.company_id) as session:
            return session.get_one(models.Company, self.site.company_id).state == "connected"

    def _hooks(self) -> list[tuple[int, str | None]]:
        return [(hook.id, hook.authorization) for hook in self.site.world.hooks()]

    def _is_quiet(self) -> bool:
        """No record is marked, for now or for later; nothing is on its way, and no sweep was put off."""
        if self.is_put_off or self.scheduler.later or self.site.world.next_delivery_at() is not None:
            return False
        with self.site.looked_at(), reading(self.site.company_id) as session:
            return not session.query(Link).where(Link.is_dirty).count() and self._is_connected()

    def _is_put_off_for_a_moment(self) -> bool:
        """What the last pause let through was sent, and the list that it is looked at in does not show it yet."""
        with self.site.looked_at(), reading(self.site.company_id) as session:
            now = self.site.now()
            put_off = session.query(Link).where(
                Link.not_before > now, Link.not_before <= now + timedelta(seconds=PAUSES[1])
            )
            return put_off.count() > 0

    def _is_due(self) -> bool:
        with self.site.looked_at():
            return schedule.count_ready(self.site.now()) > 0

    def _result(self) -> Result:
        counts = Counter({f"fault {name}": count for name, count in self.faults.fired.items()})
        counts["without a sweep"] = int(self.is_told)
        for acts in (self.users.acts, self.administrators.acts, self.backups.acts, self.watch.counts):
            counts.update({f"act {name}": count for name, count in acts.items()})
        return Result(
            self.plan,
            self.scheduler.digest(),
            self.scheduler.steps,
            self.violations,
            counts,
            self.scheduler.trace,
            self.faults.strikes_so_far,
            self.users.acts_so_far,
        )


def run_seed(company: Company, plan: Plan) -> Result:
    return Run(company, plan).go()
