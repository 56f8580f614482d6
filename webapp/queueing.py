"""Queue and job names, and the wake-up. Imports no job: jobs are named by their dotted path.

A wake-up is a hint: `SET wake:{company} NX EX 60` and one job. The job deletes the key first, so a mark made while it
works wakes another. Redis unreachable costs a caller at most 0.3 s and never changes its answer.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from webapp.store.session import StoreSession

QUICK, LATER = "timesite", "timesite-later"
"""First turns of companies, for which somebody may be waiting; and all that takes longer."""
SYNC_JOB = "webapp.jobs.sync.sync_company"
GO_ON_JOB = "webapp.jobs.sync.go_on"
STORM_JOB = "webapp.jobs.sync.gather"
GO_ON_SECONDS = 5
BUSY_SECONDS = 1
WAKE_SECONDS = 60
AWAKE_SECONDS = 0.05
JOB_TIMEOUT_SECONDS = 600

log = logging.getLogger(__name__)
_awake: dict[tuple[str | None, int], float] = {}
"""Until when a call need not be repeated, as far as this process knows."""


@lru_cache(maxsize=4)
def quick_redis(url: str) -> Redis:
    """For the web: gives up after 0.3 s."""
    return Redis.from_url(url, socket_timeout=0.3, socket_connect_timeout=0.3, retry_on_timeout=False)


def queue(connection: Redis, name: str) -> Queue:
    return Queue(name, connection=connection, serializer=JSONSerializer, default_timeout=JOB_TIMEOUT_SECONDS)


def wake_key(company_id: int) -> str:
    return f"wake:{company_id}"


def wake(redis_url: str | None, company_id: int) -> bool:
    """Wakes a worker for this company unless one is already called. False when Redis could not be asked: the
    workers' look into the database finds the mark within 2 s.

    In a storm Redis is asked twenty times a second, not for each event: a job that was called less than that ago has
    hardly begun, and looks for what is due until there is nothing."""
    now = time.monotonic()
    if now < _awake.get((redis_url, company_id), 0.0):
        return True
    is_called = _once(redis_url, wake_key(company_id), WAKE_SECONDS, SYNC_JOB, company_id)
    if is_called:
        _awake[redis_url, company_id] = now + AWAKE_SECONDS
    return is_called


def clear_wake(redis_url: str | None, company_id: int) -> None:
    """The job's first act: from here on a new mark wakes another job."""
    _awake.pop((redis_url, company_id), None)
    if redis_url is not None:
        with suppress(RedisError):
            quick_redis(redis_url).delete(wake_key(company_id))


def hold_wake(redis_url: str | None, company_id: int) -> None:
    """A worker has the company in hand and looks again before it lets go: for a moment no other need be woken."""
    if redis_url is not None:
        with suppress(RedisError):
            quick_redis(redis_url).set(wake_key(company_id), "1", ex=BUSY_SECONDS)


def go_on(redis_url: str | None, company_id: int) -> bool:
    """What a first turn left, or a longer one; behind what other companies have left."""
    return call(redis_url, GO_ON_JOB, company_id, seconds=GO_ON_SECONDS)


def gather(redis_url: str | None, company_id: int) -> bool:
    """After a first turn that had much to do: more will come, and is worked together. Until then nobody is woken."""
    hold_wake(redis_url, company_id)
    return call(redis_url, STORM_JOB, company_id, seconds=GO_ON_SECONDS)


def went_on(redis_url: str | None, job: str, company_id: int) -> None:
    """The job's first act."""
    if redis_url is not None:
        with suppress(RedisError):
            quick_redis(redis_url).delete(f"call:{job}:{company_id}")


def call(redis_url: str | None, job: str, key: int, *, seconds: int) -> bool:
    """A job found due in the database, at most once in so many seconds, whatever became of earlier wake-ups."""
    return _once(redis_url, f"call:{job}:{key}", seconds, job, key)


def _once(redis_url: str | None, name: str, seconds: int, job: str, key: int) -> bool:
    if redis_url is None:
        return False
    try:
        connection = quick_redis(redis_url)
        if connection.set(name, "1", nx=True, ex=seconds):
            queue(connection, QUICK if job == SYNC_JOB else LATER).enqueue(
                job, key, retry=Retry(max=2, interval=[5, 30]), result_ttl=0, failure_ttl=3600
            )
    except RedisError as error:
        log.warning("%s for %s could not be enqueued: %s", job, key, type(error).__name__)
        return False
    return True


def call_at(redis_url: str | None, job: str, key: int, at: datetime, wait: timedelta) -> bool:
    """A job for later, once."""
    if redis_url is None:
        return False
    try:
        connection = quick_redis(redis_url)
        seconds = max(int(wait.total_seconds()), 1)
        if connection.set(f"later:{job}:{key}", "1", nx=True, ex=seconds):
            queue(connection, LATER).enqueue_at(at, job, key, result_ttl=0, failure_ttl=3600)
    except RedisError as error:
        log.warning("%s for %s could not be enqueued: %s", job, key, type(error).__name__)
        return False
    return True


def wake_after_commit(session: StoreSession, redis_url: str | None, company_id: int) -> None:
    def call_worker() -> None:
        wake(redis_url, company_id)

    session.after_commit(call_worker)
