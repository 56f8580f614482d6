"""Kills the worker at random while both sides write and Procore's answers get lost; then looks at what is left."""

from __future__ import annotations

import random
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import psutil
import redis

from benchmarks import kills
from benchmarks.equality import differences
from benchmarks.figures import Figure
from benchmarks.site import Names, Site, draft, until

JOB_SECONDS = 30.0
REST_SECONDS = 120.0
SETTINGS = {"RESEND_WAIT_SECONDS": "3", "SWEEP_INTERVAL_SECONDS": "3600"}
"""A short wait before a lost create is sent again; no sweep that would hide what the engine itself forgot."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`flushes`: at how many of the kills Redis is emptied, too. `rest`: seconds in which all must be settled then."""

    kills: int = 20
    cards: int = 500
    timesheets: int = 500
    flushes: int = 0
    rest: float = 120.0


@dataclass(slots=True)
class Survey:
    """What is left when both sides rest. `differences` empty: nothing is doubled, missing or unequal."""

    differences: list[str]
    own_faults: dict[str, int]
    lost_answers: int
    rest_seconds: float
    killed: dict[str, int]
    orphans: int
    """Processes that outlived the worker that started them."""
    ledger: dict[str, int]


def storm(site: Site, plan: Plan, seed: int) -> Survey:
    """Runs the plan on a connected site. Answers get lost until both sides rest."""
    for fault in ({"times": 1}, {"probability": 0.5}):  # never none by chance
        body = {"effect": "lose_answer", "method": "POST", "path": "/rest/v1.0/companies/", **fault}
        site.procore.post("/sandbox/api/faults", body)
    weather = _Weather(site, plan, random.Random(seed))
    weather.run()
    try:
        rested = site.come_to_rest(plan.rest)
    except TimeoutError:
        rested = float("inf")
    lost = 1 + sum(row["hits"] for row in site.procore.get("/sandbox/api/faults"))
    site.procore.delete("/sandbox/api/faults")
    return Survey(
        differences=differences(site, weather.entered, weather.written),
        own_faults={key: own for key, (own, _) in site.observations().items() if own},
        lost_answers=lost,
        rest_seconds=rested,
        killed=weather.killed,
        orphans=kills.still_there(weather.left_behind),
        ledger=site.ledger(),
    )


def figures(row: str, plan: Plan, survey: Survey) -> list[Figure]:
    what = f"{plan.kills} kills" + (f", Redis emptied {plan.flushes} times" if plan.flushes else "")
    details = {
        "killed": survey.killed,
        "lost_answers": survey.lost_answers,
        "differences": survey.differences[:20],
        "ledger": survey.ledger,
    }
    return [
        Figure(row, f"differences after {what}", len(survey.differences), 0, details=details),
        Figure(row, f"seconds to rest after {what}", survey.rest_seconds, REST_SECONDS, "s"),
        Figure(row, f"processes left behind after {what}", survey.orphans, 0),
        Figure(row, f"Integration Health: our own faults after {what}", sum(survey.own_faults.values()), 0),
    ]


class _Weather:
    """Both sides write in threads, a share before and a share during the job that is killed."""

    def __init__(self, site: Site, plan: Plan, rng: random.Random) -> None:
        self.site, self.plan, self.rng = site, plan, rng
        self.entered: list[int] = []
        self.written: list[int] = []
        self.killed = {"worker and job": 0, "worker": 0, "job": 0}
        self.left_behind: list[psutil.Process] = []
        self.names: Names = site.names()

    def run(self) -> None:
        """Raises what went wrong at either door: people must not notice a killed worker."""
        shares = 2 * self.plan.kills
        flushes = set(self.rng.sample(range(self.plan.kills), self.plan.flushes))
        with ThreadPoolExecutor(4) as people:
            acts: list[Future[None]] = []
            for number in range(self.plan.kills):
                acts += self._write_share(people, 2 * number, shares)
                until(self._jobs, JOB_SECONDS, "the worker to have a job in hand", pause=0.01)
                acts += self._write_share(people, 2 * number + 1, shares)
                time.sleep(self.rng.uniform(0.0, 0.7))
                if number in flushes:
                    self._empty_redis()
                self._kill()
            for act in acts:
                act.result(60)

    def _write_share(self, people: ThreadPoolExecutor, share: int, shares: int) -> list[Future[None]]:
        def cut(total: int) -> range:
            return range(total * share // shares, total * (share + 1) // shares)

        return [
            people.submit(self._enter, len(cut(self.plan.cards))),
            people.submit(self._write, cut(self.plan.timesheets)),
        ]

    def _enter(self, count: int) -> None:
        if count:
            door = self.site.procore.again()
            self.entered += door.post(f"{self.site.theirs}/timecards/bulk", {"count": count})["ids"]

    def _write(self, numbers: range) -> None:
        door = self.site.api.again()
        self.written += [door.post("/timesheets", draft(self.names, n, "Storm"))["id"] for n in numbers]

    def _empty_redis(self) -> None:
        with redis.Redis.from_url(self.site.stack.environment["REDIS_URL"]) as client:
            client.flushall()

    # ---- kills -----------------------------------------------------------------------------------------

    def _kill(self) -> None:
        """kill -9: the worker with its job, as by a lost machine; or one of the two alone, as by a lack of memory."""
        stack = self.site.stack
        worker, jobs = kills.process(stack, "worker"), self._jobs()
        kind = self.rng.choices(["worker and job", "worker", "job"], [3, 1, 1])[0] if jobs else "worker"
        self.killed[kind] += 1
        if kind != "job":
            self.left_behind += kills.below(stack, "worker")
        kills.kill({"worker and job": [worker, *jobs], "worker": [worker], "job": jobs}[kind])
        if kind != "job":
            stack.child("worker").process.wait()
            stack.revive()

    def _jobs(self) -> list[psutil.Process]:
        return kills.jobs(self.site.stack)
