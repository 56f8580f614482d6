"""Journeys run on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site

pytest.register_assert_rewrite("tests.journeys.question_journeys")


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


@pytest.fixture
def make_site(make_app: MakeApp, sqlite_url: str) -> Iterator[Callable[..., Site]]:
    """A site with settings of its own."""
    with ExitStack() as held:

        def make(**settings: str) -> Site:
            app = make_app(DATABASE_URL=sqlite_url, **settings)
            held.enter_context(app.app_context())
            return Site(app)

        yield make


@pytest.fixture
def shared(site: Site) -> tuple[Site, int, int]:
    """One record that both sides agree on: the site, our timesheet, Procore's card."""
    site.connect(receive=True, send=True)
    timesheet = site.write("8.0")
    site.settle()
    return site, timesheet, site.cards()[0].id
