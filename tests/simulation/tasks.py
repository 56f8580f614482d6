"""What the machine does: looks for work like a worker's parent, jobs like RQ's, webhooks as Procore sends them."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from typing import Any

from procore_sandbox.model.deliveries import Outgoing
from tests.simulation.scheduler import Killed, Task
from tests.simulation.site import SimulatedSite
from tests.simulation.users import FIRST_DAY
from webapp.errors import AppError
from webapp.procore.factory import Procore
from webapp.services import checks, hook_care, inbox, schedule, sync
from webapp.services.sync import Turn

WORKERS = 2
STRANGER_SHARE = 0.25
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (3, 40, 400, 4000, 40_000))
BATCHES = (2, 5, 20, 500)
"""Records in a step; the world is small, and a step of all of it leaves little to happen beside it."""
SOMEBODY_ELSES = 5_629_499_534_213_900


class Machine:
    """Worker processes, each with one job at a time, and Procore's sender of webhooks. `may_sweep`: off where events
    alone have to do; `sweeps_stranger`: in some seeds only, since nothing ever changes there."""

    def __init__(self, site: SimulatedSite, rng: Random, batch: int | None = None) -> None:
        self.site, self.rng = site, rng
        self.scheduler, self.faults = site.scheduler, site.scheduler.faults
        self.processes: list[Procore | None] = [None] * WORKERS
        self.jobs: list[Task | None] = [None] * WORKERS
        self.kept: list[tuple[str | None, bytes]] = []
        self.numbers = 0
        self.may_sweep = True
        self.sweeps_stranger = rng.random() < STRANGER_SHARE
        self.turn = Turn(batch=batch or rng.choice(BATCHES))

    # ---- workers -----------------------------------------------------------------------------------

    def look(self) -> None:
        """What a free worker finds: a job for what is due. A wake-up lost is a look that does not come."""
        place = next((p for p in range(WORKERS) if self.jobs[p] is None), None)
        if place is not None:
            self._job(place, "look", self._work_what_is_due)

    def sweep(self) -> None:
        place = next((p for p in range(WORKERS) if self.jobs[p] is None), None)
        if place is not None and self.may_sweep:
            self._job(place, "sweep", lambda: self._sweep(self.site.company_id))

    def _job(self, place: int, kind: str, act: Any) -> None:
        self.numbers += 1
        process = self.processes[place] or self.site.new_process()
        task = self.site.start(f"{kind}{self.numbers}", act, process)
        self.processes[place], self.jobs[place] = process, task

    def ended(self, task: Task) -> None:
        """A killed process is followed by a new one; another goes on to its next job."""
        for place, job in enumerate(self.jobs):
            if job is task:
                self.jobs[place] = None
                if isinstance(task.error, Killed):
                    self.processes[place] = None

    def _work_what_is_due(self) -> None:
        for company_id in schedule.companies_to_probe():
            if sync.probe(company_id):
                sync.work(company_id, self.turn, gather=False)
        for company_id in schedule.companies_to_sweep() if self.may_sweep else ():
            if self.sweeps_stranger or company_id != self.site.stranger_id:
                self._sweep(company_id)
        for company_id in schedule.companies_due():
            sync.work(company_id, self.turn, gather=False)

    def _sweep(self, company_id: int) -> None:
        sync.sweep_company(company_id)
        sync.work(company_id, self.turn, gather=False)

    def check(self) -> None:
        """What the nightly check does: both sides read once and compared, what differs is marked."""
        self.numbers += 1
        first, last = FIRST_DAY - timedelta(days=30), FIRST_DAY + timedelta(days=150)
        company_id = self.site.company_id
        self.site.start(
            f"check{self.numbers}", lambda: checks.run(company_id, first, last, "night", repair=True)
        )

    def look_after_hooks(self) -> Task:
        """The hourly look: hooks mended, what Procore gave up delivering made good."""
        self.numbers += 1
        return self.site.start(f"hooks{self.numbers}", lambda: hook_care.look_after(self.site.company_id))

    # ---- webhooks ----------------------------------------------------------------------------------

    def deliver(self) -> bool:
        """One event that is due, in any order. False when there is none."""
        due = self.site.world.due_deliveries(self.site.clock.now())
        if not due:
            return False
        one = self.rng.choice(due)
        for other in due:
            if other is not one:
                self.site.world.state.in_flight.pop(other.id, None)
        if self.faults.strikes("event_dropped"):
            self.site.world.delivered(one.id, 204)
            return True
        if self.faults.strikes("event_delayed"):
            delivery = self.site.world.state.deliveries.get(one.id)
            if delivery is not None:
                delivery.due_at = self.site.clock.now() + self.rng.choice(DELAYS)
                self.site.world.state.in_flight.pop(one.id, None)
                return True
        self._send(one)
        return True

    def _send(self, one: Outgoing) -> None:
        bodies = [one.body]
        if self.faults.strikes("event_double"):
            bodies.append(one.body)
        if self.faults.strikes("event_new_id"):
            bodies.append(self._changed(one.body, new_id=True))
        if self.faults.strikes("event_unknown"):
            bodies.append(self._changed(one.body, new_id=True, resource_id=SOMEBODY_ELSES))
        if self.faults.strikes("event_foreign"):
            stranger = self.site.company.template.stranger_procore_id
            bodies.append(self._changed(one.body, new_id=True, company_id=stranger))
        self.kept.append((one.authorization, one.body))
        for body in bodies:
            self._deliver(one, body)

    def _deliver(self, one: Outgoing, body: bytes) -> None:
        """What became of Procore's own one, Procore hears; of what came beside it, nobody."""
        self.numbers += 1

        def receive() -> None:
            task = self.scheduler.current()
            assert task is not None
            self.scheduler.point("is posted")
            status, error = None, "timeout"
            task.depth += 1  # the thread holds a lock meanwhile
            try:
                status, error = (204 if inbox.receive(one.authorization or "", body) else 401), None
            except AppError as refused:
                status, error = refused.status, None
            finally:
                task.depth -= 1
                if body is one.body:
                    self.site.world.delivered(one.id, status, error=error)

        self.site.start(f"event{self.numbers}", receive)

    def tell_again(self) -> None:
        """Every event that came, once more, as a new one."""
        for authorization, body in self.kept:
            again = self._changed(body, new_id=True)

            def receive(authorization: str | None = authorization, body: bytes = again) -> None:
                inbox.receive(authorization or "", body)

            self.numbers += 1
            self.site.start(f"again{self.numbers}", receive).depth += 1
            self.scheduler.finish()

    def _changed(self, body: bytes, *, new_id: bool, **values: Any) -> bytes:
        data = json.loads(body)
        if new_id:
            data["id"], data["ulid"] = self.rng.randrange(1, 2**50), f"again-{self.rng.getrandbits(60):x}"
        return json.dumps(data | values).encode()
