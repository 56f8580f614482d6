"""`python -m benchmarks`: runs all rows, or those named; prints a table and writes a JSON file."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchmarks import bulk, check, fairness, latency, storm, webhooks
from benchmarks.figures import Figure, table, write
from benchmarks.memory import MemoryWatch
from benchmarks.site import Site, running

ROWS = ("latency", "receive", "send", "webhooks", "memory", "check", "fairness", "kills", "flush")
QUIET = ("latency", "receive", "send", "webhooks", "memory")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[[], *ROWS], help=f"of {', '.join(ROWS)}; none: all")
    parser.add_argument("--seed", type=int, default=1, help="of the kills (default: %(default)s)")
    parser.add_argument("--small", action="store_true", help="a tenth of everything, to see that it runs")
    given = parser.parse_args()
    os.environ.pop("REDIS_URL", None)  # ours is emptied and flooded: never one that others use
    rows = given.rows or list(ROWS)
    figures: list[Figure] = []
    if set(rows) & set(QUIET):
        figures += _quiet(rows, 10 if given.small else 1)
    if "check" in rows:
        figures += _check(2_000 if given.small else 20_000)
    if "fairness" in rows:
        figures += _fairness(20 if given.small else 1)
    for row, flushes in (("kills", 0), ("flush", 2)):
        if row in rows:
            figures += _storm(row, flushes, given.seed, given.small)
    print(table(figures))
    print(f"\nWritten to {write(figures)}")
    return 0 if all(figure.is_met for figure in figures) else 1


def _quiet(rows: list[str], part: int) -> list[Figure]:
    """What is measured on one site, one after the other, as in the demo."""
    count = 1000 // part
    acts: dict[str, Callable[[Site], list[Figure]]] = {
        "latency": lambda site: latency.measure(site, 100 // part),
        "receive": lambda site: bulk.receive(site, count),
        "send": lambda site: bulk.send(site, count),
        "webhooks": lambda site: webhooks.measure(site, 10 / part),
    }
    with _place() as directory, running(directory) as site:
        site.connect()
        figures: list[Figure] = []
        with MemoryWatch(site) as watch:
            for row, act in acts.items():
                if row in rows:
                    print(f"{row} ...", file=sys.stderr, flush=True)
                    figures += act(site)
        if "memory" in rows:
            figures += watch.figures()
        return [*figures, _health(site)]


def _fairness(part: int) -> list[Figure]:
    print("fairness ...", file=sys.stderr, flush=True)
    with _place() as directory, running(directory) as site:
        site.connect()
        return [*fairness.measure(site, 20_000 // part), _health(site)]


def _health(site: Site) -> Figure:
    own = {key: own for key, (own, _) in site.observations().items() if own}
    return Figure("health", "Integration Health: our own faults", sum(own.values()), 0, details=own)


def _check(count: int) -> list[Figure]:
    """On a site of its own: its memory and its month are full."""
    print("check ...", file=sys.stderr, flush=True)
    with _place() as directory, running(directory) as site:
        site.connect()
        return check.measure(site, count)


def _storm(row: str, flushes: int, seed: int, is_small: bool) -> list[Figure]:
    print(f"{row} ...", file=sys.stderr, flush=True)
    plan = storm.Plan(flushes=flushes)
    if is_small:
        plan = replace(plan, kills=3, cards=50, timesheets=50, flushes=min(flushes, 1))
    with _place() as directory, running(directory, storm.SETTINGS) as site:
        site.connect()
        return storm.figures(row, plan, storm.storm(site, plan, seed))


@contextmanager
def _place() -> Iterator[Path]:
    """A directory of its own; it stays, with its logs, when something went wrong."""
    directory = Path(tempfile.mkdtemp(prefix="timesite-bench-"))
    try:
        yield directory
    except BaseException:
        print(f"Data and logs are kept in {directory}", file=sys.stderr)
        raise
    shutil.rmtree(directory)


if __name__ == "__main__":
    sys.exit(main())
