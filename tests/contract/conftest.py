"""Fixtures of the contract tests."""

import pytest

from tests.sandbox.cast import Procore


@pytest.fixture
def procore() -> Procore:
    """Acme with the app installed on all projects but the vault."""
    return Procore()
