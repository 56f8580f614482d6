"""A pytest plugin: each test runs without the mechanism that REMOVED names (`hunt` uses it)."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Imported here: what a plugin imports earlier, pytest cannot rewrite."""
    from tests.simulation.mutants import MUTANTS
    from tests.simulation.mutations import applied

    mutant = next(m for m in MUTANTS if m.key == os.environ["REMOVED"])
    with applied(mutant.mutation):
        return (yield)
