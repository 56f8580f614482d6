"""Webhooks v1.0 of one company: what it offers, our hooks and their triggers, deliveries that fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from webapp.errors import NotFound, PermissionMissing, ProcoreRefused, UnreadableAnswer
from webapp.procore.api import Api, rows_of
from webapp.procore.fields import id_of
from webapp.procore.hook_words import (
    DELIVERIES_PER_PAGE,
    VERBS,
    Delivery,
    TheirHook,
    Undelivered,
    delivery_of,
    has_authorization,
    trigger_rows,
    verbs_of,
    verbs_offered,
    versioned,
    whole,
)
from webapp.procore.paths import (
    CREATE_HOOK,
    CREATE_TRIGGERS,
    DELETE_HOOK,
    DELIVERIES,
    HOOKS,
    TRIGGERS,
    UPDATE_HOOK,
    WEBHOOK_RESOURCES,
    Route,
)
from webapp.procore.refusals import words_in

PAYLOADS = ("v2", "v2.0", "v3", "v3.0", "v4", "v4.0")
"""Each payload version by both of its names, the one that tells us most first: which names v1.0 hooks take is not
published, and old versions end some day. The inbox reads all of them."""
OUTCOMES: dict[Undelivered, tuple[str, ...]] = {"failing": ("retried", "failed"), "discarded": ("discarded",)}


class HooksV1:
    """As hooks.Hooks; hooks are known by number."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def offered(self, project_id: int | None = None) -> frozenset[str]:
        """Only project_id is documented here, so that a refusal without one means that nothing is offered to the
        company. Raises NotFound where this version is gone."""
        try:
            rows = rows_of(self._get(WEBHOOK_RESOURCES, project_id, needs_scope=project_id is not None))
        except ProcoreRefused:
            if project_id is not None:
                raise
            return frozenset()
        return verbs_offered(rows)

    def named(self, namespace: str, project_id: int | None = None) -> list[TheirHook]:
        rows = rows_of(self._get(HOOKS, project_id, {"namespace": namespace}))
        hooks = [_hook(row) for row in rows if isinstance(row, dict)]
        return [hook for hook in hooks if hook.namespace == namespace and hook.project_id == project_id]

    def create(
        self, namespace: str, url: str, authorization: str, project_id: int | None = None
    ) -> TheirHook:
        hook = {
            "namespace": namespace,
            "destination_url": url,
            "destination_headers": {"Authorization": authorization},
        }

        def send(version: str) -> Any:
            body = {"hook": {"api_version": version, **hook}}
            return self._scoped(project_id, lambda scope: self.api.send(CREATE_HOOK, {**scope, **body}))

        return _hook(versioned(PAYLOADS, send))

    def set_authorization(self, hook_id: int, authorization: str, project_id: int | None = None) -> None:
        body = {"hook": {"destination_headers": {"Authorization": authorization}}}
        self._scoped(project_id, lambda scope: self.api.send(UPDATE_HOOK, {**scope, **body}, id=hook_id))

    def point_to(self, hook_id: int, url: str, authorization: str, project_id: int | None = None) -> None:
        hook = {"destination_url": url, "destination_headers": {"Authorization": authorization}}
        self._scoped(
            project_id, lambda scope: self.api.send(UPDATE_HOOK, {**scope, "hook": hook}, id=hook_id)
        )

    def set_triggers(self, hook_id: int, project_id: int | None = None, verbs: Iterable[str] = VERBS) -> None:
        wanted = frozenset(verbs)
        missing = wanted - self.triggers(hook_id, project_id)
        if not missing:
            return

        def send(version: str) -> Any:
            body = {"api_version": version, "triggers": trigger_rows(missing)}
            return self._scoped(
                project_id, lambda scope: self.api.send(CREATE_TRIGGERS, {**scope, **body}, hook_id=hook_id)
            )

        answer = versioned(PAYLOADS, send)
        failed = answer.get("failed") if isinstance(answer, dict) else None
        if failed and wanted - self.triggers(hook_id, project_id):
            raise ProcoreRefused(words_in({"errors": failed})[0] or "Procore did not make all triggers.")

    def triggers(self, hook_id: int, project_id: int | None = None) -> frozenset[str]:
        return verbs_of(rows_of(self._get(TRIGGERS, project_id, hook_id=hook_id)))

    def delete(self, hook_id: int, project_id: int | None = None) -> None:
        try:
            self._scoped(project_id, lambda scope: self.api.send(DELETE_HOOK, query=scope, id=hook_id))
        except (NotFound, PermissionMissing):
            return

    def deliveries(self, hook_id: int, status: Undelivered, project_id: int | None = None) -> list[Delivery]:
        """The schema names filters[status], the guide filter[status]:
        both are sent, and what came through all the same is left out here."""
        names = {"filters[status]": status, "filter[status]": status, "page_size": DELIVERIES_PER_PAGE}
        rows = rows_of(self._get(DELIVERIES, project_id, names, hook_id=hook_id))
        found = [_delivery(row) for row in rows if isinstance(row, dict)]
        return [each for each in found if each.outcome is None or each.outcome in OUTCOMES[status]]

    def _get(
        self,
        route: Route,
        project_id: int | None,
        query: Mapping[str, Any] | None = None,
        *,
        needs_scope: bool = True,
        **ids: int,
    ) -> Any:
        if not needs_scope:
            return self.api.get(route, query, **ids)
        return self._scoped(project_id, lambda scope: self.api.get(route, {**scope, **(query or {})}, **ids))

    def _scoped(self, project_id: int | None, call: Callable[[dict[str, Any]], Any]) -> Any:
        """With the company or the project. The reference lists both as required, the guide asks for one: a project's
        call that is refused for want of the company is made again with both."""
        company = {"company_id": self.api.company_id}
        if project_id is None:
            return call(company)
        try:
            return call({"project_id": project_id})
        except ProcoreRefused as error:
            if "company" not in str(error).casefold():
                raise
        return call({**company, "project_id": project_id})


def _hook(row: Any) -> TheirHook:
    procore_id = id_of(row)
    if procore_id is None:
        raise UnreadableAnswer("Procore's hook has no id.", missing="id")
    return TheirHook(
        str(procore_id),
        row.get("namespace"),
        row.get("destination_url"),
        whole(row.get("owned_by_project_id")),
        has_authorization=has_authorization(row),
    )


def _delivery(row: dict[str, Any]) -> Delivery:
    return delivery_of(row.get("event"), row.get("event_id"), row.get("outcome"), row)
