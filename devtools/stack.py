"""Everything of Timesite on one machine and one directory: Redis, database, the stand-in for Procore, web, worker.

The demo, the browser tests, the benchmarks and the pictures all stand on it.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from cryptography.fernet import Fernet

from devtools import embedded_redis
from devtools.children import ROOT, Child, Register
from devtools.locking import exclusively
from devtools.ports import LOOPBACK
from procore_sandbox.model.state import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET

READY_SECONDS = 60.0


class StackFailed(RuntimeError):
    """Something did not start or died; the message says what and holds its last log lines."""


class Stack:
    """`with Stack(directory, app_port, procore_port) as stack:` runs all of it for as long as the block does."""

    def __init__(
        self,
        directory: Path,
        app_port: int,
        procore_port: int,
        *,
        workers: int = 1,
        settings: Mapping[str, str] | None = None,
        is_interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.directory = directory.resolve()
        self.app_url = f"http://{LOOPBACK}:{app_port}"
        self.procore_url = f"http://localhost:{procore_port}"
        self.app_port = app_port
        self.procore_port = procore_port
        self.workers = workers
        self.settings = settings or {}
        self.is_interrupted = is_interrupted
        self.environment: dict[str, str] = {}
        self.children: list[Child] = []
        self._register = Register(self.directory / "children.json")
        self._held = ExitStack()
        self._is_redis_ours = False

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts all parts and returns when each answers. Raises StackFailed or AlreadyRunning."""
        self._held.enter_context(exclusively(self.directory))
        self._register.end_leftovers()
        self.environment = {**os.environ, **self._settings(self._redis_url()), **self.settings}
        python = sys.executable
        self._spawn(
            "procore",
            [
                *(python, "-m", "procore_sandbox", "--host", LOOPBACK, "--port", str(self.procore_port)),
                *("--database", str(self.directory / "procore.db"), "--app-url", self.app_url),
            ],
        )
        self._migrate()
        self._spawn("web", [python, "-m", "gunicorn", "wsgi:app", "--bind", f"{LOOPBACK}:{self.app_port}"])
        for number in range(1, self.workers + 1):
            self._spawn("worker" if self.workers == 1 else f"worker{number}", [python, "worker.py"])
        self._wait_for("the stand-in for Procore", lambda: answers(f"{self.procore_url}/healthz"))
        self._wait_for("the web process", lambda: answers(f"{self.app_url}/healthz"))
        self._wait_for("the worker", self._workers_are_ready)

    def stop(self) -> None:
        """Ends everything in order: who makes work first, who keeps data last."""
        order = ["web", "worker", "procore"]
        for child in sorted(self.children, key=lambda child: order.index(child.name.rstrip("0123456789"))):
            child.stop()
        self.children.clear()
        if self._is_redis_ours:
            embedded_redis.stop(self.directory / "redis")
        self._held.close()

    def raise_for_the_dead(self) -> None:
        """Raises StackFailed when a part has died."""
        for child in self.children:
            if not child.is_alive:
                status = child.process.returncode
                raise StackFailed(
                    f"{child.name} ended with status {status}. Its last words:\n{child.last_words()}"
                )

    def revive(self) -> list[str]:
        """Starts what has died again, as a supervisor would, and says what that was. Does not wait for its answer."""
        dead = [child for child in self.children if not child.is_alive]
        for child in dead:
            child.start()
        if dead:
            self._register.write(self.children)
        names = [child.name for child in dead]
        if self._is_redis_ours and embedded_redis.revive(self.directory / "redis"):
            names.append("redis")
        return names

    def child(self, name: str) -> Child:
        return next(child for child in self.children if child.name == name)

    def _redis_url(self) -> str:
        if url := os.environ.get("REDIS_URL"):
            return url
        # under the lock, a server that still lives here was left by a run that was killed: it is ours to stop
        self._is_redis_ours = True
        return embedded_redis.ensure(self.directory / "redis")[0].url

    def _settings(self, redis_url: str) -> dict[str, str]:
        """All settings of .env.example, so that neither .env nor the caller's environment changes them."""
        return {
            **self._secrets(),
            "DATABASE_URL": f"sqlite:///{self.directory / 'timesite.db'}",
            "REDIS_URL": redis_url,
            "APP_BASE_URL": self.app_url,
            "PROCORE_CLIENT_ID": DEMO_CLIENT_ID,
            "PROCORE_CLIENT_SECRET": DEMO_CLIENT_SECRET,
            "PROCORE_LOGIN_URL": self.procore_url,
            "PROCORE_API_URL": self.procore_url,
            "PROCORE_WEB_ORIGINS": self.procore_url,
            "MAIL_URL": "",
            "SWEEP_INTERVAL_SECONDS": os.environ.get("SWEEP_INTERVAL_SECONDS", "300"),
            "LOG_FORMAT": "console",
            "NO_COLOR": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def _secrets(self) -> dict[str, str]:
        """Made once and kept, so that sessions and stored tokens survive a restart."""
        path = self.directory / "secrets.json"
        if not path.exists():
            made = {
                "SECRET_KEY": secrets.token_urlsafe(32),
                "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            }
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                json.dump(made, file)
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def _migrate(self) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            start_new_session=True,
        )
        if run.returncode:
            raise StackFailed(f"The database could not be migrated:\n{run.stdout}{run.stderr}")

    def _spawn(self, name: str, command: list[str]) -> None:
        child = Child(name, command, self.environment, self.directory / f"{name}.log")
        child.start()
        self.children.append(child)
        self._register.write(self.children)

    def _wait_for(self, what: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready():
            self.raise_for_the_dead()
            if self.is_interrupted():
                raise KeyboardInterrupt
            if time.monotonic() > deadline:
                raise StackFailed(f"After {READY_SECONDS:.0f} s {what} does not answer; see {self.directory}")
            time.sleep(0.05)

    def _workers_are_ready(self) -> bool:
        """Whether each worker process has signed in at Redis."""
        with redis.Redis.from_url(self.environment["REDIS_URL"], decode_responses=True) as client:
            signed_in = {client.hget(key, "pid") for key in client.smembers("rq:workers")}
        ours = {str(child.process.pid) for child in self.children if child.name.startswith("worker")}
        return ours <= signed_in


def forget(directory: Path) -> None:
    """Deletes all data of a stack that does not run, and ends what a killed one left alive. Raises AlreadyRunning."""
    with exclusively(directory):
        Register(directory / "children.json").end_leftovers()
        embedded_redis.stop(directory / "redis")
        shutil.rmtree(directory)


def answers(url: str) -> bool:
    """Whether a server says 200 there."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # an address of our own
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
