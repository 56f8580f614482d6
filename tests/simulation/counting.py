"""Sometimes-assertions: what happened at all in a run of many seeds, so that a fault or a transition that never comes
about is noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.simulation.mutations import Mutation
from webapp.domain.timecard import UNITS
from webapp.errors import LeaseLost

SEEN: Counter[str] = Counter()


def _decided(real: Callable[..., Any]) -> Callable[..., Any]:
    def decide(base: Any, ours: Any, theirs: Any, *rest: Any, **named: Any) -> Any:
        action = real(base, ours, theirs, *rest, **named)
        state = f"{_letter(base)} {_letter(ours)} {_letter(theirs)}"
        SEEN[f"decide {state} → {type(action).__name__}"] += 1
        for clash in getattr(action, "clashes", ()):
            SEEN[f"clash {clash.unit}"] += 1
            SEEN[f"clash {clash.unit} won by {clash.winner}"] += 1
        return action

    return decide


def _letter(side: Any) -> str:
    return (
        "–"
        if side is None
        else "†"
        if type(side).__name__ == "Tombstone"
        else "B"
        if hasattr(side, "theirs")
        else "V"
    )


def _held(real: Callable[..., Any]) -> Callable[..., Any]:
    def hold(*given: Any, **named: Any) -> Any:
        try:
            return real(*given, **named)
        except LeaseLost:
            SEEN["a stale worker is refused"] += 1
            raise

    return hold


def _found(real: Callable[..., Any]) -> Callable[..., Any]:
    def find(*given: Any, **named: Any) -> Any:
        found = real(*given, **named)
        SEEN["looked for a card by our number"] += 1
        SEEN["a card was found by our number"] += bool(found)
        return found

    return find


COUNTED = Mutation(
    "counts what happens",
    {
        "webapp.sync.decide.decide": _decided,
        "webapp.store.leases.hold": _held,
        "webapp.sync.read.find_by_origin": _found,
    },
)

FAULTS_IN_10_000 = 100
TRANSITIONS_IN_10_000 = 20
FEWEST_SEEDS = 1000
"""With fewer, chance alone would decide."""
TRANSITIONS = (
    "– – V → CreateOurs", "– V – → CreateTheirs", "– V V → Merge", "– – – → Nothing",
    "B V V → Nothing", "B V V → Merge", "B – V → DeleteTheirs", "B V – → DeleteOurs", "B – V → DeleteClash",
    "B V – → DeleteClash", "B – – → Settle", "† – V → CreateOurs", "† – – → Nothing",
)  # fmt: skip
OUTSIDE = ("a stale worker is refused", "a card was found by our number", "act window used up")


def missing(counts: Mapping[str, int], seeds: int, faults: Iterable[str]) -> list[str]:
    """What a run of so many seeds should have seen more often, with how often it did."""
    wanted = {f"fault {name}": FAULTS_IN_10_000 for name in faults}
    wanted |= {f"decide {name}": TRANSITIONS_IN_10_000 for name in TRANSITIONS}
    wanted |= {f"clash {unit}": 1 for unit in UNITS}
    wanted |= dict.fromkeys(OUTSIDE, 1)
    fewest = {name: max(1, often * seeds // 10_000) for name, often in wanted.items()}
    return [
        f"{name}: {counts.get(name, 0)} of {few}" for name, few in fewest.items() if counts.get(name, 0) < few
    ]
