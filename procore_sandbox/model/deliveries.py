"""The webhook queue: at least once, retries from 1 s doubling to 1 h, discarded after 12 h of failing.

A failing hook pauses: only the head of its queue is tried, when the retry is due. One success resets it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from .payloads import payload
from .records import Delivery, Event, Hook
from .state import State

FIRST_RETRY, LONGEST_RETRY = 1.0, 3600.0
GIVE_UP_AFTER = timedelta(hours=12)
MINUTE = timedelta(minutes=1)
TIMEOUT_SECONDS = 5.0
FINISHED_KEPT = 5000
UNFINISHED = ("enqueued", "retrying")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery to send now. `authorization` goes into the Authorization header as configured."""

    id: int
    hook_id: int
    url: str
    authorization: str | None
    body: bytes


def due(state: State, now: datetime, limit: int = 200) -> list[Outgoing]:
    """At most `limit` deliveries to send now; each is in flight until its outcome is told, 30 s at most."""
    found: list[Outgoing] = []
    for hook in state.hooks:
        queue = state.queues.get(hook.id)
        if queue and hook.status == "active":
            _give_up_when_hopeless(state, hook, now)
            room = min(limit - len(found), _room(state, now))
            for delivery in _sendable(state, hook, list(queue.values()), now)[:room]:
                event = state.events.get(delivery.event_id)
                if event is not None:
                    state.in_flight[delivery.id] = (now, hook.round)
                    _count_sent(state, now)
                    found.append(_outgoing(state, hook, delivery, event))
    state.save()
    return found


def next_due(state: State) -> datetime | None:
    """The moment at which the next delivery can be sent; None when no queue holds anything."""
    moments = []
    for hook in state.hooks:
        waiting = [
            each.due_at for each in state.queues.get(hook.id, {}).values() if each.id not in state.in_flight
        ]
        if waiting and hook.status == "active":
            moments.append(max(hook.retry_at, min(waiting)) if hook.retry_at else min(waiting))
    if not moments or not _is_full(state, state.now()):
        return min(moments, default=None)
    return max(min(moments), state.sent_at[0] + MINUTE)


def conclude(state: State, delivery_id: int, status: int | None, body: str, error: str | None) -> None:
    """Take the outcome of an attempt: 2xx is a success, anything else is tried again."""
    started_at, sent_in_round = state.in_flight.pop(delivery_id, (state.now(), -1))
    delivery = state.deliveries.get(delivery_id)
    hook = state.hooks.get(delivery.hook_id) if delivery else None
    if delivery is None or hook is None or delivery.status not in UNFINISHED:
        return
    is_success = status is not None and 200 <= status < 300
    delivery.attempts.append(
        {
            "outcome": "ok" if is_success else "retried",
            "started_at": started_at,
            "completed_at": state.now(),
            "response_status": status,
            "response_body": body[:1000] or None,
            "response_error": error,
        }
    )
    if is_success:
        _finish(state, delivery, "delivered")
        if hook.failing_since is not None:
            hook.failing_since, hook.retry_at, hook.retry_delay = None, None, 0.0
            hook.failures = 0
            hook.round += 1
            state.hooks.put(hook)
    else:
        delivery.status = "retrying"
        state.deliveries.put(delivery)
        if hook.round == sent_in_round:
            _back_off(state, hook)
    state.save()


def discard_queue(state: State, hook: Hook) -> None:
    """Flush what waits at a hook; its events are marked discarded."""
    for delivery in list(state.queues.get(hook.id, {}).values()):
        if delivery.attempts:
            delivery.attempts[-1]["outcome"] = "discarded"
        _finish(state, delivery, "discarded")


def _give_up_when_hopeless(state: State, hook: Hook, now: datetime) -> None:
    if hook.failing_since is not None and now - hook.failing_since >= GIVE_UP_AFTER:
        discard_queue(state, hook)
        hook.failing_since, hook.retry_at, hook.retry_delay = None, None, 0.0
        hook.round += 1
        state.hooks.put(hook)


def _sendable(state: State, hook: Hook, queue: list[Delivery], now: datetime) -> list[Delivery]:
    stale = now - timedelta(seconds=30)
    flying = {key for key, (at, _) in state.in_flight.items() if at > stale}
    if hook.retry_at is not None:
        is_probing = any(each.id in flying for each in queue)
        head = sorted(
            (each for each in queue if each.due_at <= now), key=lambda each: (each.due_at, each.id)
        )[:1]
        return [] if is_probing or now < hook.retry_at else head
    ready = [each for each in queue if each.id not in flying and each.due_at <= now]
    return sorted(ready, key=lambda each: (each.due_at, each.id))


def _back_off(state: State, hook: Hook) -> None:
    """Once per round, however many deliveries failed together."""
    now = state.now()
    hook.failing_since = hook.failing_since or now
    hook.retry_delay = min(LONGEST_RETRY, hook.retry_delay * 2) if hook.retry_delay else FIRST_RETRY
    hook.retry_at = now + timedelta(seconds=hook.retry_delay)
    hook.round += 1
    hook.failures += 1
    if 0 < state.switches.hook_failures_allowed <= hook.failures:
        hook.status = "disabled"
    state.hooks.put(hook)


def _room(state: State, now: datetime) -> int:
    """How many may still be sent in this minute."""
    most = state.switches.deliveries_per_minute
    if not most:
        return len(state.deliveries)
    state.sent_at = [each for each in state.sent_at if each > now - MINUTE]
    return max(0, most - len(state.sent_at))


def _is_full(state: State, now: datetime) -> bool:
    return bool(state.switches.deliveries_per_minute) and _room(state, now) == 0


def _count_sent(state: State, now: datetime) -> None:
    if state.switches.deliveries_per_minute:
        state.sent_at.append(now)


def _finish(state: State, delivery: Delivery, status: str) -> None:
    delivery.status = status
    state.deliveries.put(delivery)
    state.queues[delivery.hook_id].pop(delivery.id, None)
    state.finished_deliveries.append(delivery.id)
    while len(state.finished_deliveries) > FINISHED_KEPT:
        oldest = state.deliveries.get(state.finished_deliveries.pop(0))
        if oldest is not None:
            state.deliveries.drop(oldest.id)
            state.events.drop(oldest.event_id)


def _outgoing(state: State, hook: Hook, delivery: Delivery, event: Event) -> Outgoing:
    body = json.dumps(payload(state, event, hook), separators=(",", ":")).encode()
    return Outgoing(delivery.id, hook.id, hook.destination_url, hook.authorization, body)
