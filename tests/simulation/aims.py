"""What of a seed is given instead of drawn, so that one mechanism is met soon. Seeds of `make simulate` have no aim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.faults import LATEST


@dataclass(frozen=True, slots=True)
class Aim:
    """`acts`: how often users do what, beside the usual; `fields`: what they edit; `held`: how often they choose what
    a worker has in hand; `tries`: what administrators do, `busy`: how often. `batch`: records in a step.
    `meetings`: rounds of work after the storm, in each of which somebody comes in while records are in hand.
    `comes`: who ("a user", "an event", "an administrator"). `guard`: so many deletions within an hour are usual.
    `is_told`: every event comes and no sweep runs;
    `latest`: seconds after which a late effect has come; `skew`: seconds that our clock is ahead."""

    acts: Mapping[str, float] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    held: float | None = None
    tries: tuple[str, ...] = ()
    busy: float | None = None
    batch: int | None = None
    meetings: int = 0
    comes: str = "a user"
    guard: int | None = None
    is_told: bool | None = None
    latest: float = LATEST
    skew: float | None = None


NOTHING = Aim()
