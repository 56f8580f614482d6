"""What is checked at the line, on the way: nobody calls while Procore's headers say that nothing is left, and one token
request is in flight at most (invariant 8); how much is written at Procore (4); no number of ours is sent again while a
card carries it (2); no card is written over that was read as approved (1, D44)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from procore_sandbox.model import World
from procore_sandbox.model.records import Timecard
from tests.simulation.line import CARDS, WRITES
from tests.simulation.scheduler import Scheduler, Task
from webapp.procore.answers import LONGEST_WAIT

KNOWN_WITHIN = timedelta(seconds=1.5)
"""A process reads the shared budget again after a second."""
LONGEST_CALL = timedelta(seconds=34)
"""A call that nobody answers has ended by then."""
LOCK = timedelta(seconds=10)
"""Of the 45 s that the lock lasts from when it was asked for, how much may pass before the call leaves: a task that was
stopped for longer may find that another has its lock."""
ONE_CARD = re.compile(r"/timecard_entries/(\d+)$")
APPROVED = ("approved", "completed")
OF_PAGES = ("drift_page", "short_page", "repeat_page")
"""Faults by which a look-up may miss a card that is there."""


class Watch:
    """Registered with the line. `sentences`: what was seen against the rules, with the invariant's number."""

    def __init__(self, scheduler: Scheduler, world: World) -> None:
        self.scheduler, self.world = scheduler, world
        self.sentences: list[tuple[int, str]] = []
        self.writes = 0
        self.counts: Counter[str] = Counter()
        self._used_up: dict[str, tuple[datetime, datetime]] = {}
        self._token_calls: dict[Task, tuple[datetime, bool]] = {}
        self._began: dict[Task, datetime] = {}
        self._read: dict[tuple[Task, int], datetime] = {}
        self.knows_time = True

    def leaves(self, request: requests.PreparedRequest) -> None:
        path, now = (request.url or "").partition("?")[0], self.scheduler.clock.now()
        heard_at, until = self._used_up.get(request.headers.get("Procore-Company-Id", ""), (now, now))
        if now < until and now - heard_at > KNOWN_WITHIN:
            self.sentences.append((8, f"{request.method} {path} left while nothing was left until {until}"))
        if path.endswith("/oauth/token"):
            self._asks_for_token()
        elif CARDS.search(path):
            self._calls_for_cards(request, path)

    def arrives(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        if response.headers.get("X-Rate-Limit-Remaining") != "0":
            return
        now = self.scheduler.clock.now()
        there = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
        reset = datetime.fromtimestamp(int(response.headers["X-Rate-Limit-Reset"]), UTC)
        self.counts["window used up"] += 1
        wait = min(reset - there, LONGEST_WAIT)
        self._used_up[request.headers.get("Procore-Company-Id", "")] = (now, now + wait)

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
        held_lock = now - task.recent[0] < LOCK
        if flying and held_lock and self.knows_time:
            self.sentences.append((8, f"{task.name} asks for a token while {flying[0].name} does"))
        self._token_calls[task] = now, held_lock

    # ---- cards ---------------------------------------------------------------------------------------

    def _calls_for_cards(self, request: requests.PreparedRequest, path: str) -> None:
        task, now = self.scheduler.current(), self.scheduler.clock.now()
        if request.method in WRITES:
            self.writes += 1
        if task is None:
            return
        self._began.setdefault(task, now)
        if request.method == "GET":
            self._read |= {(task, card): now for card in _ids(request.url or "")}
        elif request.method == "POST":
            self._creates(task, request.body)
        elif (one := ONE_CARD.search(path)) and (card := self.world.timecard(int(one[1]))) is not None:
            self._writes_over(task, request.method or "", card)

    def _creates(self, task: Task, body: Any) -> None:
        """What a job sends, its first call could have shown; but for a page that lacked it, or a project that was
        withdrawn: then Procore refuses this one, too, or the rule for two cards of one number ends it (D6)."""
        began = self._began[task] - self._lag()
        if any(self.scheduler.faults.fired[name] for name in OF_PAGES):
            return
        for number in _numbers(json.loads(body)):
            for card in self.world.state.timecards:
                is_there = card.deleted_at is None and self._live_since(card) < began and self._is_shown(card)
                if card.origin_id == number and is_there:
                    self.sentences.append(
                        (2, f"{task.name} sends {number} again though card {card.id} carries it")
                    )

    def _live_since(self, card: Timecard) -> datetime:
        """When it was made, or last brought back."""
        changes = self.world.state.changes_of_card.get(card.id, [])
        back = [c.created_at for c in changes if c.column == "deleted_at" and c.new_value is None]
        return max((card.created_at, *back))

    def _is_shown(self, card: Timecard) -> bool:
        installation = self.world.installation(card.company_id)
        return installation is not None and card.project_id in installation.permitted_project_ids

    def _writes_over(self, task: Task, method: str, card: Timecard) -> None:
        read_at = self._read.get((task, card.id))
        if card.approval_status not in APPROVED or read_at is None:
            return
        changes = self.world.state.changes_of_card.get(card.id, [])
        times = [change.created_at for change in changes if change.column == "approval_status"]
        if times and max(times) < read_at - self._lag():
            self.sentences.append(
                (1, f"{method} of card {card.id}, which was read as {card.approval_status}")
            )

    def _lag(self) -> timedelta:
        return timedelta(seconds=float(self.world.state.switches.list_lag_seconds))


def _ids(url: str) -> Iterator[int]:
    """Of the cards that a list is asked for by their ids."""
    for name, value in parse_qsl(urlsplit(url).query):
        if name.startswith("filters[id]"):
            yield from map(int, re.findall(r"\d+", value))


def _numbers(body: Any) -> Iterator[int]:
    """Every number of ours that a body carries."""
    if isinstance(body, dict):
        number = body.get("origin_id")
        if number is not None:
            yield int(number)
        for value in body.values():
            yield from _numbers(value)
    elif isinstance(body, list):
        for each in body:
            yield from _numbers(each)
