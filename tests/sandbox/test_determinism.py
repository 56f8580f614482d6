"""The same seed gives the same world, call by call: what the simulation stands on."""

from random import Random
from typing import Any

from procore_sandbox.model import DrivenClock, Switches, World
from tests.sandbox.cast import MONDAY_NOON, Procore


def trace(seed: int) -> list[Any]:
    """Everything that a busy hour answers and sends."""
    clock = DrivenClock(MONDAY_NOON)
    switches = Switches(shuffle_bulk_rows=True, list_lag_seconds=2.0)
    procore = Procore.around(World(clock, Random(seed), switches), clock)
    procore.world.install(procore.company.id)
    procore.hook(procore.bridge)
    procore.world.add_fault(effect="lose_answer", probability=0.3)
    procore.world.add_fault(effect="reorder_events", probability=0.5)
    seen: list[Any] = []
    for step in range(30):
        procore.enter(hours=str(step % 9))
        answer = procore.api.get(procore.cards_path)
        seen.append((answer.status, answer.body, answer.is_lost, sorted(answer.headers.items())))
        for outgoing in procore.world.due_deliveries():
            seen.append(outgoing)
            procore.world.delivered(outgoing.id, 503 if step % 3 else 200)
        clock.advance(5)
    return seen


def test_the_same_seed_gives_the_same_trace() -> None:
    """M20."""
    assert trace(11) == trace(11)


def test_another_seed_gives_another_trace() -> None:
    assert trace(11) != trace(12)
