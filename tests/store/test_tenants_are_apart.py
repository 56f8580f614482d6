"""Tenant isolation, in the one place where it is: a session of one company neither sees nor writes another's rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from tests.fixtures.app import MakeApp
from webapp.store.models import Company, Project, ProjectItem, Task
from webapp.store.session import ForeignRow, reading, system, transaction

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def companies(make_app: MakeApp, database_url: str) -> Iterator[tuple[int, int]]:
    """Two companies with a task, a project and an item each."""
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        with system() as session:
            rows = [Company(procore_company_id=n, name=f"Company {n}", created_at=NOW) for n in (1, 2)]
            session.add_all(rows)
            session.flush()
            ids = (rows[0].id, rows[1].id)
        for company_id in ids:
            with transaction(company_id) as session:
                project = Project(name=f"Project of {company_id}", created_at=NOW)
                session.add_all([Task(name=f"Task of {company_id}", created_at=NOW), project])
                session.flush()
                session.add(ProjectItem(project_id=project.id, code="01", name="Item", created_at=NOW))
        yield ids


def test_queries_see_only_the_sessions_company(companies: tuple[int, int]) -> None:
    """Lists, counts, joins, aliases and subqueries alike."""
    mine, _ = companies
    with reading(mine) as session:
        assert [task.name for task in session.scalars(select(Task))] == [f"Task of {mine}"]
        assert session.scalar(select(func.count()).select_from(Project)) == 1
        other = aliased(Project)
        joined = select(ProjectItem, other).join(other, other.id == ProjectItem.project_id)
        assert len(session.execute(joined).all()) == 1
        inner = select(Project.id).where(Project.name.like("Project%"))
        assert len(session.scalars(select(ProjectItem).where(ProjectItem.project_id.in_(inner))).all()) == 1


def test_a_foreign_row_is_not_found_by_its_id(companies: tuple[int, int]) -> None:
    mine, foreign = companies
    with system(is_readonly=True) as session:
        foreign_id = session.scalars(select(Task.id).where(Task.company_id == foreign)).one()
    with reading(mine) as session:
        assert session.get(Task, foreign_id) is None


def test_statements_that_change_rows_leave_foreign_ones_alone(companies: tuple[int, int]) -> None:
    mine, foreign = companies
    with transaction(mine) as session:
        session.execute(update(Task).values(name="renamed"))
        session.execute(delete(ProjectItem))
    with reading(foreign) as session:
        assert session.scalars(select(Task.name)).all() == [f"Task of {foreign}"]
        assert len(session.scalars(select(ProjectItem)).all()) == 1


def test_a_row_of_another_company_cannot_be_written(companies: tuple[int, int]) -> None:
    mine, foreign = companies
    with pytest.raises(ForeignRow), transaction(mine) as session:
        session.add(Task(name="smuggled", company_id=foreign, created_at=NOW))
    with system(is_readonly=True) as session:
        assert session.scalars(select(Task).where(Task.name == "smuggled")).first() is None


def test_what_is_to_be_done_after_a_commit_is_not_done_after_a_rollback(companies: tuple[int, int]) -> None:
    """No wake-up without its mark, and none before it is durable."""
    mine, foreign = companies
    done: list[str] = []
    with suppress(ForeignRow), transaction(mine) as session:
        session.after_commit(lambda: done.append("rolled back"))
        session.add(Task(name="smuggled", company_id=foreign, created_at=NOW))
    with transaction(mine) as session:
        session.after_commit(lambda: done.append("committed"))
        assert done == []
    assert done == ["committed"]
