"""A write that carries an Idempotency-Key has its effect once: the same request gets the same answer again (R33).

A claim is committed before the work, with the name of its process: one whose process has died is free at once. What
the work creates is noted in the work's own transaction, so that a process killed between the two leaves either nothing
done, or the record to answer with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from webapp import wiring
from webapp.errors import Conflict, InvalidInput
from webapp.services.sync import has_died, owner
from webapp.store import idempotency
from webapp.store.session import StoreSession, reading, system, transaction

DEAD_AFTER = timedelta(minutes=2)
"""For a process of another machine, of which nobody here can say whether it lives."""
KEPT = timedelta(days=2)
LONGEST_KEY = 200

_current: ContextVar[str | None] = ContextVar("idempotency_key", default=None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered before."""

    status: int
    body: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Created:
    """The work was done, its answer never recorded: answer with this record."""

    kind: str
    id: int


def begin(company_id: int, key: str, request_hash: str) -> Answer | Created | None:
    """None: go ahead, then `finish` or `give_up`. Raises InvalidInput when the key was used for another request,
    Conflict while the first one is still being worked on."""
    if not key.isprintable() or len(key) > LONGEST_KEY:
        raise InvalidInput(f"Idempotency-Key takes at most {LONGEST_KEY} printable characters.")
    now = wiring.clock().now()
    with transaction(company_id) as session:
        if idempotency.claim(session, key, request_hash, now, {"by": owner()}):
            return None
    with transaction(company_id) as session:
        row = idempotency.locked(session, key)
        if row is None:
            raise Conflict("The first request with this Idempotency-Key has just ended. Repeat the request.")
        if row.request_hash != request_hash:
            raise InvalidInput("This Idempotency-Key was used for another request. Use a new one for each.")
        headers = row.headers or {}
        if row.status is not None:
            return Answer(row.status, row.body or "", headers)
        if "created" in headers:
            return Created(*headers["created"])
        if now - row.created_at < DEAD_AFTER and not has_died(headers.get("by", "")):
            raise Conflict(
                "The first request with this Idempotency-Key is still being worked on. Repeat it later."
            )
        row.created_at, row.headers = now, {"by": owner()}
        return None


@contextmanager
def working(key: str) -> Iterator[None]:
    """What is created meanwhile is noted for this key."""
    token = _current.set(key)
    try:
        yield
    finally:
        _current.reset(token)


def created_in(session: StoreSession, kind: str, record_id: int) -> None:
    """Called by what creates a record, in its own transaction."""
    key = _current.get()
    row = idempotency.locked(session, key) if key is not None else None
    if row is not None:
        row.headers = {"created": [kind, record_id]}


def finish(company_id: int, key: str, answer: Answer) -> None:
    with transaction(company_id) as session:
        row = idempotency.locked(session, key)
        if row is not None:
            row.status, row.body, row.headers = answer.status, answer.body, dict(answer.headers)


def purge() -> None:
    """Keys of all companies that are older than anybody repeats a request."""
    with system() as session:
        idempotency.forget_before(session, wiring.clock().now() - KEPT)


def give_up(company_id: int, key: str) -> None:
    """Nothing was done: the same key may be tried again."""
    with reading(company_id) as session:
        row = idempotency.find(session, key)
        if row is None or row.status is not None or "created" in (row.headers or {}):
            return
    with transaction(company_id) as session:
        idempotency.forget(session, key)
