"""What keeps records from being in sync, cause by cause: how many, who can fix it, what the fix is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from webapp.store import holds as rows
from webapp.store.holds import Held
from webapp.store.session import reading
from webapp.sync.catalogue import OWNERS, kind_of


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of one company, with its entry of the catalogue. `owner` and `action` are for machines."""

    key: str
    text: str
    state: str
    records: int
    hours: Decimal
    owner: str
    who: str
    fix: str
    action: str
    retried: str
    since: datetime | None
    next_attempt_at: datetime | None


def causes(company_id: int) -> list[Cause]:
    """The largest first."""
    with reading(company_id) as session:
        return [_cause(held) for held in rows.causes(session)]


def count(company_id: int, *keys: str) -> tuple[int, Decimal]:
    """How many records, and hours, go on when the causes with these keys are fixed: told before it is done."""
    with reading(company_id) as session:
        return rows.count_held(session, *keys)


def _cause(held: Held) -> Cause:
    kind = kind_of(held.key)
    return Cause(
        key=held.key,
        text=held.text,
        state=held.state,
        records=held.records,
        hours=held.hours,
        owner=kind.owner,
        who=OWNERS[kind.owner],
        fix=kind.fix,
        action=kind.action,
        retried=kind.retried,
        since=held.since,
        next_attempt_at=held.next_at,
    )
