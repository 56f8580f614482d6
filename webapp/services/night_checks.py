"""Checks that nobody asks for: the open pay period each night, a quarter each week, spread over companies (M13)."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from webapp import wiring
from webapp.domain.credentials import Priority
from webapp.domain.periods import last_quarter, open_period
from webapp.domain.zones import zone_or_utc
from webapp.services import checks
from webapp.store import checks as rows
from webapp.store.session import reading, system

BY_NIGHT, BY_WEEK = "every night", "every week"
FIRST_MINUTE, MINUTES, LAST_MINUTE = 60, 240, 360
"""From one o'clock on, where the company works; each company has its own minute of four hours, to begin with."""
AT_LEAST, AT_MOST = timedelta(hours=20), timedelta(hours=36)
"""Between two nights' checks. When a night was missed, its check is done by day."""
WEEK = timedelta(days=6, hours=12)


def companies_due() -> list[int]:
    now = wiring.clock().now()
    with system(is_readonly=True) as session:
        known = rows.nights(session)
    return [
        night.company_id
        for night in known
        if is_due(night.company_id, zone_or_utc(night.time_zone), night.checked_at or night.connected_at, now)
    ]


def is_due(company_id: int, zone: tzinfo, before: datetime, now: datetime) -> bool:
    """`before`: the last of these checks, or when the company was connected."""
    since = now - before
    if timedelta(0) <= since < AT_LEAST:
        return False
    if since > AT_MOST:
        return True
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return FIRST_MINUTE + company_id * 97 % MINUTES <= minute < LAST_MINUTE


def run(company_id: int) -> bool:
    """What differs is marked for the engine. False when this company's was done meanwhile. Errors of Procore pass
    through, and it stays due."""
    if company_id not in companies_due():
        return False
    now = wiring.clock().now()
    with reading(company_id) as session:
        weekly_at = rows.last_by(session, BY_WEEK)
        today = now.astimezone(zone_or_utc(rows.time_zone(session))).date()
    if weekly_at is None or now - weekly_at >= WEEK:
        checks.run(company_id, *last_quarter(today), BY_WEEK, repair=True, priority=Priority.BACKGROUND)
    else:
        checks.run(company_id, *open_period(today), BY_NIGHT, repair=True, priority=Priority.BACKGROUND)
    with system() as session:
        rows.night_done(session, company_id, now)
    return True
