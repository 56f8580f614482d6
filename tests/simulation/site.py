"""One seed's site: both sides restored, one clock, the line with its faults, processes that come and go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

import requests

from procore_sandbox.model import World
from tests.fixtures.site import OurClock
from tests.simulation.company import Company
from tests.simulation.line import Line
from tests.simulation.scheduler import Scheduler, Task
from webapp import wiring
from webapp.clock import ManualClock
from webapp.domain.timesheet import Actor
from webapp.procore.factory import Procore
from webapp.store.budgets import Budgets
from webapp.store.bulk_kinds import BulkKindStore
from webapp.store.credentials import Credentials
from webapp.store.models import Link
from webapp.store.session import reading


class SimulatedSite:
    """`world` is Procore, `app` is ours. A process has its own Procore client, with the memory of tokens and pacing."""

    def __init__(
        self, company: Company, world: World, clock: ManualClock, scheduler: Scheduler, rng: Random
    ) -> None:
        self.company, self.app, self.world, self.clock = company, company.app, world, clock
        self.scheduler, self.rng = scheduler, rng
        world.state.clock = clock
        world.state.rng = Random(rng.random())
        self.line = Line(world, scheduler)
        self.has_lost_events = False
        self.accepted: dict[str, set[str | None]] = defaultdict(set)
        """By unit, what stood on either side when an administrator let differences stay: it may give way unseen."""
        self.deleted: dict[int, int] = {}
        """Cards that persons deleted, or whose timesheets they did, with their links: a timesheet that is brought back
        gets another one."""
        self.our_clock = OurClock(clock)
        self.company_id, self.stranger_id = company.template.company_id, company.template.stranger_id
        self.dana = world.user_named("Dana Ortiz")
        self.theirs = next(c for c in world.companies() if c.id == self.dana.company_id)
        self.app.extensions["clock"] = self.our_clock
        self.app.extensions["rng"] = Random(rng.random())
        self.app.extensions["pause"] = scheduler.sleep
        self.own = self.new_process()
        self.app.extensions["procore"] = self.own
        company.storage.scheduler = scheduler
        scheduler.faults.draw(company.storage.own_faults, Random(rng.random()))

    def new_process(self) -> Procore:
        """Its memory of tokens and budgets is empty."""

        def session() -> requests.Session:
            made = requests.Session()
            made.trust_env = False
            for scheme in ("http://", "https://"):
                made.mount(scheme, self.line)
            return made

        return Procore(
            self.app.extensions["config"],
            self.our_clock,
            Credentials(),
            Budgets(),
            BulkKindStore(),
            Random(self.rng.random()),
            self.scheduler.sleep,
            session,
        )

    def start(self, name: str, act: Any, process: Procore | None = None) -> Task:
        """A task in a process of ours, with an app context of its own."""
        own = process or self.new_process()

        def run() -> None:
            with self.app.app_context():
                act()

        task = self.scheduler.start(name, run)
        task.process = own
        task.on_resume = lambda: self.app.extensions.__setitem__("procore", own)
        return task

    @contextmanager
    def looked_at(self) -> Iterator[None]:
        """For what looks from outside, not as a task."""
        self.app.extensions["procore"] = self.own
        with self.app.app_context():
            yield

    def actor(self, name: str = "Dana Ortiz") -> Actor:
        return Actor(self.company_id, name, may_edit_all=True, procore_project_ids=None)

    def next_due(self) -> datetime | None:
        """When the next waiting mark becomes due by itself, by our own clock; None when none waits."""
        with reading(self.company_id) as session:
            times = [link.not_before for link in session.query(Link).where(Link.is_dirty) if link.not_before]
        return min(times, default=None)

    def now(self) -> datetime:
        return wiring.clock().now()
