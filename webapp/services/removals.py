"""What a disconnect, or a connect that failed, still owes to Procore: kept in the database, tried until it is done."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from webapp import wiring
from webapp.errors import AppError, AppNotConnected, NotFound, PermissionMissing
from webapp.services import hook_setup
from webapp.store import removals as rows
from webapp.store.removals import Owed
from webapp.store.session import system

AGAIN = timedelta(minutes=5)
AT_MOST = timedelta(days=30)
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
    left = [one for one in owed if not _is_removed(procore_company_id, one)]
    with system() as session:
        rows.settle(session, removal_id, left, now)
    return not left


def _is_removed(procore_company_id: int, owed: Owed) -> bool:
    user = owed.get("user")
    try:
        if user is not None:
            wiring.sign_out_person(user)
        else:
            hook_setup.remove(procore_company_id, owed)
    except GONE:
        return True
    except AppError as error:
        log.warning("removal_failed", company=procore_company_id, error=type(error).__name__)
        return False
    return True
