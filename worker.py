"""The worker: builds the app once, forks for every job, and looks into the database every 2 s for what no wake-up
reached. As many of these as wanted.

Two processes: one takes nothing but first turns, so that no backlog stands before a change that was just made; this one
takes them, too, and all that takes longer.
"""

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


class JobWorker(Worker):
    """RQ's forking worker on our queues, in the order given."""

    was_asked_to_end = False

    def __init__(self, redis_url: str, *names: str) -> None:
        connection = Redis.from_url(redis_url)
        super().__init__(
            [queueing.queue(connection, name) for name in names],
            connection=connection,
            serializer=JSONSerializer,
            job_monitoring_interval=LOOK_SECONDS,
            maintenance_interval=60,
        )

    @property
    def dequeue_timeout(self) -> int:
        return LOOK_SECONDS

    def handle_warm_shutdown_request(self) -> None:
        self.was_asked_to_end = True
        super().handle_warm_shutdown_request()

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """In the child: connections of the parent are not ours to use."""
        db.engine.dispose(close=False)
        super().main_work_horse(job, queue)


class LookingWorker(JobWorker):
    """Its heartbeat, idle or busy, also looks into the database, and after its helper."""

    looked_at = 0.0
    helper: int | None = None

    def __init__(self, redis_url: str, *names: str) -> None:
        super().__init__(redis_url, *names)
        self.redis_url = redis_url

    def heartbeat(self, *args: Any, **kwargs: Any) -> None:
        self.look()
        super().heartbeat(*args, **kwargs)

    def look(self) -> None:
        if time.monotonic() - self.looked_at < LOOK_SECONDS:
            return
        self.have_helper()
        try:
            schedule.look()
        except Exception:
            log.exception("the look into the database failed; it is tried again in %s s", LOOK_SECONDS)
        self.looked_at = time.monotonic()

    def have_helper(self) -> None:
        if self.helper is not None and os.waitpid(self.helper, os.WNOHANG) == (0, 0):
            return
        if self.helper is not None:
            log.warning("the process for first turns ended; another begins")
        self.helper = fork_helper(self.redis_url)

    def end_helper(self) -> None:
        """It finishes the job that it has in hand."""
        if self.helper is not None:
            os.kill(self.helper, signal.SIGTERM)
            os.waitpid(self.helper, 0)


def fork_helper(redis_url: str) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        db.engine.dispose(close=False)
        JobWorker(redis_url, queueing.QUICK).work(logging_level="WARNING")
        status = 0
    except Exception:
        log.exception("the process for first turns could not go on")
    finally:
        os._exit(status)


def end_with_the_worker() -> None:
    """A worker that is killed takes its helper, its job and RQ's scheduler along. The scheduler never looks whether its
    worker still lives: it would stay for ever, with the code and settings of that day. Only Linux can be asked for
    this."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def before() -> None:
        nonlocal parent
        parent = os.getpid()

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    os.register_at_fork(before=before, after_in_child=in_child)


def main() -> int:
    redis_url = app.extensions["config"].redis_url
    if redis_url is None:
        raise Misconfigured("REDIS_URL", "is required by the worker")
    end_with_the_worker()
    with app.app_context():
        worker = LookingWorker(redis_url, queueing.QUICK, queueing.LATER)
        worker.have_helper()
        try:
            worker.work(with_scheduler=True, logging_level="WARNING")
        finally:
            worker.end_helper()
    # RQ gives up without an error where Redis dies at the wrong moment: a supervisor has to see that it did
    return 0 if worker.was_asked_to_end else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Misconfigured as error:
        sys.exit(str(error))
