"""What of a seed is given instead of drawn, so that one mechanism is met soon. Of the seeds of `make simulate` a third
has an aim: meetings, of a kind that is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

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
MEETING_SHARE = 1 / 3
MEETINGS = 6
LIKINGS: tuple[Mapping[str, float], ...] = (
    {},
    {"edit_here": 10, "edit_there": 10},
    {"edit_here": 10, "edit_there": 10, "delete_here": 5, "delete_there": 5, "undelete_there": 2},
    {"create_here": 8},
)
COMES = ("a user", "a user", "an event", "an administrator")
FEW_FIELDS: tuple[tuple[str, ...], ...] = (
    (),
    (),
    ("hours",),
    ("hours", "description"),
    ("project", "cost_code"),
)


def drawn(rng: Random) -> Aim:
    if rng.random() >= MEETING_SHARE:
        return NOTHING
    return Aim(
        acts=rng.choice(LIKINGS),
        fields=rng.choice(FEW_FIELDS),
        held=0.9,
        meetings=MEETINGS,
        comes=rng.choice(COMES),
    )
