"""/conflicts: what both sides changed; decide, and put the loser back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, model_serializer

from webapp.domain.conflict import ConflictView, Reference, SideView
from webapp.routes.api import keys
from webapp.routes.api.activity import NoFields
from webapp.routes.api.door import ID, Reply, operation
from webapp.routes.api.paging import Page, Paging
from webapp.routes.api.shapes import Hours, Moment, Strict, id_text
from webapp.services import conflicts

TAG = "Conflicts"
ONE = f"/conflicts/{ID.format('conflict_id')}"
Winner = Literal["ours", "theirs"]


class Named(BaseModel):
    """What a value refers to. Procore's ids are text."""

    id: int | str
    name: str


class ConflictValues(BaseModel):
    """Only the fields that the conflict is about."""

    date: str | None = None
    hours: Hours | None = None
    start: Moment | None = None
    stop: Moment | None = None
    lunch_minutes: int | None = None
    person: Named | None = None
    project: Named | None = None
    sub_job: Named | None = None
    task: Named | None = None
    project_item: Named | None = None
    billable: bool | None = None
    description: str | None = None

    @model_serializer(mode="wrap")
    def _those_alone(self, write):  # type: ignore[no-untyped-def]  # a type here would hide the fields in the document
        return {name: value for name, value in write(self).items() if name in self.model_fields_set}


class SideOut(BaseModel):
    """`values` null: deleted there. `agreed`: what both sides last agreed on, in this side's words."""

    values: ConflictValues | None
    agreed: ConflictValues | None
    changed_at: Moment | None
    changed_by: str | None


class Resolution(BaseModel):
    """`how`: person, rule, or settled (both sides came to agree without a decision, or it was discarded)."""

    how: Literal["person", "rule", "settled"]
    at: Moment | None
    by: str | None
    is_carried_out: bool


class Undone(BaseModel):
    at: Moment
    by: str | None


class ConflictOut(BaseModel):
    id: int
    state: Literal["open", "resolved"]
    kind: Literal["fields", "deleted_here", "deleted_there", "overwritten"]
    unit: str | None
    timesheet_id: int | None
    procore_id: str | None
    summary: str
    ours: SideOut
    theirs: SideOut
    suggestion: Winner | None
    winner: Winner | None
    resolved: Resolution | None
    undone: Undone | None
    note: str | None
    found_at: Moment
    seen: str


class ConflictList(Paging):
    """The filter and the page."""

    state: Literal["open", "resolved"] | None = None


class ResolveIn(Strict):
    """`seen`: of the conflict as you looked at it; when a value has changed since, nothing is decided."""

    keep: Winner
    seen: str | None = Field(None, max_length=64)


@operation("GET", "/conflicts", "read", TAG, query=ConflictList, gives=list[ConflictOut])
def list_conflicts(query: ConflictList) -> Reply:
    """Newest first: those that wait for a person, and those that a person or a rule decided, with the loser."""
    found, total = conflicts.page(keys.actor(), query.state, query.offset, query.limit)
    return Reply([conflict_out(one) for one in found], headers=Page(query, total).headers())


@operation("POST", f"{ONE}/resolve", "write", TAG, takes=ResolveIn, gives=ConflictOut, status=201)
def resolve(conflict_id: int, body: ResolveIn) -> Reply:
    """Decide whose value both sides shall have; the other is kept."""
    return Reply(conflict_out(conflicts.resolve(keys.actor(), conflict_id, body.keep, body.seen)), 201)


@operation("POST", f"{ONE}/undo", "write", TAG, takes=NoFields, gives=ConflictOut, status=201)
def undo(conflict_id: int, body: NoFields) -> Reply:
    """Put the other value back, on both sides."""
    return Reply(conflict_out(conflicts.undo(keys.actor(), conflict_id)), 201)


def conflict_out(one: ConflictView) -> ConflictOut:
    resolved = None
    if one.resolved_how is not None:
        resolved = Resolution(
            how=one.resolved_how, at=one.resolved_at, by=one.resolved_by, is_carried_out=one.is_carried_out
        )
    return ConflictOut(
        id=one.id,
        state="open" if resolved is None else "resolved",
        kind=one.kind,
        unit=one.unit,
        timesheet_id=one.timesheet_id,
        procore_id=id_text(one.procore_id),
        summary=one.summary,
        ours=_side(one.ours, is_procore=one.kind == "overwritten"),
        theirs=_side(one.theirs, is_procore=True),
        suggestion=one.suggestion,
        winner=one.winner,
        resolved=resolved,
        undone=Undone(at=one.undone_at, by=one.undone_by) if one.undone_at else None,
        note=one.note,
        found_at=one.found_at,
        seen=one.seen,
    )


def _side(side: SideView, *, is_procore: bool) -> SideOut:
    return SideOut(
        values=_values(side.values, is_procore),
        agreed=_values(side.agreed, is_procore),
        changed_at=side.at,
        changed_by=side.by,
    )


def _values(values: Mapping[str, Any] | None, is_procore: bool) -> ConflictValues | None:
    if values is None:
        return None
    told = {name: _named(value, is_procore or name == "sub_job") for name, value in values.items()}
    if told.get("date") is not None:
        told["date"] = told["date"].isoformat()
    return ConflictValues(**told)


def _named(value: Any, is_procore: bool) -> Any:
    if isinstance(value, Reference):
        return Named(id=str(value.id) if is_procore else value.id, name=value.name)
    return value
