"""/guard: what the mass-change guard holds back, and an administrator's decision about it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from webapp.routes.api import keys
from webapp.routes.api.door import Reply, operation
from webapp.routes.api.shapes import Hours, Moment, Strict, id_text
from webapp.services import guard

TAG = "Guard"
Direction = Literal["receive", "send"]
Decision = Literal["let_through", "drop"]


class GuardKindOut(BaseModel):
    """What waits of one kind."""

    kind: Literal["deletion", "change"]
    records: int
    hours: Hours


class GuardSampleOut(BaseModel):
    timesheet_id: int | None
    procore_id: str | None
    summary: str


class GuardDirectionOut(BaseModel):
    """One direction. While it is paused, its deletions and changes wait; creations go on."""

    direction: Direction
    is_paused: bool
    since: Moment | None
    waiting: list[GuardKindOut]
    sample: list[GuardSampleOut]


class GuardLimitsOut(BaseModel):
    """Unusual is more than the number and more than the percentage of the live records of those days, in an hour."""

    deletions: int
    deletions_percent: int
    changes: int
    changes_percent: int


class GuardOut(BaseModel):
    directions: list[GuardDirectionOut]
    limits: GuardLimitsOut


class GuardIn(Strict):
    direction: Direction
    decision: Decision
    shown: int | None = None
    """Records that waited when it was decided: with more of them by now, the answer is 409, and nothing is done."""


class GuardDecidedOut(BaseModel):
    direction: Direction
    decision: Decision
    records: int


@operation("GET", "/guard", "read", TAG, gives=GuardOut)
def show() -> Reply:
    """What waits for an administrator because it was unusually much, by direction and kind."""
    found = guard.overview(keys.caller().company_id)
    return Reply(
        GuardOut(
            directions=[_direction(paused) for paused in found.directions],
            limits=GuardLimitsOut.model_validate(found.limits),
        )
    )


@operation("POST", "/guard", "admin", TAG, takes=GuardIn, gives=GuardDecidedOut, status=201)
def decide(body: GuardIn) -> Reply:
    """Let through what waits in a direction, or drop it; either way a new count begins."""
    caller = keys.caller()
    records = guard.decide(caller.company_id, body.direction, body.decision, keys.actor().name, body.shown)
    return Reply(
        GuardDecidedOut(direction=body.direction, decision=body.decision, records=records), status=201
    )


def _direction(paused: guard.Paused) -> GuardDirectionOut:
    return GuardDirectionOut.model_validate(
        {
            "direction": paused.direction,
            "is_paused": paused.is_paused,
            "since": paused.since,
            "waiting": [
                {"kind": kind.kind, "records": kind.records, "hours": kind.hours} for kind in paused.kinds
            ],
            "sample": [
                {"timesheet_id": ours, "procore_id": id_text(theirs), "summary": text}
                for ours, theirs, text in paused.sample
            ],
        }
    )
