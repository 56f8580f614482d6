"""Activity: what was synced, what waits, what failed, and why; retry, discard (R27, R28)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from webapp import queueing, wiring
from webapp.domain.digest import GONE
from webapp.domain.message import Group, MessageView
from webapp.domain.timecard import normal_text
from webapp.domain.timesheet import Actor
from webapp.errors import Conflict, InvalidInput, NotFound
from webapp.store import conflicts, marks, messages
from webapp.store.models import Message
from webapp.store.session import StoreSession, reading, transaction
from webapp.sync import holds
from webapp.sync.catalogue import kind_of

LAST_PROCESSED = 20
LONGEST_NOTE = 500
OPEN = ("pending", "failed")


@dataclass(frozen=True, slots=True)
class Activity:
    """What the screen shows. `fingerprint` stays the same until something of it changes."""

    fingerprint: str
    pending_count: int
    failed_count: int
    pending: list[Group]
    failed: list[Group]
    processed: list[MessageView]


def overview(actor: Actor) -> Activity:
    """One consistent read."""
    with reading(actor.company_id) as session:
        count = messages.counts(session, actor)
        return Activity(
            fingerprint=_hash(messages.fingerprint(session)),
            pending_count=count.get("pending", 0),
            failed_count=count.get("failed", 0),
            pending=messages.groups(session, actor, "pending"),
            failed=messages.groups(session, actor, "failed"),
            processed=messages.last_processed(session, actor, LAST_PROCESSED),
        )


def advice(reason_key: str | None) -> str | None:
    """What to do about it, in the user's words."""
    return kind_of(reason_key).fix if reason_key else None


def fingerprint(company_id: int) -> str:
    """Asked every two seconds by every open page: cheap."""
    with reading(company_id) as session:
        return _hash(messages.fingerprint(session))


def timesheets_fingerprint(company_id: int) -> str:
    with reading(company_id) as session:
        return _hash(messages.sync_fingerprint(session))


def page(
    actor: Actor, state: str | None, direction: str | None, offset: int, limit: int
) -> tuple[list[MessageView], int]:
    with reading(actor.company_id) as session:
        return messages.page(session, actor, state, direction, offset, limit)


def one(actor: Actor, message_id: int) -> MessageView:
    with reading(actor.company_id) as session:
        return _view(session, actor, message_id)


def retry(actor: Actor, message_id: int) -> MessageView:
    """The record is due again at once. Raises Conflict for a message that is processed already."""
    now = wiring.clock().now()
    with transaction(actor.company_id) as session:
        message = _open_message(session, actor, message_id)
        marks.mark(messages.link_of(session, message), "retry", now)
        _pending_again(session, message)
        queueing.wake_after_commit(session, wiring.config().redis_url, actor.company_id)
        session.flush()
        return _view(session, actor, message_id)


def retry_reason(actor: Actor, reason_key: str) -> int:
    """Every record that this reason holds or failed is due again. How many."""
    now = wiring.clock().now()
    with transaction(actor.company_id) as session:
        for message in messages.of_reason(session, reason_key, "failed"):
            _pending_again(session, message)
        released = marks.mark_reason_fixed(session, reason_key, now=now)
        queueing.wake_after_commit(session, wiring.config().redis_url, actor.company_id)
        return released


def discard(actor: Actor, message_id: int, note: str | None) -> MessageView:
    """A person decides that this change is not to be synced: the record is excluded until it changes again."""
    note = normal_text(note)
    if note and len(note) > LONGEST_NOTE:
        raise InvalidInput("The note is too long.", {"note": [f"At most {LONGEST_NOTE} characters."]})
    now = wiring.clock().now()
    with transaction(actor.company_id) as session:
        message = _open_message(session, actor, message_id)
        link = messages.link_of(session, message)
        reason = holds.discarded(actor.name)
        marks.mark(
            link, "discarded", now
        )  # what a worker has in hand ends as it does; the next look heeds the word
        link.state, link.reason_key, link.reason_text = reason.state, reason.key, reason.text
        link.dropped_key, link.dropped_text = reason.key, reason.text
        link.is_to_be_deleted_there = False
        link.dropped_as = GONE if link.is_delete_hinted else link.seen_as
        conflicts.give_up(session, link, f"{actor.name} discarded it: each side keeps its value.", now)
        for other in messages.open_of(session, link.id):
            other.state, other.processed_at, other.updated_at = "processed", now, now
            other.reason_key, other.reason_text, other.next_attempt_at = reason.key, reason.text, None
        message.note = note
        queueing.wake_after_commit(session, wiring.config().redis_url, actor.company_id)
        session.flush()
        return _view(session, actor, message_id)


def _open_message(session: StoreSession, actor: Actor, message_id: int) -> Message:
    _view(session, actor, message_id)
    message = messages.record(session, message_id)
    if message is None:
        raise NotFound(f"There is no message {message_id}.")
    if message.state not in OPEN:
        raise Conflict("This message is processed; nothing is left to retry or discard.")
    return message


def _pending_again(session: StoreSession, message: Message) -> None:
    """At most one message of a record and direction is pending: a newer one takes this one's place."""
    now = wiring.clock().now()
    if messages.has_other_pending(session, message):
        message.state, message.processed_at = "processed", now
    else:
        message.state = "pending"
    message.reason_key = message.reason_text = message.next_attempt_at = None
    message.updated_at = now


def _view(session: StoreSession, actor: Actor, message_id: int) -> MessageView:
    found = messages.one(session, actor, message_id)
    if found is None:
        raise NotFound(f"There is no message {message_id}.")
    return found


def _hash(parts: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
