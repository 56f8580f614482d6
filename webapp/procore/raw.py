"""What Procore answered, as it is kept for a look when it could not be read: bounded, and without secrets (D106)."""

from __future__ import annotations

import json
import re
from typing import Any

LONGEST = 16_000
SECRET = re.compile(r"token|secret|authorization|password|cookie|api_?key|signature", re.IGNORECASE)
IN_TEXT = re.compile(
    r"(?i)\b(bearer\s+|(?:\w*(?:token|secret|password|api_?key))[\"']?\s*[=:]\s*[\"']?)[^\s\"'<&,}]+"
)
HIDDEN = "…"


def kept(answer: Any) -> str:
    """A row as JSON, or a body as text."""
    if isinstance(answer, bytes):
        answer = answer.decode("utf-8", "replace")
    text = answer if isinstance(answer, str) else json.dumps(_hidden(answer), default=str, ensure_ascii=True)
    return IN_TEXT.sub(rf"\1{HIDDEN}", text.replace("\x00", ""))[:LONGEST]


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            k: HIDDEN if SECRET.search(str(k)) and v is not None else _hidden(v) for k, v in value.items()
        }
    return [_hidden(each) for each in value] if isinstance(value, list) else value
