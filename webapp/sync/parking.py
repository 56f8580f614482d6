"""Projects that Procore refuses the app: what has to ask about one waits with all others of its kind, one call tries it
every 15 minutes, later hourly, and the first that is answered releases them all (R8, D101)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from webapp.domain.waits import is_ahead
from webapp.errors import NotFound, PermissionMissing
from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.holds import Reason
from webapp.sync.probes import next_probe
from webapp.sync.read import Seen
from webapp.sync.records import Parked

T = TypeVar("T")
OF_A_PROJECT = ("cost_code:", "sub_job:", "item_here:")
"""Reasons that say no more than that a project's lists could not be read, when they could not."""

log = logging.getLogger(__name__)


def waits(batch: Batch, seen: Seen, project_id: int) -> bool:
    """Whether the record has to wait for its project; then it does."""
    why = batch.parked.get(project_id)
    if why is None or not is_ahead(why.probe_at, batch.clock.now()):
        return False
    _hold(batch, seen, project_id, why)
    return True


def refuse(batch: Batch, seen: Seen, project_id: int, text: str) -> None:
    """Procore refused something about the project; the record waits for it."""
    _hold(batch, seen, project_id, park(batch, project_id, text))


def park(batch: Batch, project_id: int, text: str) -> Parked:
    """`project_paused` is logged once for as long as it is parked: it is the alert."""
    now, known = batch.clock.now(), batch.parked.get(project_id)
    if known is not None and is_ahead(known.probe_at, now):
        return known
    since = known.since if known else now
    why = batch.parked[project_id] = Parked(text, since, next_probe(since, now))
    if batch.store.park(batch.lease, project_id, why):
        log.warning(
            "project_paused company_id=%s project_id=%s: %s", batch.lease.company_id, project_id, text
        )
    return why


def answered_for(batch: Batch, project_id: int) -> None:
    """Procore answered about the project."""
    if batch.parked.pop(project_id, None) is not None:
        count = batch.store.unpark(batch.lease, project_id)
        log.info(
            "project_resumed company_id=%s project_id=%s: %s records",
            batch.lease.company_id,
            project_id,
            count,
        )


def ask(batch: Batch, project_id: int, act: Callable[[], T]) -> T | None:
    """What a list of the project holds; None while it is parked, or from now on. Procore hides with 404, too."""
    why = batch.parked.get(project_id)
    if why is not None and is_ahead(why.probe_at, batch.clock.now()):
        return None
    try:
        found = act()
    except PermissionMissing as error:
        park(batch, project_id, str(error))
        return None
    except NotFound:
        park(batch, project_id, "Procore does not show the project to the app.")
        return None
    answered_for(batch, project_id)
    return found


def wait_for_words(batch: Batch, seen: Seen, reason: Reason) -> None:
    """What has no word because its project is parked waits for the project."""
    project_id = _project_of(batch, seen)
    why = batch.parked.get(project_id or 0)
    if why is not None and project_id is not None and reason.key.startswith(OF_A_PROJECT):
        _hold(batch, seen, project_id, why)
    else:
        batch.wait(seen, reason)


def _hold(batch: Batch, seen: Seen, project_id: int, why: Parked) -> None:
    reason = holds.permission(why.reason, project_id)
    batch.wait(seen, reason, not_before=why.probe_at)


def _project_of(batch: Batch, seen: Seen) -> int | None:
    """Procore's project that the record is about, as far as it is known."""
    if seen.card is not None:
        return seen.card.timecard.project
    timesheet = seen.record.timesheet
    place = batch.words.their_places.get(timesheet.timecard.project) if timesheet is not None else None
    return None if place is None or isinstance(place, Reason) else place[0]
