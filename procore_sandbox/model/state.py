"""Everything a Procore world holds, with its injected clock and randomness. No rules live here."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Protocol

from . import codec, records
from .clock import Clock
from .switches import Switches
from .tables import FIRST_ID, Table
from .ulid import new_ulid

BEYOND_DOUBLES = 2**60
"""Added to new ids where they shall be more than a double holds exactly; 64-bit signed all the same."""
DEMO_CLIENT_ID = "timesite-demo-client"
DEMO_CLIENT_SECRET = "timesite-demo-secret"  # of the local stand-in only, printed in its README


@dataclass(frozen=True, slots=True)
class AppRegistration:
    """The app as registered with this Procore: its credentials and addresses."""

    client_id: str = DEMO_CLIENT_ID
    client_secret: str = DEMO_CLIENT_SECRET
    url: str = "http://127.0.0.1:8000"
    name: str = "Timesite"
    version: str = "1.0.0"
    redirect_uris: tuple[str, ...] = ()

    @property
    def allowed_redirects(self) -> tuple[str, ...]:
        return self.redirect_uris or (f"{self.url}/auth/callback",)


class Storage(Protocol):
    """Where changed records go; see storage.py."""

    def load(self) -> Iterable[tuple[str, str]]:
        """Every kept record: kind and text."""
        ...

    def save(self, changes: list[tuple[str, str, str | None]]) -> None:
        """Kind, id and text of each changed record; no text: it is gone. All or nothing."""
        ...


KINDS: dict[str, type[Any]] = {
    "company": records.Company,
    "project": records.Project,
    "sub_job": records.SubJob,
    "person": records.Person,
    "user": records.User,
    "time_type": records.TimeType,
    "line_item_type": records.LineItemType,
    "cost_code": records.CostCode,
    "location": records.Location,
    "crew": records.Crew,
    "work_classification": records.WorkClassification,
    "timesheet": records.Timesheet,
    "signature": records.Signature,
    "timecard": records.Timecard,
    "change": records.Change,
    "hook": records.Hook,
    "trigger": records.Trigger,
    "event": records.Event,
    "delivery": records.Delivery,
    "installation": records.Installation,
    "app_configuration": records.AppConfiguration,
    "code": records.Code,
    "token": records.Token,
    "fault": records.Fault,
    "call": records.Call,
    "tally": records.Tally,
    "setting": records.Setting,
}


@dataclass(slots=True)
class Windows:
    """Rate limit windows in force: (start, calls) by (key, length in seconds). Not kept over a restart."""

    counts: dict[tuple[str, int], tuple[float, int]] = field(default_factory=dict)


class State:
    """The tables, and the few indexes that scanning would make slow."""

    def __init__(
        self, clock: Clock, rng: Random, switches: Switches, app: AppRegistration, storage: Storage | None
    ) -> None:
        self.clock, self.rng, self.switches, self.app, self.storage = clock, rng, switches, app, storage
        self.tables: dict[str, Table[Any]] = {kind: Table(kind) for kind in KINDS}
        self.companies: Table[records.Company] = self.tables["company"]
        self.projects: Table[records.Project] = self.tables["project"]
        self.sub_jobs: Table[records.SubJob] = self.tables["sub_job"]
        self.people: Table[records.Person] = self.tables["person"]
        self.users: Table[records.User] = self.tables["user"]
        self.time_types: Table[records.TimeType] = self.tables["time_type"]
        self.line_item_types: Table[records.LineItemType] = self.tables["line_item_type"]
        self.cost_codes: Table[records.CostCode] = self.tables["cost_code"]
        self.locations: Table[records.Location] = self.tables["location"]
        self.crews: Table[records.Crew] = self.tables["crew"]
        self.work_classifications: Table[records.WorkClassification] = self.tables["work_classification"]
        self.timesheets: Table[records.Timesheet] = self.tables["timesheet"]
        self.signatures: Table[records.Signature] = self.tables["signature"]
        self.timecards: Table[records.Timecard] = self.tables["timecard"]
        self.changes: Table[records.Change] = self.tables["change"]
        self.hooks: Table[records.Hook] = self.tables["hook"]
        self.triggers: Table[records.Trigger] = self.tables["trigger"]
        self.events: Table[records.Event] = self.tables["event"]
        self.deliveries: Table[records.Delivery] = self.tables["delivery"]
        self.installations: Table[records.Installation] = self.tables["installation"]
        self.app_configurations: Table[records.AppConfiguration] = self.tables["app_configuration"]
        self.codes: Table[records.Code] = self.tables["code"]
        self.tokens: Table[records.Token] = self.tables["token"]
        self.faults: Table[records.Fault] = self.tables["fault"]
        self.calls: Table[records.Call] = self.tables["call"]
        self.tallies: Table[records.Tally] = self.tables["tally"]
        self.settings: Table[records.Setting] = self.tables["setting"]
        self.clear_indexes()

    def clear_indexes(self) -> None:
        self.next_number = FIRST_ID
        self.changes_of_card: dict[int, list[records.Change]] = defaultdict(list)
        self.queues: dict[int, dict[int, records.Delivery]] = defaultdict(dict)
        self.finished_deliveries: list[int] = []
        self.in_flight: dict[int, tuple[datetime, int]] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.earlier_versions: dict[int, list[tuple[datetime, records.Timecard]]] = {}
        self.windows = Windows()
        self.sent_at: list[datetime] = []
        self.late_calls: list[Any] = []
        self.idempotent_answers: dict[str, Any] = {}
        self.wake: Callable[[], None] = getattr(self, "wake", _nobody)

    def now(self) -> datetime:
        return self.clock.now()

    def next_id(self) -> int:
        self.next_number += 1
        return self.next_number + (BEYOND_DOUBLES if self.switches.big_ids else 0)

    def ulid(self) -> str:
        return new_ulid(self.now(), self.rng)[: self.switches.ulid_length]

    def restore(self) -> bool:
        """Read everything back from storage; False if it holds nothing yet."""
        if self.storage is None:
            return False
        for kind, text in self.storage.load():
            if kind in KINDS:
                record = codec.load(KINDS[kind], text)
                self.tables[kind].rows[record.id] = record
        self._index()
        return bool(self.companies.rows)

    def _index(self) -> None:
        kept = self.settings.get("next_number")
        self.next_number = kept.value if kept else FIRST_ID
        for change in sorted(self.changes, key=lambda each: each.id):
            self.changes_of_card[change.timecard_id].append(change)
        for delivery in sorted(self.deliveries, key=lambda each: each.id):
            if delivery.status in ("enqueued", "retrying"):
                self.queues[delivery.hook_id][delivery.id] = delivery
            else:
                self.finished_deliveries.append(delivery.id)
        self.refresh_tokens = {each.refresh_token: each.id for each in self.tokens if each.refresh_token}

    def save(self) -> None:
        """Hand what changed to the storage, in one go."""
        if self.storage is None:
            return
        kept = self.settings.get("next_number")
        if any(table.changed for table in self.tables.values()) and (
            not kept or kept.value != self.next_number
        ):
            self.settings.put(records.Setting("next_number", self.next_number))
        changes: list[tuple[str, str, str | None]] = []
        for table in self.tables.values():
            for key in table.changed:
                row = table.rows.get(key)
                changes.append((table.kind, str(key), None if row is None else codec.dump(row)))
            table.changed.clear()
        if changes:
            self.storage.save(changes)


def _nobody() -> None:
    """Nobody waits for deliveries."""
