"""Requests and responses as the model sees them; the HTTP door and the simulation speak these."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Query = str | Mapping[str, Any] | Sequence[tuple[str, str]] | None


@dataclass(slots=True)
class Response:
    """An answer. `is_lost`: close the connection without sending it. `delay`: seconds to wait before it."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_lost: bool = False
    delay: float = 0.0

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Answer:
    """What an operation returns: a status, a JSON body (None: empty) and headers of its own."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def query_pairs(query: Query) -> list[tuple[str, str]]:
    """The query as pairs, from a raw string, a mapping or pairs."""
    if not query:
        return []
    if isinstance(query, str):
        return parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    pairs = query.items() if isinstance(query, Mapping) else query
    flat: list[tuple[str, str]] = []
    for name, value in pairs:
        values = value if isinstance(value, (list, tuple)) else [value]
        flat += [(str(name), _text(each)) for each in values if each is not None]
    return flat


def body_bytes(body: Any) -> bytes:
    """A body as bytes; anything but bytes and text is sent as JSON."""
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
