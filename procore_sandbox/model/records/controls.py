"""What the stand-in itself keeps: faults, the request log, its counts and settings."""

from dataclasses import dataclass
from datetime import date as Day
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Fault:
    """Something that shall go wrong: what it matches, how often, and the effect (see faults.py)."""

    id: int
    effect: str
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    company_id: int | None = None
    project_id: int | None = None
    resource_name: str | None = None
    event_type: str | None = None
    times: int | None = None
    probability: float = 1.0
    skip: int = 0
    status: int = 503
    seconds: float = 0.0
    retry_after: int | None = None
    body: str | None = None
    rows: int = 1
    """Rows by which drift_page moves a page; a negative number repeats rows, a positive one leaves some out."""
    hits: int = 0


@dataclass(slots=True)
class Call:
    """One line of the request log; without secrets."""

    id: int
    at: datetime
    method: str
    path: str
    operation: str | None
    status: int | None
    company_id: int | None
    principal: str | None
    request_id: str
    observation: str | None = None
    """One of Integration Health's seven, or None."""
    cause: str | None = None
    """Set when the stand-in itself brought it about: a fault, a revoked token, something withdrawn."""
    message: str | None = None


@dataclass(slots=True)
class Tally:
    """Calls of one day, route and observation: what Integration Health counts."""

    id: str
    day: Day
    method: str
    route: str
    status: int
    observation: str | None
    is_caused: bool
    count: int = 0


@dataclass(slots=True)
class Setting:
    """A single value to keep: the next id, the switches."""

    id: str
    value: Any
