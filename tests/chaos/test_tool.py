"""The tool itself: who supervises, and what the last sweep found."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event
from typing import cast

import pytest

from benchmarks.chaos.killer import Supervisor
from benchmarks.chaos.swept import Seen, marked
from devtools.stack import Stack

AT = datetime(2026, 11, 16, 10, 0, 0, 400_000, tzinfo=UTC)


class Processes:
    """A stack whose processes all die at once, again and again."""

    def __init__(self) -> None:
        self.children: list[object] = []
        self.revived = Event()

    def revive(self) -> list[str]:
        self.revived.set()
        return ["worker"]


def test_nothing_is_started_again_once_the_run_is_interrupted() -> None:
    """Ctrl-C: who stops the stack must not meet a supervisor that starts it again."""
    processes = Processes()
    supervisor = Supervisor(cast(Stack, processes))

    def interrupted_run() -> None:
        with supervisor.at_work():
            assert processes.revived.wait(10)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_run()
    assert not supervisor.is_alive()


def seen(generation: int = 3, *, updated_at: datetime = AT, state: str = "in_sync") -> Seen:
    return Seen(1, 70, generation, updated_at, state, None, is_tombstone=False)


def test_what_the_sweep_marked_is_told_with_the_reason() -> None:
    """D4: with no event lost, the engine has seen all of it before."""
    card = {"updated_at": "2026-11-16T10:00:00Z", "deleted_at": None}
    cards = {70: card}
    assert marked({5: seen()}, {5: seen()}, cards) == []
    assert "not as agreed, conflict" in marked({5: seen(state="conflict")}, {5: seen(4)}, cards)[0]
    newer = {70: {**card, "updated_at": "2026-11-16T10:00:02Z"}}
    assert "seen as of 2026-11-16T10:00:00Z" in marked({5: seen()}, {5: seen(4)}, newer)[0]
    gone = {70: {**card, "deleted_at": "2026-11-16T10:00:02Z"}}
    assert "deleted at 2026-11-16T10:00:02Z" in marked({5: seen()}, {5: seen(4)}, gone)[0]
    assert "never seen" in marked({}, {5: seen()}, cards)[0]
