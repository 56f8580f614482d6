"""The words of the API's JSON: how hours, moments and Procore's ids are written and read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from webapp.domain.hours import written

LARGEST_ID = 2**63 - 1


class Strict(BaseModel):
    """What callers send: unknown fields are refused, so that a typing error is noticed."""

    model_config = ConfigDict(extra="forbid")


class NoFields(Strict):
    """Nothing is taken."""


def _plain_date(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError("Expected a date such as 2026-11-20.")
    if not isinstance(value, (str, date)):
        raise ValueError("Expected a date such as 2026-11-20.")
    return value


def _moment(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
    except ValueError as error:
        raise ValueError("Expected a moment such as 2026-11-20T05:12:03Z.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clock(value: Any) -> Any:
    """07:00 is a time of day in the project's zone; 2026-11-20T12:00:00Z is a moment."""
    if value is None or isinstance(value, (time, datetime)):
        return value
    expected = "Expected a time of day such as 07:00 in the project's zone, or a moment such as 2026-11-20T12:00:00Z."
    if not isinstance(value, str):
        raise ValueError(expected)
    try:
        parsed = datetime.fromisoformat(value) if "T" in value else time.fromisoformat(value)
    except ValueError as error:
        raise ValueError(expected) from error
    if isinstance(parsed, datetime) and parsed.tzinfo is None:
        raise ValueError(expected)
    return parsed.replace(tzinfo=None) if isinstance(parsed, time) else parsed


def _procore_id(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,18}", value) or int(value) > LARGEST_ID:
        raise ValueError("Expected one of Procore's ids, as text of digits.")
    return value


def _not_huge(value: Decimal) -> Decimal:
    if not value.is_finite() or abs(value) > 1000:
        raise ValueError("Expected hours from 0 to 24.")
    return value


Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
SentId = Annotated[int, Field(ge=1, le=LARGEST_ID, strict=True)]
ProcoreId = Annotated[str, AfterValidator(_procore_id)]
Day = Annotated[date, BeforeValidator(_plain_date)]
SinceMoment = Annotated[datetime, BeforeValidator(_moment)]
SentHours = Annotated[
    Decimal,
    AfterValidator(_not_huge),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}], "examples": ["7.50"]}),
]
ClockTime = Annotated[
    time | datetime,
    BeforeValidator(_clock),
    WithJsonSchema({"type": "string", "examples": ["07:00", "2026-11-20T12:00:00Z"]}),
]
Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Hours = Annotated[
    Decimal,
    PlainSerializer(written, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["7.50"]}),
]


def id_text(number: int | None) -> str | None:
    """Procore's ids leave us as text."""
    return None if number is None else str(number)
