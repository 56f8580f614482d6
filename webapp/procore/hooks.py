"""Our hooks at Procore, by whichever version of its webhook API is there: v1.0, or v2.0 where that is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from webapp.errors import NotFound
from webapp.procore.api import Api
from webapp.procore.hook_words import VERBS as VERBS
from webapp.procore.hook_words import Delivery, Undelivered
from webapp.procore.hook_words import TheirHook as TheirHook
from webapp.procore.hooks_v1 import HooksV1
from webapp.procore.hooks_v2 import HooksV2

T = TypeVar("T")


class Hooks:
    """All calls take `project_id`: None works in the company's scope, else in that project's, which v2.0 does not know.
    A hook is asked about by the version that its id is of. `without_v1`: companies at which v1.0 was seen to be gone.
    Errors as TimecardsAtProcore."""

    def __init__(self, api: Api, without_v1: set[int] | None = None) -> None:
        self.v1, self.v2 = HooksV1(api), HooksV2(api)
        self.company_id = api.company_id or 0
        self.without_v1 = set() if without_v1 is None else without_v1

    def offered(self, project_id: int | None = None) -> frozenset[str]:
        """Which of create, update, delete Procore offers for time cards in that scope; empty: none."""
        try:
            return self._either(project_id, lambda: self.v1.offered(project_id), self.v2.offered)
        except NotFound:
            return frozenset()

    def named(self, namespace: str, project_id: int | None = None) -> list[TheirHook]:
        """The hooks of our namespace in that scope, ours or an earlier installation's: told apart by address."""
        return self._either(
            project_id, lambda: self.v1.named(namespace, project_id), lambda: self.v2.named(namespace)
        )

    def create(
        self, namespace: str, url: str, authorization: str, project_id: int | None = None
    ) -> TheirHook:
        """`authorization` is sent with every event as it is. A lost answer is found again by `named`."""
        return self._either(
            project_id,
            lambda: self.v1.create(namespace, url, authorization, project_id),
            lambda: self.v2.create(namespace, url, authorization),
        )

    def set_authorization(self, hook_id: str, authorization: str, project_id: int | None = None) -> None:
        """What Procore sends with every event from now on."""
        if _is_v1(hook_id):
            self.v1.set_authorization(int(hook_id), authorization, project_id)
        else:
            self.v2.set_authorization(hook_id, authorization)

    def point_to(self, hook_id: str, url: str, authorization: str, project_id: int | None = None) -> None:
        """The hook tells this address from now on, with this Authorization."""
        if _is_v1(hook_id):
            self.v1.point_to(int(hook_id), url, authorization, project_id)
        else:
            self.v2.point_to(hook_id, url, authorization)

    def disabled(self, namespace: str, url: str) -> frozenset[int | None]:
        """Projects (None: the company) whose hook to this address Procore has switched off. Only webhooks v2.0 tell it,
        and of project hooks perhaps not at all."""
        return self.v2.disabled(namespace, url)

    def set_triggers(self, hook_id: str, project_id: int | None = None) -> None:
        """Afterwards the hook has a trigger for each verb: missing ones are made, others left alone. Raises
        ProcoreRefused in Procore's words when one could not be made."""
        if _is_v1(hook_id):
            self.v1.set_triggers(int(hook_id), project_id)
        else:
            self.v2.set_triggers(hook_id)

    def triggers(self, hook_id: str, project_id: int | None = None) -> frozenset[str]:
        """The verbs of the hook's triggers for time cards, in lower case."""
        if _is_v1(hook_id):
            return self.v1.triggers(int(hook_id), project_id)
        return self.v2.triggers(hook_id)

    def delete(self, hook_id: str, project_id: int | None = None) -> None:
        """403 and 404 count as removed (R7)."""
        if _is_v1(hook_id):
            self.v1.delete(int(hook_id), project_id)
        else:
            self.v2.delete(hook_id)

    def deliveries(self, hook_id: str, status: Undelivered, project_id: int | None = None) -> list[Delivery]:
        """The newest deliveries of that status, one page."""
        if _is_v1(hook_id):
            return self.v1.deliveries(int(hook_id), status, project_id)
        return self.v2.deliveries(hook_id, status)

    def _either(self, project_id: int | None, v1: Callable[[], T], v2: Callable[[], T]) -> T:
        """A 404 for the company's own list says that v1.0 is not there. It is not asked again."""
        if project_id is None and self.company_id in self.without_v1:
            return v2()
        try:
            return v1()
        except NotFound:
            if project_id is not None:
                raise
        found = v2()
        self.without_v1.add(self.company_id)
        return found


def _is_v1(hook_id: str) -> bool:
    return hook_id.isdigit()
