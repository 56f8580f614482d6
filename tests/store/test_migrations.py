"""The migrations build what the models say, on both databases, and each can be undone."""

from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect

from tests.fixtures.app import MakeApp
from webapp.extensions import db

MIGRATIONS = str(Path(__file__).resolve().parents[2] / "migrations")


@pytest.fixture
def migrated(make_app: MakeApp, database_url: str) -> Flask:
    """The app on a database that Alembic built."""
    return make_app(DATABASE_URL=database_url)


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def test_the_models_are_what_the_migrations_build(migrated: Flask) -> None:
    """A change of a model without its migration is found here; `check` exits when they differ."""
    with migrated.app_context():
        flask_migrate.check(directory=MIGRATIONS)


def test_every_migration_can_be_undone_and_done_again(migrated: Flask) -> None:
    """An operator can go back."""
    with migrated.app_context():
        before = tables()
        flask_migrate.downgrade(directory=MIGRATIONS, revision="base")
        assert tables() == {"alembic_version"}
        flask_migrate.upgrade(directory=MIGRATIONS)
        assert tables() == before


def test_there_is_one_newest_migration() -> None:
    """Two branches of migrations would stop the next deployment."""
    assert len(ScriptDirectory(MIGRATIONS).get_heads()) == 1
