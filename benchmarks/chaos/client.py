"""A good client of our API: one Idempotency-Key for each write, tried again until there is an answer."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

import requests

PATIENCE = 180.0
"""Seconds. A write whose process was killed on another machine answers 409 for two minutes."""
BUSY = (502, 503, 504)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    etag: str | None
    was_repeated: bool
    """An earlier try broke off: whether that one was done is not known."""


class Unanswered(RuntimeError):
    """No answer in all that time."""


class Client:
    """Not safe to share between threads. `oddities` gets every answer that a killed process must not bring about."""

    def __init__(self, base: str, headers: dict[str, str], oddities: list[str]) -> None:
        self.base, self.headers, self.oddities = base, headers, oddities
        self.session = requests.Session()
        self.session.trust_env = False

    def call(self, method: str, path: str, body: Any = None, *, etag: str | None = None) -> Answer:
        """Raises Unanswered."""
        headers = {**self.headers, "Idempotency-Key": str(uuid.uuid4())} if method != "GET" else self.headers
        if etag is not None:
            headers = {**headers, "If-Match": etag}
        deadline, tries = time.monotonic() + PATIENCE, 0
        while time.monotonic() < deadline:
            tries += 1
            try:
                got = self.session.request(method, self.base + path, json=body, headers=headers, timeout=20)
            except requests.RequestException:
                time.sleep(0.2)
                continue
            if got.status_code == 500:
                self.oddities.append(f"{method} {path}: 500")
            elif got.status_code not in BUSY and not _is_still_worked_on(got):
                said = got.json() if got.content else None
                return Answer(got.status_code, said, got.headers.get("ETag"), was_repeated=tries > 1)
            time.sleep(0.5)
        raise Unanswered(f"{method} {path}: no answer in {PATIENCE:.0f} s")


def _is_still_worked_on(got: requests.Response) -> bool:
    return got.status_code == 409 and "Idempotency-Key" in got.text
