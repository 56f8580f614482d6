"""Rounding of times."""

from datetime import UTC, datetime

import pytest

from procore_sandbox.model.rounding import rounded


@pytest.mark.parametrize(
    "rule, minute, result",
    [
        ("nearest", 7, 0),
        ("nearest", 8, 15),
        ("up", 0, 0),
        ("up", 1, 15),
        ("down", 14, 0),
        ("none", 7, 7),
    ],
)
def test_a_time_goes_to_the_grid_of_the_rule(rule: str, minute: int, result: int) -> None:
    """D47."""
    at = datetime(2026, 11, 16, 8, minute, tzinfo=UTC)
    assert rounded(at, rule, 15) == datetime(2026, 11, 16, 8, result, tzinfo=UTC)


def test_half_a_step_goes_up() -> None:
    at = datetime(2026, 11, 16, 8, 7, 30, tzinfo=UTC)
    assert rounded(at, "nearest", 15).minute == 15
