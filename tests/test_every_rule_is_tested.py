"""No case of docs/sync-rules.md is without a test that names it, and no test names a case that is not there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RULES = (ROOT / "docs" / "sync-rules.md").read_text(encoding="utf-8")
CASES = re.findall(r"(?m)^- \*\*(D\d+a?)\*\*", RULES)
PROMISES = sorted(
    {name for row in re.findall(r"(?m)^\| (R[^|]+) \|", RULES) for name in re.findall(r"R\d+[a-g]?", row)}
)
NAMED = re.compile(r"\b([DR])(\d+)([a-g]?)(?:(?:[–-]| to )\1?(\d+))?\b")
OF_OTHERS = ("sandbox",)
"""Tests of the stand-in say how Procore behaves, not what Timesite does."""


@cache
def named() -> dict[str, set[str]]:
    """Case → the tests whose docstrings name it, alone or within a range (D40–D43). A module's docstring speaks for all
    of its tests."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if path.parts[len(ROOT.parts) + 1] in OF_OTHERS or path == Path(__file__):
            continue
        for test, text in _docstrings(ast.parse(path.read_text(encoding="utf-8"))):
            for case in cases_in(text):
                found.setdefault(case, set()).add(f"{path.relative_to(ROOT)}::{test}")
    return found


def _docstrings(module: ast.Module) -> list[tuple[str, str]]:
    tests = [
        (node.name, ast.get_docstring(node) or "")
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    of_module = ast.get_docstring(module) or ""
    return [*tests, *((name, of_module) for name, _ in tests[:1])]


def cases_in(text: str) -> set[str]:
    found = set()
    for letter, first, part, last in NAMED.findall(text):
        numbers = range(int(first), int(last or first) + 1)
        found |= {f"{letter}{number}{part if not last else ''}" for number in numbers}
    return found


@pytest.mark.parametrize("case", CASES)
def test_every_case_is_named_by_a_test(case: str) -> None:
    assert named().get(case), f"{case} is described in docs/sync-rules.md, but no test names it"


@pytest.mark.parametrize("promise", PROMISES)
def test_every_promise_behind_them_is_named_by_a_test(promise: str) -> None:
    assert named().get(promise), f"{promise} is listed in docs/sync-rules.md, but no test names it"


def test_the_cases_are_numbered_once_and_in_order() -> None:
    assert len(CASES) == len(set(CASES))
    order = [(int(re.sub(r"\D", "", case)), case) for case in CASES]
    assert order == sorted(order)
    assert len(CASES) == 12 + 14 + 10 + 9 + 8 + 7


def test_no_test_names_a_case_that_is_not_described() -> None:
    """A typing error in a docstring would prove nothing."""
    assert {case for case in named() if case.startswith("D")} <= set(CASES)


def test_ranges_and_lists_are_understood() -> None:
    assert cases_in("R6, D29a, D40–D43, D100 to D102; AD7, D5x") == {
        "R6", "D29a", "D40", "D41", "D42", "D43", "D100", "D101", "D102",
    }  # fmt: skip
