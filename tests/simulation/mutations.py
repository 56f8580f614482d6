"""Switching a mechanism off, to see whether a simulation notices.

A mutation names what it replaces by its dotted path and gives a function from the original to the replacement. A
module's function is replaced wherever the app has imported it by name:

    NO_FENCING = Mutation("no fencing", {"webapp.store.leases.hold": lambda real: lambda *given: None})
    with applied(NO_FENCING):
        run_seed(company, Plan(7))
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

Factory = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Mutation:
    """`changes`: dotted path → original → replacement."""

    name: str
    changes: Mapping[str, Factory]


@contextmanager
def applied(mutation: Mutation) -> Iterator[None]:
    """The mechanism is off inside the block."""
    undo: list[tuple[Any, str, Any]] = []
    try:
        for path, factory in mutation.changes.items():
            _replace(path, factory, undo)
        yield
    finally:
        for owner, name, original in reversed(undo):
            setattr(owner, name, original)


def _replace(path: str, factory: Factory, undo: list[tuple[Any, str, Any]]) -> None:
    owner, name = _owner_of(path)
    original = vars(owner)[name]
    changed = factory(original)
    places = [(owner, name)]
    if getattr(owner, "__spec__", None) is not None and callable(original):
        places += [
            (module, own)
            for key, module in list(sys.modules.items())
            if key.startswith(("webapp", "procore_sandbox")) and module is not owner
            for own, value in list(vars(module).items())
            if value is original
        ]
    for place, own in places:
        undo.append((place, own, vars(place)[own]))
        setattr(place, own, changed)


def _owner_of(path: str) -> tuple[Any, str]:
    """The module or class that holds it. Raises AttributeError where there is no such thing (any more)."""
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            owner: Any = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:-1]:
            owner = getattr(owner, part)
        if parts[-1] not in vars(owner):
            raise AttributeError(f"{path} is not there")
        return owner, parts[-1]
    raise AttributeError(f"{path} is not there")


# ---- a few, by which the simulation itself is tested ---------------------------------------------------

NO_OUTBOX = Mutation(
    "an edit here leaves no mark",
    {"webapp.store.marks.mark_edited": lambda real: lambda *given, **named: None},
)
NO_CLASH = Mutation(
    "what both sides changed is nobody's business",
    {"webapp.sync.decide._clashes": lambda real: lambda *given: ()},
)
