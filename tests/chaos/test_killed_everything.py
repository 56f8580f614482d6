"""Real processes: web, worker and Redis are killed while people on both sides work and Procore's answers get lost.

Short; `make chaos` has it with 200 kills on both databases.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.chaos.run import SETTINGS, Plan, run
from benchmarks.site import running

pytestmark = pytest.mark.slow
KINDS = ("web, one worker", "Redis, emptied", "job", "web, master and workers", "Redis", "worker and job")


def test_killed_processes_lose_and_double_nothing_that_people_were_told_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R21, R23, R24, R26, R31a, R33, R35, D6, D10, D11: what both sides accepted is there once and equal, or a reason
    stands there; the ledger adds up; none of Integration Health's seven observations is ours."""
    monkeypatch.delenv("REDIS_URL", raising=False)  # it is killed and emptied: never one that others use
    plan = Plan(
        kills=len(KINDS), kinds=KINDS, seconds=60, gap=(0.0, 0.5), patience=4, clerks=2, foremen=1, rest=60
    )
    with running(tmp_path, SETTINGS) as site:
        site.connect()
        result = run(site, plan, seed=1)
    assert {promise: broken for promise, broken in result.violations.items() if broken} == {}
    assert sum(result.killed.values()) == len(KINDS)
    assert result.ledger["total"] > 0
    assert result.acts["created ours"] > 0
    assert result.acts["created theirs"] > 0
