"""The web application with the stand-in's model as Procore; nothing goes over a network."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.fixtures.site import Site


@pytest.fixture
def site(app: Flask) -> Site:
    """Acme Builders has installed the app and has not connected yet. No context is left open, so that every request
    begins with nothing in its hands."""
    with app.app_context():
        made = Site(app)
        made.world.install(made.theirs.id, user_id=made.dana.id)
    return made
