"""What periodic jobs at Procore have in common: nobody waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from webapp import queueing, wiring
from webapp.errors import RateLimited, TryLater
from webapp.services import pauses

LATER = timedelta(minutes=5)

log = structlog.get_logger(__name__)


@contextmanager
def background(job: Callable[[int], None], company_id: int) -> Iterator[None]:
    """While Procore is busy, or keeps what is left of its budget for others, the job comes again later. A refusal of
    the company pauses it."""
    try:
        with pauses.pausing(company_id):
            yield
    except TryLater as error:
        now = wiring.clock().now()
        at = error.until if isinstance(error, RateLimited) else now + LATER
        name = f"{job.__module__}.{job.__name__}"
        log.info("job_waits_for_procore", job=name, company_id=company_id, until=at.isoformat())
        queueing.call_at(wiring.config().redis_url, name, company_id, at, at - now)
