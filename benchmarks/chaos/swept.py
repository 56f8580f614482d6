"""What the sweep at the end still marked, and why: with no event lost, it should find that everything was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import NullPool, create_engine, select

from benchmarks.site import Site
from webapp.store.models import Company, Link


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as the engine last left it."""

    timesheet_id: int | None
    procore_id: int | None
    generation: int
    updated_at: datetime | None
    state: str
    reason: str | None
    is_tombstone: bool


def links(site: Site) -> dict[int, Seen]:
    """Read in the database: nothing else tells which records were marked."""
    engine = create_engine(site.stack.environment["DATABASE_URL"], poolclass=NullPool)
    query = (
        select(Link.__table__)
        .join(Company, Company.id == Link.company_id)
        .where(Company.procore_company_id == site.procore_id)
    )
    with engine.connect() as connection:
        return {row.id: _seen(row) for row in connection.execute(query)}


def marked(
    before: Mapping[int, Seen], after: Mapping[int, Seen], cards: Mapping[int, dict[str, Any]]
) -> list[str]:
    """Each record that was marked in between, and what the sweep saw that we had not."""
    return [
        f"timesheet {now.timesheet_id}, card {now.procore_id}: {_why(before.get(key), cards.get(now.procore_id or 0))}"
        for key, now in after.items()
        if key not in before or now.generation > before[key].generation
    ]


def _seen(row: Any) -> Seen:
    return Seen(
        row.timesheet_id,
        row.procore_id,
        row.generation,
        row.procore_updated_at,
        row.state,
        row.reason_key,
        row.is_tombstone,
    )


def _why(seen: Seen | None, card: dict[str, Any] | None) -> str:
    if seen is None:
        return "never seen"
    if card is None:
        return "no such card"
    if card["deleted_at"]:
        return f"deleted at {card['deleted_at']}, here it is {seen.state}"
    shown = seen.updated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seen.updated_at else "never"
    if shown != card["updated_at"]:
        return f"seen as of {shown}, it is of {card['updated_at']}"
    return f"not as agreed, {'a tombstone' if seen.is_tombstone else seen.state}, reason {seen.reason}"
