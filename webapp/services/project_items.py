"""Project items: the codes of one project that time is booked on."""

from __future__ import annotations

from webapp import queueing, wiring
from webapp.errors import InvalidInput, NotFound
from webapp.services.idempotency import created_in
from webapp.services.text import line
from webapp.store import marks
from webapp.store import projects as rows
from webapp.store.models import ProjectItem
from webapp.store.session import StoreSession, reading, transaction

LONGEST_CODE, LONGEST_NAME = 200, 300


def page(
    company_id: int, offset: int, limit: int, project_id: int | None = None
) -> tuple[list[ProjectItem], int]:
    with reading(company_id) as session:
        return rows.items(session, offset, limit, project_id)


def one(company_id: int, item_id: int) -> ProjectItem:
    with reading(company_id) as session:
        return _found(session, item_id)


def create(company_id: int, project_id: int | None, code: str | None, name: str | None) -> ProjectItem:
    with transaction(company_id) as session:
        if project_id is None or rows.project(session, project_id) is None:
            raise InvalidInput("Choose a project.", {"project_id": [f"There is no project {project_id}."]})
        item = ProjectItem(
            project_id=project_id,
            code=_free_code(session, project_id, code, None),
            name=line("name", name, LONGEST_NAME),
            created_at=wiring.clock().now(),
        )
        session.add(item)
        session.flush()
        created_in(session, "project_item", item.id)
        return item


def edit(company_id: int, item_id: int, code: str | None, name: str | None) -> ProjectItem:
    """Another code may be the one of Procore's cost code that sending waited for."""
    with transaction(company_id) as session:
        item = _found(session, item_id)
        item.code = _free_code(session, item.project_id, code, item)
        item.name = line("name", name, LONGEST_NAME)
        session.flush()
        if marks.mark_reason_fixed(session, f"item_here:{item.id}", wiring.clock().now()):
            queueing.wake_after_commit(session, wiring.config().redis_url, company_id)
        return item


def _found(session: StoreSession, item_id: int) -> ProjectItem:
    item = rows.item(session, item_id)
    if item is None:
        raise NotFound(f"There is no project item {item_id}.")
    return item


def _free_code(session: StoreSession, project_id: int, code: str | None, item: ProjectItem | None) -> str:
    text = line("code", code, LONGEST_CODE)
    other = rows.item_coded(session, project_id, text)
    if other is not None and (item is None or other.id != item.id):
        raise InvalidInput(
            "There is such an item.", {"code": [f'This project has an item "{text}" already.']}
        )
    return text
