"""What is checked on the way: nobody calls while Procore's headers say that nothing is left, and one token request is
in flight at most (invariant 8); how much is written at Procore (invariant 4)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

from tests.simulation.line import CARDS, WRITES
from tests.simulation.scheduler import Scheduler, Task

KNOWN_WITHIN = timedelta(seconds=1.5)
"""A process reads the shared budget again after a second."""
LONGEST_CALL = timedelta(seconds=34)
"""A call that nobody answers has ended by then."""
LOCK = timedelta(seconds=10)
"""Of the 45 s that the lock lasts from when it was asked for, how much may pass before the call leaves: a task that was
stopped for longer may find that another has its lock."""


class Watch:
    """Registered with the line. `sentences`: what was seen against the rules."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.sentences: list[str] = []
        self.writes = 0
        self.counts: Counter[str] = Counter()
        self._used_up: dict[str, tuple[datetime, datetime]] = {}
        self._token_calls: dict[Task, tuple[datetime, bool]] = {}
        self.knows_time = True

    def leaves(self, request: requests.PreparedRequest) -> None:
        path, now = (request.url or "").partition("?")[0], self.scheduler.clock.now()
        if request.method in WRITES and CARDS.search(path):
            self.writes += 1
        heard_at, until = self._used_up.get(request.headers.get("Procore-Company-Id", ""), (now, now))
        if now < until and now - heard_at > KNOWN_WITHIN:
            self.sentences.append(f"{request.method} {path} left while nothing was left until {until}")
        if path.endswith("/oauth/token"):
            self._asks_for_token()

    def arrives(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        if response.headers.get("X-Rate-Limit-Remaining") != "0":
            return
        now = self.scheduler.clock.now()
        there = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
        reset = datetime.fromtimestamp(int(response.headers["X-Rate-Limit-Reset"]), UTC)
        self.counts["window used up"] += 1
        self._used_up[request.headers.get("Procore-Company-Id", "")] = (now, now + (reset - there))

    def is_over(self, request: requests.PreparedRequest) -> None:
        task = self.scheduler.current()
        if task is not None:
            self._token_calls.pop(task, None)

    def _asks_for_token(self) -> None:
        task, now = self.scheduler.current(), self.scheduler.clock.now()
        if task is None:
            return
        self.counts["token asked for"] += 1
        flying = [
            other
            for other, (left_at, held_lock) in self._token_calls.items()
            if held_lock
            and other is not task
            and other in self.scheduler.tasks
            and now - left_at < LONGEST_CALL
        ]
        if flying and self.knows_time:
            self.sentences.append(f"{task.name} asks for a token while {flying[0].name} does")
        self._token_calls[task] = now, now - task.asked_at < LOCK
