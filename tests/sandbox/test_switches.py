"""Switches: each is documented, typed, and kept to its choices."""

import ast
from dataclasses import asdict, fields
from inspect import getsource
from textwrap import dedent

import pytest

from procore_sandbox.model import Switches
from procore_sandbox.model.switches import CHOICES
from tests.sandbox.cast import Procore


def test_each_switch_says_in_one_line_what_it_does() -> None:
    tree = ast.parse(dedent(getsource(Switches))).body[0]
    assert isinstance(tree, ast.ClassDef)
    pairs = zip(tree.body[1:], tree.body[2:], strict=False)
    documented = {
        first.target.id
        for first, second in pairs
        if isinstance(first, ast.AnnAssign)
        and isinstance(first.target, ast.Name)
        and isinstance(second, ast.Expr)
    }
    assert documented == {field.name for field in fields(Switches)}


def test_defaults_are_among_the_choices() -> None:
    values = asdict(Switches())
    assert all(values[name] in choices for name, choices in CHOICES.items())


@pytest.mark.parametrize(
    "values",
    [{"no_such": 1}, {"spike_limit": "many"}, {"spike_limit": True}, {"rounding_rule": "sideways"}],
)
def test_a_switch_takes_only_what_fits(procore: Procore, values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"switch|takes|is one of"):
        procore.world.set_switches(**values)


@pytest.mark.parametrize("is_honoured, cards", [(False, 2), (True, 1)])
def test_a_repeated_idempotency_token_is_honoured_or_not(is_honoured: bool, cards: int) -> None:
    """Procore's facts, section 12, number 5."""
    procore = Procore(idempotency_token_honoured=is_honoured)
    body = {"project_id": procore.bridge.id, "timecard_entry": procore.fields()}
    for _ in range(2):
        procore.api.call("POST", procore.cards_path, None, body, {"Idempotency-Token": "one"})
    assert len(procore.world.timecards(procore.company.id)) == cards


@pytest.mark.parametrize("style, names", [("short", ["v2", "v3", "v4"]), ("long", ["v2.0", "v3.0", "v4.0"])])
def test_payload_versions_are_named_short_or_long(style: str, names: list[str]) -> None:
    procore = Procore(hook_version_style=style)
    assert procore.api.get("/rest/v1.0/webhooks/resources/api_versions").json() == names
