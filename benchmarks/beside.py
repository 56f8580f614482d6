"""The baseline's processes beside ours, their jobs, and workers that stand still for a while."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import redis

from benchmarks.doors import Door
from benchmarks.site import Site, until
from devtools.children import Child
from devtools.ports import LOOPBACK, first_free

QUEUE = "baseline"


class Baseline:
    """The small app on a port of its own, with a database of its own beside ours, in the same Redis, and a worker for
    its jobs as ours has one: what is enqueued has to be worked on the same cores. `with Baseline(site) as baseline:`"""

    def __init__(self, site: Site) -> None:
        self.port = first_free(site.stack.procore_port + 1)
        directory = site.stack.directory
        self.environment = {
            **site.stack.environment,
            "BASELINE_DATABASE_URL": f"sqlite:///{directory / 'baseline.db'}",
            "BASELINE_QUEUE": QUEUE,
        }
        gunicorn = [sys.executable, "-m", "gunicorn", "benchmarks.baseline:app"]
        worker = [str(Path(sys.executable).parent / "rq"), "worker", QUEUE]
        worker += ["--url", self.environment["REDIS_URL"], "--logging_level", "WARNING"]
        worker += ["--serializer", "rq.serializers.JSONSerializer"]
        bind = ["--bind", f"{LOOPBACK}:{self.port}"]
        self.web = Child("baseline", gunicorn + bind, self.environment, directory / "baseline.log")
        self.worker = Child("baseline-worker", worker, self.environment, directory / "baseline-worker.log")
        self._held = ExitStack()

    def __enter__(self) -> Baseline:
        with ExitStack() as held:
            for child in (self.web, self.worker):
                child.start()
                held.callback(child.stop)
            until(self._answers, 60, "the baseline to answer")
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()
        self.drop_jobs()

    def drop_jobs(self) -> None:
        """What the baseline's worker did not get to is not to be worked while ours is measured."""
        with redis.Redis.from_url(self.environment["REDIS_URL"]) as client:
            ids: Any = client.lrange(f"rq:queue:{QUEUE}", 0, -1)
            client.delete(f"rq:queue:{QUEUE}", *(b"rq:job:" + key for key in ids))

    def _answers(self) -> bool:
        try:
            Door(f"http://{LOOPBACK}:{self.port}")._call("GET", "/healthz")
        except OSError:
            return False
        return True


@contextmanager
def standing_still(children: Sequence[Child]) -> Iterator[None]:
    """Their processes are stopped (SIGSTOP) meanwhile, and go on afterwards whatever happens."""
    processes = [process for child in children for process in family(child)]
    try:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def family(child: Child) -> list[psutil.Process]:
    """The process and all it has started."""
    root = psutil.Process(child.process.pid)
    return [root, *root.children(recursive=True)]


def cpu_seconds(child: Child) -> float:
    """What it and the processes that it has now have used so far."""
    used = 0.0
    for process in family(child):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used += times.user + times.system
    return used
