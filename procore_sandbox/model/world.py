"""The whole of a local Procore behind one object: what the HTTP doors, the pages and the simulation call.

Not thread-safe: whoever shares a World between threads holds one lock around every call.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from random import Random
from typing import Any

from . import deliveries, faults, late, oauth
from .acts import Acts
from .clock import Clock
from .exchange import Exchange
from .messages import Query, Response, body_bytes, query_pairs
from .records import Fault, Setting
from .seed import seed
from .state import AppRegistration, State, Storage
from .switches import Switches, changed


class World(Acts):
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
        self.catch_up()
        exchange = Exchange(
            self.state, method.upper(), path, query_pairs(query), headers or {}, body_bytes(body)
        )
        response = exchange.run()
        self.state.save()
        return response

    def catch_up(self) -> None:
        """Late effects whose time has come are done now. Calls and deliveries do it by themselves."""
        while call := late.take_due(self.state):
            Exchange(self.state, call.method, call.path, list(call.pairs), call.headers, call.body).run_late()
            self.state.save()

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
        self.catch_up()
        return deliveries.due(self.state, now or self.state.now(), limit)

    def next_delivery_at(self) -> datetime | None:
        """When the next delivery or late effect becomes due; None when nothing waits."""
        moments = [deliveries.next_due(self.state), *(each.at for each in self.state.late_calls[:1])]
        return min((each for each in moments if each is not None), default=None)

    def delivered(
        self, delivery_id: int, status: int | None = None, body: str = "", error: str | None = None
    ) -> None:
        """The outcome of an attempt: an HTTP status, or an error such as "timeout"."""
        deliveries.conclude(self.state, delivery_id, status, body, error)

    def on_event(self, wake: Callable[[], None]) -> None:
        """`wake` is called, under the caller's lock, whenever something was queued for delivery."""
        self.state.wake = wake

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

    def _restore_switches(self) -> None:
        kept = self.state.settings.get("switches")
        if kept is not None:
            known = {name: value for name, value in kept.value.items() if name in asdict(Switches())}
            self.state.switches = changed(self.state.switches, known)
