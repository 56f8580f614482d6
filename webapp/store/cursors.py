"""Up to where Procore's updated and deleted ranges were swept, by Procore's own clock."""

from __future__ import annotations

from datetime import datetime

from webapp.store.models import Company
from webapp.sync.ports import Cursors


def of(company: Company) -> Cursors:
    assert company.connected_at is not None
    since = company.connected_at
    return Cursors(company.updated_cursor or since, company.deleted_cursor or since)


def move(company: Company, since: Cursors, until: Cursors, now: datetime) -> None:
    """`now`: our clock, for when the next sweep is due: at once, when a cursor was set back meanwhile."""
    at = of(company)
    is_set_back = at.updated < since.updated or at.deleted < since.deleted
    if at.updated >= since.updated:
        company.updated_cursor = max(at.updated, until.updated)
    if at.deleted >= since.deleted:
        company.deleted_cursor = max(at.deleted, until.deleted)
    company.swept_at = None if is_set_back else now


def set_back(company: Company, to: datetime) -> None:
    """What happened from then on is swept again, as soon as a worker looks."""
    reach_back(company, to)
    company.swept_at = None


def reach_back(company: Company, to: datetime) -> None:
    """The next sweep begins there, whenever it is due; nothing from before the connection."""
    at = of(company)
    to = max(to, company.connected_at or to)
    company.updated_cursor, company.deleted_cursor = min(at.updated, to), min(at.deleted, to)
