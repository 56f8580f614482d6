"""Real processes: the worker is killed and Redis emptied while both sides write and Procore's answers get lost.

Short; `make bench` has it with 20 kills and 1,000 records.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.site import running
from benchmarks.storm import SETTINGS, Plan, storm

pytestmark = pytest.mark.slow


def test_killed_workers_and_an_emptied_redis_lose_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R21, R26, D6, D10, D11, R35: both sides equal, none missing, none doubled, nothing left running; and none of
    Integration Health's seven observations is ours."""
    monkeypatch.delenv("REDIS_URL", raising=False)  # it is emptied: never one that others use
    with running(tmp_path, SETTINGS) as site:
        site.connect()
        survey = storm(site, Plan(kills=3, cards=60, timesheets=60, flushes=1, rest=60), seed=1)
    assert survey.differences == []
    assert survey.ledger["in_sync"] == survey.ledger["total"] == 120
    assert sum(survey.killed.values()) == 3
    assert survey.lost_answers >= 1
    assert survey.orphans == 0
    assert survey.own_faults == {}
