"""A write that carries an Idempotency-Key has its effect once: the same request gets the same answer again (R33).

A claim is committed before the work, with the name of its process: one whose process has died is free at once. What
the work does is noted in the work's own transaction, so that a process killed between the two leaves either nothing
done, or the record to answer with; and so that a request that only stalled does nothing once its key was taken over.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from webapp import wiring
from webapp.errors import Conflict, InvalidInput
from webapp.services.sync import has_died, owner
from webapp.store import idempotency
from webapp.store.session import StoreSession, system, transaction

DEAD_AFTER = timedelta(minutes=2)
"""One that is not known to have died: it is of another machine, or hangs."""
KEPT = timedelta(days=2)
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a key. `id` tells it from one that was made after it was given up for dead."""

    key: str
    id: str


_current: ContextVar[Claim | None] = ContextVar("idempotency_claim", default=None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered before."""

    status: int
    body: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """The work was done, its answer never recorded: answer with this record, as it is now."""

    kind: str
    id: int


def begin(company_id: int, key: str, request_hash: str) -> Answer | Done | Claim:
    """A claim: go ahead, then `finish` or `give_up`. Raises InvalidInput when the key was used for another request,
    Conflict while the first one is still being worked on."""
    if not key.isprintable() or len(key) > LONGEST_KEY:
        raise InvalidInput(f"Idempotency-Key takes at most {LONGEST_KEY} printable characters.")
    now, claim = wiring.clock().now(), Claim(key, secrets.token_hex(8))
    with transaction(company_id) as session:
        if idempotency.claim(session, key, request_hash, now, _note(claim)):
            return claim
    with transaction(company_id) as session:
        row = idempotency.locked(session, key)
        if row is None:
            raise Conflict("The first request with this Idempotency-Key has just ended. Repeat the request.")
        if row.request_hash != request_hash:
            raise InvalidInput("This Idempotency-Key was used for another request. Use a new one for each.")
        headers = row.headers or {}
        if row.status is not None:
            return Answer(row.status, row.body or "", headers)
        if "done" in headers:
            return Done(*headers["done"])
        if now - row.created_at < DEAD_AFTER and not has_died(headers.get("by", "")):
            raise Conflict(
                "The first request with this Idempotency-Key is still being worked on. Repeat it later."
            )
        row.created_at, row.headers = now, _note(claim)
        return claim


@contextmanager
def working(claim: Claim) -> Iterator[None]:
    """What is done meanwhile is noted for its key."""
    token = _current.set(claim)
    try:
        yield
    finally:
        _current.reset(token)


def done_in(session: StoreSession, kind: str, record_id: int) -> None:
    """Called by what creates or changes a record, in its own transaction. Raises Conflict when the key was taken over
    meanwhile: nothing is done then."""
    claim = _current.get()
    if claim is None:
        return
    row = idempotency.locked(session, claim.key)
    if row is None or not _is_held(row.headers, claim):
        raise Conflict("Another request with this Idempotency-Key went ahead meanwhile. Repeat the request.")
    row.headers = {**_note(claim), "done": [kind, record_id]}


def finish(company_id: int, key: str, answer: Answer) -> None:
    with transaction(company_id) as session:
        row = idempotency.locked(session, key)
        if row is not None:
            row.status, row.body, row.headers = answer.status, answer.body, dict(answer.headers)


def purge() -> None:
    """Keys of all companies that are older than anybody repeats a request."""
    with system() as session:
        idempotency.forget_before(session, wiring.clock().now() - KEPT)


def give_up(company_id: int, claim: Claim) -> None:
    """Nothing was done: the same key may be tried again."""
    with transaction(company_id) as session:
        row = idempotency.locked(session, claim.key)
        if row is not None and _is_held(row.headers, claim) and "done" not in (row.headers or {}):
            session.delete(row)


def _note(claim: Claim) -> dict[str, str]:
    return {"by": owner(), "claim": claim.id}


def _is_held(note: Mapping[str, Any] | None, claim: Claim) -> bool:
    """An answer stands where the note was: then it is nobody's any more."""
    return note is not None and note.get("claim") == claim.id
