"""The whole of a local Procore behind one object: what the HTTP doors, the pages and the simulation call.

Not thread-safe: whoever shares a World between threads holds one lock around every call.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from random import Random
from typing import Any

from . import apps, deliveries, directory_acts, faults, oauth, people_acts
from .clock import Clock
from .exchange import Exchange
from .looks import Looks
from .messages import Query, Response, body_bytes, query_pairs
from .records import Fault, Installation, Setting, Timecard
from .seed import seed
from .state import AppRegistration, State, Storage
from .switches import Switches, changed


class World(Looks):
    """A Procore with companies, people, time cards, hooks and one registered app.

    Cheap to build in memory; with `storage` it reads what was kept and writes every change through.
    """

    def __init__(
        self,
        clock: Clock,
        rng: Random,
        switches: Switches | None = None,
        *,
        app: AppRegistration | None = None,
        storage: Storage | None = None,
        is_seeded: bool = True,
    ) -> None:
        self.state = State(clock, rng, switches or Switches(), app or AppRegistration(), storage)
        self._is_seeded = is_seeded
        if self.state.restore():
            self._restore_switches()
        elif is_seeded:
            seed(self.state)
        self.state.save()

    # The API: what an app calls.

    def call(
        self,
        method: str,
        path: str,
        query: Query = None,
        headers: dict[str, str] | None = None,
        body: Any = None,
    ) -> Response:
        """One REST or OAuth call; the body as bytes, text, or anything that JSON holds."""
        exchange = Exchange(
            self.state, method.upper(), path, query_pairs(query), headers or {}, body_bytes(body)
        )
        response = exchange.run()
        self.state.save()
        return response

    def authorization_request(self, query: dict[str, str]) -> oauth.AuthorizationRequest:
        """Checks a request to /oauth/authorize; raises Refused with the error to show."""
        return oauth.authorization_request(self.state, query)

    def allow(self, request: oauth.AuthorizationRequest, user_id: int) -> str:
        """The person allows the app: the address to redirect to, with a code."""
        location = oauth.allow(self.state, request, self.user(user_id))
        self.state.save()
        return location

    def deny(self, request: oauth.AuthorizationRequest) -> str:
        """The person denies: the address to redirect to, with error=access_denied."""
        return oauth.deny(self.state, request)

    # Webhooks: what a sender calls.

    def due_deliveries(self, now: datetime | None = None, limit: int = 200) -> list[deliveries.Outgoing]:
        """What to send now. Tell each outcome by `delivered`."""
        return deliveries.due(self.state, now or self.state.now(), limit)

    def next_delivery_at(self) -> datetime | None:
        """When the next delivery becomes due; None when nothing waits."""
        return deliveries.next_due(self.state)

    def delivered(
        self, delivery_id: int, status: int | None = None, body: str = "", error: str | None = None
    ) -> None:
        """The outcome of an attempt: an HTTP status, or an error such as "timeout"."""
        deliveries.conclude(self.state, delivery_id, status, body, error)

    def on_event(self, wake: Callable[[], None]) -> None:
        """`wake` is called, under the caller's lock, whenever something was queued for delivery."""
        self.state.wake = wake

    # People at work in Procore's own screens. Rules refuse with errors.Refused (`.errors` by field).

    def enter_timecard(self, user_id: int, project_id: int, fields: dict[str, Any]) -> Timecard:
        """A person enters a card; fields as in the company API, billable unless said otherwise."""
        return self._saved(people_acts.enter(self.state, self.user(user_id), project_id, fields))

    def edit_timecard(self, user_id: int, timecard_id: int, fields: dict[str, Any]) -> Timecard:
        """A person edits a card; `project_id` among the fields moves it."""
        return self._saved(people_acts.edit(self.state, self.user(user_id), timecard_id, fields))

    def set_approval(self, user_id: int, timecard_ids: list[int], status: str) -> list[Timecard]:
        """An administrator moves cards to pending, reviewed, approved or completed."""
        user = self.user(user_id)
        fields = {"approval_status": status}
        return self._saved([people_acts.edit(self.state, user, key, fields) for key in timecard_ids])

    def delete_timecard(self, user_id: int, timecard_id: int) -> Timecard:
        return self._saved(people_acts.remove(self.state, self.user(user_id), timecard_id))

    def enter_many(
        self,
        user_id: int,
        count: int,
        *,
        company_id: int | None = None,
        project_ids: list[int] | None = None,
        first_day: date | None = None,
        days: int = 5,
    ) -> list[Timecard]:
        """`count` plausible cards at once, spread over people, codes, days and the permitted projects."""
        user = self.user(user_id)
        return self._saved(
            people_acts.enter_many(
                self.state, user, count, company_id or user.company_id, project_ids, first_day, days
            )
        )

    def add_record(self, kind: str, parent_id: int, **values: Any) -> Any:
        """A new "project", "person", "time_type" (of a company), "cost_code" or "sub_job" (of a project)."""
        return self._saved(directory_acts.add(self.state, kind, parent_id, values))

    def change_record(self, kind: str, key: int, **values: Any) -> Any:
        """Rename, deactivate, move: the fields are those of directory_acts.EDITABLE."""
        return self._saved(directory_acts.change(self.state, kind, key, values))

    # App Management.

    def install(
        self, company_id: int, project_ids: list[int] | None = None, user_id: int | None = None
    ) -> Installation:
        """Install the app with these permitted projects (None: the default choice, all but the last)."""
        return self._saved(apps.install(self.state, company_id, project_ids, user_id))

    def update_app(self, company_id: int, version: str | None = None) -> Installation:
        """Update to a newer version: the permitted projects are lost, as Procore's guide says."""
        return self._saved(apps.update(self.state, company_id, version))

    def uninstall(self, company_id: int, user_id: int | None = None) -> Installation:
        return self._saved(apps.uninstall(self.state, company_id, user_id))

    def permit_projects(self, company_id: int, project_ids: list[int]) -> Installation:
        """The permitted projects are exactly these."""
        return self._saved(apps.permit_projects(self.state, company_id, project_ids))

    def withdraw_project(self, company_id: int, project_id: int) -> Installation:
        return self._saved(apps.withdraw_project(self.state, company_id, project_id))

    def give_back_project(self, company_id: int, project_id: int) -> Installation:
        return self._saved(apps.give_back_project(self.state, company_id, project_id))

    def withdraw_permission(self, company_id: int, tool: str) -> Installation:
        """Take a tool ("Timecard", "Directory", "Webhooks API", "Timesheets", …) from the service account."""
        return self._saved(apps.withdraw_permission(self.state, company_id, tool))

    def give_back_permission(self, company_id: int, tool: str) -> Installation:
        return self._saved(apps.give_back_permission(self.state, company_id, tool))

    def revoke_tokens(self, *, service: bool = True, people: bool = True, user_id: int | None = None) -> int:
        """Live tokens die; how many did."""
        return self._saved(
            oauth.revoke_by_sandbox(self.state, service=service, people=people, user_id=user_id)
        )

    # Faults and switches.

    def add_fault(self, **values: Any) -> Fault:
        """Something that shall go wrong; see faults.py. ValueError when it cannot work."""
        return self._saved(faults.add_fault(self.state, values))

    def remove_fault(self, fault_id: int) -> None:
        self.state.faults.drop(fault_id)
        self.state.save()

    def clear_faults(self) -> None:
        self.state.faults.clear()
        self.state.save()

    @property
    def switches(self) -> Switches:
        return self.state.switches

    def set_switches(self, **values: Any) -> Switches:
        """ValueError for an unknown name or a value of the wrong kind."""
        self.state.switches = changed(self.state.switches, values)
        self.state.settings.put(Setting("switches", asdict(self.state.switches)))
        self.state.save()
        return self.state.switches

    def forget_health(self) -> None:
        """Empty the request log and the counts."""
        self.state.calls.clear()
        self.state.tallies.clear()
        self.state.save()

    def reset(self) -> None:
        """Back to the seed: everything else is forgotten, switches too."""
        for table in self.state.tables.values():
            table.clear()
        self.state.clear_indexes()
        self.state.switches = Switches()
        if self._is_seeded:
            seed(self.state)
        self.state.save()

    def _saved(self, result: Any) -> Any:
        self.state.save()
        return result

    def _restore_switches(self) -> None:
        kept = self.state.settings.get("switches")
        if kept is not None:
            known = {name: value for name, value in kept.value.items() if name in asdict(Switches())}
            self.state.switches = changed(self.state.switches, known)
