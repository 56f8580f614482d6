"""What Procore's webhooks bring: an event in any payload version is read, stored once, and wakes the company."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import UTC, datetime
from typing import Any

from webapp import queueing, wiring
from webapp.errors import InvalidInput
from webapp.store.inbox import UNREADABLE, IncomingEvent, store_event

TIMECARDS = "Timecard Entries"
LONGEST_BODY = 64 * 1024

log = logging.getLogger(__name__)


def secret_hash(authorization: str) -> str:
    """What is kept of a hook's secret; it is compared by its hash, so timing tells nothing of it."""
    return hashlib.sha256(authorization.encode()).hexdigest()


def receive(authorization: str, body: bytes) -> bool:
    """True once the event is safely stored; False when the secret is nobody's. One that cannot be read is stored as
    such: a refusal would hold up Procore's queue for twelve hours. Raises InvalidInput for a body over 64 kB. Never
    depends on Redis."""
    if len(body) > LONGEST_BODY:
        raise InvalidInput("The event is larger than 64 kB.")
    complaint = None
    try:
        event = parse(body)
    except InvalidInput as error:
        event, complaint = _unreadable(body), error
    hook = store_event(secret_hash(authorization), event, TIMECARDS, wiring.clock().now())
    if hook is None:
        return False
    if complaint is not None:
        log.warning("an event is unreadable (%s); the sweep finds what it told", complaint)
    queueing.wake(wiring.config().redis_url, hook.company_id)
    return True


def parse(body: bytes) -> IncomingEvent:
    """Payloads v2.0, v3.0 and v4.0: the first two name the kind event_type, the last reason, with ids as text. Raises
    InvalidInput for a body that is no event."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is no JSON.") from error
    if not isinstance(data, dict):
        raise InvalidInput("The body is no JSON object.")
    event_id = data.get("ulid") or data.get("id")
    if not isinstance(event_id, (str, int)) or not str(event_id):
        raise InvalidInput("The event has no id.")
    return IncomingEvent(
        event_id=str(event_id)[:64],
        resource=str(data.get("resource_name") or data.get("resource_type") or "")[:100],
        kind=str(data.get("event_type") or data.get("reason") or "").lower()[:20],
        procore_id=_id(data.get("resource_id")),
        company_id=_id(data.get("company_id")),
        project_id=_id(data.get("project_id")),
        user_id=_id(data.get("user_id")),
        happened_at=_time(data.get("timestamp")),
    )


def _unreadable(body: bytes) -> IncomingEvent:
    return IncomingEvent(hashlib.sha256(body).hexdigest(), "", UNREADABLE, None, None, None, None, None)


def _id(value: Any) -> int | None:
    """A 64-bit id, as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    try:
        number = int(value)
    except ValueError:
        return None
    return number if 0 < number < 2**63 else None


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
