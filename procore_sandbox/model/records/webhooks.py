"""Hooks, triggers, and events on their way."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Hook:
    id: int
    client_id: str
    company_id: int
    project_id: int | None
    api_version: str
    namespace: str | None
    destination_url: str
    authorization: str | None
    owned_by_user_id: int
    ulid: str
    created_at: datetime
    updated_at: datetime
    status: str = "active"
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    retry_delay: float = 0.0
    round: int = 0
    failures: int = 0
    """Failed rounds since the last success."""


@dataclass(slots=True)
class Trigger:
    id: int
    hook_id: int
    resource_name: str
    event_type: str
    user_id: int
    ulid: str


@dataclass(slots=True)
class Event:
    id: int
    ulid: str
    timestamp: datetime
    company_id: int
    project_id: int | None
    user_id: int
    application_id: str | None
    operation_id: str | None
    resource_name: str
    resource_id: int
    event_type: str


@dataclass(slots=True)
class Delivery:
    """One event on its way to one hook, with its attempts so far."""

    id: int
    hook_id: int
    event_id: int
    due_at: datetime
    created_at: datetime
    status: str = "enqueued"
    attempts: list[dict[str, Any]] = field(default_factory=list)
