"""Which faults a seed has at all, how often they strike, and which of the strikes are masked to make a trace short."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from random import Random

MIX: Mapping[str, tuple[float, float]] = {
    # a task
    "kill": (0.4, 0.03),
    "stall": (0.3, 0.02),
    # the database
    "busy": (0.25, 0.04),
    "commit_refused": (0.25, 0.04),
    "commit_unknown": (0.3, 0.04),
    # a call
    "lost_request": (0.3, 0.15),
    "lost_answer": (0.4, 0.2),
    "late_effect": (0.25, 0.15),
    "status_500": (0.25, 0.15),
    "status_503": (0.2, 0.1),
    "status_503_wait": (0.2, 0.1),
    "status_429": (0.2, 0.1),
    "status_401": (0.2, 0.1),
    "status_403": (0.15, 0.05),
    "status_404": (0.15, 0.1),
    "status_422": (0.15, 0.1),
    "html": (0.15, 0.1),
    "truncated": (0.2, 0.1),
    "empty_list": (0.2, 0.2),
    "redirect": (0.15, 0.1),
    "repeat_page": (0.15, 0.2),
    "short_page": (0.15, 0.2),
    "drift_page": (0.15, 0.2),
    # an event
    "event_double": (0.3, 0.3),
    "event_new_id": (0.3, 0.3),
    "event_dropped": (0.3, 0.4),
    "event_delayed": (0.3, 0.3),
    "event_unknown": (0.2, 0.2),
    "event_foreign": (0.2, 0.2),
}
"""Name → (in how much of the seeds it is on, how often it strikes at most where it can)."""

LATEST = 60.0
"""Seconds after which a late effect has come."""


class Faults:
    """`masked`: numbers of strikes that shall not happen; `off`: kinds that shall not. `chances`: given, not drawn;
    "kill@< POST" strikes only where the yield or the call is called so."""

    def __init__(
        self,
        rng: Random,
        masked: Collection[int] = (),
        off: Collection[str] = (),
        chances: Mapping[str, float] | None = None,
    ) -> None:
        self.rng, self.masked = rng, frozenset(masked)
        self.is_on = True
        self.latest = LATEST
        self.chances: dict[str, float] = {}
        self.aimed: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
        for key, chance in (chances or {}).items():
            name, _, where = key.partition("@")
            self.aimed[name].append((where, chance))
        self.off, self.are_given = off, chances is not None
        self.draw(MIX, rng)
        self.fired: Counter[str] = Counter()
        self.strikes_so_far = 0
        self.tell: Callable[[str], None] = lambda line: None

    def draw(self, mix: Mapping[str, tuple[float, float]], rng: Random) -> None:
        """Which of these this seed has."""
        for name, (share, most) in mix.items():
            is_on, chance = rng.random() < share, rng.uniform(most / 5, most)
            if is_on and name not in self.off and not self.are_given:
                self.chances[name] = chance

    def strikes(self, name: str, where: str = "") -> bool:
        """Draws the lot of one fault at one place where it could strike."""
        chance = self.chances.get(name)
        if name in self.aimed:
            chance = next((each for begin, each in self.aimed[name] if where.startswith(begin)), None)
        if chance is None or not self.is_on or self.rng.random() >= chance:
            return False
        self.strikes_so_far += 1
        if self.strikes_so_far in self.masked:
            return False
        self.fired[name] += 1
        self.tell(f"fault #{self.strikes_so_far} {name}")
        return True
