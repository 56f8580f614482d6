"""How soon a change is on the other side: with every event, and with none."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.simulation.company import Company
from tests.simulation.freshness import Waited, waits

SEEDS = range(1, 6)
TWO_MINUTES = 120


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    logging.disable(logging.CRITICAL)
    with Company() as built:
        yield built
    logging.disable(logging.NOTSET)


@pytest.mark.slow
def test_a_change_is_copied_within_two_minutes_by_events_alone(company: Company) -> None:
    """Invariant 7: no sweep runs."""
    waited = _together([waits(company, seed, events=True) for seed in SEEDS])
    assert waited.left == []
    assert waited.percentile(0.99) <= TWO_MINUTES


@pytest.mark.slow
def test_with_every_event_lost_the_sweep_copies_it_within_its_interval_and_two_minutes(
    company: Company,
) -> None:
    """Invariant 7, R26: the sweep makes good for all webhooks."""
    waited = _together([waits(company, seed, events=False) for seed in SEEDS])
    assert waited.left == []
    assert waited.percentile(1.0) <= company.app.extensions["config"].sweep_interval_seconds + TWO_MINUTES


def _together(each: list[Waited]) -> Waited:
    assert sum(len(waited.seconds) for waited in each) > 25
    return Waited(
        [seconds for waited in each for seconds in waited.seconds],
        [record for waited in each for record in waited.left],
    )
