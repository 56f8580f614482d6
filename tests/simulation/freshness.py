"""How long a change waits until it is on the other side, in virtual time, while nothing goes wrong: invariant 7.

People work as in any seed, Procore has its habits, workers look every few seconds. Both sides are compared every few
seconds, too; a record that differs counts from the first look that saw it until the first that sees it equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.simulation.administrators import QUICK_LIMITS
from tests.simulation.books import Books
from tests.simulation.company import Company
from tests.simulation.run import Plan, Run

LOOK_SECONDS = 5.0
MINUTES = 8
ACT_SHARE = 0.35
QUIET_LOOKS = 150


@dataclass(slots=True)
class Waited:
    """Seconds that each difference lasted, oldest first; `left`: the records that still differ at the end."""

    seconds: list[float] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Calm(Run):
    """A seed without faults. `events`: whether Procore's reach us; if not, only the sweep is left."""

    def __init__(self, company: Company, seed: int, *, events: bool) -> None:
        super().__init__(company, Plan(seed, chances={} if events else {"event_dropped": 1.0}))
        self.machine.may_sweep = not events
        self.site.world.set_switches(**QUICK_LIMITS)
        self.since: dict[str, datetime] = {}
        self.waited = Waited()

    def waits(self) -> Waited:
        self.faults.is_on = True
        try:
            for look in range(int(MINUTES * 60 / LOOK_SECONDS) + QUIET_LOOKS):
                if look * LOOK_SECONDS < MINUTES * 60 and self.rng.random() < ACT_SHARE:
                    self.users.act()
                while self.machine.deliver():
                    self.scheduler.finish()
                self.machine.look()
                self.scheduler.finish()
                self._compare()
                if look * LOOK_SECONDS >= MINUTES * 60 and not self.since:
                    break
                self.scheduler.advance(LOOK_SECONDS)
            self.waited.left = sorted(self.since)
            return self.waited
        finally:
            self.scheduler.abandon()

    def _compare(self) -> None:
        now = self.scheduler.clock.now()
        differing = Books(self.site).differing()
        for record in [each for each in self.since if each not in differing]:
            self.waited.seconds.append((now - self.since.pop(record)).total_seconds())
        for record in differing:
            self.since.setdefault(record, now)


def waits(company: Company, seed: int, *, events: bool) -> Waited:
    return _Calm(company, seed, events=events).waits()
