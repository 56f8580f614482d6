"""What Activity is told of a batch of outcomes: the pending message of a record becomes the decision's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.domain.timecard import Card
from webapp.store.due import in_chunks
from webapp.store.marks import summary
from webapp.store.models import Link, Message, ProcoreProject, Project, Timesheet, User
from webapp.store.session import StoreSession
from webapp.sync.ports import MessageLine, Outcome, Reason


class Telling:
    """Messages of one batch. Names are looked up once."""

    def __init__(self, session: StoreSession, link_ids: Collection[int], now: datetime) -> None:
        self.session, self.now = session, now
        self.pending = {
            (message.link_id, message.direction): message
            for chunk in in_chunks(sorted(link_ids))
            for message in session.scalars(
                select(Message).where(Message.link_id.in_(chunk), Message.state == "pending")
            )
        }
        self.users: dict[int, str] = {}
        self.projects: dict[int, str] = {}
        self.their_projects: dict[int, str] | None = None

    def settle(self, link: Link) -> None:
        """Nothing is left to do: what was pending for this record is processed by this decision (D8)."""
        for direction in ("receive", "send"):
            message = self.pending.pop((link.id, direction), None)
            if message is not None:
                message.state, message.processed_at = "processed", self.now
                message.updated_at, message.next_attempt_at = self.now, None
                message.reason_key = message.reason_text = None

    def leave_out(self, link: Link, reason: Reason) -> None:
        """What a switch holds back stays pending and says so (D30). What another rule leaves out waits for nothing."""
        for direction in ("receive", "send"):
            message = self.pending.get((link.id, direction))
            if message is None:
                continue
            message.reason_key, message.reason_text = reason.key[:200], reason.text[:1000]
            message.updated_at, message.next_attempt_at = self.now, None
            if reason.key not in (f"switch:{direction}", "switch:both"):
                message.state, message.processed_at = "processed", self.now
                del self.pending[(link.id, direction)]

    def tell(self, link: Link, row: Timesheet | None, line: MessageLine, outcome: Outcome) -> None:
        """The pending message of this direction becomes this decision's; without one there is a new one. A conflict
        keeps back both directions: whichever is pending tells it."""
        message = self.pending.pop((link.id, line.direction), None)
        if message is None and outcome.state == "conflict" and line.state == "pending":
            message = self.pending.pop((link.id, "send" if line.direction == "receive" else "receive"), None)
        if message is None:
            message = Message(
                link_id=link.id, direction=line.direction, action=line.action, created_at=self.now
            )
            self.session.add(message)
        elif line.state == "processed":
            message.action = line.action
        message.state, message.updated_at = line.state, self.now
        message.attempts = (message.attempts or 0) + 1
        message.summary = self._summary(link, row, outcome.seen)
        message.timesheet_id, message.procore_id = link.timesheet_id, link.procore_id
        message.reason_key = outcome.reason.key[:200] if outcome.reason else None
        message.reason_text = outcome.reason.text[:1000] if outcome.reason else None
        message.next_attempt_at = None if outcome.done else outcome.not_before
        if line.state == "processed":
            message.processed_at = self.now
        elif line.state == "pending":
            self.pending[(link.id, message.direction)] = message

    def _summary(self, link: Link, row: Timesheet | None, card: Card | None) -> str:
        person, project = (card.names.person, self._their_project(card)) if card else (None, None)
        if row is not None:
            person = self._name(User, self.users, row.user_id) or person
            project = self._name(Project, self.projects, row.project_id) or project
        return summary(person, project, link.date, link.hours)

    def _their_project(self, card: Card) -> str | None:
        """By its name in the directory; on a card it carries its number, too."""
        if self.their_projects is None:
            rows = self.session.execute(select(ProcoreProject.procore_id, ProcoreProject.name))
            self.their_projects = {row.procore_id: row.name for row in rows}
        return self.their_projects.get(card.timecard.project) or card.names.project

    def _name(self, model: Any, names: dict[int, str], key: int | None) -> str | None:
        if key is None:
            return None
        if key not in names:
            names[key] = getattr(self.session.get(model, key), "name", None) or ""
        return names[key]
