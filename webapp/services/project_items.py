"""Project items: the codes of one project that time is booked on."""

from __future__ import annotations

from webapp import queueing, wiring
from webapp.errors import InvalidInput, NotFound
from webapp.services.idempotency import done_in
from webapp.services.text import line
from webapp.store import holds
from webapp.store import projects as rows
from webapp.store.models import ProcoreCostCode, Project, ProjectItem
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
        done_in(session, "project_item", item.id)
        return item


def edit(company_id: int, item_id: int, code: str | None, name: str | None) -> ProjectItem:
    """Another code may be the one of Procore's cost code that sending waited for."""
    with transaction(company_id) as session:
        item = _found(session, item_id)
        before = item.code
        item.code = _free_code(session, item.project_id, code, item)
        item.name = line("name", name, LONGEST_NAME)
        if item.is_archived and item.code != before:
            item.procore_cost_code_id, item.is_archived = None, False
        session.flush()
        _release(session, item)
        return item


def choices(company_id: int, item_id: int) -> list[ProcoreCostCode]:
    """Procore's cost codes that the item may stand for: of its project, not removed, no other item's (D67)."""
    with reading(company_id) as session:
        return _free_codes(session, _found(session, item_id))


def choose(company_id: int, item_id: int, cost_code_id: int | None) -> ProjectItem:
    """The item stands for that cost code from now on, and takes its code and name. Releases what waited for it."""
    with transaction(company_id) as session:
        item = _found(session, item_id)
        code = next((c for c in _free_codes(session, item) if c.procore_id == cost_code_id), None)
        if code is None:
            text = "Choose one of the cost codes that Procore lists for this project."
            raise InvalidInput(text, {"procore_cost_code_id": [text]})
        item.procore_cost_code_id, item.is_archived = code.procore_id, False
        item.code, item.name = code.full_code, code.name
        session.flush()
        _release(session, item)
        return item


def _release(session: StoreSession, item: ProjectItem) -> None:
    keys = [f"item_here:{item.id}", f"item_removed:{item.id}"]
    if holds.release(session, keys, wiring.clock().now()):
        queueing.wake_after_commit(session, wiring.config().redis_url, session.company_id)


def _found(session: StoreSession, item_id: int) -> ProjectItem:
    item = rows.item(session, item_id)
    if item is None:
        raise NotFound(f"There is no project item {item_id}.")
    return item


def _free_codes(session: StoreSession, item: ProjectItem) -> list[ProcoreCostCode]:
    project = session.get_one(Project, item.project_id)
    return rows.free_codes(session, item, project.procore_project_id, project.procore_sub_job_id)


def _free_code(session: StoreSession, project_id: int, code: str | None, item: ProjectItem | None) -> str:
    text = line("code", code, LONGEST_CODE)
    other = rows.item_coded(session, project_id, text)
    if other is not None and (item is None or other.id != item.id):
        raise InvalidInput(
            "There is such an item.", {"code": [f'This project has an item "{text}" already.']}
        )
    return text
