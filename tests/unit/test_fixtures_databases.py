"""The databases that other tests stand on: migrated, fresh, apart from each other."""

import sqlalchemy
from sqlalchemy import inspect, text


def tables(url: str) -> set[str]:
    engine = sqlalchemy.create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_each_database_carries_the_migrated_schema(database_url: str) -> None:
    """What Alembic builds is there, on SQLite and on PostgreSQL."""
    assert {"alembic_version", "timesheets", "links"} <= tables(database_url)


def leave_a_table_behind(url: str) -> None:
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()


def test_a_test_that_leaves_a_table_behind(database_url: str) -> None:
    """First half: the next test must not see it."""
    leave_a_table_behind(database_url)
    assert "left_behind" in tables(database_url)


def test_the_next_test_finds_a_fresh_database(database_url: str) -> None:
    """Second half of the one above."""
    assert "left_behind" not in tables(database_url)
