"""What the engine needs from the world, and the words for it: adapters import all of them from here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from webapp.domain.timecard import Card, Timecard
from webapp.errors import UnreadableAnswer
from webapp.sync.compared import OurRecord as OurRecord
from webapp.sync.decide import PLACE as PLACE
from webapp.sync.decide import Base as Base
from webapp.sync.decide import Decision as Decision
from webapp.sync.decide import Merge as Merge
from webapp.sync.decide import Rules as Rules
from webapp.sync.decide import Tombstone as Tombstone
from webapp.sync.decide import merge as merge
from webapp.sync.dictionary import Dictionary as Dictionary
from webapp.sync.dictionary import Place as Place
from webapp.sync.dictionary import Wanted as Wanted
from webapp.sync.digests import Days as Days
from webapp.sync.digests import Side as Side
from webapp.sync.directory import DirectoryRead as DirectoryRead
from webapp.sync.directory import TheirCostCode as TheirCostCode
from webapp.sync.directory import TheirPerson as TheirPerson
from webapp.sync.directory import TheirProject as TheirProject
from webapp.sync.directory import TheirSubJob as TheirSubJob
from webapp.sync.directory import TheirTimeType as TheirTimeType
from webapp.sync.directory import TimeEntryStyle as TimeEntryStyle
from webapp.sync.directory import Unknown as Unknown
from webapp.sync.guard import HOUR as HOUR
from webapp.sync.guard import GuardKind as GuardKind
from webapp.sync.guard import GuardLimit as GuardLimit
from webapp.sync.guard import Proposal as Proposal
from webapp.sync.guard import is_unusual as is_unusual
from webapp.sync.holds import Reason as Reason
from webapp.sync.records import LIST_LAG as LIST_LAG
from webapp.sync.records import WHOLE_SECOND as WHOLE_SECOND
from webapp.sync.records import Audit as Audit
from webapp.sync.records import Audited as Audited
from webapp.sync.records import ClashKept as ClashKept
from webapp.sync.records import Cursors as Cursors
from webapp.sync.records import Direction as Direction
from webapp.sync.records import Intent as Intent
from webapp.sync.records import Lease as Lease
from webapp.sync.records import MessageLine as MessageLine
from webapp.sync.records import OurTimesheet as OurTimesheet
from webapp.sync.records import Outcome as Outcome
from webapp.sync.records import Parked as Parked
from webapp.sync.records import Record as Record
from webapp.sync.records import Sent as Sent
from webapp.sync.records import Settings as Settings
from webapp.sync.records import TimesheetWrite as TimesheetWrite
from webapp.sync.records import Verb as Verb
from webapp.sync.records import Whole as Whole
from webapp.sync.records import Write as Write


class Clock(Protocol):
    def now(self) -> datetime:
        """Now, aware, UTC."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A time card to create. `timecard` speaks Procore's ids; `is_start_stop` is the project's style (R20);
    `is_replay`: sent before, and not found by the time when it had to be there (D6)."""

    origin_id: int
    timecard: Timecard
    is_start_stop: bool = False
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class Created:
    """What became of one draft: Procore's id, or its own words of refusal. `lacking`: it is there, but without its
    date. `parts`: cards of their own that Procore split off it (D48)."""

    origin_id: int
    procore_id: int | None = None
    refusal: Reason | None = None
    lacking: UnreadableAnswer | None = None
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a card's change history. `part`: the field of Timecard that it is about, None for what a time card
    here does not hold; then `old` and `new` are None, too, else in Timecard's types and Procore's ids."""

    column: str
    old_value: str | None
    new_value: str | None
    at: datetime | None
    by: str | None
    part: str | None = None
    old: Any = None
    new: Any = None


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

    def unreadable_among(self, ids: Collection[int]) -> dict[int, UnreadableAnswer]:
        """Cards of the last reads that lack what we need, and what that is (D106); lists leave them out."""

    def unreadable_of(self, origin_ids: Collection[int]) -> dict[int, int]:
        """The same, for cards that carry these numbers of ours: number → card."""

    def update(self, procore_id: int, project_id: int, on: date, changes: dict[str, Any]) -> Card:
        """PATCHes the changed Timecard fields (by their names in Timecard, Procore's ids) and nothing else, plus
        date and project as read. Returns the card as Procore answered it."""

    def delete(self, procore_id: int) -> Card | None:
        """The card as it was deleted, where Procore shows it. Already gone (404 of our own known card): NotFound."""

    def change_history(self, procore_id: int) -> list[HistoryEntry]:
        """Newest or oldest first, as Procore gives it; sort by `at`."""

    def server_time(self) -> datetime:
        """Procore's clock: the Date header of the newest answer, UTC."""


class DirectoryAtProcore(Protocol):
    """One company's reference lists at Procore; each method is one paged list. Errors as TimecardsAtProcore."""

    def projects(self) -> list[TheirProject]: ...

    def people(self) -> list[TheirPerson]:
        """Active and inactive ones."""

    def time_types(self) -> list[TheirTimeType]: ...

    def sub_jobs(self, project_id: int) -> list[TheirSubJob]: ...

    def cost_codes(self, project_id: int, sub_job_id: int | None = None) -> list[TheirCostCode]:
        """Of the project, or a sub job's own."""

    def time_entry_style(self) -> TimeEntryStyle | None:
        """None when it is not shown to the app: then what is known of it stays."""


class AtProcore(TimecardsAtProcore, DirectoryAtProcore, Protocol):
    """All that the engine asks of Procore for one company."""


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

    def again(self, lease: Lease, link_ids: Sequence[int]) -> list[Record]:
        """Those of these links that are not done yet, as they are now; no attempt is counted."""

    def commit(self, lease: Lease, outcomes: Sequence[Outcome]) -> None:
        """All or none. A timesheet changed meanwhile keeps its mark due and its outcome is dropped (CAS)."""

    def intend(self, lease: Lease, sends: Sequence[Sent]) -> dict[int, Intent]:
        """By link: commits an intent for each just before it is sent. One that already stands keeps its payload and
        number; only the time of sending moves."""

    def keep_unanswered(self, lease: Lease, link_ids: Sequence[int]) -> None:
        """The answers to these creates were lost just now: they are not sent again before they had their time (D6)."""

    def guard(self, lease: Lease, proposals: Sequence[Proposal]) -> dict[int, Proposal]:
        """Asked before deletions and changes are written: the refused, by link; the others are counted (D12)."""

    def log_writes(self, lease: Lease, writes: Sequence[Write]) -> dict[int, int]:
        """By link, the number of each update or deletion: committed before the first of them is sent."""

    def forget_writes(self, lease: Lease, numbers: Sequence[int]) -> None:
        """Logged writes that had no effect."""

    def keep_audit(self, lease: Lease, link_id: int, found: Audited) -> None:
        """At once: or after a kill nobody would look for it again."""

    def persons_named(self, names: Collection[str]) -> set[str]:
        """Which of these names Procore's mirrored directory holds."""

    def edited_at(self, timesheet_id: int) -> Mapping[str, datetime]:
        """By unit, when a person here last changed it, by our clock."""

    def dictionary(self, lease: Lease, wanted: Wanted, *, is_final: bool) -> tuple[Dictionary, Unknown]:
        """Everything these cards refer to, in the other side's ids; what cards to be taken need is created here when
        the rules allow it (R11-R15). `Unknown` names what Procore's mirrored directory does not hold: then the
        dictionary is empty, unless `is_final`, where it gives the reasons to wait."""

    def save_directory(self, read: DirectoryRead) -> None:
        """Stores what was read of Procore's directory."""

    def pause(self, lease: Lease, reason: str, probe_at: datetime) -> None:
        """The whole company waits: not connected, signed out or forbidden. Looked at again at `probe_at`."""

    def wait(self, lease: Lease, until: datetime) -> None:
        """Procore is busy or away: nothing of this company is begun before."""

    def give_back(self, lease: Lease, link_ids: Sequence[int]) -> None:
        """What was begun and could not be ended, through no fault of its own: that attempt does not count."""

    def parked(self) -> dict[int, Parked]:
        """Projects that Procore refuses the app."""

    def park(self, lease: Lease, project_id: int, why: Parked) -> bool:
        """What has to ask Procore about this project waits. True when it was not parked before."""

    def unpark(self, lease: Lease, project_id: int) -> int:
        """It answers again: what waited for it is due at once. How many records those are."""

    def links_of_origins(self, origin_ids: Collection[int]) -> dict[int, tuple[int, int | None]]:
        """Our numbers on Procore's cards → the link whose timesheet drew each, and the card it has."""

    def pair_unlinked(self, lease: Lease, numbers: Mapping[int, int]) -> set[int]:
        """Link → our number on its card: gives those links the timesheet that drew the number, if it lives and has no
        link; they are due at once. Which links these are."""

    def cursors(self) -> Cursors: ...

    def move_cursors(self, lease: Lease, since: Cursors, until: Cursors) -> None:
        """After the marks of a sweep are stored. Never backwards; and one that was set back during the sweep, which
        read from `since`, stays where it was set."""

    def mark_swept(self, lease: Lease, cards: Sequence[Card], *, are_deleted: bool) -> int:
        """Marks those of these cards that are not as we last saw them. How many there were."""
