"""Tasks: what kind of time it is. On receipt they come by the import matching template."""

from __future__ import annotations

from webapp import queueing, wiring
from webapp.errors import InvalidInput, NotFound
from webapp.services.idempotency import done_in
from webapp.services.text import line
from webapp.store import marks
from webapp.store import projects as rows
from webapp.store.models import Task
from webapp.store.session import StoreSession, reading, transaction

LONGEST_NAME = 200


def page(company_id: int, offset: int, limit: int) -> tuple[list[Task], int]:
    with reading(company_id) as session:
        return rows.tasks(session, offset, limit)


def one(company_id: int, task_id: int) -> Task:
    with reading(company_id) as session:
        return _found(session, task_id)


def create(company_id: int, name: str | None) -> Task:
    with transaction(company_id) as session:
        task = Task(name=_free_name(session, name, None), created_at=wiring.clock().now())
        session.add(task)
        session.flush()
        done_in(session, "task", task.id)
        return task


def rename(company_id: int, task_id: int, name: str | None) -> Task:
    """The new name may be the one of Procore's time type that sending waited for."""
    with transaction(company_id) as session:
        task = _found(session, task_id)
        task.name = _free_name(session, name, task)
        session.flush()
        if marks.mark_reason_fixed(session, f"task_here:{task.id}", now=wiring.clock().now()):
            queueing.wake_after_commit(session, wiring.config().redis_url, company_id)
        return task


def _found(session: StoreSession, task_id: int) -> Task:
    task = rows.task(session, task_id)
    if task is None:
        raise NotFound(f"There is no task {task_id}.")
    return task


def _free_name(session: StoreSession, name: str | None, task: Task | None) -> str:
    text = line("name", name, LONGEST_NAME)
    other = rows.task_named(session, text)
    if other is not None and (task is None or other.id != task.id):
        raise InvalidInput("There is such a task.", {"name": [f'A task "{text}" is there already.']})
    return text
