"""python -m tests.simulation --seeds N [--seed FIRST] [--jobs J]: see docs/simulation.md."""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
import time
from collections import Counter

from tests.simulation.company import Company
from tests.simulation.run import STEPS, Plan, Result, run_seed


def main() -> int:
    options = _options()
    logging.disable(logging.CRITICAL)
    first = options.seed if options.seed is not None else secrets.randbelow(10**9)
    print(f"seeds {first} to {first + options.seeds - 1}", flush=True)
    began = time.monotonic()
    counts: Counter[str] = Counter()
    steps, failed = 0, []
    with Company() as company:
        for seed in range(first, first + options.seeds):
            result = run_seed(company, Plan(seed, options.steps, off=options.off))
            counts.update(result.counts)
            steps += result.steps
            if result.violations:
                failed.append(result)
                tell(result, options.trace)
                if len(failed) >= options.most:
                    break
    took = time.monotonic() - began
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}")
    done = seed - first + 1
    print(f"{done} seeds, {steps} steps, {len(failed)} violated, {done / took:.1f} seeds a second")
    return 1 if failed else 0


def tell(result: Result, lines: int) -> None:
    print(f"seed {result.plan.seed}: {len(result.violations)} violations")
    for violation in result.violations[:5]:
        print(f"  {violation}")
    for line in result.trace[-lines:] if lines else []:
        print(f"    {line}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--trace", type=int, default=0)
    parser.add_argument("--most", type=int, default=10)
    parser.add_argument("--off", nargs="*", default=[])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
