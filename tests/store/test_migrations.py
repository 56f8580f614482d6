"""The migrations build what the models say, on both databases, and each can be undone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text

from tests.fixtures.app import MakeApp
from webapp.extensions import db
from webapp.store.models import Company, Hook, HookSecret, Link, Project, Removal, Timesheet, WriteRow
from webapp.store.session import system, transaction

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


def test_hooks_made_before_ids_were_text_are_known_as_before(migrated: Flask) -> None:
    """0003: with their secrets, on both databases; and what a disconnect still owes."""
    with migrated.app_context():
        with system() as session:
            session.add(
                Company(
                    id=1, procore_company_id=9, name="Acme", created_at=datetime(2026, 11, 16, tzinfo=UTC)
                )
            )
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0002")
        now = "'2026-11-16 14:00:00'"
        with db.engine.begin() as connection:
            for statement in (
                "INSERT INTO hooks (id, company_id, procore_hook_id, namespace, is_complete, created_at)"
                f" VALUES (4, 1, 5629499534213345, 'ours', true, {now})",
                "INSERT INTO hooks (id, company_id, procore_project_id, namespace, is_complete, created_at)"
                f" VALUES (5, 1, 7, 'ours', false, {now})",
                "INSERT INTO hook_secrets (id, company_id, hook_id, secret_hash, created_at)"
                f" VALUES (1, 1, 4, 'hash', {now})",
                "INSERT INTO removals (id, procore_company_id, hooks, asked_at)"
                f""" VALUES (1, 9, '[{{"hook": 55021, "project": null}}, {{"user": 3}}]', {now})""",
            ):
                connection.execute(text(statement))
        flask_migrate.upgrade(directory=MIGRATIONS)
        with system(is_readonly=True) as session:
            hooks = {hook.id: hook.procore_hook_id for hook in session.query(Hook)}
            assert hooks == {4: "5629499534213345", 5: None}
            assert [secret.hook_id for secret in session.query(HookSecret)] == [4]
            assert session.query(Removal).one().hooks == [{"hook": "55021", "project": None}, {"user": 3}]
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0002")
        with db.engine.connect() as connection:
            known = text("SELECT id, procore_hook_id FROM hooks ORDER BY id")
            assert [tuple(row) for row in connection.execute(known)] == [(4, 5629499534213345), (5, None)]


def test_writes_logged_before_are_audited_as_before(migrated: Flask) -> None:
    """0004: without an answer in any case, with one only where others were at the card."""
    at, card = datetime(2026, 11, 16, tzinfo=UTC), {"hours": "8"}
    with migrated.app_context():
        with system() as session:
            session.add(Company(id=1, procore_company_id=9, name="Acme", created_at=at))
            session.add(Link(id=2, company_id=1, procore_id=7, created_at=at, marked_at=at))
            session.flush()
            for key, answered_at in ((3, None), (4, at)):
                session.add(
                    WriteRow(
                        id=key, company_id=1, link_id=2, procore_id=7, before=card, wanted=card, units=["time"],
                        decided=["time"], read_at=at, sent_at=at, answered_at=answered_at, audit="stale",
                    )
                )  # fmt: skip
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0003")
        flask_migrate.upgrade(directory=MIGRATIONS)
        with system(is_readonly=True) as session:
            found = {row.id: (row.audit, row.decided) for row in session.query(WriteRow)}
    assert found == {3: ("lost", []), 4: ("crowd", [])}


def test_what_was_dropped_before_stays_dropped(migrated: Flask) -> None:
    """0005: a person's word was the record's reason until then, and nothing else."""
    at = datetime(2026, 11, 16, tzinfo=UTC)
    with migrated.app_context():
        with system() as session:
            session.add(Company(id=1, procore_company_id=9, name="Acme", created_at=at))
            for key, reason in ((2, "discarded"), (3, "guard_dropped"), (4, "before_switch"), (5, "locked")):
                session.add(
                    Link(
                        id=key,
                        company_id=1,
                        procore_id=key,
                        reason_key=reason,
                        reason_text="So.",
                        created_at=at,
                    )
                )
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0004")
        flask_migrate.upgrade(directory=MIGRATIONS)
        with system(is_readonly=True) as session:
            found = {row.id: (row.dropped_key, row.dropped_text) for row in session.query(Link)}
    dropped = {2: ("discarded", "So."), 3: ("guard_dropped", "So."), 4: ("before_switch", "So.")}
    assert found == {**dropped, 5: (None, None)}


def test_timesheets_entered_before_the_connection_are_known_as_before(migrated: Flask) -> None:
    """0007: of each company those that were older by the time of connecting; none where there is no connection."""
    at, hour = datetime(2026, 11, 16, tzinfo=UTC), timedelta(hours=1)
    with migrated.app_context():
        with system() as session:
            for key, connected_at in ((1, at), (2, None), (3, at)):
                session.add(
                    Company(
                        id=key, procore_company_id=key, name="Acme", created_at=at, connected_at=connected_at,
                        entered_before=9,
                    )
                )  # fmt: skip
        for company_id in (1, 2):
            with transaction(company_id) as session:
                project = Project(name="Harbour Bridge", created_at=at)
                session.add(project)
                session.flush()
                for key, created_at in ((1, at - 2 * hour), (2, at - hour), (3, at + hour)):
                    session.add(
                        Timesheet(
                            id=company_id * 10 + key, project_id=project.id, date=at.date(), created_at=created_at,
                            edited_at=created_at, updated_at=created_at,
                        )
                    )  # fmt: skip
        flask_migrate.downgrade(directory=MIGRATIONS, revision="0006")
        flask_migrate.upgrade(directory=MIGRATIONS)
        with system(is_readonly=True) as session:
            assert {row.id: row.entered_before for row in session.query(Company)} == {1: 12, 2: 0, 3: 0}
