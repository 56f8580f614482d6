"""The switches: how this Procore behaves where Procore's documents leave it open."""

import ast
import inspect
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from flask import Response, request, url_for

from procore_sandbox.model import Switches, World
from procore_sandbox.model.questions import QUESTIONS
from procore_sandbox.model.switches import CHOICES
from procore_sandbox.web.pages import attempt, page, render, see_other


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """One switch as the page shows it."""

    name: str
    text: str
    value: str
    default: str
    kind: str
    choices: tuple[str, ...]
    questions: tuple[int, ...] = ()
    """Numbers in the list of what Procore's documents leave open."""

    @property
    def is_changed(self) -> bool:
        return self.value != self.default


@page("/switches")
def switch_board(world: World) -> Response:
    return render(world, "switches.html", rows=switch_rows(world.switches))


@page("/switches", methods=("POST",))
def set_switches(world: World) -> Response:
    attempt(lambda: world.set_switches(**_sent(world.switches)), "The switches are saved.")
    return see_other(url_for("sandbox_web.switch_board"))


@page("/switches/defaults", methods=("POST",))
def reset_switches(world: World) -> Response:
    defaults = {each.name: each.default for each in fields(Switches)}
    attempt(lambda: world.set_switches(**defaults), "All switches are at their defaults.")
    return see_other(url_for("sandbox_web.switch_board"))


def switch_rows(switches: Switches) -> list[SwitchRow]:
    return [
        SwitchRow(
            each.name,
            sentences().get(each.name, ""),
            _text(getattr(switches, each.name)),
            _text(each.default),
            type(each.default).__name__,
            _choices(each.name, each.default),
            tuple(number for number, names in QUESTIONS.items() if each.name in names),
        )
        for each in fields(Switches)
    ]


@lru_cache(maxsize=1)
def sentences() -> dict[str, str]:
    """What the model's own source says below each switch, so that it is written once."""
    body = ast.parse(inspect.getsource(Switches)).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for before, after in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(before, ast.AnnAssign)
            and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found[before.target.id] = " ".join(str(after.value.value).replace("`", "").split())
    return found


def _choices(name: str, default: Any) -> tuple[str, ...]:
    return ("on", "off") if isinstance(default, bool) else tuple(map(str, CHOICES.get(name, ())))


def _sent(switches: Switches) -> dict[str, Any]:
    """The switches that were sent, each as its own kind; ValueError where that fails."""
    values: dict[str, Any] = {}
    for each in fields(switches):
        text, kind = request.form.get(each.name), type(getattr(switches, each.name))
        if text is not None:
            values[each.name] = text == "on" if kind is bool else kind(text)
    return values


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
