"""/messages: what travels or failed to travel, retry and discard."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from webapp.domain.message import MessageView
from webapp.routes.api import keys
from webapp.routes.api.door import ID, Reply, operation
from webapp.routes.api.paging import Page, Paging
from webapp.routes.api.shapes import Moment, Strict, id_text
from webapp.routes.api.shapes import NoFields as NoFields
from webapp.routes.api.timesheet_shapes import ReasonOut, reason_out
from webapp.services import activity, left_scope

TAG = "Activity"
ONE = f"/messages/{ID.format('message_id')}"


class MessageOut(BaseModel):
    id: int
    direction: Literal["receive", "send"]
    action: Literal["create", "update", "delete"]
    state: Literal["pending", "processed", "failed"]
    reason: ReasonOut | None
    timesheet_id: int | None
    procore_id: str | None
    summary: str
    attempts: int
    next_attempt_at: Moment | None
    created_at: Moment
    processed_at: Moment | None


class MessageList(Paging):
    """The filter and the page."""

    state: Literal["pending", "processed", "failed"] | None = None
    direction: Literal["receive", "send"] | None = None


class DiscardIn(Strict):
    note: str | None = None


@operation("GET", "/messages", "read", TAG, query=MessageList, gives=list[MessageOut])
def list_messages(query: MessageList) -> Reply:
    """Newest first."""
    found, total = activity.page(keys.actor(), query.state, query.direction, query.offset, query.limit)
    return Reply([message_out(message) for message in found], headers=Page(query, total).headers())


@operation("POST", f"{ONE}/retry", "write", TAG, takes=NoFields, gives=MessageOut, status=201)
def retry(message_id: int, body: NoFields) -> Reply:
    """Look at its record again now."""
    return Reply(message_out(activity.retry(keys.actor(), message_id)), 201)


@operation("POST", f"{ONE}/discard", "write", TAG, takes=DiscardIn, gives=MessageOut, status=201)
def discard(message_id: int, body: DiscardIn) -> Reply:
    """Do not sync this change; its record is excluded until it changes again."""
    return Reply(message_out(activity.discard(keys.actor(), message_id, body.note)), 201)


@operation("POST", f"{ONE}/delete-in-procore", "admin", TAG, takes=NoFields, gives=MessageOut, status=201)
def delete_in_procore(message_id: int, body: NoFields) -> Reply:
    """Delete the time card of a timesheet that was moved to a project that is not synced."""
    left_scope.delete_in_procore(keys.actor(), message_id)
    return Reply(message_out(activity.one(keys.actor(), message_id)), 201)


def message_out(message: MessageView) -> MessageOut:
    return MessageOut(
        id=message.id,
        direction=message.direction,
        action=message.action,
        state=message.state,
        reason=reason_out(message.reason_key, message.reason_text),
        timesheet_id=message.timesheet_id,
        procore_id=id_text(message.procore_id),
        summary=message.summary,
        attempts=message.attempts,
        next_attempt_at=message.next_attempt_at,
        created_at=message.created_at,
        processed_at=message.processed_at,
    )
