"""A worker is two processes: each is followed by another when it dies, and none outlives the first (M17, D10)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import redis

from tests.fixtures.app import MakeApp
from tests.fixtures.settings import TEST_ENVIRONMENT
from webapp import queueing

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0

pytestmark = pytest.mark.slow


def until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def signed_in(client: redis.Redis, *states: bytes) -> dict[int, list[str]]:
    """Processes that serve queues, as RQ lists them, if they live; in these states only, if any are given."""
    found = {}
    for key in client.smembers("rq:workers"):
        pid, names, state = client.hmget(key, "pid", "queues", "state")
        if pid and psutil.pid_exists(int(pid)) and (not states or state in states):
            found[int(pid)] = names.decode().split(",")
    return found


@pytest.fixture
def worker(
    make_app: MakeApp, sqlite_url: str, redis_url: str, tmp_path: Path
) -> Iterator[subprocess.Popen[bytes]]:
    make_app(DATABASE_URL=sqlite_url)  # migrates it
    environment = os.environ | TEST_ENVIRONMENT | {"DATABASE_URL": sqlite_url, "REDIS_URL": redis_url}
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "worker.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    yield process
    process.kill()
    process.wait()


def helper_of(worker: subprocess.Popen[bytes], client: redis.Redis) -> int | None:
    served = signed_in(client)
    return next((pid for pid, names in served.items() if names == [queueing.QUICK]), None)


def test_the_process_for_first_turns_is_followed_by_another_and_ends_with_the_worker(
    worker: subprocess.Popen[bytes], redis_client: redis.Redis
) -> None:
    """M17, D10: kill -9 of either leaves nobody without a worker, and no worker without its parent."""
    until(lambda: len(signed_in(redis_client)) == 2, "both processes")
    assert signed_in(redis_client)[worker.pid] == [queueing.QUICK, queueing.LATER]
    first = helper_of(worker, redis_client)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: helper_of(worker, redis_client) not in (None, first), "another process for first turns")
    second = helper_of(worker, redis_client)
    assert second is not None
    worker.kill()
    worker.wait()
    until(lambda: not psutil.pid_exists(second), "the helper to end with the worker")


def test_a_worker_that_is_asked_to_end_ends_with_its_helper(
    worker: subprocess.Popen[bytes], redis_client: redis.Redis
) -> None:
    """A deployment: each finishes what it has in hand."""
    until(lambda: len(signed_in(redis_client, b"idle", b"busy")) == 2, "both processes")
    helper = helper_of(worker, redis_client)
    assert helper is not None
    worker.terminate()
    assert worker.wait(PATIENCE) == 0
    assert not psutil.pid_exists(helper)


def test_a_worker_that_gives_up_does_not_say_that_all_is_well(
    worker: subprocess.Popen[bytes], redis_client: redis.Redis
) -> None:
    """D11: RQ ends quietly where Redis fails it at the wrong moment; a supervisor must see that it did."""
    until(lambda: len(signed_in(redis_client, b"idle", b"busy")) == 2, "both processes")
    redis_client.set(f"rq:queue:{queueing.LATER}", "no queue")
    assert worker.wait(PATIENCE) == 1
