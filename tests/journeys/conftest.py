"""Journeys run on both databases."""

from collections.abc import Iterator

import pytest

from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Iterator[Site]:
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        yield Site(app)


@pytest.fixture
def sqlite_site(make_app: MakeApp, sqlite_url: str) -> Iterator[Site]:
    app = make_app(DATABASE_URL=sqlite_url)
    with app.app_context():
        yield Site(app)
