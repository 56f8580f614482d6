"""Is everything all right? The five numbers, the connection, and what a banner has to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from webapp import wiring
from webapp.store import overview as rows
from webapp.store.session import reading

STATES = ("in_sync", "waiting", "failed", "conflict", "excluded")
SETTINGS = "/settings/data-sync/procore"
ACTIVITY = "/settings/import-timesheets"


@dataclass(frozen=True, slots=True)
class Count:
    state: str
    records: int
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Banner:
    kind: Literal["note", "warning", "bad"]
    text: str
    address: str
    words: str


@dataclass(frozen=True, slots=True)
class Need:
    """One cause that holds records up, with how many."""

    state: str
    text: str
    records: int


@dataclass(frozen=True, slots=True)
class Overview:
    """`oldest_waiting`: since when the longest waiting change waits, UTC."""

    counts: list[Count]
    needs: list[Need]
    state: str
    paused_reason: str | None
    connected_at: datetime | None
    swept_at: datetime | None
    last_event_at: datetime | None
    oldest_waiting: datetime | None
    receive: bool
    send: bool

    @property
    def seen(self) -> int:
        return sum(count.records for count in self.counts)

    @property
    def heading(self) -> str:
        if not self.seen:
            return "Nothing to copy yet."
        if not self._has("waiting", "failed", "conflict"):
            return "Everything agrees."
        if not self._has("failed", "conflict") and not self.needs:
            return "On its way."
        return "Some time cards need a look."

    def _has(self, *states: str) -> bool:
        return any(count.records for count in self.counts if count.state in states)


def of(company_id: int, procore_project_ids: frozenset[int] | None = None) -> Overview:
    """`procore_project_ids`: only records of these projects, for people who do not see all."""
    with reading(company_id) as session:
        company = rows.company(session, company_id)
        found = rows.counts(session, procore_project_ids)
        return Overview(
            counts=[Count(state, *found.get(state, (0, Decimal(0)))) for state in STATES],
            needs=[Need(*row) for row in rows.needs(session, procore_project_ids)],
            state=company.state,
            paused_reason=company.paused_reason,
            connected_at=company.connected_at,
            swept_at=company.swept_at,
            last_event_at=rows.last_event_at(session),
            oldest_waiting=rows.oldest_waiting(session),
            receive=company.receive,
            send=company.send,
        )


@dataclass(frozen=True, slots=True)
class ProjectState:
    name: str
    counts: list[Count]


def of_project(company_id: int, procore_project_id: int) -> ProjectState | None:
    """One Procore project's five numbers; None for a project that the app does not know."""
    with reading(company_id) as session:
        name = rows.project_name(session, procore_project_id)
        found = rows.counts(session, [procore_project_id])
    if name is None:
        return None
    return ProjectState(name, [Count(state, *found.get(state, (0, Decimal(0)))) for state in STATES])


def banner(company_id: int) -> Banner | None:
    """Shown on every page, only when there is something to say."""
    now = wiring.clock().now()
    with reading(company_id) as session:
        company = rows.company(session, company_id)
        if company.state == "disconnected":
            return None
        if company.state == "paused":
            return Banner(
                "bad", company.paused_reason or "The sync with Procore is paused.", SETTINGS, "What to do"
            )
        blocked_until = rows.blocked_until(session, company.procore_company_id, now)
        slow = rows.held_by_procore(session)
    if blocked_until is not None:
        text = f"Procore asked us to wait; changes go on at {blocked_until:%H:%M:%S} UTC."
        return Banner("warning", text, ACTIVITY, "Details")
    if slow.records:
        waits = "1 change waits" if slow.records == 1 else f"{slow.records} changes wait"
        again = f" Next try {slow.next_at:%H:%M} UTC." if slow.next_at else ""
        return Banner("warning", f"Procore is answering slowly; {waits}.{again}", ACTIVITY, "Details")
    return None
