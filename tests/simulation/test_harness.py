"""The simulation itself: the same seed is the same run, and a mechanism that is taken away is missed."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from tests.fixtures.site import MONDAY
from tests.simulation.company import Company
from tests.simulation.faults import Faults
from tests.simulation.invariants import Violation
from tests.simulation.mutations import NO_CLASH, NO_OUTBOX, Mutation, applied
from tests.simulation.provenance import Line, Record, Side, lost_values
from tests.simulation.run import Plan, Result, run_seed
from tests.simulation.scheduler import Killed, Scheduler
from tests.simulation.shrinking import shrunk
from webapp.clock import ManualClock

MOST_SEEDS = 30
ONE_RUN = """
import logging; logging.disable(logging.CRITICAL)
from tests.simulation.company import Company
from tests.simulation.run import Plan, run_seed
with Company() as company:
    print(run_seed(company, Plan(5, 40)).digest)
"""


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    logging.disable(logging.CRITICAL)
    with Company() as built:
        yield built
    logging.disable(logging.NOTSET)


def test_the_same_seed_is_the_same_run(company: Company) -> None:
    """M20: every decision is drawn from the seed."""
    first, again, other = (run_seed(company, Plan(seed, 60)) for seed in (5, 5, 6))
    assert first.trace == again.trace
    assert first.digest == again.digest != other.digest


def test_the_same_seed_is_the_same_run_in_another_process() -> None:
    """M20: whatever order a set of words has there."""
    told = {
        subprocess.run(
            [sys.executable, "-c", ONE_RUN],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            },
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


@pytest.mark.parametrize("mutation", [NO_OUTBOX, NO_CLASH], ids=lambda mutation: mutation.name)
def test_a_mechanism_taken_away_is_missed(company: Company, mutation: Mutation) -> None:
    """The simulation can see: each of these must be found within few seeds."""
    with applied(mutation):
        for seed in range(MOST_SEEDS):
            if run_seed(company, Plan(seed, 80, chances={})).violations:
                return
    raise AssertionError(f"{MOST_SEEDS} seeds did not miss it: {mutation.name}")


def test_a_failing_plan_is_made_shorter() -> None:
    """A trace that a person can read: what does not matter is left out."""

    def run(plan: Plan) -> Result:
        fails = plan.steps >= 20 and 3 not in plan.masked and 2 not in plan.skipped and "kill" not in plan.off
        found = [Violation(2, "two cards")] if fails else []
        return Result(
            plan, violations=found, counts=Counter({"fault kill": 1, "fault busy": 1}), strikes=4, acts=3
        )

    short = shrunk(run(Plan(1)), run).plan
    assert short.steps == 20
    assert set(short.masked) == {1, 2, 4}
    assert set(short.skipped) == {1, 3}
    assert "busy" in short.off
    assert "kill" not in short.off


def test_a_killed_task_does_nothing_any_more() -> None:
    """kill -9 runs no `finally`: the lease is not given back."""
    faults = Faults(Random(1))
    faults.is_on = False
    scheduler = Scheduler(ManualClock(MONDAY), Random(1), faults)
    done = []

    def work() -> None:
        try:
            scheduler.point("begins")
            done.append("worked")
        finally:
            scheduler.point("gives back")
            done.append("gave back")

    task = scheduler.start("worker", work)
    scheduler.step()
    scheduler.kill(task)
    scheduler.finish()
    assert done == []
    assert isinstance(task.error, Killed)


def test_a_value_written_over_unseen_is_told() -> None:
    """Invariant 3: Dana's 6 hours knew nothing of Ana's 7."""
    ana = Line(False, {"hours": ("8", "7")})
    over = Line(True, {"hours": ("7", "6")})
    dana = Line(False, {"hours": ("8", "6")})
    last = {"hours": "6", "description": None, "date": "2026-11-16"}
    record = Record("link 1", Side([ana, over], last, True), Side([dana], last, False))
    assert list(lost_values(record)) == ["link 1: the timesheet's hours '7' gave way to '6' unseen"]
    record.kept["hours"].add("7")
    assert list(lost_values(record)) == []


def test_a_value_whose_author_saw_the_other_is_no_loss() -> None:
    """Invariant 3: 7 was entered over 8, 6 over 7."""
    dana = [Line(False, {"hours": ("8", "7")}), Line(False, {"hours": ("7", "6")})]
    last = {"hours": "6", "description": None, "date": "2026-11-16"}
    theirs = Side(dana, last, True)
    ours = Side([Line(True, {"hours": ("8", "6")})], dict(last), False)
    assert list(lost_values(Record("link 1", ours, theirs))) == []


@pytest.mark.parametrize("is_put_back", [True, False])
def test_what_comes_late_is_no_loss_once_it_is_put_right(*, is_put_back: bool) -> None:
    """Invariant 3: the engine's 7 was undone by an older update of its own, and sent again."""
    sent = [Line(True, {"hours": change}) for change in (("8", "7"), ("7", "8"), ("8", "7"))]
    ana = Line(False, {"hours": ("8", "7")})
    last = {"hours": "7", "description": None, "date": "2026-11-16"}
    if not is_put_back:
        sent, last = sent[:-1], last | {"hours": "8"}
    record = Record("link 1", Side([ana], last | {"hours": "7"}, False), Side(sent, last, False))
    lost = ["link 1: the card's hours '7' gave way to '8' unseen"]
    assert list(lost_values(record)) == ([] if is_put_back else lost)


def test_only_a_persons_value_that_the_engine_wrote_over_may_be_found_late() -> None:
    """Invariant 4: the hours 7 gave way to the engine's 6; 8 was the engine's own, and nobody wrote over 6."""
    lines = [
        Line(True, {"hours": ("9", "8")}, units=frozenset({"time"})),
        Line(False, {"hours": ("8", "7")}, units=frozenset({"time"})),
        Line(True, {"hours": ("7", "6")}, units=frozenset({"time", "project"})),
    ]
    side = Side(lines, {"hours": "6", "description": None, "date": "2026-11-16"}, born_by_person=False)
    assert [hours for hours in ("9", "8", "7", "6") if side.gave_way("time", {"hours": hours})] == ["7"]
    assert not side.gave_way("project", {"project": 3})
    assert not side.gave_way(None, {"hours": "7"})
