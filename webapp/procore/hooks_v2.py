"""Webhooks v2.0 of one company, where Procore has no v1.0 any more: the company's hooks alone, known by text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webapp.errors import NotFound, PermissionMissing, ProcoreRefused, UnreadableAnswer
from webapp.procore.api import Api, rows_of
from webapp.procore.client import WORD
from webapp.procore.hook_words import (
    DELIVERIES_PER_PAGE,
    HOOKS_PER_PAGE,
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
    CREATE_HOOK_V2,
    CREATE_TRIGGERS_V2,
    DELETE_HOOK_V2,
    DELIVERIES_V2,
    HOOKS_V2,
    TRIGGERS_V2,
    UPDATE_HOOK_V2,
    WEBHOOK_RESOURCES_V2,
)

PAYLOADS = ("v2.0", "v3.0", "v4.0")
STATUSES: dict[Undelivered, tuple[str, ...]] = {
    "failing": ("failed", "retrying"),
    "discarded": ("discarded",),
}
OUTCOMES = {"delivered": "ok", "retrying": "retried"}
"""Its words for what v1.0 calls otherwise."""


class HooksV2:
    """As hooks.Hooks, of the company alone."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def offered(self) -> frozenset[str]:
        """By whichever payload version: old ones end some day. Raises NotFound where this API is not there either."""
        found: frozenset[str] = frozenset()
        for version in PAYLOADS:
            try:
                rows = self.api.rows(WEBHOOK_RESOURCES_V2, {"payload_version": version}, HOOKS_PER_PAGE)
            except ProcoreRefused:
                continue
            found |= verbs_offered(rows)
            if found >= VERBS:
                break
        return found

    def named(self, namespace: str) -> list[TheirHook]:
        rows = self.api.rows(HOOKS_V2, {"namespace": namespace}, HOOKS_PER_PAGE)
        hooks = [_hook(row) for row in rows if isinstance(row, dict)]
        return [hook for hook in hooks if hook.namespace == namespace and hook.project_id is None]

    def create(self, namespace: str, url: str, authorization: str) -> TheirHook:
        hook = {
            "namespace": namespace,
            "destination_url": url,
            "destination_headers": {"Authorization": authorization},
        }
        made = versioned(
            PAYLOADS, lambda name: self.api.send(CREATE_HOOK_V2, {"payload_version": name, **hook})
        )
        return _hook(made.get("data") if isinstance(made, dict) else None)

    def set_authorization(self, hook_id: str, authorization: str) -> None:
        body = {"destination_headers": {"Authorization": authorization}}
        self.api.send(UPDATE_HOOK_V2, body, id=hook_id)

    def point_to(self, hook_id: str, url: str, authorization: str) -> None:
        body = {"destination_url": url, "destination_headers": {"Authorization": authorization}}
        self.api.send(UPDATE_HOOK_V2, body, id=hook_id)

    def disabled(self, namespace: str, url: str) -> frozenset[int | None]:
        """Projects (None: the company) whose hook to this address Procore has switched off."""
        rows = self.api.rows(HOOKS_V2, {"namespace": namespace}, HOOKS_PER_PAGE)
        return frozenset(
            whole(row.get("project_id"))
            for row in rows
            if isinstance(row, dict) and row.get("status") == "disabled" and row.get("destination_url") == url
        )

    def set_triggers(self, hook_id: str, verbs: Iterable[str] = VERBS) -> None:
        """What came of a part failure is not published: it is asked."""
        wanted = frozenset(verbs)
        missing = wanted - self.triggers(hook_id)
        if not missing:
            return
        self.api.send(CREATE_TRIGGERS_V2, trigger_rows(missing), hook_id=hook_id)
        if wanted - self.triggers(hook_id):
            raise ProcoreRefused("Procore did not make all triggers.")

    def triggers(self, hook_id: str) -> frozenset[str]:
        return verbs_of(self.api.rows(TRIGGERS_V2, None, HOOKS_PER_PAGE, hook_id=hook_id))

    def delete(self, hook_id: str) -> None:
        try:
            self.api.send(DELETE_HOOK_V2, id=hook_id)
        except (NotFound, PermissionMissing):
            return

    def deliveries(self, hook_id: str, status: Undelivered) -> list[Delivery]:
        """The newest of that status, one page of each of its words here."""
        found: list[Delivery] = []
        for word in STATUSES[status]:
            query = {"filter[status]": word, "per_page": DELIVERIES_PER_PAGE}
            rows = rows_of(self.api.get(DELIVERIES_V2, query, hook_id=hook_id))
            found += [_delivery(row) for row in rows if isinstance(row, dict) and row.get("status") == word]
        return found


def _hook(row: Any) -> TheirHook:
    key = row.get("id") if isinstance(row, dict) else None
    if not isinstance(key, str) or not WORD.fullmatch(key):
        raise UnreadableAnswer("Procore's hook has no id.", missing="id")
    return TheirHook(
        key,
        row.get("namespace"),
        row.get("destination_url"),
        whole(row.get("project_id")),
        has_authorization=has_authorization(row),
    )


def _delivery(row: dict[str, Any]) -> Delivery:
    """With its newest try."""
    tries = [each for each in row.get("delivery_attempts") or [] if isinstance(each, dict)]
    newest = max(tries, key=lambda each: str(each.get("started_at") or ""), default={})
    status = str(row.get("status"))
    return delivery_of(row.get("payload"), row.get("id"), OUTCOMES.get(status, status), newest)
