"""A working day without any event, where there usually are many, is noticed (R31e)."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from statistics import median

import structlog

from webapp import wiring
from webapp.domain.zones import zone_or_utc
from webapp.store import checks, silence
from webapp.store.session import reading, transaction

MANY = 10
"""So many by the same hour, on the same day of most weeks before."""
WEEKS_BEFORE, WEEKS_NEEDED = 4, 2
FROM_HOUR = 14
SATURDAY = 5

log = structlog.get_logger(__name__)


def look(company_id: int) -> bool:
    """Whether it is silent now. Told once, and again when it is over."""
    now = wiring.clock().now()
    with reading(company_id) as session:
        company = silence.company(session)
        zone = zone_or_utc(checks.time_zone(session))
        since, was_silent = company.connected_at, company.silent_since is not None
        days = _days(now, zone, since) if company.state == "connected" and since else []
        today, *before = silence.counts(session, days) if days else [0]
    is_silent = len(before) >= WEEKS_NEEDED and median(before) >= MANY and today == 0
    if is_silent and not was_silent:
        log.warning("events_silent", company_id=company_id, usual=median(before))
        _note(company_id, now)
    elif was_silent and (today or company.state != "connected"):
        log.info("events_again", company_id=company_id)
        _note(company_id, None)
    return is_silent


def since(company_id: int) -> datetime | None:
    """Since when silence was noticed; None while all is well."""
    with reading(company_id) as session:
        return silence.company(session).silent_since


def _days(now: datetime, zone: tzinfo, connected_at: datetime) -> list[silence.Stretch]:
    """Today up to now, and the same of the weeks before that the company was connected in. None at the weekend, or
    before the day is well under way."""
    local = now.astimezone(zone)
    if local.weekday() >= SATURDAY or local.hour < FROM_HOUR:
        return []
    days = [local - timedelta(weeks=number) for number in range(WEEKS_BEFORE + 1)]
    stretches = [(datetime.combine(day.date(), time(), zone), day) for day in days]
    return [(start, end) for start, end in stretches if start == stretches[0][0] or start >= connected_at]


def _note(company_id: int, at: datetime | None) -> None:
    with transaction(company_id) as session:
        silence.company(session).silent_since = at
