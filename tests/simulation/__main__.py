"""python -m tests.simulation --seeds N [--seed FIRST]: see docs/simulation.md."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import secrets
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

from tests.simulation.company import Company
from tests.simulation.counting import COUNTED, FEWEST_SEEDS, SEEN, missing
from tests.simulation.databases import DATABASES, SQLITE
from tests.simulation.faults import MIX
from tests.simulation.mutations import applied
from tests.simulation.run import STEPS, Plan, Result, run_seed
from tests.simulation.shrinking import shrunk

SEEDS_BETWEEN_COLLECTIONS = 20


def main() -> int:
    options = _options()
    first = options.seed if options.seed is not None else secrets.randbelow(10**9)
    if options.jobs > 1:
        return _side_by_side(options, first)
    print(f"seeds {first} to {first + options.seeds - 1}", flush=True)
    logging.disable(logging.CRITICAL)
    began, done, steps, failed = time.monotonic(), 0, 0, 0
    counts: Counter[str] = Counter()
    with Company(DATABASES[options.database](), options.begin) as company, applied(COUNTED):
        run = partial(run_seed, company)
        gc.freeze()
        gc.disable()
        for seed in range(first, first + options.seeds):
            result = run(Plan(seed, options.steps, off=tuple(options.off), habits=options.habits))
            counts.update(result.counts)
            done, steps = done + 1, steps + result.steps
            if done % SEEDS_BETWEEN_COLLECTIONS == 0:
                gc.collect()
            if result.violations:
                failed += 1
                _tell(result, 0)
                if options.shrink:
                    _tell(shrunk(result, run), options.trace)
                elif options.trace:
                    _tell(result, options.trace)
                if failed >= options.most:
                    break
    took = time.monotonic() - began
    for name, count in sorted((counts + SEEN).items()):
        print(f"{count:9} {name}")
    if options.counts:
        Path(options.counts).write_text(json.dumps(dict(sorted((counts + SEEN).items())), indent=1))
    rare = missing(counts + SEEN, done, MIX) if done >= FEWEST_SEEDS and not options.off else []
    for line in rare:
        print(f"too seldom: {line}")
    print(f"{done} seeds, {steps} steps, {failed} violated, {done / took:.1f} seeds a second")
    return 1 if failed or rare else 0


def _side_by_side(options: argparse.Namespace, first: int) -> int:
    """The seeds in shares, each in a process of its own; the counts are told by each."""
    share, rest = divmod(options.seeds, options.jobs)
    children, at = [], first
    for number in range(options.jobs):
        seeds = share + (number < rest)
        command = [sys.executable, "-m", "tests.simulation", "--seeds", str(seeds), "--seed", str(at)]
        command += ["--steps", str(options.steps), "--most", str(options.most), "--trace", str(options.trace)]
        command += ["--shrink"] * options.shrink + (["--off", *options.off] if options.off else [])
        command += ["--database", options.database]
        command += ["--habits", json.dumps(options.habits), "--begin", json.dumps(options.begin)]
        children.append(subprocess.Popen(command))
        at += seeds
    return max(child.wait() for child in children)


def _tell(result: Result, lines: int) -> None:
    plan = result.plan
    print(f"seed {plan.seed}: {len(result.violations)} violations")
    for violation in result.violations[:5]:
        print(f"  {violation}")
    if lines:
        print(f"  {plan}")
        for line in result.trace[-lines:]:
            print(f"    {line}")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--seed", type=int, help="the first; drawn where it is not given")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--trace", type=int, default=0, help="so many lines of a failing seed's trace")
    parser.add_argument("--shrink", action="store_true", help="look for a shorter plan that fails alike")
    parser.add_argument("--most", type=int, default=10, help="stop after so many failing seeds")
    parser.add_argument("--off", nargs="*", default=[], help="kinds of fault that shall not strike")
    parser.add_argument("--habits", type=json.loads, default={}, help="Procore's in every seed, as JSON")
    parser.add_argument("--begin", type=json.loads, default={}, help="habits from before the connection on")
    parser.add_argument("--database", choices=DATABASES, default=SQLITE)
    parser.add_argument("--counts", help="write what happened how often to this file, as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
