"""Fixtures of the stand-in's own tests."""

import pytest

from tests.sandbox.cast import Procore


@pytest.fixture
def procore() -> Procore:
    """Acme with the app installed on all projects but the vault."""
    return Procore()
