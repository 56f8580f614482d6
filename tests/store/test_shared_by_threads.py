"""What threads of a web process share must be whole before the first of them uses it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

WEBAPP = Path(__file__).resolve().parents[2] / "webapp"


def calls_at_import(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that are made when the module is read, not in a function."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from calls_at_import(node)


def test_no_alias_of_a_table_is_shared() -> None:
    """R33: two first requests at the same moment adapted a column of a shared alias while SQLAlchemy's index of its
    columns was half filled; the alias kept the wrong column, and every list of that process was answered with 500."""
    shared = [
        f"{path.relative_to(WEBAPP)}:{call.lineno}"
        for path in WEBAPP.rglob("*.py")
        for call in calls_at_import(ast.parse(path.read_text()))
        if isinstance(call.func, ast.Name | ast.Attribute)
        and (call.func.id if isinstance(call.func, ast.Name) else call.func.attr) in ("aliased", "alias")
    ]
    assert shared == []
