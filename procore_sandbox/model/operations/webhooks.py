"""Webhooks v1.0: hooks, triggers, bulk triggers, resources, deliveries."""

from typing import Any

from procore_sandbox.model.errors import bad_request, not_found, too_large
from procore_sandbox.model.hooks import (
    MOST_TRIGGERS,
    add_hook,
    add_trigger,
    change_hook,
    hooks_of,
    masked,
    own_hook,
    remove_hook,
    resources,
    scope_of,
    trigger_refusal,
    triggers_of,
    version_names,
)
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.payloads import payload
from procore_sandbox.model.query import shown
from procore_sandbox.model.records import Delivery, Hook, Trigger
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State

FILTERS = {"successful": ("ok",), "failing": ("retried", "failed"), "discarded": ("discarded",)}


@offers("GET", "/rest/v1.0/webhooks/hooks")
def list_hooks(request: Request) -> Answer:
    query = request.query
    rows = hooks_of(request.state, request.caller, *_queried_scope(request))
    namespace, version = query.text("namespace"), query.text("api_version")
    return Answer(
        200,
        [
            _hook_body(each)
            for each in rows
            if namespace in (None, each.namespace) and version in (None, each.api_version)
        ],
    )


@offers("POST", "/rest/v1.0/webhooks/hooks")
def create_hook(request: Request) -> Answer:
    hook = add_hook(request.state, request.caller, *_body_scope(request), _hook_values(request.body["hook"]))
    return Answer(201, _hook_body(hook))


@offers("PATCH", "/rest/v1.0/webhooks/hooks/{id}")
def update_hook(request: Request) -> Answer:
    hook = own_hook(request.state, request.caller, request.number("id"))
    return Answer(200, _hook_body(change_hook(request.state, hook, _hook_values(request.body["hook"]))))


@offers("DELETE", "/rest/v1.0/webhooks/hooks/{id}")
def delete_hook(request: Request) -> Answer:
    remove_hook(request.state, own_hook(request.state, request.caller, request.number("id")))
    return Answer(200)


@offers("GET", "/rest/v1.0/webhooks/hooks/{hook_id}/triggers")
def list_triggers(request: Request) -> Answer:
    hook = _hook(request)
    is_upper = request.state.switches.trigger_case == "upper"
    rows = [_trigger_body(hook, each) for each in triggers_of(request.state, hook)]
    return Answer(
        200, [{**row, "event_type": row["event_type"].upper()} if is_upper else row for row in rows]
    )


@offers("POST", "/rest/v1.0/webhooks/hooks/{hook_id}/triggers")
def create_trigger(request: Request) -> Answer:
    hook, row = _hook(request), request.body["trigger"]
    trigger = add_trigger(request.state, request.caller, hook, row["resource_name"], row["event_type"])
    return Answer(201, _trigger_body(hook, trigger))


@offers("POST", "/rest/v1.0/webhooks/hooks/{hook_id}/triggers/bulk")
def create_triggers(request: Request) -> Answer:
    """200 when all were made, 207 with what failed otherwise."""
    hook, rows = _hook(request), request.body["triggers"]
    _check_count(rows)
    made, failed = [], []
    for row in rows:
        refusal = trigger_refusal(request.state, hook, row["resource_name"], row["event_type"])
        if refusal is None:
            trigger = add_trigger(
                request.state, request.caller, hook, row["resource_name"], row["event_type"]
            )
            made.append(_trigger_body(hook, trigger))
        else:
            failed.append(
                {"code": "422", "message": "Unprocessable", "trigger": row, "errors": refusal.errors}
            )
    return Answer(207 if failed else 200, {"success": made, "failed": failed})


@offers("DELETE", "/rest/v1.0/webhooks/hooks/{hook_id}/triggers/bulk")
def delete_triggers(request: Request) -> Answer:
    hook, ids = _hook(request), request.body["triggers"]
    _check_count(ids)
    own = {each.id for each in triggers_of(request.state, hook)}
    gone = [key for key in ids if key in own]
    for key in gone:
        request.state.triggers.drop(key)
    failed = [
        {"code": "404", "message": "Not Found", "trigger": {"id": key}} for key in ids if key not in own
    ]
    return Answer(207 if failed else 200, {"success": gone, "failed": failed})


@offers("DELETE", "/rest/v1.0/webhooks/hooks/{hook_id}/triggers/{id}")
def delete_trigger(request: Request) -> Answer:
    hook, trigger = _hook(request), request.state.triggers.get(request.number("id"))
    if trigger is None or trigger.hook_id != hook.id:
        raise not_found()
    request.state.triggers.drop(trigger.id)
    return Answer(200)


@offers("GET", "/rest/v1.0/webhooks/hooks/{hook_id}/deliveries")
def list_deliveries(request: Request) -> Answer:
    """One row per attempt, newest first; pages by page_size and page_start."""
    hook, query = _hook(request), request.query
    names = {"any": ("filters", "filter")}.get(kind := request.state.switches.delivery_filter, (kind,))
    status = next((text for name in names if (text := query.text(f"{name}[status]"))), "any")
    rows = [
        (delivery, attempt)
        for delivery in _newest(request.state, hook)
        for attempt in reversed(delivery.attempts)
        if status == "any" or attempt["outcome"] in FILTERS.get(status, ())
    ]
    start, size = query.integer("page_start", 0) or 0, min(query.integer("page_size", 100) or 100, 1000)
    return Answer(200, [_attempt_body(request.state, hook, *row) for row in rows[start : start + size]])


@offers("GET", "/rest/v1.0/webhooks/resources")
def list_resources(request: Request) -> Answer:
    _, project_id = _queried_scope(request)
    if project_id is None and not request.state.switches.resources_for_company:
        raise bad_request("param is missing: project_id")
    offered = resources(request.state, project_id is not None)
    return Answer(
        200,
        [
            _resource_body(request.state, name, events, version)
            for version in version_names(request.state)
            for name, events in offered.items()
        ],
    )


@offers("GET", "/rest/v1.0/webhooks/resources/api_versions")
def list_api_versions(request: Request) -> Answer:
    _queried_scope(request)
    return Answer(200, version_names(request.state))


def _queried_scope(request: Request) -> tuple[int, int | None]:
    query = request.query
    return scope_of(
        request.state,
        request.caller,
        query.integer("company_id"),
        query.integer("project_id"),
        request.header_company_id,
    )


def _body_scope(request: Request) -> tuple[int, int | None]:
    return scope_of(
        request.state,
        request.caller,
        request.body.get("company_id"),
        request.body.get("project_id"),
        request.header_company_id,
    )


def _hook(request: Request) -> Hook:
    return own_hook(request.state, request.caller, request.number("hook_id"))


def _hook_values(hook: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: hook[name] for name in ("api_version", "namespace", "destination_url") if name in hook
    }
    if "destination_headers" in hook:
        values["authorization"] = (hook["destination_headers"] or {}).get("Authorization")
    return values


def _check_count(rows: list[Any]) -> None:
    if len(rows) > MOST_TRIGGERS:
        raise too_large(f"At most {MOST_TRIGGERS} triggers at once")


def _newest(state: State, hook: Hook) -> list[Delivery]:
    rows = [each for each in state.deliveries if each.hook_id == hook.id]
    return sorted(rows, key=lambda each: each.id, reverse=True)


def _hook_body(hook: Hook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "api_version": hook.api_version,
        "namespace": hook.namespace,
        "destination_url": hook.destination_url,
        "destination_headers": masked(hook.authorization),
        "owned_by_company_id": hook.company_id if hook.project_id is None else None,
        "owned_by_project_id": hook.project_id,
        "owned_by_user_id": hook.owned_by_user_id,
    }


def _trigger_body(hook: Hook, trigger: Trigger) -> dict[str, Any]:
    return {
        "id": trigger.id,
        "webhook_hook_id": hook.id,
        "resource_name": trigger.resource_name,
        "resource_id": None,
        "event_type": trigger.event_type,
        "company_id": hook.company_id if hook.project_id is None else None,
        "project_id": hook.project_id,
        "user_id": trigger.user_id,
    }


def _attempt_body(state: State, hook: Hook, delivery: Delivery, attempt: dict[str, Any]) -> dict[str, Any]:
    event = state.events.get(delivery.event_id)
    return {
        "event": payload(state, event, hook) if event else None,
        "event_id": delivery.event_id,
        "outcome": attempt["outcome"],
        "response_body": attempt["response_body"],
        "response_error": attempt["response_error"],
        "started_at": shown(attempt["started_at"]),
        "completed_at": shown(attempt["completed_at"]),
        "response_status": attempt["response_status"],
        "response_headers": {},
    }


def _resource_body(state: State, name: str, events: tuple[str, ...], version: str) -> dict[str, Any]:
    missing = [each for each in ("create", "update", "delete") if each not in events]
    return {
        state.switches.resource_name_key: name,
        "api_version": version,
        "product_category": "Project Management",
        "tools": name,
        "except": missing,
        **{each: f"{name} {each}d" for each in events},
    }
