"""What is checked at the database, on the way: no worker stores what it decided after another one, or a change of the
settings, has taken its lease (M5); nothing is called in sync while one side of it is not known, and nothing that was
edited while it was decided (invariant 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, inspect, text
from sqlalchemy.orm import ORMExecuteState, Session

from tests.simulation.scheduler import Task
from tests.simulation.site import SimulatedSite
from webapp.store.models import ClashRow, Company, Link, Timesheet
from webapp.store.session import StoreSession

DECIDED = (Link, Timesheet, ClashRow)
TOKEN = "SELECT lease_token FROM companies WHERE id = {:d}"
HALF_KNOWN = text(
    "SELECT id FROM links WHERE company_id = :company AND state = 'in_sync' AND is_tombstone = :no"
    " AND (procore_id IS NULL OR timesheet_id IS NULL)"
)
EDITED_SINCE = text(
    "SELECT links.id FROM links JOIN companies ON companies.id = links.company_id"
    " WHERE links.id = :link AND companies.send AND companies.state <> 'disconnected' AND (links.state = 'in_sync'"
    " OR NOT EXISTS (SELECT 1 FROM messages WHERE messages.link_id = links.id AND messages.direction = 'send'"
    " AND messages.state = 'pending'))"
)


class LeaseWatch:
    """Listens to SQLAlchemy's own events for the time of one seed. A task's lease is the token that it set."""

    def __init__(self, site: SimulatedSite) -> None:
        self.site = site
        self.sentences: list[tuple[int, str]] = []
        self.claimed: WeakKeyDictionary[Task, int] = WeakKeyDictionary()
        self.listeners: list[tuple[str, Callable[..., None]]] = [
            ("do_orm_execute", self._executes),
            ("before_commit", self._commits),
            ("after_flush", self._flushed),
        ]
        for name, act in self.listeners:
            event.listen(StoreSession, name, act)

    def close(self) -> None:
        for name, act in self.listeners:
            event.remove(StoreSession, name, act)

    def _executes(self, state: ORMExecuteState) -> None:
        session = state.session
        if not state.is_update or state.bind_mapper is None or state.bind_mapper.class_ is not Company:
            return
        if self.site.scheduler.current() is not None and "token" not in session.info:
            session.info["token"] = self._token(session)

    def _commits(self, session: Session) -> None:
        task = self.site.scheduler.current()
        if task is not None and "token" in session.info:
            token = self._token(session)
            if token != session.info["token"]:
                self.claimed[task] = token
        if task is not None and session.info.pop("decides", False):
            session.flush()
            self._look_for_half_known(session)
            self._look_for_edited(session)

    def _flushed(self, session: Session, context: Any) -> None:
        task = self.site.scheduler.current()
        claimed = self.claimed.get(task) if task is not None else None
        if task is None or claimed is None:
            return
        if any(isinstance(row, DECIDED) for row in (*session.new, *session.dirty, *session.deleted)):
            session.info["decides"] = True
            session.info.setdefault("edited", []).extend(
                row.id for row in session.dirty if isinstance(row, Link) and _is_edited_since(row)
            )
            token = self._token(session)
            if token != claimed:
                self.sentences.append(
                    (6, f"{task.name} stores what it decided under lease {claimed}, which ended with {token}")
                )

    def _look_for_half_known(self, session: Session) -> None:
        known = {"company": self.site.company_id, "no": False}
        for (link,) in session.connection().execute(HALF_KNOWN, known):
            self.sentences.append((6, f"link {link} is called in sync, but one side of it is not known"))

    def _look_for_edited(self, session: Session) -> None:
        """What was edited after its generation was claimed still waits to be sent, in Activity and in the ledger."""
        for link in session.info.pop("edited", ()):
            for _ in session.connection().execute(EDITED_SINCE, {"link": link}):
                self.sentences.append((6, f"link {link} was edited while it was decided, and does not wait"))

    def _token(self, session: Session) -> int:
        """By the driver's own cursor: it is asked in every transaction."""
        raw: Any = session.connection().connection.driver_connection
        found: int = raw.execute(TOKEN.format(self.site.company_id)).fetchone()[0]
        return found


def _is_edited_since(link: Link) -> bool:
    """Whether a step ends now, and the newest mark is an edit of ours that came after it was claimed."""
    is_ended = inspect(link).attrs.done_generation.history.has_changes()
    has_more = link.generation > link.done_generation
    return is_ended and has_more and (link.mark_reason or "").startswith("edited:")
