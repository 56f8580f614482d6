"""A timesheet moved to a project that is not synced: its card stays in Procore until somebody decides (D28)."""

from __future__ import annotations

from webapp import queueing, wiring
from webapp.domain.timesheet import Actor
from webapp.errors import Conflict, Forbidden, NotFound
from webapp.store import marks, messages
from webapp.store.session import transaction
from webapp.sync.catalogue import kind_of


def delete_in_procore(actor: Actor, message_id: int) -> None:
    """The card that was left behind is deleted there, unless Procore has changed it meanwhile."""
    if not actor.may_edit_all:
        raise Forbidden("Only an administrator can delete a time card in Procore from here.")
    with transaction(actor.company_id) as session:
        message = messages.record(session, message_id) if messages.one(session, actor, message_id) else None
        if message is None:
            raise NotFound(f"There is no message {message_id}.")
        link = messages.link_of(session, message)
        if kind_of(link.reason_key or "").key != "left_scope":
            raise Conflict("This record has not left the projects that are synced.")
        link.is_to_be_deleted_there = True
        link.dropped_key = link.dropped_text = None
        marks.mark(link, "left_scope", wiring.clock().now())
        queueing.wake_after_commit(session, wiring.config().redis_url, actor.company_id)
