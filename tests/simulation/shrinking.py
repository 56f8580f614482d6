"""Makes a failing plan short: fewer steps, kinds of fault off, single strikes masked, acts left out, while it still
violates the same invariant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.simulation.run import Plan, Result

Runner = Callable[[Plan], Result]
MOST_RUNS = 150
FAULT = "fault "
"""How a kind of fault is counted."""


def shrunk(result: Result, run: Runner) -> Result:
    """The shortest that was found; the result itself if nothing can be left out."""
    return _Shrinking(result, run).go()


class _Shrinking:
    def __init__(self, result: Result, run: Runner) -> None:
        self.best, self.run, self.runs = result, run, 0
        self.number = result.violations[0].number

    def go(self) -> Result:
        self._fewer_steps()
        for kind in [name.removeprefix(FAULT) for name in self.best.counts if name.startswith(FAULT)]:
            self._try(replace(self.best.plan, off=(*self.best.plan.off, kind)))
        for strike in range(1, self.best.strikes + 1):
            self._try(replace(self.best.plan, masked=(*self.best.plan.masked, strike)))
        for act in range(1, self.best.acts + 1):
            self._try(replace(self.best.plan, skipped=(*self.best.plan.skipped, act)))
        self._fewer_steps()
        return self.best

    def _fewer_steps(self) -> None:
        low, high = 1, self.best.plan.steps
        while low < high:
            middle = (low + high) // 2
            if self._try(replace(self.best.plan, steps=middle)):
                high = middle
            else:
                low = middle + 1

    def _try(self, plan: Plan) -> bool:
        if self.runs >= MOST_RUNS:
            return False
        self.runs += 1
        result = self.run(plan)
        is_same = any(violation.number == self.number for violation in result.violations)
        if is_same:
            self.best = result
        return is_same
