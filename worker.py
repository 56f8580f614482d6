"""The worker: builds the app once, forks for every job, and looks into the database every 2 s for what no wake-up
reached. As many of these as wanted; each listens to one queue."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import time
from typing import Any

from redis import Redis
from rq import Worker
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from webapp import create_app, queueing
from webapp.errors import Misconfigured
from webapp.extensions import db
from webapp.jobs import schedule

LOOK_SECONDS = 2
PR_SET_PDEATHSIG = 1
log = logging.getLogger(__name__)
app = create_app()


class LookingWorker(Worker):
    """RQ's forking worker whose heartbeat, idle or busy, also looks into the database."""

    looked_at = 0.0

    @property
    def dequeue_timeout(self) -> int:
        return LOOK_SECONDS

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        self.look()
        super().heartbeat(*args, **kwargs)

    def look(self) -> None:
        if time.monotonic() - self.looked_at < LOOK_SECONDS:
            return
        try:
            schedule.look()
        except Exception:
            log.exception("the look into the database failed; it is tried again in %s s", LOOK_SECONDS)
        self.looked_at = time.monotonic()

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the child: connections of the parent are not ours to use."""
        db.engine.dispose(close=False)
        super().main_work_horse(job, queue)


def end_with_the_worker() -> None:
    """A worker that is killed takes its job and RQ's scheduler along. The scheduler never looks whether its worker
    still lives: it would stay for ever, with the code and settings of that day. Only Linux can be asked for this."""
    if sys.platform != "linux":
        return
    worker, libc = os.getpid(), ctypes.CDLL(None)

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != worker:
            os._exit(1)

    os.register_at_fork(after_in_child=in_child)


def main() -> int:
    redis_url = app.extensions["config"].redis_url
    if redis_url is None:
        raise Misconfigured("REDIS_URL", "is required by the worker")
    connection = Redis.from_url(redis_url)
    end_with_the_worker()
    with app.app_context():
        worker = LookingWorker(
            [queueing.queue(connection)],
            connection=connection,
            serializer=JSONSerializer,
            job_monitoring_interval=LOOK_SECONDS,
            maintenance_interval=60,
        )
        worker.work(with_scheduler=True, logging_level="WARNING")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Misconfigured as error:
        sys.exit(str(error))
