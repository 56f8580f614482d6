"""Webhooks v2.0 of a company: text ids, a data envelope, pages of 10."""

from typing import Any

from procore_sandbox.model.errors import not_found, unprocessable
from procore_sandbox.model.hooks import (
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
)
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.payloads import payload
from procore_sandbox.model.query import parse_moment, shown
from procore_sandbox.model.records import Delivery, Hook, Trigger
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.state import State

HOOKS = "/rest/v2.0/companies/{company_id}/webhooks/hooks"


@offers("GET", HOOKS)
def list_hooks(request: Request) -> Answer:
    namespace, version = request.query.text("namespace"), request.query.text("payload_version")
    rows = [
        each
        for each in hooks_of(request.state, request.caller, _company_id(request), None)
        if namespace in (None, each.namespace) and version in (None, each.api_version)
    ]
    return _page(request, rows, lambda hook: _hook_body(request.state, hook))


@offers("POST", HOOKS)
def create_hook(request: Request) -> Answer:
    hook = add_hook(request.state, request.caller, _company_id(request), None, _values(request.body))
    return Answer(201, {"data": _hook_body(request.state, hook)})


@offers("GET", HOOKS + "/{id}")
def show_hook(request: Request) -> Answer:
    return Answer(200, {"data": _hook_body(request.state, _hook(request, "id"))})


@offers("PATCH", HOOKS + "/{id}")
def update_hook(request: Request) -> Answer:
    hook = change_hook(request.state, _hook(request, "id"), _values(request.body))
    return Answer(200, {"data": _hook_body(request.state, hook)})


@offers("DELETE", HOOKS + "/{id}")
def delete_hook(request: Request) -> Answer:
    remove_hook(request.state, _hook(request, "id"))
    return Answer(204)


@offers("GET", HOOKS + "/{hook_id}/triggers")
def list_triggers(request: Request) -> Answer:
    hook = _hook(request, "hook_id")
    return _page(request, triggers_of(request.state, hook), lambda trigger: _trigger_body(hook, trigger))


@offers("POST", HOOKS + "/{hook_id}/triggers")
def create_trigger(request: Request) -> Answer:
    hook, row = _hook(request, "hook_id"), request.body
    trigger = add_trigger(request.state, request.caller, hook, row["resource_name"], row["event_type"])
    return Answer(201, {"data": _trigger_body(hook, trigger)})


@offers("POST", HOOKS + "/{hook_id}/triggers/bulk")
def create_triggers(request: Request) -> Answer:
    hook = _hook(request, "hook_id")
    made, failed = [], []
    for row in request.body:
        refusal = trigger_refusal(request.state, hook, row["resource_name"], row["event_type"])
        if refusal is None:
            trigger = add_trigger(
                request.state, request.caller, hook, row["resource_name"], row["event_type"]
            )
            made.append(_trigger_body(hook, trigger))
        else:
            failed.append({"trigger": row, "errors": refusal.errors})
    return Answer(207, {"data": made, "errors": failed}) if failed else Answer(201, {"data": made})


@offers("DELETE", HOOKS + "/{hook_id}/triggers/bulk")
def delete_triggers(request: Request) -> Answer:
    hook = _hook(request, "hook_id")
    own = {each.ulid: each.id for each in triggers_of(request.state, hook)}
    gone = [key for key in request.body if key in own]
    for key in gone:
        request.state.triggers.drop(own[key])
    failed = [key for key in request.body if key not in own]
    return Answer(207 if failed else 200, {"data": {"succeeded": gone, "failed": failed}})


@offers("DELETE", HOOKS + "/{hook_id}/triggers/{id}")
def delete_trigger(request: Request) -> Answer:
    hook = _hook(request, "hook_id")
    found = [each for each in triggers_of(request.state, hook) if each.ulid == request.params["id"]]
    if not found:
        raise not_found()
    request.state.triggers.drop(found[0].id)
    return Answer(204)


@offers("GET", HOOKS + "/{hook_id}/deliveries")
def list_deliveries(request: Request) -> Answer:
    hook, query, state = _hook(request, "hook_id"), request.query, request.state
    status = query.text("filter[status]")
    start, end = (parse_moment(query.text(f"filter[{name}]") or "") for name in ("start", "end"))
    rows = []
    for delivery in sorted(
        (each for each in state.deliveries if each.hook_id == hook.id), key=lambda each: each.id, reverse=True
    ):
        event = state.events.get(delivery.event_id)
        if (
            event is not None
            and status in (None, delivery.status, "succeeded" if delivery.status == "delivered" else None)
            and query.text("filter[resource_name]") in (None, event.resource_name)
            and query.text("filter[event_type]") in (None, event.event_type)
            and (start is None or event.timestamp >= start)
            and (end is None or event.timestamp <= end)
        ):
            rows.append(delivery)
    return _page(request, rows, lambda delivery: _delivery_body(state, hook, delivery))


@offers("GET", "/rest/v2.0/companies/{company_id}/webhooks/resources")
def list_resources(request: Request) -> Answer:
    _company_id(request)
    version = request.query.text("payload_version")
    rows = list(resources(request.state, is_project=False).items())
    return _page(
        request,
        rows,
        lambda row: {
            "category": "Project Management",
            "tool": row[0],
            "name": row[0],
            "payload_version": version,
            "actions": list(row[1]),
        },
    )


def _page(request: Request, rows: list[Any], show: Any) -> Answer:
    return request.page(rows, show, biggest=100, default=10, envelope="data")


def _company_id(request: Request) -> int:
    company_id, _ = scope_of(
        request.state, request.caller, request.number("company_id"), None, request.header_company_id
    )
    return company_id


def _hook(request: Request, name: str) -> Hook:
    """Hooks are known by their ULID here."""
    for hook in hooks_of(request.state, request.caller, _company_id(request), None):
        if hook.ulid == request.params[name]:
            return own_hook(request.state, request.caller, hook.id)
    raise not_found()


def _values(body: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: body[name] for name in ("namespace", "destination_url", "status") if name in body
    }
    if "payload_version" in body:
        values["api_version"] = body["payload_version"]
    if "destination_headers" in body:
        values["authorization"] = (body["destination_headers"] or {}).get("Authorization")
    if values.get("status") not in (None, "active", "disabled"):
        raise unprocessable({"status": ["is active or disabled"]})
    return values


def _hook_body(state: State, hook: Hook) -> dict[str, Any]:
    return {
        "id": hook.ulid,
        "status": hook.status,
        "payload_version": hook.api_version,
        "namespace": hook.namespace,
        "destination_headers": masked(hook.authorization),
        "destination_url": hook.destination_url,
        "trigger_count": len(triggers_of(state, hook)),
        "company_id": str(hook.company_id),
        "project_id": None,
        "created_at": shown(hook.created_at),
        "updated_at": shown(hook.updated_at),
    }


def _trigger_body(hook: Hook, trigger: Trigger) -> dict[str, Any]:
    return {
        "id": trigger.ulid,
        "webhook_hook_id": hook.ulid,
        "resource_name": trigger.resource_name,
        "event_type": trigger.event_type,
        "company_id": str(hook.company_id),
        "project_id": None,
    }


def _delivery_body(state: State, hook: Hook, delivery: Delivery) -> dict[str, Any]:
    event = state.events.get(delivery.event_id)
    attempts = [
        {
            "started_at": shown(each["started_at"]),
            "completed_at": shown(each["completed_at"]),
            "response_status": each["response_status"],
            "response_error": each["response_error"],
        }
        for each in delivery.attempts
    ]
    return {
        "id": event.ulid if event else str(delivery.event_id),
        "status": delivery.status,
        "payload": payload(state, event, hook) if event else None,
        "delivery_attempts": attempts,
    }
