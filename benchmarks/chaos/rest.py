"""Both sides come to rest after a run, and what is in the way of it."""

from __future__ import annotations

import time
from collections import Counter

from benchmarks.chaos.people import Administrator
from benchmarks.site import Site, until


def end_faults(site: Site) -> dict[str, int]:
    """How often each struck."""
    hits: Counter[str] = Counter()
    for fault in site.procore.get("/sandbox/api/faults"):
        hits[fault["effect"]] += fault["hits"]
    site.procore.delete("/sandbox/api/faults")
    return dict(hits)


def rest(site: Site, administrator: Administrator, seconds: float) -> float:
    """How long it took until nothing waits; infinite when that was not reached. What the guard holds is let through."""

    def is_quiet() -> bool:
        administrator.open_the_guard()
        if not site.is_at_rest():
            return False
        time.sleep(1.0)
        return site.is_at_rest()

    began = time.monotonic()
    try:
        until(is_quiet, seconds, "both sides to rest", pause=0.5)
    except TimeoutError:
        return float("inf")
    return time.monotonic() - began


def restless(site: Site) -> list[str]:
    """What still waits."""
    waiting = site.api.pages("/messages", state="pending")
    return [
        f"{site.deliveries_waiting()} deliveries wait, {site.marked()} records are marked",
        *(f"{m['summary']}: {m['reason']}" for m in waiting),
    ]
