"""/import-template: which Procore time type becomes which task."""

from __future__ import annotations

from pydantic import BaseModel, Field, RootModel

from webapp.routes.api import keys
from webapp.routes.api.door import Reply, check_if_match, etag, operation
from webapp.routes.api.shapes import Strict
from webapp.services import template
from webapp.services.template import Row

TAG = "Import matching template"


class RowOut(BaseModel):
    time_type: str
    task: str


class RowIn(Strict):
    """`time_type` may hold * and ?; rows without them go first."""

    time_type: str = Field(max_length=template.LONGEST)
    task: str = Field(max_length=template.LONGEST)


class TemplateIn(RootModel[list[RowIn]]):
    """All rows, in order."""

    root: list[RowIn] = Field(max_length=template.MOST_ROWS)


@operation("GET", "/import-template", "read", TAG, gives=list[RowOut])
def show() -> Reply:
    """All rows, in order; the first match counts."""
    return _reply(template.read(keys.caller().company_id))


@operation("PUT", "/import-template", "admin", TAG, takes=TemplateIn, gives=list[RowOut])
def replace(body: TemplateIn) -> Reply:
    """All rows anew. Records that waited for a row are looked at again at once."""
    company_id = keys.caller().company_id
    check_if_match(etag(_out(template.read(company_id))))
    return _reply(template.replace(company_id, [Row(row.time_type, row.task) for row in body.root]))


def _reply(rows: list[Row]) -> Reply:
    content = _out(rows)
    return Reply(content, headers={"ETag": f'"{etag(content)}"'})


def _out(rows: list[Row]) -> list[RowOut]:
    return [RowOut(time_type=row.time_type, task=row.task) for row in rows]
