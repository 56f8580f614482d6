"""What the mass-change guard promises, for plans that set its limit: no more deletions within an hour than it lets
through, and nothing held that an administrator has let through (D12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import text

from tests.simulation.site import SimulatedSite
from webapp.extensions import db

WINDOW = timedelta(minutes=55)
"""An hour, less what lies between the question and the deletion."""
DELETED = text(
    "SELECT at FROM timesheet_changes WHERE company_id = :company AND by = 'Procore' AND action = 'deleted'"
)
HELD_FOR_NOTHING = text(
    "SELECT l.id, l.reason_key FROM links l WHERE l.company_id = :company AND l.reason_key LIKE 'guard:%'"
    " AND NOT EXISTS (SELECT 1 FROM guard_entries g WHERE g.link_id = l.id AND g.state = 'held')"
)


def broken_promises(site: SimulatedSite, limit: int, *, is_let_through: bool) -> Iterator[tuple[int, str]]:
    """`is_let_through`: administrators did so now and then, so that there may be more."""
    with site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:
        known = {"company": site.company_id}
        here = [_time(row[0]) for row in connection.execute(DELETED, known)]
        for link, key in connection.execute(HELD_FOR_NOTHING, known):
            yield 6, f"link {link} is held as {key} though it was let through"
    if is_let_through:
        return
    state = site.world.state
    service = {user.name for user in state.users if user.is_service}
    there = [
        change.created_at
        for changes in state.changes_of_card.values()
        for change in changes
        if change.column == "deleted_at" and change.new_value is not None and change.created_by in service
    ]
    for side, times in (("here", here), ("there", there)):
        most = _most_within(sorted(times))
        if most > limit:
            yield 6, f"{most} deletions {side} within an hour, {limit} are usual"


def _most_within(times: Sequence[datetime]) -> int:
    return max((sum(first <= at < first + WINDOW for at in times) for first in times), default=0)


def _time(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
