"""What a call must be before its operation sees it: there, in scope, with a body that the contract knows."""

from typing import Any

from procore_sandbox.contract.requests import examine

from .errors import Refused, bad_request, not_acceptable, too_large
from .query import QueryArgs
from .routing import Route
from .switches import Switches

LONGEST_BODY = 4 * 1024 * 1024


def is_there(switches: Switches, route: Route) -> bool:
    """Of the two webhook APIs, one may have been shut down or not be open yet."""
    path, there = route.operation.template, switches.hook_api
    return "/webhooks/" not in path or there == "both" or path.startswith(f"/rest/{there}/")


def check_scope(switches: Switches, route: Route, query: QueryArgs, parsed: Any) -> None:
    """Where documents list both as required: a project's webhook calls may want the company, too."""
    if switches.scope_parameters == "one" or "/v1.0/webhooks/" not in route.operation.template:
        return
    sent = parsed if isinstance(parsed, dict) else {}
    has_project = "project_id" in query or sent.get("project_id")
    if has_project and not ("company_id" in query or sent.get("company_id")):
        raise bad_request("param is missing: company_id")


def checked_body(switches: Switches, route: Route, body: bytes, content_type: str | None, parsed: Any) -> Any:
    """The body without what the switches ignore; None where the operation takes none."""
    schema = route.operation.body_schema
    if schema is None:
        return None
    if len(body) > LONGEST_BODY:
        raise too_large("The body is too large")
    kind = content_type or "application/json"
    if "json" not in kind and body:
        message = f"Content type {kind.partition(';')[0]} is not accepted"
        raise Refused(406, {"code": 406, "message": message})
    if parsed is None:
        raise bad_request("The body is not JSON")
    cleaned, findings = examine(parsed, schema)
    if findings.unknown and switches.unknown_fields == "refuse":
        raise not_acceptable(findings.unknown)
    if findings.wrong:
        raise bad_request("; ".join(findings.wrong))
    return cleaned
