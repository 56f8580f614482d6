"""The line to Procore: requests' transport onto the model, with a yield on both sides of the work and every fault of a
call. What a fault answers is Procore's own wording wherever the model has one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from procore_sandbox.model import World
from tests.fixtures.site import InProcess
from tests.simulation.scheduler import Scheduler

CARDS = re.compile(r"/time(card_entries|sheets)\b")
WRITES = ("POST", "PATCH", "PUT", "DELETE")
REFUSALS: dict[str, dict[str, Any]] = {
    "status_500": {"status": 500},
    "status_503": {"status": 503},
    "status_503_wait": {"status": 503, "retry_after": 20},
    "status_429": {"status": 429, "retry_after": 15},
    "status_401": {"status": 401},
    "status_403": {"status": 403, "body": "You do not have permission"},
    "status_404": {"status": 404},
}
AFTERWARDS = {"html": "html", "truncated": "truncate", "redirect": "redirect"}
PAGES = {"repeat_page": {}, "short_page": {}, "drift_page": {"rows": 1}}
"""What happens to a page of a list; few lists have more than one unless pages are small."""


class Watching(Protocol):
    """Is told of every call before it leaves, of every answer that arrives, and of the end of each, however it ends."""

    knows_time: bool

    def leaves(self, request: requests.PreparedRequest) -> None: ...

    def arrives(self, request: requests.PreparedRequest, response: requests.Response) -> None: ...

    def is_over(self, request: requests.PreparedRequest) -> None: ...


class Line(InProcess):
    """In place of requests' transport."""

    def __init__(self, world: World, scheduler: Scheduler) -> None:
        super().__init__(world)
        self.scheduler = scheduler
        self.watches: list[Watching] = []

    def send(self, request: requests.PreparedRequest, **given: Any) -> requests.Response:
        try:
            return self._send(request)
        finally:
            for watch in self.watches:
                watch.is_over(request)

    def _send(self, request: requests.PreparedRequest) -> requests.Response:
        scheduler, faults = self.scheduler, self.scheduler.faults
        url = urlsplit(request.url or "")
        what = f"{request.method} {url.path}"
        is_write = request.method in WRITES and "/oauth/" not in url.path
        for watch in self.watches:
            watch.leaves(request)
        scheduler.point(f"> {what}")
        if scheduler.current() is None:
            return InProcess.send(self, request)
        if faults.strikes("lost_request", what):
            raise requests.exceptions.ConnectionError("connection reset before it arrived")
        if is_write and faults.strikes("late_effect", what):
            late = scheduler.clock.now() + timedelta(seconds=faults.rng.uniform(1, faults.latest))
            scheduler.at(late, lambda: self._late(request, what))
            raise requests.exceptions.ConnectionError("connection reset; the effect comes late")
        self._refuse(what, url.path, is_write)
        response = InProcess.send(self, request)
        scheduler.tell(f"  {what}?{url.query[:300]} → {response.status_code}")
        if self._is_list_of_ids(request, url.query) and response.ok and faults.strikes("empty_list"):
            response._content, response._content_consumed = b"[]", True
        if faults.strikes("lost_answer", what):
            raise requests.exceptions.ConnectionError("connection reset before the answer")
        scheduler.point(f"< {what} {response.status_code}")
        for watch in self.watches:
            watch.arrives(request, response)
        return response

    def _refuse(self, what: str, path: str, is_write: bool) -> None:
        """At most one refusal for this call, answered by the model itself."""
        faults = self.scheduler.faults
        for name, values in REFUSALS.items():
            if "/oauth/" in path and name not in ("status_500", "status_503"):
                continue
            if faults.strikes(name, what):
                self.world.add_fault(effect="refuse", times=1, **values)
                return
        if is_write and CARDS.search(path) and faults.strikes("status_422", what):
            self.world.add_fault(effect="refuse", times=1, status=422, body="refused by a rule")
            return
        for name, effect in AFTERWARDS.items():
            if faults.strikes(name, what):
                self.world.add_fault(effect=effect, times=1)
                return
        if path.endswith("/timecard_entries") and not is_write:
            for name, more in PAGES.items():
                if faults.strikes(name, what):
                    self.world.add_fault(effect=name, times=1, **more)
                    return

    def _late(self, request: requests.PreparedRequest, what: str) -> None:
        answer = InProcess.send(self, request)
        self.scheduler.tell(f"  late {what} → {answer.status_code}")

    @staticmethod
    def _is_list_of_ids(request: requests.PreparedRequest, query: str) -> bool:
        return request.method == "GET" and "filters%5Bid%5D" in query
