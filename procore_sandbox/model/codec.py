"""Records to JSON and back, for the file they are kept in. Times, dates and decimals are tagged."""

import json
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

NAMES: dict[type[Any], tuple[str, ...]] = {}


def dump(record: Any) -> str:
    """A record as JSON text."""
    values = {name: getattr(record, name) for name in _names(type(record))}
    return json.dumps(values, default=_tag, separators=(",", ":"))


def load(kind: type[Any], text: str) -> Any:
    """A record from JSON text; fields that it no longer has are left out."""
    values = json.loads(text, object_hook=_untag)
    return kind(**{name: values[name] for name in _names(kind) if name in values})


def _names(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a kind of record, looked up once."""
    if kind not in NAMES:
        NAMES[kind] = tuple(each.name for each in fields(kind))
    return NAMES[kind]


def _tag(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$number": str(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _untag(value: dict[str, Any]) -> Any:
    if len(value) == 1:
        [(tag, text)] = value.items()
        if tag == "$time":
            return datetime.fromisoformat(text)
        if tag == "$date":
            return date.fromisoformat(text)
        if tag == "$number":
            return Decimal(text)
    return value
