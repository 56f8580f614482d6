"""What the engine needs from the world, and the words for it: adapters import all of them from here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

from webapp.domain.timecard import Card, CardFacts, Timecard
from webapp.sync.decide import Base as Base
from webapp.sync.decide import ConflictRule
from webapp.sync.decide import Tombstone as Tombstone
from webapp.sync.dictionary import Dictionary as Dictionary
from webapp.sync.dictionary import Place as Place
from webapp.sync.dictionary import Wanted as Wanted
from webapp.sync.holds import Reason as Reason
from webapp.sync.holds import State

Direction = Literal["receive", "send"]
Verb = Literal["create", "update", "delete"]


class Clock(Protocol):
    def now(self) -> datetime:
        """Now, aware, UTC."""


# ---- Procore -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """A time card to create. `timecard` speaks Procore's ids; `is_start_stop` is the project's style (R20)."""

    origin_id: int
    timecard: Timecard
    is_start_stop: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """What became of one draft: Procore's id, or its own words of refusal."""

    origin_id: int
    procore_id: int | None = None
    refusal: Reason | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a card's change history."""

    column: str
    old_value: str | None
    new_value: str | None
    at: datetime | None
    by: str | None


class TimecardsAtProcore(Protocol):
    """One company's time cards at Procore. Every method raises webapp.errors' TryLater (ProcoreUnavailable,
    RateLimited), PermissionMissing, AppNotConnected, SignInExpired, ProcoreRefused, UnreadableAnswer or NotFound.
    Lists include cards in progress."""

    def by_ids(self, ids: Sequence[int]) -> dict[int, Card]:
        """Live cards among these ids, in as few list calls as possible. Absent is no proof of deletion."""

    def updated_between(self, low: datetime, high: datetime) -> Iterator[list[Card]]:
        """Pages of live cards whose updated_at lies in the range (both ends included), 2,000 a page."""

    def deleted_between(
        self, low: datetime, high: datetime, ids: Sequence[int] | None = None
    ) -> Iterator[list[Card]]:
        """Pages of deleted cards whose deleted_at lies in the range, of these ids only when given."""

    def create_many(self, drafts: Sequence[Draft]) -> list[Created]:
        """Creates in bulk, or singly where bulk lacks a field that a draft needs. Raises ProcoreUnavailable with
        `is_effect_unknown` when the answer was lost: then any of the drafts may exist."""

    def locations(self, project_id: int, first: date, last: date) -> dict[int, str]:
        """Card → location, of a project's cards of these days; no other list tells it (R16)."""

    def unreadable_among(self, ids: Collection[int]) -> dict[int, str]:
        """Cards of the last reads that lack what we need, and what that is (D106); lists leave them out."""

    def update(self, procore_id: int, project_id: int, on: date, changes: dict[str, Any]) -> Card:
        """PATCHes the changed Timecard fields (by their names in Timecard, Procore's ids) and nothing else, plus
        date and project as read. Returns the card as Procore answered it."""

    def delete(self, procore_id: int) -> None:
        """Deletes; already gone (404 of our own known card) raises NotFound."""

    def change_history(self, procore_id: int) -> list[HistoryEntry]:
        """Newest or oldest first, as Procore gives it; sort by `at`."""

    def server_time(self) -> datetime:
        """Procore's clock: the Date header of the newest answer, UTC."""


# ---- Procore's directory ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TheirProject:
    id: int
    name: str
    number: str | None
    time_zone: str | None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TheirPerson:
    """A person of the company directory; `id` is what cards call party."""

    id: int
    name: str
    email: str | None
    employee_number: str | None
    is_active: bool = True
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class TheirSubJob:
    id: int
    project_id: int
    name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class TheirCostCode:
    id: int
    project_id: int
    full_code: str
    name: str


@dataclass(frozen=True, slots=True)
class TheirTimeType:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TimeEntryStyle:
    """Of the company configuration: which projects use start and stop time."""

    start_stop_projects: frozenset[int]


class DirectoryAtProcore(Protocol):
    """One company's reference lists at Procore; each method is one paged list. Errors as TimecardsAtProcore."""

    def projects(self) -> list[TheirProject]: ...

    def people(self) -> list[TheirPerson]:
        """Active and inactive ones."""

    def time_types(self) -> list[TheirTimeType]: ...

    def sub_jobs(self, project_id: int) -> list[TheirSubJob]: ...

    def cost_codes(self, project_id: int, sub_job_id: int | None = None) -> list[TheirCostCode]:
        """Of the project, or a sub job's own."""

    def time_entry_style(self) -> TimeEntryStyle: ...


class AtProcore(TimecardsAtProcore, DirectoryAtProcore, Protocol):
    """All that the engine asks of Procore for one company."""


# ---- Store -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Settings:
    """A company's sync settings, read once per step."""

    connected_at: datetime
    receive: bool
    receive_only_linked: bool
    receive_project_per_sub_job: bool
    send: bool
    send_only_linked: bool
    conflict_rule: ConflictRule


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work a company. `token` grows with every claim; commits check it (fencing)."""

    company_id: int
    token: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that was, or is about to be, sent."""

    origin_id: int
    sent: Timecard
    ours: Timecard
    sent_at: datetime | None
    is_start_stop: bool = False


@dataclass(frozen=True, slots=True)
class OurTimesheet:
    """Our side of a record as it is now. `version` is compared and set when we write."""

    id: int
    version: int
    timecard: Timecard
    created_at: datetime
    edited_at: datetime
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """One due link with everything known about it before reading Procore."""

    link_id: int
    generation: int
    attempts: int
    timesheet: OurTimesheet | None
    procore_id: int | None
    base: Base | Tombstone | None
    intent: Intent | None
    hinted_at: datetime | None
    is_delete_hinted: bool
    reason_key: str | None
    state: State
    marked_at: datetime
    facts: CardFacts | None = None
    excluded_for_good: Reason | None = None


@dataclass(frozen=True, slots=True)
class TimesheetWrite:
    """What to do to our side. `timecard` None deletes. `version` None creates; else compare-and-set."""

    timecard: Timecard | None
    version: int | None
    card: Card | None = None
    restores: bool = False


@dataclass(frozen=True, slots=True)
class ClashKept:
    """A conflict row: both values, what was agreed, and who won (None: a person is asked)."""

    kind: Literal["fields", "deleted_here", "deleted_there"]
    unit: str | None
    ours: Timecard | None
    theirs: Timecard | None
    base: Base | None
    winner: Literal["ours", "theirs"] | None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """What Activity lists: one per record and decision. The store words what it is about."""

    direction: Direction
    action: Verb
    state: Literal["pending", "processed", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one step for one link, stored in one transaction under the lease.

    `done`: the claimed generation is finished; else it is due again at `not_before`. What is None stays as it is,
    but for `reason`: None clears it. An outcome for a generation already finished changes nothing. When the
    timesheet was changed meanwhile (`timesheet.version`), only `procore_id` is kept and the mark stays due.
    """

    link_id: int
    generation: int
    state: State
    done: bool
    reason: Reason | None = None
    not_before: datetime | None = None
    base: Base | Tombstone | None = None
    procore_id: int | None = None
    timesheet: TimesheetWrite | None = None
    messages: tuple[MessageLine, ...] = ()
    settles_messages: bool = False
    clashes: tuple[ClashKept, ...] = ()
    intent_done: bool = False
    seen: Card | None = None
    is_excluded_for_good: bool = False
    absorbed_by: int | None = None
    """Another link owns this card (it carries that timesheet's number): the card goes there, this link ends."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A create about to be sent: committed as an intent first."""

    link_id: int
    ours: Timecard
    theirs: Timecard
    is_start_stop: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cards refer to and the mirrored directory does not hold (yet)."""

    has_people: bool = False
    has_projects: bool = False
    has_time_types: bool = False
    codes_of: frozenset[Place] = frozenset()
    sub_jobs_of: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(
            self.has_people or self.has_projects or self.has_time_types or self.codes_of or self.sub_jobs_of
        )


@dataclass(frozen=True, slots=True)
class DirectoryRead:
    """What was read of Procore's directory; None and absent keys were not read."""

    projects: list[TheirProject] | None = None
    people: list[TheirPerson] | None = None
    time_types: list[TheirTimeType] | None = None
    style: TimeEntryStyle | None = None
    cost_codes: dict[Place, list[TheirCostCode]] = field(default_factory=dict)
    sub_jobs: dict[int, list[TheirSubJob]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cursors:
    """Up to where Procore's updated and deleted ranges were swept, by Procore's own clock."""

    updated: datetime
    deleted: datetime


class Store(Protocol):
    """One company's side of things here. Each method is one short transaction; none is open over an HTTP call."""

    def claim(self, owner: str) -> Lease | None:
        """The company's lease for this worker, or None while another holds it."""

    def renew(self, lease: Lease) -> Lease:
        """Raises LeaseLost when another worker took over."""

    def release(self, lease: Lease) -> None: ...

    def settings(self) -> Settings: ...

    def due(self, lease: Lease, limit: int) -> list[Record]:
        """Due links, deletions and the newest hints first; counts an attempt on each before it is worked."""

    def commit(self, lease: Lease, outcomes: Sequence[Outcome]) -> None:
        """All or none. A timesheet changed meanwhile keeps its mark due and its outcome is dropped (CAS)."""

    def intend(self, lease: Lease, sends: Sequence[Sent]) -> dict[int, Intent]:
        """By link: commits an intent for each just before it is sent. One that already stands keeps its payload and
        number; only the time of sending moves."""

    def dictionary(self, lease: Lease, wanted: Wanted, *, is_final: bool) -> tuple[Dictionary, Unknown]:
        """Everything these cards refer to, in the other side's ids; what cards to be taken need is created here when
        the rules allow it (R11-R15). `Unknown` names what Procore's mirrored directory does not hold: then the
        dictionary is empty, unless `is_final`, where it gives the reasons to wait."""

    def save_directory(self, read: DirectoryRead) -> None:
        """Stores what was read of Procore's directory."""

    def pause(self, lease: Lease, reason: str, probe_at: datetime) -> None:
        """The whole company waits: not connected, signed out or forbidden. Looked at again at `probe_at`."""

    def links_of_origins(self, origin_ids: Collection[int]) -> dict[int, tuple[int, int | None]]:
        """Our numbers on Procore's cards → the link whose timesheet drew each, and the card it has."""

    def cursors(self) -> Cursors: ...

    def move_cursors(self, lease: Lease, cursors: Cursors) -> None:
        """After the marks of a sweep are stored; never backwards."""

    def mark_swept(self, lease: Lease, cards: Sequence[Card], *, are_deleted: bool) -> int:
        """Marks those of these cards that are not as we last saw them. How many there were."""
