"""The tokens of the look keep WCAG 2.2 AA in light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "static" / "app.css").read_text(encoding="utf-8")
TEXT, PARTS = 4.5, 3.0
STATES = ("in-sync", "waiting", "failed", "conflict", "excluded")
READ = [
    *((ink, on) for ink in ("ink", "muted", "accent") for on in ("page", "surface", "sunken")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-danger", "danger"),
    ("danger", "surface"),
    ("accent", "accent-soft"),
    ("ink", "accent-soft"),
    *((state, f"{state}-soft") for state in STATES),
    ("in-sync", "surface"),
    ("failed", "surface"),
]
SEEN = [("line-strong", "surface"), ("line-strong", "sunken"), ("accent", "surface"), ("accent", "page")]
"""Borders of fields, switches, the mark of the focus."""


def tokens(scheme: str) -> dict[str, str]:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    if scheme == "dark":
        found |= re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark.split("/* ---- page")[0])
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("pairs, least", [(READ, TEXT), (SEEN, PARTS)], ids=["text", "parts"])
def test_every_pair_of_colours_can_be_told_apart(
    scheme: str, pairs: list[tuple[str, str]], least: float
) -> None:
    found = tokens(scheme)
    low = {f"{a} on {b}": round(contrast(found[a], found[b]), 2) for a, b in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < least} == {}


def test_both_schemes_name_the_same_colours() -> None:
    assert tokens("dark").keys() == tokens("light").keys()
