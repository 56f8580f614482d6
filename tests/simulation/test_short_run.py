"""A short run in the suite: the same seeds each time, so that a red suite means a change; and those that once failed.
`make simulate` draws fresh ones."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

from tests.simulation.company import Company
from tests.simulation.run import Plan, Result, run_seed

SHARES = 10
SEEDS = int(os.environ.get("SIMULATE_SEEDS", "500"))
FIRST = int(os.environ.get("SIMULATE_FIRST", "1"))
STEPS = 100
ONCE_FAILED = (
    Plan(106),  # a cost code was sent into another project
    Plan(127, steps=53, skipped=(1, 6, 9, 10)),  # a day that was only sent along undid a person's change
    Plan(116, steps=7, skipped=(1,)),  # a worker was killed between our deletion and its event
)
"""Seeds with what they found. A schedule shifts whenever the simulation changes; the tests of the journeys stay."""


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    yield from _quietly()


@pytest.fixture(scope="module")
def newer() -> Iterator[Company]:
    yield from _quietly(hook_api="v2.0", timecard_triggers="company", oldest_payload="v3.0")


def _quietly(**switches: str) -> Iterator[Company]:
    logging.disable(logging.CRITICAL)
    with Company(switches=switches) as built:
        yield built
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.parametrize(
    "share", [pytest.param(n, marks=pytest.mark.xdist_group(f"seeds {n}")) for n in range(SHARES)]
)
def test_a_stretch_of_seeds_violates_no_invariant(company: Company, share: int) -> None:
    """Invariants 1–6 and 8; D1–D11, D40–D43, D100–D105: both sides come to rest equal, or say why not."""
    for seed in range(FIRST + share, FIRST + SEEDS, SHARES):
        is_clean(run_seed(company, Plan(seed, STEPS)))


@pytest.mark.slow
def test_seeds_with_the_newer_webhooks_violate_no_invariant(newer: Company) -> None:
    """R26: hooks of API v2.0, payloads of v3.0."""
    for seed in range(FIRST, FIRST + SEEDS // 20):
        is_clean(run_seed(newer, Plan(seed, STEPS)))


@pytest.mark.parametrize("plan", ONCE_FAILED, ids=lambda plan: str(plan.seed))
def test_a_seed_that_once_failed_violates_no_invariant(company: Company, plan: Plan) -> None:
    """D10, D49, D68."""
    is_clean(run_seed(company, plan))


def is_clean(result: Result, options: str = "") -> None:
    sentences = "\n".join(str(violation) for violation in result.violations)
    assert not result.violations, (
        f"{result.plan}\n{sentences}\n"
        f"make simulate SEEDS=1 SEED={result.plan.seed} ARGS='{options}--steps {result.plan.steps} --shrink --trace 60'"
    )
