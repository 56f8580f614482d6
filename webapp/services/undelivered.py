"""Events that Procore could not deliver: how many it tries again, and what it gave up is looked for (R31e, D4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from webapp import queueing, wiring
from webapp.domain.credentials import Priority
from webapp.services import checks
from webapp.store import checks as check_rows
from webapp.store import connections, cursors, hooks, marks
from webapp.store.hooks import HookRow
from webapp.store.models import Company
from webapp.store.session import transaction

QUEUE_LASTS = timedelta(hours=12)
"""So long Procore tries before it discards a hook's queue: no event of it is older than the newest by more."""
LISTED = 100
"""A list of deliveries that is full may not show the first."""
LOOK_BACK = timedelta(days=90)
BY_DISCARDED = "discarded events"

REFUSED = "Procore sent a secret that is not ours; the webhook has a new one."
FAILING = "Procore could not deliver {count} events; it tries again for 12 hours."
DISCARDED = "Procore gave up delivering {count} events; their days were checked."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a hook found: what is wrong, how many events Procore tries again and again, and of the events
    that it gave up: the cards, and the times of the first and the last."""

    hook_id: int
    finding: str | None = None
    failing: int = 0
    is_unauthorized: bool = False
    cards: frozenset[int] = frozenset()
    first: datetime | None = None
    last: datetime | None = None


def look(company: Company, hook: HookRow) -> Look:
    """Since the last look, by Procore's clock."""
    assert hook.procore_hook_id is not None
    at_procore, place = (
        wiring.hooks_at_procore(company.procore_company_id, Priority.BACKGROUND),
        hook.procore_project_id,
    )
    tried = [
        each
        for each in at_procore.deliveries(hook.procore_hook_id, "failing", place)
        if each.started_at is not None and (hook.verified_at is None or each.started_at >= hook.verified_at)
    ]
    listed = at_procore.deliveries(hook.procore_hook_id, "discarded", place)
    given_up = [
        (at, each.resource_id)
        for each in listed
        if (at := each.happened_at or each.started_at) is not None
        and (hook.discarded_until is None or at > hook.discarded_until)
    ]
    failing, is_unauthorized = len({t.event_id for t in tried}), any(t.response_status == 401 for t in tried)
    first = min((at for at, _ in given_up), default=None)
    return Look(
        hook.id,
        _worded(failing, len(given_up), is_unauthorized),
        failing,
        is_unauthorized,
        frozenset(card for _, card in given_up if isinstance(card, int)),
        first - QUEUE_LASTS if first is not None and len(listed) >= LISTED else first,
        max((at for at, _ in given_up), default=None),
    )


def _worded(failing: int, discarded: int, is_unauthorized: bool) -> str | None:
    if discarded:
        return DISCARDED.format(count=discarded)
    if is_unauthorized:
        return REFUSED
    return FAILING.format(count=failing) if failing else None


def make_good(company: Company, looks: Sequence[Look]) -> None:
    """Swept again from the first event that Procore gave up; the days are checked, and what differs is marked. If this
    breaks off, it is done again next time."""
    firsts = [look.first for look in looks if look.first is not None]
    if not firsts:
        return
    since, now = min(firsts), wiring.clock().now()
    cards = frozenset().union(*(look.cards for look in looks))
    log.warning("events_discarded", company_id=company.id, cards=len(cards), since=since.isoformat())
    with transaction(company.id) as session:
        cursors.set_back(connections.by_id(session, company.id), since)
        marks.mark_cards(session, sorted(cards), "discarded", now, since)
        worked = check_rows.days_of_cards(session, cards)
        queueing.wake_after_commit(session, wiring.config().redis_url, company.id)
    checks.run(
        company.id, *_days(worked, since, now), BY_DISCARDED, repair=True, priority=Priority.BACKGROUND
    )
    with transaction(company.id) as session:
        for look in looks:
            if look.last is not None:
                hooks.made_good(session, look.hook_id, look.last)


def _days(worked: Sequence[date], since: datetime, now: datetime) -> tuple[date, date]:
    """From the day before to the day after, for the zones; further where the cards are of other days."""
    earliest = (now - LOOK_BACK).date()
    near = [day for day in worked if earliest <= day]
    first = min([since.date() - timedelta(days=1), *near])
    return max(first, earliest), max([now.date() + timedelta(days=1), *near])
