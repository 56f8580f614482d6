"""A worker that dies between any two things it does: nothing is lost and nothing is doubled."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.site import Site
from webapp import wiring
from webapp.extensions import db
from webapp.store.sync_store import SyncStore
from webapp.sync.batch import Limits
from webapp.sync.engine import Engine

MOST_STEPS = 400


class Killed(BaseException):
    """kill -9: no handler of the engine may see it as an error."""


class Mortal:
    """Stands for a port and dies at the n-th thing that is done through any of them, before or after doing it."""

    def __init__(self, real: Any, die: Callable[[], None], *, after: bool) -> None:
        self._real, self._die, self._after = real, die, after

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._real, name)
        if not callable(act):
            return act

        def step(*args: Any, **kwargs: Any) -> Any:
            if not self._after:
                self._die()
            result = act(*args, **kwargs)
            if self._after:
                self._die()
            return result

        return step


def work_and_die(site: Site, at: int, *, after: bool) -> bool:
    """One worker that dies at its n-th step. False when it came to its end before."""
    left = at

    def die() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    store = SyncStore(db.engine, site.company_id, site.clock)
    procore = wiring.procore_for(site.theirs.id)
    engine = Engine(
        Mortal(store, die, after=after),  # type: ignore[arg-type]  # a stand-in for the port, by delegation
        Mortal(procore, die, after=after),  # type: ignore[arg-type]
        site.clock,
        site.clock.advance,
        Limits(),
    )
    try:
        engine.work(f"mortal-{at}")
    except Killed:
        return True
    return False


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(site: Site, after: bool) -> None:
    """R21, D6, D10: creates, edits and deletions in both directions under way, killed at each step in turn."""
    site.connect(send=True)
    step, rounds = 0, 0
    while rounds < 40:
        step += 1
        rounds += 1
        theirs = [site.enter(f"{rounds % 7 + 1}.0") for _ in range(2)]
        ours = [site.write(f"{rounds % 5 + 1}.5") for _ in range(2)]
        site.deliver()
        was_killed = work_and_die(site, step, after=after)
        site.clock.advance(121)
        site.settle()
        site.edit(theirs[0].id, description=f"there {rounds}")
        site.rewrite(ours[0], description=f"here {rounds}")
        site.world.delete_timecard(site.dana.id, theirs[1].id)
        site.erase(ours[1])
        site.deliver()
        was_killed = work_and_die(site, step, after=after) or was_killed
        site.clock.advance(121)
        site.settle()
        if not was_killed:
            break
    assert 8 < step < MOST_STEPS
    assert_equal(site, 2 * rounds)


def assert_equal(site: Site, count: int) -> None:
    """Both sides hold the same records, each once, and every link says so."""
    there = sorted((c.hours, c.description or "", str(c.date)) for c in site.cards())
    here = sorted((t.hours or Decimal(0), t.description or "", str(t.date)) for t in site.timesheets())
    assert here == there
    assert len(here) == count
    assert {link.state for link in site.links()} == {"in_sync"}
    assert len({c.origin_id for c in site.cards() if c.origin_id}) == count // 2
