"""/checks: both sides of a range of days compared, and what differs marked for repair."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from webapp.routes.api import keys
from webapp.routes.api.door import Reply, operation
from webapp.routes.api.shapes import Day, Moment, Strict
from webapp.services import checks
from webapp.services.checks import Result

TAG = "Checks"
Word = str | int | bool | None


class CheckIn(Strict):
    """Both days included. `repair` needs a key with role admin."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")
    repair: bool = Field(False, strict=True)


class SidesOut(BaseModel):
    ours: Word
    theirs: Word


class DifferenceOut(BaseModel):
    procore_id: str | None
    timesheet_id: int | None
    kind: Literal["different", "missing_here", "missing_there"]
    fields: dict[str, SidesOut]


class WaitingReasonOut(BaseModel):
    key: str
    text: str


class WaitingOut(BaseModel):
    """A record that cannot be compared yet, for its clock still runs."""

    procore_id: str
    timesheet_id: int | None
    reason: WaitingReasonOut


class CheckOut(BaseModel):
    """`checked_at`: Procore's clock. `marked`: records that are looked at again to repair them."""

    id: int
    from_date: Day
    to_date: Day
    asked_by: str
    checked_at: Moment
    equal: int
    different: int
    missing_here: int
    missing_there: int
    excluded: int
    marked: int
    differences: list[DifferenceOut]
    waiting: list[WaitingOut] = []


@operation("POST", "/checks", "read", TAG, takes=CheckIn, gives=CheckOut, status=201)
def run(body: CheckIn) -> Reply:
    """Compare both sides now."""
    if body.repair:
        keys.require("admin")
    actor = keys.actor()
    return Reply(
        check_out(checks.run(actor.company_id, body.first, body.last, actor.name, repair=body.repair)), 201
    )


def check_out(found: Result) -> CheckOut:
    return CheckOut(
        id=found.id,
        from_date=found.from_date,
        to_date=found.to_date,
        asked_by=found.asked_by,
        checked_at=found.checked_at,
        marked=found.marked,
        **found.as_json(),
    )
