"""How long a single change takes to be on the other side, in the demo's setting."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from benchmarks.figures import Figure
from benchmarks.site import Site, draft, until

TARGET_SECONDS = 2.0
LONGEST = 30.0
LOOK_EVERY = 0.02


def measure(site: Site, count: int = 100) -> list[Figure]:
    """So many cards and so many timesheets, each entered when the one before had arrived."""
    names, rng = site.names(), random.Random(1)
    site.enter_many(30)
    site.come_to_rest(60)

    def here() -> int:
        return site.api.count("/timesheets", per_page=1)

    def there() -> int:
        return site.procore.count(f"{site.theirs}/timecards", limit=1)

    def enter(number: int) -> None:
        site.enter_many(1)

    def write(number: int) -> None:
        site.api.post("/timesheets", draft(names, number, "Latency"))

    received = [one_change(enter, n, here, rng) for n in range(count)]
    sent = [one_change(write, n, there, rng) for n in range(count)]
    return _figures("a time card is a timesheet", received) + _figures("a timesheet is a time card", sent)


def one_change(
    enter: Callable[[int], None], number: int, arrived: Callable[[], int], rng: random.Random
) -> float:
    before = arrived()
    began = time.monotonic()
    enter(number)
    until(lambda: arrived() > before, LONGEST, "one change to cross over", pause=LOOK_EVERY)
    took = time.monotonic() - began
    time.sleep(rng.uniform(0.0, 0.4))
    return took


def _figures(what: str, seconds: Sequence[float]) -> list[Figure]:
    ordered = sorted(seconds)
    p50, p95 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
    details = {"count": len(ordered), "p50": p50, "slowest": ordered[-1]}
    return [
        Figure("latency", f"{what}, p50", p50, TARGET_SECONDS, "s"),
        Figure("latency", f"{what}, p95", p95, TARGET_SECONDS, "s", details=details),
    ]
