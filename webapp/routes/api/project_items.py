"""/project-items: the codes of a project that time is booked on."""

from __future__ import annotations

from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from webapp.routes.api import keys
from webapp.routes.api.door import ID, Reply, operation, response_of
from webapp.routes.api.paging import Page, Paging
from webapp.routes.api.repetition import RENDER
from webapp.routes.api.shapes import Id, ProcoreId, SentId, Strict
from webapp.services import project_items

TAG = "Project items"
ONE = f"/project-items/{ID.format('item_id')}"


class ItemOut(BaseModel):
    id: int
    project_id: int
    code: str
    name: str


class ItemIn(Strict):
    project_id: SentId
    code: str = Field(max_length=project_items.LONGEST_CODE)
    name: str = Field(max_length=project_items.LONGEST_NAME)


class CostCodeOut(BaseModel):
    procore_id: str
    code: str
    name: str


class CostCodeIn(Strict):
    procore_cost_code_id: ProcoreId


class ItemList(Paging):
    project_id: Id | None = None


@operation("GET", "/project-items", "read", TAG, query=ItemList, gives=list[ItemOut])
def list_items(query: ItemList) -> Reply:
    """By project and code."""
    found, total = project_items.page(keys.caller().company_id, query.offset, query.limit, query.project_id)
    return Reply([item_out(item) for item in found], headers=Page(query, total).headers())


@operation("POST", "/project-items", "write", TAG, takes=ItemIn, gives=ItemOut, status=201)
def create(body: ItemIn) -> Reply:
    """A new item of one project. Its code is taken once only there."""
    item = project_items.create(keys.caller().company_id, body.project_id, body.code, body.name)
    return Reply(item_out(item), 201)


@operation("GET", f"{ONE}/choices", "read", TAG, gives=list[CostCodeOut])
def choices(item_id: int) -> Reply:
    """Procore's cost codes that the item may stand for, when its own was removed there."""
    found = project_items.choices(keys.caller().company_id, item_id)
    return Reply([
        CostCodeOut(procore_id=str(code.procore_id), code=code.full_code, name=code.name) for code in found
    ])  # fmt: skip


@operation("PUT", f"{ONE}/cost-code", "admin", TAG, takes=CostCodeIn, gives=ItemOut)
def choose(item_id: int, body: CostCodeIn) -> Reply:
    """Let the item stand for another cost code. What waited for that is looked at again at once."""
    company_id = keys.caller().company_id
    return Reply(item_out(project_items.choose(company_id, item_id, int(body.procore_cost_code_id))))


def item_out(item: Any) -> ItemOut:
    return ItemOut(id=item.id, project_id=item.project_id, code=item.code, name=item.name)


def _answer_to_create(item_id: int) -> Response:
    return response_of(Reply(item_out(project_items.one(keys.caller().company_id, item_id)), 201))


RENDER["project_item"] = _answer_to_create
