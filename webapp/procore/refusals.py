"""The one place where an answer that is no success becomes one of our errors, in Procore's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from webapp.errors import (
    AppError,
    AppNotConnected,
    NotFound,
    PermissionMissing,
    ProcoreRefused,
    ProcoreUnavailable,
    RateLimited,
    UnreadableAnswer,
)
from webapp.procore.answers import Answer
from webapp.procore.raw import kept
from webapp.sync.holds import Reason, procore_refused

LONGEST_WORDS = 500
DEFAULT_WAIT = timedelta(seconds=10)
"""The spike window: what a 429 without any header most likely means."""

NOT_CONNECTED = re.compile(r"not (connected|installed)", re.IGNORECASE)


class TokenRefused(AppError):
    """Procore's 401. The token layer renews once; it never leaves this package."""

    status = 401
    title = "Please sign in again"


def data_of(answer: Answer, until: datetime | None = None) -> Any:
    """The JSON of a success; anything else is raised. `until`: when to try again, as the pacing sees it.

    A write whose success cannot be read may have been done, so it is told as a lost answer (D6), not as D106.
    """
    if not answer.is_success:
        raise error_of(answer, until)
    try:
        return answer.json()
    except ValueError as error:
        if answer.route.is_write or answer.looks_like_json():
            raise ProcoreUnavailable(
                "Procore's answer was cut short.", is_effect_unknown=answer.route.is_write
            ) from error
        raise UnreadableAnswer("Procore's answer is not JSON.", raw=kept(answer.body)) from error


def error_of(answer: Answer, until: datetime | None = None) -> AppError:
    status, (words, fields) = answer.status, words_of(answer)
    said = words or f"Procore answered {status}."
    if status == 401:
        return AppNotConnected(said) if NOT_CONNECTED.search(words) else TokenRefused(said)
    if status == 403:
        if NOT_CONNECTED.search(words):
            return AppNotConnected(said)
        return PermissionMissing(said, project_id=answer.project_id)
    if status == 404:
        return NotFound(said)
    if status == 429:
        return RateLimited(until or asked_wait(answer))
    if status == 408 or status >= 500:
        return _unavailable(answer, until or answer.retry_at)
    if 400 <= status < 500:
        return ProcoreRefused(said, fields, http_status=status)
    if answer.route.is_write:  # a redirect in between says nothing about the work
        return _unavailable(answer, None)
    return UnreadableAnswer(f"Procore answered {status}, which this app does not follow.")


def asked_wait(answer: Answer) -> datetime:
    """The later of X-Rate-Limit-Reset and Retry-After, by our own clock. A time that is over already is a mistake."""
    asked = [at for at in (answer.reset_at, answer.retry_at) if at is not None and at > answer.received_at]
    return max(asked, default=answer.received_at + DEFAULT_WAIT)


def _unavailable(answer: Answer, wait: datetime | None) -> ProcoreUnavailable:
    return ProcoreUnavailable(
        f"Procore answered {answer.status}.",
        retry_after=None if wait is None else (wait - answer.received_at).total_seconds(),
        is_effect_unknown=answer.route.is_write,
    )


def words_of(answer: Answer) -> tuple[str, dict[str, list[str]]]:
    """Procore's sentence and its words per field, from any of the layouts it uses. Empty when there are none."""
    try:
        data = answer.json()
    except ValueError:
        return "", {}
    return words_in(data)


def words_in(data: Any) -> tuple[str, dict[str, list[str]]]:
    if not isinstance(data, dict):
        return _join(_texts(data)), {}
    fields: dict[str, list[str]] = {}
    for source in (data.get("errors"), data.get("fields")):
        if isinstance(source, dict):
            for name, value in source.items():
                fields.setdefault(str(name), []).extend(_texts(value))
    told = [*_texts(data.get("message")), *_texts(data.get("reason")), *_texts(data.get("error_description"))]
    if not isinstance(data.get("errors"), dict):
        told += _texts(data.get("errors"))
    nested = data.get("error")
    if isinstance(nested, dict):
        inner, inner_fields = words_in(nested)
        told.append(inner)
        fields.update(inner_fields)
    elif not told and not fields:
        told += _texts(nested)
    told += [f"{name.replace('_', ' ')} {text}" for name, texts in fields.items() for text in texts]
    return _join(told), fields


def reason_of(refused: ProcoreRefused) -> Reason:
    return procore_refused(str(refused))


def _texts(value: Any) -> list[str]:
    return [text for text in _walk(value, 0) if text]


def _walk(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield " ".join(value.split())
    elif isinstance(value, dict) and depth < 4:
        for inner in value.values():
            yield from _walk(inner, depth + 1)
    elif isinstance(value, list) and depth < 4:
        for inner in value:
            yield from _walk(inner, depth + 1)


def _join(texts: list[str]) -> str:
    words = "; ".join(dict.fromkeys(text for text in texts if text))
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1] + "…"
