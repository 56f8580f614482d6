"""/tasks: kinds of time."""

from __future__ import annotations

from flask import Response
from pydantic import BaseModel, Field

from webapp.routes.api import keys
from webapp.routes.api.door import Reply, operation, response_of
from webapp.routes.api.paging import Page, Paging
from webapp.routes.api.repetition import RENDER
from webapp.routes.api.shapes import Strict
from webapp.services import tasks

TAG = "Tasks"


class TaskOut(BaseModel):
    id: int
    name: str


class TaskIn(Strict):
    name: str = Field(max_length=tasks.LONGEST_NAME)


@operation("GET", "/tasks", "read", TAG, query=Paging, gives=list[TaskOut])
def list_tasks(query: Paging) -> Reply:
    """By name."""
    found, total = tasks.page(keys.caller().company_id, query.offset, query.limit)
    content = [TaskOut(id=task.id, name=task.name) for task in found]
    return Reply(content, headers=Page(query, total).headers())


@operation("POST", "/tasks", "write", TAG, takes=TaskIn, gives=TaskOut, status=201)
def create(body: TaskIn) -> Reply:
    """A new task. Its name is taken once only."""
    task = tasks.create(keys.caller().company_id, body.name)
    return Reply(TaskOut(id=task.id, name=task.name), 201)


def _answer_to_create(task_id: int) -> Response:
    task = tasks.one(keys.caller().company_id, task_id)
    return response_of(Reply(TaskOut(id=task.id, name=task.name), 201))


RENDER["task"] = _answer_to_create
