"""The mass-change guard: what waits for an administrator, and the decision about it (D12, R31d)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog

from webapp import queueing, wiring
from webapp.errors import Conflict, InvalidInput
from webapp.store import connections
from webapp.store import guard as rows
from webapp.store.guard import Quarantine
from webapp.store.models import Company
from webapp.store.session import reading, transaction
from webapp.store.switches import accept_quarantined
from webapp.sync.holds import guard_dropped

log = structlog.get_logger(__name__)
Direction = Literal["receive", "send"]
Decision = Literal["let_through", "drop"]
LIMITS = ("deletions", "deletions_percent", "changes", "changes_percent")
DECISIONS: tuple[Decision, ...] = ("let_through", "drop")
SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Paused:
    """One direction. `sample`: what some of it is about: (our timesheet, Procore's card, one line of text)."""

    direction: str
    since: datetime | None
    kinds: list[Quarantine]
    sample: list[tuple[int | None, int | None, str]]

    @property
    def is_paused(self) -> bool:
        return bool(self.kinds)


@dataclass(frozen=True, slots=True)
class Overview:
    """Both directions, and the limits: more than a number and more than a percentage within an hour."""

    directions: list[Paused]
    limits: Mapping[str, int]


def overview(company_id: int) -> Overview:
    with reading(company_id) as session:
        directions = []
        for direction in rows.DIRECTIONS:
            kinds = rows.waiting(session, direction)
            messages = rows.sample(session, direction, SAMPLE)
            directions.append(
                Paused(
                    direction,
                    min((kind.since for kind in kinds), default=None),
                    kinds,
                    [(message.timesheet_id, message.procore_id, message.summary) for message in messages],
                )
            )
        return Overview(directions, _limits(connections.by_id(session, company_id)))


def decide(
    company_id: int, direction: Direction, decision: Decision, by: str, shown: int | None = None
) -> int:
    """Lets through what waits in this direction, or drops it; a new count begins. How many records. Raises Conflict
    when nothing waits, or more than was `shown`: nobody has agreed to that."""
    now = wiring.clock().now()
    with transaction(company_id) as session:
        held = rows.quarantined(session, direction)
        if not held:
            raise Conflict("Nothing waits in this direction; somebody may have decided already.")
        if shown is not None and len(held) > shown:
            raise Conflict(
                f"{len(held)} records wait by now; when you decided it were {shown}. Look at them, and decide again."
            )
        if decision == "drop":
            accept_quarantined(session, direction, guard_dropped(), now)
        else:
            rows.let_through(session, direction, [link for link, _ in held], now)
        rows.open_new_count(session, direction)
        queueing.wake_after_commit(session, wiring.config().redis_url, company_id)
    log.info("guard_decided", company_id=company_id, direction=direction, decision=decision, by=by)
    return len(held)


def decided(company_id: int, direction: str | None, decision: str | None, shown: str | None, by: str) -> int:
    """`decide` for words that a form sent. Raises InvalidInput for others."""
    if direction not in rows.DIRECTIONS or decision not in DECISIONS:
        raise InvalidInput("Choose to let it through or to drop it.")
    if shown is None or not shown.isdecimal():
        raise InvalidInput(
            "Look at what waits, and decide again: the page did not say how many records it showed."
        )
    return decide(company_id, direction, decision, by, int(shown))


def count(company_id: int, direction: str) -> int:
    """Records that wait in this direction."""
    directions = overview(company_id).directions
    return sum(
        kind.records for paused in directions if paused.direction == direction for kind in paused.kinds
    )


def _limits(company: Company) -> dict[str, int]:
    return {name: getattr(company, f"guard_{name}") for name in LIMITS}
