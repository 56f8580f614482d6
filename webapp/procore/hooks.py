"""Webhooks v1.0 of one company: what it offers, our hooks and their triggers, deliveries that fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from webapp.errors import NotFound, PermissionMissing, ProcoreRefused, UnreadableAnswer
from webapp.procore.api import Api, rows_of
from webapp.procore.fields import id_of
from webapp.procore.history import time_of
from webapp.procore.paths import (
    CREATE_HOOK,
    CREATE_TRIGGERS,
    DELETE_HOOK,
    DELIVERIES,
    HOOKS,
    HOOKS_V2,
    TRIGGERS,
    UPDATE_HOOK,
    WEBHOOK_RESOURCES,
    Route,
)
from webapp.procore.refusals import words_in

RESOURCE = "Timecard Entries"
VERBS = frozenset({"create", "update", "delete"})
PAYLOADS = ("v2", "v2.0", "v3", "v3.0", "v4", "v4.0")
"""Each payload version by both of its names, the one that tells us most first: which names v1.0 hooks take is not
published, and old versions end some day. The inbox reads all of them."""
DELIVERIES_PER_PAGE = 100
HOOKS_PER_PAGE = 100

OUTCOMES = {"failing": ("retried", "failed"), "discarded": ("discarded",)}

Verb = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class TheirHook:
    """A hook as Procore lists it. `project_id` None: the company's; `has_authorization` False: it sends none."""

    id: int
    namespace: str | None
    destination_url: str | None
    project_id: int | None
    has_authorization: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try to deliver an event to us. `outcome`: ok, retried, failed, discarded, or what Procore invents next.
    `happened_at`: when the record changed; `started_at`: when the try began."""

    event_id: str | None
    resource_id: int | None
    event_type: str | None
    outcome: str | None
    started_at: datetime | None
    response_status: int | None
    happened_at: datetime | None = None


class Hooks:
    """All calls take `project_id`: None works in the company's scope, else in that project's. Errors as
    TimecardsAtProcore."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def offered(self, project_id: int | None = None) -> frozenset[str]:
        """Which of create, update, delete Procore offers for time cards in that scope; empty: none. Only project_id is
        documented here, so that a refusal without one means that nothing is offered to the company."""
        try:
            rows = rows_of(self._get(WEBHOOK_RESOURCES, project_id, needs_scope=project_id is not None))
        except NotFound:
            return frozenset()  # this version of the webhooks' API is not there
        except ProcoreRefused:
            if project_id is not None:
                raise
            return frozenset()
        offers = [_verbs(row) for row in rows if isinstance(row, dict) and _is_timecards(row)]
        return frozenset().union(*offers)

    def named(self, namespace: str, project_id: int | None = None) -> list[TheirHook]:
        """The hooks of our namespace in that scope, ours or an earlier installation's: told apart by address."""
        rows = rows_of(self._get(HOOKS, project_id, {"namespace": namespace}))
        hooks = [_hook(row) for row in rows if isinstance(row, dict)]
        return [hook for hook in hooks if hook.namespace == namespace and hook.project_id == project_id]

    def create(
        self, namespace: str, url: str, authorization: str, project_id: int | None = None
    ) -> TheirHook:
        """`authorization` is sent with every event as it is. A lost answer is found again by `named`."""
        hook = {
            "namespace": namespace,
            "destination_url": url,
            "destination_headers": {"Authorization": authorization},
        }

        def send(version: str) -> Any:
            body = {"hook": {"api_version": version, **hook}}
            return self._scoped(project_id, lambda scope: self.api.send(CREATE_HOOK, {**scope, **body}))

        return _hook(_versioned(send))

    def set_authorization(self, hook_id: int, authorization: str, project_id: int | None = None) -> None:
        """What Procore sends with every event from now on."""
        body = {"hook": {"destination_headers": {"Authorization": authorization}}}
        self._scoped(project_id, lambda scope: self.api.send(UPDATE_HOOK, {**scope, **body}, id=hook_id))

    def point_to(self, hook_id: int, url: str, authorization: str, project_id: int | None = None) -> None:
        """The hook tells this address from now on, with this Authorization."""
        hook = {"destination_url": url, "destination_headers": {"Authorization": authorization}}
        self._scoped(
            project_id, lambda scope: self.api.send(UPDATE_HOOK, {**scope, "hook": hook}, id=hook_id)
        )

    def disabled(self, namespace: str, url: str) -> frozenset[int | None]:
        """Projects (None: the company) whose hook to this address Procore has switched off. Only webhooks v2.0 tell it,
        and of project hooks perhaps not at all."""
        rows = self.api.rows(HOOKS_V2, {"namespace": namespace}, per_page=HOOKS_PER_PAGE)
        return frozenset(
            _whole(row.get("project_id"))
            for row in rows
            if isinstance(row, dict) and row.get("status") == "disabled" and row.get("destination_url") == url
        )

    def set_triggers(self, hook_id: int, project_id: int | None = None, verbs: Iterable[str] = VERBS) -> None:
        """Afterwards the hook has a trigger for each verb: missing ones are made, others left alone. Raises
        ProcoreRefused in Procore's words when one could not be made."""
        wanted = frozenset(verbs)
        missing = wanted - self.triggers(hook_id, project_id)
        if not missing:
            return
        rows = [{"resource_name": RESOURCE, "event_type": verb} for verb in sorted(missing)]

        def send(version: str) -> Any:
            body = {"api_version": version, "triggers": rows}
            return self._scoped(
                project_id, lambda scope: self.api.send(CREATE_TRIGGERS, {**scope, **body}, hook_id=hook_id)
            )

        answer = _versioned(send)
        failed = answer.get("failed") if isinstance(answer, dict) else None
        if failed and wanted - self.triggers(hook_id, project_id):
            raise ProcoreRefused(words_in({"errors": failed})[0] or "Procore did not make all triggers.")

    def triggers(self, hook_id: int, project_id: int | None = None) -> frozenset[str]:
        """The verbs of the hook's triggers for time cards, in lower case."""
        rows = rows_of(self._get(TRIGGERS, project_id, hook_id=hook_id))
        return frozenset(
            str(row.get("event_type")).lower()
            for row in rows
            if isinstance(row, dict) and _same(row.get("resource_name"), RESOURCE)
        )

    def delete(self, hook_id: int, project_id: int | None = None) -> None:
        """403 and 404 count as removed (R7)."""
        try:
            self._scoped(project_id, lambda scope: self.api.send(DELETE_HOOK, query=scope, id=hook_id))
        except (NotFound, PermissionMissing):
            return

    def deliveries(
        self, hook_id: int, status: Literal["failing", "discarded"], project_id: int | None = None
    ) -> list[Delivery]:
        """The newest deliveries of that status, one page. The schema names filters[status], the guide filter[status]:
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


def _versioned(send: Callable[[str], Any]) -> Any:
    """With the first name of our payload version that Procore takes."""
    for version in PAYLOADS[:-1]:
        try:
            return send(version)
        except ProcoreRefused as error:
            if "version" not in str(error):
                raise
    return send(PAYLOADS[-1])


def _is_timecards(row: dict[str, Any]) -> bool:
    """The schema leaves the name out though triggers need one: it is `name` where seen."""
    return any(_same(row.get(key), RESOURCE) for key in ("name", "resource_name"))


def _verbs(row: dict[str, Any]) -> frozenset[str]:
    """A row names create, update and delete; `except` takes away; a verb that is there and empty is not offered."""
    without = {str(verb).lower() for verb in row.get("except") or []}
    if isinstance(row.get("actions"), list):
        return VERBS & {str(action).lower() for action in row["actions"]} - without
    return frozenset(verb for verb in VERBS - without if verb not in row or row[verb])


def _same(value: object, name: str) -> bool:
    return isinstance(value, str) and value.strip().casefold() == name.casefold()


def _hook(row: Any) -> TheirHook:
    procore_id = id_of(row)
    if procore_id is None:
        raise UnreadableAnswer("Procore's hook has no id.", missing="id")
    headers = row.get("destination_headers")
    return TheirHook(
        procore_id,
        row.get("namespace"),
        row.get("destination_url"),
        row.get("owned_by_project_id"),
        has_authorization=not isinstance(headers, dict) or bool(headers.get("Authorization")),
    )


def _whole(value: object) -> int | None:
    """Ids are text in v2."""
    return int(value) if isinstance(value, (int, str)) and str(value).isdigit() else None


def _delivery(row: dict[str, Any]) -> Delivery:
    told = row.get("event")
    event: dict[str, Any] = told if isinstance(told, dict) else {}
    event_id = event.get("ulid") or row.get("event_id") or event.get("id")
    return Delivery(
        event_id=None if event_id is None else str(event_id),
        resource_id=event.get("resource_id"),
        event_type=event.get("event_type"),
        outcome=row.get("outcome"),
        started_at=time_of(row.get("started_at")),
        response_status=row.get("response_status"),
        happened_at=time_of(event.get("timestamp")),
    )
