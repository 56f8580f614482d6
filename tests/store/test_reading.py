"""A reading session sees one moment, on both databases, whatever others commit meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.fixtures.acme import Cast, seed
from tests.fixtures.app import MakeApp
from webapp.services import timesheets
from webapp.store.models import Link, Timesheet
from webapp.store.session import reading


@pytest.fixture
def acme(make_app: MakeApp, database_url: str) -> Iterator[Cast]:
    app: Flask = make_app(DATABASE_URL=database_url)
    cast = seed(app, send=True)
    with app.app_context():
        yield cast


def test_two_queries_of_one_reading_see_the_same_moment(acme: Cast) -> None:
    """M13, M20: what is compared or added up was read at one time, so that figures that belong together agree."""
    with reading(acme.company) as session:
        sheets = session.scalars(select(func.count(Timesheet.id))).one()
        timesheets.create(acme.admin, acme.values())
        links = session.scalars(select(func.count(Link.id))).one()
    assert (sheets, links) == (0, 0)
    with reading(acme.company) as session:
        assert session.scalars(select(func.count(Link.id))).one() == 1
