"""kill -9 at random: web, worker, Redis; a supervisor starts again at once whatever has died."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

import psutil

from benchmarks import kills
from devtools import embedded_redis
from devtools.stack import Stack, answers

LOOKS_EVERY = 0.05
AT_WORK = 0.8
"""The share of kills that wait until their victim works again. The rest hit what is just starting."""


class Supervisor(Thread):
    """Does what systemd or a platform does. `started` counts by name, `by_itself` what ended without being killed."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(name="supervisor", daemon=True)
        self.stack, self.lock, self.stop = stack, Lock(), Event()
        self.killed: set[str] = set()
        self.by_itself: Counter[str] = Counter()
        self.failure: Exception | None = None

    def run(self) -> None:
        while not self.stop.wait(LOOKS_EVERY):
            with self.lock:
                try:
                    self.look()
                except Exception as error:
                    self.failure = error
                    return

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Ends before anybody stops the stack, whatever ended the block: else it would start again what is stopped."""
        self.start()
        try:
            yield
        finally:
            self.stop.set()
            self.join()

    def look(self) -> None:
        for child in self.stack.children:
            if not child.is_alive and child.name not in self.killed:
                self.by_itself[f"{child.name}, status {child.process.returncode}"] += 1
        self.killed.difference_update(self.stack.revive())


class Killer:
    """`kinds` says how often each is drawn; `patience`, in seconds, how long a kill waits for its victim to work. Only
    processes that the stack has started, by their process ids."""

    def __init__(self, stack: Stack, supervisor: Supervisor, rng: random.Random, patience: float) -> None:
        self.stack, self.supervisor, self.rng, self.patience = stack, supervisor, rng, patience
        self.done: Counter[str] = Counter()
        self.left_behind: list[psutil.Process] = []
        self.kinds: dict[str, tuple[int, Callable[[], bool]]] = {
            "web, master and workers": (3, lambda: self._end("web", with_below=True)),
            "web, one worker": (2, self._one_web_worker),
            "web, master alone": (1, lambda: self._end("web")),
            "worker and job": (4, lambda: self._end("worker", with_below=True)),
            "worker": (2, lambda: self._end("worker")),
            "job": (2, self._job),
            "Redis": (3, lambda: self._redis(is_emptied=False)),
            "Redis, emptied": (2, lambda: self._redis(is_emptied=True)),
        }

    def kill(self, kind: str | None = None) -> None:
        """One kill of this kind, or of a random one; another when there is nothing of that kind at the moment."""
        names = list(self.kinds)
        chosen = kind or self.rng.choices(names, [weight for weight, _ in self.kinds.values()])[0]
        if self.rng.random() < AT_WORK:
            self._await_work(chosen)
        for name in (chosen, *names):
            with self.supervisor.lock:
                was_there = self.kinds[name][1]()
            if was_there:
                self.done[name] += 1
                return

    def _end(self, name: str, *, with_below: bool = False) -> bool:
        if not self.stack.child(name).is_alive:
            return False
        below = kills.below(self.stack, name)
        self.left_behind += below
        self.supervisor.killed.add(name)
        kills.kill([kills.process(self.stack, name), *(below if with_below else [])])
        self.stack.child(name).process.wait()
        return True

    def _one_web_worker(self) -> bool:
        workers = kills.below(self.stack, "web")
        kills.kill([self.rng.choice(workers)] if workers else [])
        return bool(workers)

    def _job(self) -> bool:
        found = kills.jobs(self.stack)
        kills.kill(found)
        return bool(found)

    def _await_work(self, kind: str) -> None:
        """Just started processes need seconds until they do anything; without this, most kills would hit idle ones."""
        is_at_work = (
            (lambda: answers(f"{self.stack.app_url}/healthz"))
            if "web" in kind
            else lambda: kills.jobs(self.stack)
        )
        deadline = time.monotonic() + self.patience
        while not is_at_work() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(self.rng.uniform(0, 0.7))

    def _redis(self, *, is_emptied: bool) -> bool:
        folder = self.stack.directory / "redis"
        server = embedded_redis.process_of(folder)
        if server is None or server.poll() is not None:
            return False
        server.kill()
        server.wait()
        if is_emptied:
            shutil.rmtree(folder / "appendonlydir")
        return True
