"""A company that Procore refuses pauses as a whole, is asked again now and then, goes on by itself (R8, D100, D101).

`connection_paused` is logged once for each pause, never for each record: it is the alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from webapp import wiring
from webapp.errors import AppError, AppNotConnected, NotFound, PermissionMissing, SignInExpired, TryLater
from webapp.store import schedule
from webapp.sync.ports import AtProcore
from webapp.sync.probes import next_probe

REFUSALS = (AppNotConnected, SignInExpired, PermissionMissing)
SOON = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@contextmanager
def pausing(company_id: int) -> Iterator[None]:
    """Work at Procore outside the engine: a refusal of the company pauses it. One of a project passes through."""
    try:
        yield
    except REFUSALS as error:
        if isinstance(error, PermissionMissing) and error.project_id is not None:
            raise
        pause(company_id, str(error))


def pause(company_id: int, reason: str) -> None:
    now = wiring.clock().now()
    if schedule.pause(company_id, reason, now, next_probe(now, now)):
        alert(company_id, reason)


def alert(company_id: int, reason: str) -> None:
    log.warning("connection_paused", company_id=company_id, paused_reason=reason)


def probe(company_id: int) -> bool:
    """Whether a paused company answers again; then it goes on."""
    now = wiring.clock().now()
    procore_id = schedule.procore_id_of(company_id)
    if procore_id is None:
        raise NotFound("There is no such company here.")
    try:
        _ask(wiring.procore_for(procore_id))
    except TryLater:
        schedule.probe_later(company_id, now + SOON)
        return False
    except AppError:
        schedule.probe_later(company_id, next_probe(schedule.paused_since(company_id) or now, now))
        return False
    if schedule.resume(company_id):
        log.info("connection_resumed", company_id=company_id)
    return True


def _ask(procore: AtProcore) -> None:
    """One of everything that the engine reads, so that it does not run into the same refusal again at once."""
    procore.projects()
    procore.people()
    procore.time_types()
    now = procore.server_time()
    for _ in procore.updated_between(now, now):
        break
