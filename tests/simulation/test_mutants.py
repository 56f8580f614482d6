"""The table of mutants cannot rot: what each replaces is there, and what each names as its killer, too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.simulation.faults import MIX
from tests.simulation.hunt import Mutant
from tests.simulation.mutants import MUTANTS
from tests.simulation.mutations import applied

ROOT = Path(__file__).parents[2]
FEWEST = 25


def test_there_are_enough_and_each_has_a_key_and_a_sentence_of_its_own() -> None:
    """M20: at least 25 mechanisms are removed, one at a time."""
    assert len({mutant.key for mutant in MUTANTS}) == len(MUTANTS) >= FEWEST
    assert len({mutant.removed for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.key)
def test_what_a_mutant_replaces_is_there(mutant: Mutant) -> None:
    """M20: a mechanism that was renamed would be missed by nobody."""
    assert mutant.changes
    with applied(mutant.mutation):
        assert {key.partition("@")[0] for key in mutant.chances or ()} <= set(MIX)


@pytest.mark.parametrize("named", sorted({m.test for m in MUTANTS if m.test}))
def test_what_kills_a_mutant_that_seeds_miss_is_a_test_of_the_suite(named: str) -> None:
    """M20: the row of the table stays true."""
    path, _, name = named.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
