"""One answer of Procore: its status, headers and JSON, read with tolerance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from requests.utils import parse_header_links

from webapp.procore.paths import Route

LONGEST_WAIT = timedelta(hours=2)
"""The longest window is an hour; a header that asks for more is taken for a mistake."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` is case-insensitive; `received_at` by our own clock. `project_id`: the project asked about, if one."""

    route: Route
    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    project_id: int | None = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body; fractions as exact Decimals. Raises ValueError when it is no JSON. Empty is None."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_no_constant)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error

    def looks_like_json(self) -> bool:
        return self.body.lstrip()[:1] in (b"{", b"[", b'"')

    @property
    def server_time(self) -> datetime | None:
        """The Date header, UTC."""
        return _date(self.headers.get("Date", ""))

    def number(self, header: str) -> int | None:
        text = self.headers.get(header, "").strip()
        return int(text) if text.isascii() and text.isdigit() else None

    @property
    def reset_at(self) -> datetime | None:
        """When the rate window ends, by our own clock: Procore's Unix time against its own Date header."""
        seconds = self.number("X-Rate-Limit-Reset")
        if seconds is None:
            return None
        return self.received_at + _bounded(seconds - self._there.timestamp())

    @property
    def retry_at(self) -> datetime | None:
        """What Retry-After asks for, in seconds or as a date, by our own clock."""
        seconds = self.number("Retry-After")
        if seconds is not None:
            return self.received_at + _bounded(seconds)
        date = _date(self.headers.get("Retry-After", ""))
        return None if date is None else self.received_at + _bounded((date - self._there).total_seconds())

    @property
    def _there(self) -> datetime:
        """Procore's clock when it answered."""
        return self.server_time or self.received_at

    @property
    def has_next_page(self) -> bool | None:
        """What `Link` says; None when there is no such header."""
        link = self.headers.get("Link")
        if link is None:
            return None
        return any(part.get("rel") == "next" for part in parse_header_links(link))


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)


def _bounded(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_WAIT.total_seconds()))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
