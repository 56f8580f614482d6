"""Queue and job names, and the wake-up. Imports no job: jobs are named by their dotted path.

A wake-up is a hint: `SET wake:{company} NX EX 60` and one job. The job deletes the key first, so a mark made while it
works wakes another. Redis unreachable costs a caller at most 0.3 s and never changes its answer.
"""

from __future__ import annotations

import logging
from functools import lru_cache

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from webapp.store.session import StoreSession

QUEUE = "timesite"
SYNC_JOB = "webapp.jobs.sync.sync_company"
WAKE_SECONDS = 60
JOB_TIMEOUT_SECONDS = 600

log = logging.getLogger(__name__)


@lru_cache(maxsize=4)
def quick_redis(url: str) -> Redis:
    """For the web: gives up after 0.3 s."""
    return Redis.from_url(url, socket_timeout=0.3, socket_connect_timeout=0.3, retry_on_timeout=False)


def queue(connection: Redis) -> Queue:
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, default_timeout=JOB_TIMEOUT_SECONDS)


def wake_key(company_id: int) -> str:
    return f"wake:{company_id}"


def wake(redis_url: str | None, company_id: int) -> bool:
    """Wakes a worker for this company unless one is already called. False when Redis could not be asked: the
    workers' look into the database finds the mark within 2 s."""
    if redis_url is None:
        return False
    try:
        connection = quick_redis(redis_url)
        if connection.set(wake_key(company_id), "1", nx=True, ex=WAKE_SECONDS):
            queue(connection).enqueue(SYNC_JOB, company_id, retry=Retry(max=2, interval=[5, 30]),
                                      result_ttl=0, failure_ttl=3600)
        return True
    except RedisError as error:
        log.warning("no wake-up for company %s: %s", company_id, type(error).__name__)
        return False


def wake_after_commit(session: StoreSession, redis_url: str | None, company_id: int) -> None:
    session.after_commit(lambda: wake(redis_url, company_id))
