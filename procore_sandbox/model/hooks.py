"""Hooks and triggers: what may be subscribed at which level, and the rules of making them."""

import re
from typing import Any
from urllib.parse import urlsplit

from .access import Caller, acting_user, company_of, project_of, require_company_level
from .errors import Refused, bad_request, not_found, unprocessable
from .payloads import long_version, offered_versions
from .records import Delivery, Hook, Trigger
from .state import State

TIMECARDS = "Timecard Entries"
PROJECT_RESOURCES: dict[str, tuple[str, ...]] = {
    TIMECARDS: ("create", "update", "delete"),
    "Cost Codes": ("create", "update", "delete"),
    "Sub Jobs": ("create", "update", "delete"),
    "Locations": ("create", "update", "delete"),
    "Project Users": ("create", "delete"),
}
COMPANY_RESOURCES: dict[str, tuple[str, ...]] = {
    "Timecard Time Types": ("create", "delete"),
    "Line Item Types": ("create", "update", "delete"),
    "Company Users": ("create", "update"),
    "Projects": ("create", "update"),
}
MOST_TRIGGERS = 500


def resources(state: State, is_project: bool) -> dict[str, tuple[str, ...]]:
    """Event types by resource name, as offered at the project or the company level."""
    if is_project:
        return PROJECT_RESOURCES
    if state.switches.timecard_triggers == "company":
        return {TIMECARDS: PROJECT_RESOURCES[TIMECARDS], **COMPANY_RESOURCES}
    return COMPANY_RESOURCES


def version_names(state: State) -> list[str]:
    """Payload versions as v1.0 hooks name them."""
    is_short = state.switches.hook_version_style == "short"
    return [each.removesuffix(".0") if is_short else each for each in offered_versions(state)]


def scope_of(
    state: State,
    caller: Caller,
    company_id: int | None,
    project_id: int | None,
    header_company_id: int | None,
) -> tuple[int, int | None]:
    """The company and, for a project's hooks, the project; the caller must see it and may use webhooks."""
    if project_id is not None:
        company_id = project_of(state, caller, project_id, header_company_id).company_id
    else:
        company_id = company_id or header_company_id
        if company_id is None:
            raise bad_request("company_id or project_id is missing")
        company_of(state, caller, company_id)
    require_company_level(state, caller, "Webhooks API", "Standard", company_id)
    return company_id, project_id


def hooks_of(state: State, caller: Caller, company_id: int, project_id: int | None) -> list[Hook]:
    """The app's own hooks in exactly this scope."""
    return [
        each
        for each in sorted(state.hooks, key=lambda hook: hook.id)
        if each.client_id == caller.client_id
        and each.company_id == company_id
        and each.project_id == project_id
    ]


def own_hook(state: State, caller: Caller, hook_id: int) -> Hook:
    """A hook of the calling app; its scope must still be visible."""
    hook = state.hooks.get(hook_id)
    if hook is None or hook.client_id != caller.client_id:
        raise not_found()
    scope_of(state, caller, hook.company_id, hook.project_id, hook.company_id)
    return hook


def add_hook(
    state: State, caller: Caller, company_id: int, project_id: int | None, values: dict[str, Any]
) -> Hook:
    """`values`: api_version, namespace, destination_url, authorization."""
    _check(state, values)
    now = state.now()
    return state.hooks.put(
        Hook(
            state.next_id(),
            caller.client_id or "",
            company_id,
            project_id,
            values["api_version"],
            values.get("namespace"),
            values["destination_url"],
            values.get("authorization"),
            acting_user(state, caller, company_id).id,
            state.ulid(),
            now,
            now,
        )
    )


def change_hook(state: State, hook: Hook, values: dict[str, Any]) -> Hook:
    _check(state, {"api_version": hook.api_version, "destination_url": hook.destination_url, **values})
    for name, value in values.items():
        setattr(hook, name, value)
    hook.updated_at = state.now()
    return state.hooks.put(hook)


def remove_hook(state: State, hook: Hook) -> None:
    """With its triggers and whatever waits for it."""
    for trigger in [each for each in state.triggers if each.hook_id == hook.id]:
        state.triggers.drop(trigger.id)
    waiting: dict[int, Delivery] = state.queues.pop(hook.id, {})
    for delivery in waiting.values():
        state.deliveries.drop(delivery.id)
    state.hooks.drop(hook.id)


def add_trigger(state: State, caller: Caller, hook: Hook, resource_name: str, event_type: str) -> Trigger:
    """422 for what is not on offer at the hook's level or is there already."""
    refusal = trigger_refusal(state, hook, resource_name, event_type)
    if refusal is not None:
        raise refusal
    return state.triggers.put(
        Trigger(
            state.next_id(),
            hook.id,
            resource_name,
            event_type,
            acting_user(state, caller, hook.company_id).id,
            state.ulid(),
        )
    )


def trigger_refusal(state: State, hook: Hook, resource_name: str, event_type: str) -> Refused | None:
    offered = resources(state, hook.project_id is not None)
    if resource_name not in offered:
        return unprocessable({"resource_name": ["is not available at this level"]})
    if event_type not in offered[resource_name]:
        return unprocessable({"event_type": ["is not available for this resource"]})
    if any(
        each.resource_name == resource_name and each.event_type == event_type
        for each in triggers_of(state, hook)
    ):
        return unprocessable({"resource_name": ["has already been taken for this event type"]})
    return None


def triggers_of(state: State, hook: Hook) -> list[Trigger]:
    return sorted((each for each in state.triggers if each.hook_id == hook.id), key=lambda each: each.id)


def masked(authorization: str | None) -> dict[str, str]:
    """The configured header as it is shown: stars and the last five characters."""
    return {} if authorization is None else {"Authorization": f"***{authorization[-5:]}"}


def _check(state: State, values: dict[str, Any]) -> None:
    errors: dict[str, list[str]] = {}
    address = urlsplit(str(values["destination_url"]))
    if address.scheme not in ("http", "https") or not address.hostname:
        errors["destination_url"] = ["is not an address"]
    namespace = values.get("namespace")
    if namespace is not None and not re.fullmatch(r"[a-z0-9-]+", namespace):
        errors["namespace"] = ["may hold a-z, 0-9 and - only"]
    if long_version(str(values["api_version"])) not in offered_versions(state):
        errors["api_version"] = ["is not on offer"]
    if errors:
        raise unprocessable(errors)
