"""/holds: causes that keep records from being in sync, with counts, who can fix them, and how."""

from __future__ import annotations

from dataclasses import asdict
from typing import get_args

from pydantic import BaseModel, Field

from webapp.routes.api import keys
from webapp.routes.api.door import Reply, operation
from webapp.routes.api.shapes import Hours, Moment
from webapp.routes.api.timesheet_shapes import State
from webapp.services import holds
from webapp.sync.catalogue import Action, Owner


class HoldOut(BaseModel):
    """One cause. `next_attempt_at` is set when the first of its records is looked at again by itself."""

    key: str
    text: str
    state: State
    records: int
    hours: Hours
    owner: str = Field(json_schema_extra={"enum": list(get_args(Owner))})
    who: str
    fix: str
    action: str = Field(json_schema_extra={"enum": list(get_args(Action))})
    retried: str
    since: Moment | None
    next_attempt_at: Moment | None


@operation("GET", "/holds", "read", "Activity", gives=list[HoldOut])
def show() -> Reply:
    """Causes that keep records from being in sync: how many each, who can fix it and what the fix is."""
    return Reply([HoldOut(**asdict(cause)) for cause in holds.causes(keys.caller().company_id)])
