"""Removes one mechanism at a time and looks for the seed that finds it: `mutants` has the table.

A seed kills a mutant when it violates an invariant with it, and none without it. What no seed sees names a test of
the suite that does; that one is run with the mechanism removed.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.aims import NOTHING, Aim
from tests.simulation.company import Company
from tests.simulation.mutations import Factory, Mutation, applied
from tests.simulation.run import Plan, run_seed

FIRST_SEED = 1
SEEDS = 2000
LONGEST = 200
STEPS = 150
STEPS_BEFORE_MEETINGS = 30
FAILED = re.compile(r"^\d+ failed", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mutant:
    """`chances`, `habits`, `aim`: what shows it soon, in place of what is drawn. `test`: what kills it where no seed
    did."""

    key: str
    removed: str
    changes: Mapping[str, Factory]
    chances: Mapping[str, float] | None = None
    habits: Mapping[str, Any] | None = None
    aim: Aim = NOTHING
    test: str = ""

    def plan(self, seed: int) -> Plan:
        steps = STEPS_BEFORE_MEETINGS if self.aim.meetings else STEPS
        return Plan(seed, steps, chances=self.chances, habits=self.habits, aim=self.aim)

    @property
    def mutation(self) -> Mutation:
        return Mutation(self.removed, self.changes)


@dataclass(frozen=True, slots=True)
class Fate:
    """`seed` None: survived so many seeds."""

    seed: int | None
    seeds: int
    sentence: str = ""


def hunted(company: Company, mutant: Mutant, first: int, seeds: int) -> Fate:
    """The first seed that violates something with the mutant and nothing without it."""
    for seed in range(first, first + seeds):
        plan = mutant.plan(seed)
        sentence = _missed(company, mutant, plan)
        if sentence and not (own := run_seed(company, plan).violations):
            return Fate(seed, seed - first + 1, sentence)
        if sentence:
            print(f"{mutant.key}: seed {seed} violates without the mutant, too: {own[0]}", flush=True)
        gc.collect()
    return Fate(None, seeds)


def _missed(company: Company, mutant: Mutant, plan: Plan) -> str:
    """The first violation; or the exception with which a seed ended."""
    with applied(mutant.mutation):
        try:
            violations = run_seed(company, plan).violations
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return str(violations[0]) if violations else ""


def is_killed_by_test(mutant: Mutant) -> bool:
    """It fails without the mechanism: an error of setup or import is no proof."""
    command = [sys.executable, "-m", "pytest", mutant.test, "-n0", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "tests.simulation.removed", "--tb=no"]
    environment = {**os.environ, "REMOVED": mutant.key}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode == 1 and FAILED.search(done.stdout) is not None


def main(mutants: Sequence[Mutant]) -> int:
    options = _options()
    chosen = [m for m in mutants if not options.only or m.key in options.only]
    if options.jobs > 1:
        return _side_by_side(options, chosen)
    logging.disable(logging.CRITICAL)
    survivors = 0
    with Company() as company:
        gc.freeze()
        gc.disable()
        for mutant in chosen:
            survivors += not _tell(company, mutant, options)
    return 1 if survivors else 0


def _tell(company: Company, mutant: Mutant, options: argparse.Namespace) -> bool:
    seeds = 0 if options.tests else options.seeds
    fate = hunted(company, mutant, options.seed, seeds)
    if fate.seed is not None:
        ending, is_killed = f"seed {fate.seed}: {fate.sentence[:LONGEST]}", True
    else:
        is_killed = bool(mutant.test) and is_killed_by_test(mutant)
        by = f", killed by {mutant.test}" if is_killed else ", and nothing else kills it"
        ending = f"survived {fate.seeds} seeds{by}"
    print(f"{mutant.key}: {ending}", flush=True)
    return is_killed


def _side_by_side(options: argparse.Namespace, chosen: Sequence[Mutant]) -> int:
    children = []
    for number in range(options.jobs):
        keys = [mutant.key for mutant in chosen[number :: options.jobs]]
        command = [sys.executable, "-m", "tests.simulation.mutants", "--only", *keys]
        command += ["--seeds", str(options.seeds), "--seed", str(options.seed)]
        command += ["--tests"] * options.tests
        if keys:
            children.append(subprocess.Popen(command))
    return max(child.wait() for child in children)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants")
    parser.add_argument("--only", nargs="+", default=[], help="these keys only")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="at most so many for each")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="the first")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--tests", action="store_true", help="no seeds, the named tests only")
    return parser.parse_args()
