"""Events: which hooks hear of a change, and what faults do to it on the way."""

from dataclasses import replace
from datetime import timedelta

from .access import installation_of
from .faults import faults_on_event
from .records import Delivery, Event, Fault, Hook
from .state import State

APP_NUMBER = "48151"
"""The app's own id, where events carry that instead of the client id."""


def fire(
    state: State,
    resource_name: str,
    resource_id: int,
    event_type: str,
    *,
    company_id: int,
    project_id: int | None,
    user_id: int,
    client_id: str | None,
    operation_id: str | None = None,
) -> None:
    """Queue a delivery for each hook with a fitting trigger."""
    hooks = _listening_hooks(state, resource_name, event_type, company_id, project_id)
    if not hooks:
        return
    event = Event(
        state.next_id(),
        state.ulid(),
        state.now(),
        company_id,
        project_id,
        user_id,
        _application_id(state, client_id),
        operation_id,
        resource_name,
        resource_id,
        event_type,
    )
    state.events.put(event)
    for hook in hooks:
        _queue_with_faults(state, hook, event)
    state.wake()


def _listening_hooks(
    state: State, resource_name: str, event_type: str, company_id: int, project_id: int | None
) -> list[Hook]:
    """Active hooks of a connected app, at the project or the company, that have this trigger."""
    installation = installation_of(state, company_id)
    if installation is None or not installation.is_installed:
        return []
    if project_id is not None and project_id not in installation.permitted_project_ids:
        return []
    hook_ids = {
        each.hook_id
        for each in state.triggers
        if each.resource_name == resource_name and each.event_type == event_type
    }
    hooks = [hook for key in hook_ids if (hook := state.hooks.get(key)) is not None]
    return [
        hook
        for hook in sorted(hooks, key=lambda each: each.id)
        if hook.status == "active" and hook.company_id == company_id and hook.project_id in (None, project_id)
    ]


def _application_id(state: State, client_id: str | None) -> str | None:
    """The app whose write it was, as events name it."""
    if client_id is None or not state.switches.application_id_in_events:
        return None
    return client_id if state.switches.application_id_kind == "client_id" else APP_NUMBER


def _queue_with_faults(state: State, hook: Hook, event: Event) -> None:
    faults = faults_on_event(state, event.resource_name, event.event_type, event.company_id, event.project_id)
    effects = {fault.effect for fault in faults}
    if "drop_event" in effects:
        return
    delay = _delay(state, faults)
    _queue(state, hook, event, delay)
    if "duplicate_event" in effects:
        _queue(state, hook, event, delay)
    if "duplicate_event_new_id" in effects:
        copy = replace(event, id=state.next_id(), ulid=state.ulid())
        _queue(state, hook, state.events.put(copy), delay)


def _delay(state: State, faults: list[Fault]) -> float:
    """Seconds to hold the event back; reordering draws them at random, so that later ones overtake."""
    seconds = sum(fault.seconds for fault in faults if fault.effect == "delay_event")
    for fault in faults:
        if fault.effect == "reorder_events":
            seconds += state.rng.uniform(0, fault.seconds or 2.0)
    return seconds


def _queue(state: State, hook: Hook, event: Event, delay: float) -> None:
    now = state.now()
    delivery = Delivery(state.next_id(), hook.id, event.id, now + timedelta(seconds=delay), now)
    state.deliveries.put(delivery)
    state.queues[hook.id][delivery.id] = delivery
