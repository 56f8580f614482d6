"""One thread, many tasks: who goes on at each yield is drawn from the seed, and time moves only here.

A task is a greenlet; it yields before and after every transaction and every call of Procore. A killed one is raised
through at the yield where it stands and at every later one, so that, as after kill -9, no `finally` of it writes.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from greenlet import getcurrent, greenlet

from tests.simulation.faults import Faults
from webapp.clock import ManualClock

SINCE_LOCK = 5
"""Yields between the question for the token lock and the request for a token."""


class Killed(BaseException):
    """kill -9: nobody may handle it."""


class Overrun(Exception):
    """Too many steps without coming to rest."""


class Task(greenlet):
    """Something under way: a worker's job, a request of a user, a delivery. `error`: what it ended with; `recent`: when
    it yielded last."""

    def __init__(self, name: str, act: Callable[[], object], scheduler: Scheduler) -> None:
        super().__init__(self._run_through, scheduler.hub)
        self.name, self.act, self.scheduler = name, act, scheduler
        self.wake_at: datetime | None = None
        self.is_dead = False
        self.depth = 0
        self.error: BaseException | None = None
        self.on_resume: Callable[[], None] | None = None
        self.process: object = None
        self.is_hurried = False
        self.recent: deque[datetime] = deque(maxlen=SINCE_LOCK)

    def _run_through(self) -> None:
        try:
            self.act()
        except BaseException as error:
            self.error = error


class Scheduler:
    """The hub of one seed. `trace` tells every step; its hash is the same for the same seed."""

    def __init__(self, clock: ManualClock, rng: Random, faults: Faults) -> None:
        self.clock, self.rng, self.faults = clock, rng, faults
        self.hub = getcurrent()
        self.tasks: list[Task] = []
        self.later: list[tuple[datetime, Callable[[], object]]] = []
        self.trace: list[str] = []
        self.steps = 0
        self.began_at = clock.now()
        self.ended: Callable[[Task], None] = lambda task: None
        self.counts: Counter[str] = Counter()

    # ---- from within a task --------------------------------------------------------------------------

    @staticmethod
    def current() -> Task | None:
        found = getcurrent()
        return found if isinstance(found, Task) else None

    def point(self, label: str, *, may_switch: bool = True, may_raise: bool = True) -> None:
        """A yield. Raises Killed where the task is killed, or at the next one. Outside tasks nothing happens."""
        task = self.current()
        if task is None:
            return
        task.recent.append(self.clock.now())
        if not task.is_dead:
            self.tell(f"{task.name} {label}")
            if self.faults.strikes("kill", label):
                self.kill(task)
            elif may_switch and self.faults.strikes("stall", label):
                task.wake_at = self.clock.now() + timedelta(seconds=self.faults.rng.uniform(121, 500))
        if not task.is_dead and may_switch:
            self.hub.switch()
        if task.is_dead and may_raise:
            raise Killed

    def sleep(self, seconds: float) -> None:
        """What the app waits by."""
        task = self.current()
        if task is None:
            self.clock.advance(seconds)
            return
        task.wake_at = self.clock.now() + timedelta(seconds=seconds)
        self.point(f"sleeps {seconds:g}")

    def kill(self, task: Task) -> None:
        self.tell(f"{task.name} is killed")
        task.is_dead = True

    # ---- from the hub ----------------------------------------------------------------------------------

    def start(self, name: str, act: Callable[[], object]) -> Task:
        task = Task(name, act, self)
        self.tasks.append(task)
        self.tell(f"{name} begins")
        return task

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Something outside all tasks that happens then: an effect that comes late."""
        self.later.append((moment, act))

    def runnable(self) -> list[Task]:
        now = self.clock.now()
        return [task for task in self.tasks if task.wake_at is None or task.wake_at <= now]

    def resume(self, task: Task) -> None:
        """One step: the task runs to its next yield or its end."""
        self.steps += 1
        task.wake_at = None
        if task.on_resume is not None:
            task.on_resume()
        task.switch()
        if task.dead:
            self.tasks.remove(task)
            how = "ends" if task.error is None else f"ends with {type(task.error).__name__}"
            self.tell(f"{task.name} {how}")
            self.ended(task)

    def step(self) -> bool:
        """Resumes one that may go on; one that is hurried before all others. False when none may."""
        ready = self.runnable()
        if not ready:
            return False
        ready = [task for task in ready if task.is_hurried] or ready
        self.resume(self.rng.choice(ready))
        return True

    def advance(self, seconds: float) -> None:
        """Time passes, and what was to come late comes."""
        until = self.clock.now() + timedelta(seconds=seconds)
        for moment, act in sorted((each for each in self.later if each[0] <= until), key=lambda e: e[0]):
            self.clock.time = max(self.clock.time, moment)
            self.later = [each for each in self.later if each[1] is not act]
            act()
        self.clock.time = max(self.clock.time, until)

    def finish(self, comes_in: Callable[[], None] | None = None, most: int = 20_000) -> None:
        """Until no task is left. `comes_in`: asked before each step."""
        for _ in range(most):
            if not self.tasks:
                return
            if comes_in is not None:
                comes_in()
            if not self.step():
                wake = min(task.wake_at for task in self.tasks if task.wake_at is not None)
                self.advance((wake - self.clock.now()).total_seconds())
        raise Overrun(f"{[task.name for task in self.tasks]} do not end")

    def abandon(self) -> None:
        """Ends what is left, without a trace of it in the database."""
        for task in list(self.tasks):
            task.is_dead = True
            while not task.dead:
                task.switch()
        self.tasks.clear()

    # ---- the trace -------------------------------------------------------------------------------------

    def tell(self, line: str) -> None:
        self.trace.append(f"{(self.clock.now() - self.began_at).total_seconds():.3f} {line}")

    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()
