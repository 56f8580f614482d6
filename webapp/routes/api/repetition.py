"""Idempotency-Key: a repeated write is answered as the first one was, and does nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Response, request

from webapp.routes.api import keys
from webapp.services import idempotency
from webapp.services.idempotency import Answer, Claim, Done

KEPT_HEADERS = ("ETag", "Location", "Timesite-Warning", "Content-Type")

RENDER: dict[str, Callable[[int], Response]] = {}
"""What was done → its answer, filled by the modules of each resource."""


def once(work: Callable[[], Response]) -> Response:
    """Runs `work` unless this very request was answered before. Only success is kept: a refusal may be repeated."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    company_id = keys.caller().company_id
    before = idempotency.begin(company_id, key, request_hash())
    if isinstance(before, Answer):
        return _again(before)
    response = RENDER[before.kind](before.id) if isinstance(before, Done) else _work(work, company_id, before)
    if response.status_code < 300:
        idempotency.finish(company_id, key, _kept(response))
    return response


def _work(work: Callable[[], Response], company_id: int, claim: Claim) -> Response:
    try:
        with idempotency.working(claim):
            response = work()
    except Exception:
        idempotency.give_up(company_id, claim)
        raise
    if response.status_code >= 300:
        idempotency.give_up(company_id, claim)
    return response


def request_hash() -> str:
    parts = (request.method, request.full_path, request.get_data(cache=True).hex())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _kept(response: Response) -> Answer:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return Answer(response.status_code, response.get_data(as_text=True), headers)


def _again(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    response.headers.update(answer.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response
