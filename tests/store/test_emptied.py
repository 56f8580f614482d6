"""Tests on PostgreSQL share one database: what one leaves behind, the next must not find."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest
from flask import Flask

from tests.fixtures.acme import seed
from tests.fixtures.app import MakeApp
from tests.fixtures.emptied import EmptiedDatabase
from webapp.extensions import db
from webapp.store.models import Company
from webapp.store.session import system

pytestmark = pytest.mark.postgresql


@pytest.fixture
def seeded(make_app: MakeApp, postgres_url: str) -> Flask:
    app = make_app(DATABASE_URL=postgres_url)
    seed(app)
    return app


def companies() -> list[int]:
    with system(is_readonly=True) as session:
        return [company.id for company in session.query(Company).order_by(Company.id)]


def test_an_emptied_database_is_like_a_new_one(seeded: Flask, postgres_database: EmptiedDatabase) -> None:
    with seeded.app_context():
        first = companies()
        db.engine.dispose()
    postgres_database.empty()
    with seeded.app_context():
        assert companies() == []
    seed(seeded)
    with seeded.app_context():
        assert companies() == first


@pytest.mark.parametrize(
    "change", ["DROP TABLE companies CASCADE", "ALTER TABLE companies DROP COLUMN fixes"]
)
def test_a_changed_schema_is_made_anew(
    seeded: Flask, postgres_database: EmptiedDatabase, change: LiteralString
) -> None:
    with seeded.app_context():
        db.engine.dispose()
    with psycopg.connect(postgres_database.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(change)
    postgres_database.empty()
    seed(seeded)
    with seeded.app_context():
        assert len(companies()) == 2
