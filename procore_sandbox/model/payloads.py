"""What a hook is sent: payload versions 2.0, 3.0 and 4.0."""

from datetime import datetime
from typing import Any

from .answer_forms import STRANGERS
from .records import Event, Hook
from .state import State

VERSIONS = ("v2.0", "v3.0", "v4.0")


def long_version(name: str) -> str | None:
    """`v2` and `v2.0` name the same payload; anything else is None."""
    for version in VERSIONS:
        if name in (version, version.removesuffix(".0")):
            return version
    return None


def payload(state: State, event: Event, hook: Hook) -> dict[str, Any]:
    """The body of one delivery in the hook's payload version."""
    body = _body(state, event, long_version(hook.api_version) or "v2.0")
    return {**body, **STRANGERS} if state.switches.extra_keys else body


def offered_versions(state: State) -> tuple[str, ...]:
    """The versions that hooks may be made with, oldest first."""
    return VERSIONS[VERSIONS.index(state.switches.oldest_payload) :]


def _body(state: State, event: Event, version: str) -> dict[str, Any]:
    if version == "v4.0":
        return _version_4(event)
    body = {
        "id": event.id,
        "ulid": event.ulid,
        "timestamp": _precise(event.timestamp),
        "metadata": {
            "source_user_id": event.user_id,
            "source_company_id": event.company_id,
            "source_project_id": event.project_id,
            "source_application_id": event.application_id,
            "source_operation_id": event.operation_id,
        },
        "user_id": event.user_id,
        "company_id": event.company_id,
        "project_id": event.project_id,
        "api_version": version,
        "event_type": event.event_type,
        "resource_name": event.resource_name,
        "resource_id": event.resource_id,
    }
    if version == "v3.0":
        project = state.projects.get(event.project_id)
        body["related_resources"] = [{"id": project.id, "name": "Projects"}] if project else []
    return body


def _version_4(event: Event) -> dict[str, Any]:
    return {
        "id": event.ulid,
        "timestamp": _precise(event.timestamp),
        "reason": event.event_type,
        "company_id": str(event.company_id),
        "project_id": None if event.project_id is None else str(event.project_id),
        "user_id": str(event.user_id),
        "resource_type": event.resource_name,
        "resource_id": str(event.resource_id),
    }


def _precise(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
