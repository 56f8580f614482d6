"""How long a small company's change takes beside a company with a large backlog, on one worker (M17)."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable

from benchmarks.figures import Figure
from benchmarks.latency import one_change
from benchmarks.site import Site

SMALL, MOST_TIMES = "Stranger Construction", 2.0
AT_ONCE = 1000
COUNT = 40


def measure(big: Site, records: int = 20_000) -> list[Figure]:
    """`big` is connected. Its cards are entered without an event, then found by one sweep: all are due at once."""
    small = Site(big.stack, SMALL)
    small.connect()
    for site in (small, big):
        site.enter_many(30)
        site.come_to_rest(60)
    alone = _delays(small, COUNT, lambda: True)
    _enter(big, records)
    big.flask("sync", "sweep", "--procore-company-id", str(big.procore_id))
    backlog = big.ledger()["waiting"]
    beside = _delays(small, COUNT, lambda: big.ledger()["waiting"] > 0)
    left = big.ledger()["waiting"]
    print(f"{left} of {backlog} were left after {len(beside)} changes", file=sys.stderr)
    big.come_to_rest(900)
    alone = sorted(alone + _delays(small, COUNT, lambda: True))
    details = {"backlog": backlog, "left": left, "count": len(beside), "alone": alone, "beside": beside}
    what = "a small company's delay, times its delay alone, p{}"
    times = {part: _at(beside, part) / _at(alone, part) for part in (50, 95)}
    return [
        Figure("fairness", what.format(part), ratio, MOST_TIMES, details=details)
        for part, ratio in times.items()
    ]


def _enter(big: Site, records: int) -> None:
    fault = big.procore.post("/sandbox/api/faults", {"effect": "drop_event", "company_id": big.procore_id})
    for start in range(0, records, AT_ONCE):
        big.enter_many(min(AT_ONCE, records - start))
    big.procore.delete(f"/sandbox/api/faults/{fault['id']}")


def _delays(small: Site, count: int, is_so: Callable[[], bool]) -> list[float]:
    """Single changes, one after the other, as long as it is so."""
    rng = random.Random(1)

    def here() -> int:
        return small.api.count("/timesheets", per_page=1)

    def enter(number: int) -> None:
        small.enter_many(1)

    seconds: list[float] = []
    while len(seconds) < count and is_so():
        seconds.append(one_change(enter, len(seconds), here, rng))
    if not seconds:
        raise RuntimeError("the backlog was gone before the first change")
    return sorted(seconds)


def _at(ordered: list[float], percent: int) -> float:
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]
