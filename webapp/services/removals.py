"""What a disconnect, or a connect that failed, still owes to Procore: kept in the database, tried until it is done."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from webapp import queueing, wiring
from webapp.errors import AppError, AppNotConnected, NotFound, PermissionMissing, TryLater
from webapp.services import hook_setup
from webapp.store import removals as rows
from webapp.store.removals import Owed
from webapp.store.session import system

AGAIN = timedelta(minutes=5)
AT_MOST = timedelta(days=30)
AT_ONCE = 30
RETRY_JOB = "webapp.jobs.connection.retry_removals"
GONE = (AppNotConnected, PermissionMissing, NotFound)
"""Procore's 403 and 404: it is out of our reach, so it counts as removed (R7)."""

log = structlog.get_logger(__name__)


def retry(now: datetime) -> int:
    """Tries everything that is owed and not just tried. How many companies are settled."""
    with system() as session:
        due = rows.due(session, now, AGAIN, AT_MOST)
    return sum(settle(removal_id, now) for removal_id in due)


def settle(removal_id: int, now: datetime) -> bool:
    """One try. True when nothing is owed any more."""
    with system(is_readonly=True) as session:
        found = rows.owed(session, removal_id)
    if found is None:
        return True
    procore_company_id, owed = found
    left = _left(procore_company_id, owed)
    with system() as session:
        rows.settle(session, removal_id, left, now)
    return not left


def settle_soon(removal_id: int, count: int, now: datetime) -> None:
    """At once while somebody waits for the page, unless there is a lot of it: then the worker does it."""
    if count <= AT_ONCE:
        settle(removal_id, now)
    else:
        queueing.call(wiring.config().redis_url, RETRY_JOB, 0, seconds=5)


def _left(procore_company_id: int, owed: list[Owed]) -> list[Owed]:
    """What could not be removed. Once Procore does not answer, the rest is not even tried."""
    left: list[Owed] = []
    for place, one in enumerate(owed):
        try:
            _remove(procore_company_id, one)
        except TryLater as error:
            log.warning("removal_waits", company=procore_company_id, error=type(error).__name__)
            return [*left, *owed[place:]]
        except AppError as error:
            log.warning("removal_failed", company=procore_company_id, error=type(error).__name__)
            left.append(one)
    return left


def _remove(procore_company_id: int, owed: Owed) -> None:
    user = owed.get("user")
    with suppress(*GONE):
        if user is not None:
            wiring.sign_out_person(user)
        else:
            hook_setup.remove(procore_company_id, owed)
