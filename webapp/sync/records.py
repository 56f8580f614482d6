"""What the engine knows of a record before, and says of it after a step: the words between engine and store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from webapp.domain.timecard import Card, CardFacts, Timecard
from webapp.sync.decide import Base, ConflictRule, Decision, Tombstone
from webapp.sync.holds import Reason, State

Direction = Literal["receive", "send"]
Verb = Literal["create", "update", "delete"]
Audit = Literal["lost", "stale", "crowd"]
"""When a write is audited: it has no answer, until it can have no effect any more; once, as it was answered too long
after our read; only if others were at the card in the same minutes."""
WHOLE_SECOND = timedelta(seconds=1)
"""Lists show change times without their fraction; events tell it."""

LIST_LAG = timedelta(seconds=15)
"""Lists were seen to lag by seconds: so old may be what one shows, and after so long no list is waited for any more."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A company's sync settings, read once per step. Cards from before `connected_at`, by Procore's clock, and
    timesheets up to the id `entered_before` are older than the connection."""

    connected_at: datetime
    entered_before: int
    receive: bool
    receive_only_linked: bool
    receive_project_per_sub_job: bool
    send: bool
    send_only_linked: bool
    conflict_rule: ConflictRule
    own_name: str | None = None
    """As change histories call the app itself."""
    fixes: int = 0
    """How often a cause of holds was taken away until then."""
    receives_since: datetime | None = None
    """What was changed in Procore before, and never looked at, is left as it is (R9)."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work a company. `token` grows with every claim; commits check it (fencing)."""

    company_id: int
    token: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """A project that Procore refuses the app: in its words, since when, and when it is asked again (D101)."""

    reason: str
    since: datetime
    probe_at: datetime


@dataclass(frozen=True, slots=True)
class Intent:
    """A create that was, or is about to be, sent."""

    origin_id: int
    sent: Timecard
    ours: Timecard
    sent_at: datetime | None
    is_start_stop: bool = False
    replaces: int | None = None
    """The record's card that was deleted before: it carries the same number."""
    first_sent_at: datetime | None = None
    """By Procore's clock, as its newest answer before told: no card of this create is older."""


@dataclass(frozen=True, slots=True)
class OurTimesheet:
    """Our side of a record as it is now. `version` is compared and set when we write."""

    id: int
    version: int
    timecard: Timecard
    created_at: datetime
    edited_at: datetime
    is_deleted: bool = False
    origin_id: int | None = None
    is_locked: bool = False
    is_processed: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """An update or deletion at Procore (`wanted` None): the card as read, in Procore's ids, and the units to change;
    `decided`: those in which a rule lets Procore's change give way; `ours`: our side as it agrees with `wanted`.
    `read_at` is Procore's time, and so is `answered_at`: the card's in the answer, None where none tells.
    `sent_at`: by our clock, when it was written down."""

    link_id: int
    procore_id: int
    before: Timecard
    wanted: Timecard | None
    units: frozenset[str]
    read_at: datetime
    decided: frozenset[str] = frozenset()
    ours: Timecard | None = None
    id: int | None = None
    audit: Audit = "lost"
    sent_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found. `over`: writes that need none any more, by number; `lost`: what was overwritten unseen;
    `agreed`: another base than before, by those that `arrived` without an answer; `newest`: the newest state of the
    card that is known by now, by Procore's time."""

    over: Sequence[int] = ()
    lost: Sequence[ClashKept] = ()
    agreed: Base | Tombstone | None = None
    arrived: Sequence[int] = ()
    newest: datetime | None = None

    @property
    def is_nothing(self) -> bool:
        return not self.over and not self.lost and self.agreed is None


@dataclass(frozen=True, slots=True)
class Whole:
    """The record of the card that Procore split a part off. `reason`: why it is held, if it says so."""

    link_id: int
    is_held: bool
    reason: Reason | None


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
    dropped: Reason | None = None
    """A person's word that a deletion, or what was discarded, is not to be carried out."""
    dropped_as: str | None = None
    """The digest of the card that was discarded, where one was seen, or GONE."""
    decisions: tuple[Decision, ...] = ()
    is_to_be_deleted_there: bool = False
    """What persons said about its clashes and is not carried out yet."""
    accepted_ours: Timecard | None = None
    """Our side as it was, not looked at yet, when sending was to start from then on (R9)."""
    whole: Whole | None = None
    """Of a part that is not here yet (D48)."""
    has_parts: bool = False
    """Procore split its card, and a part of it is known."""
    has_parts_elsewhere: bool = False
    """Such a part has no timesheet, and is not to come: receiving is off, or went on from then on."""
    newest_hint: datetime | None = None
    """Procore's time of the newest event about the card."""
    newest_seen: datetime | None = None
    """Procore's time of the newest state of the card that we have seen, also in answers to our own writes."""
    writes: tuple[Write, ...] = ()
    """Our own that are to be audited: without an answer, or with others at the card in the same minutes."""

    @property
    def is_new(self) -> bool:
        """Never synced, and nothing of it waits."""
        return self.base is None and (self.reason_key is None or self.state == "excluded")


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

    kind: Literal["fields", "deleted_here", "deleted_there", "overwritten"]
    unit: str | None
    ours: Timecard | None
    theirs: Timecard | None
    base: Base | None
    winner: Literal["ours", "theirs"] | None
    theirs_at: datetime | None = None
    by_person: bool = False
    is_carried_out: bool = True
    """The loser has the winner's value; not while a direction that is off holds it back."""


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
    timesheet was changed meanwhile (`timesheet.version`), only `procore_id`, `base_if_edited`, what was `seen` and the
    clashes that were carried out at Procore are kept, and the mark stays due.
    """

    link_id: int
    generation: int
    state: State
    done: bool
    reason: Reason | None = None
    not_before: datetime | None = None
    base: Base | Tombstone | None = None
    base_if_edited: Base | None = None
    """What is agreed all the same when the timesheet was changed meanwhile: what Procore has stored of it."""
    procore_id: int | None = None
    timesheet: TimesheetWrite | None = None
    messages: tuple[MessageLine, ...] = ()
    settles_messages: bool = False
    version: int | None = None
    """Of the timesheet that was decided on: an edit of it since then still waits for its turn."""
    has_more: bool = False
    """The timesheet says more than what was sent: that still waits, too."""
    clashes: tuple[ClashKept, ...] = ()
    has_all_clashes: bool = False
    """`clashes` are all there are now: what was open besides them is settled."""
    intent_done: bool = False
    seen: Card | None = None
    is_excluded_for_good: bool = False
    looks_again_at: datetime | None = None
    """This much is done, but an event told of more than what was read shows: marked anew, for then."""
    is_put_off: bool = False
    """Nothing was learnt: only `not_before` moves."""
    answered: int | None = None
    """The number of the logged write that Procore has answered."""
    is_stale: bool = False
    """That long after our read that it is audited."""
    takes_signature: bool = False
    """What was sent changed a signed card: its history says that the signature was for the earlier values (D46)."""
    parts: tuple[int, ...] = ()
    """Cards that Procore split off this one: looked at together with it (D48)."""
    raw: str | None = None
    """Procore's answer, to be kept for a look (D106)."""
    is_kept_back: bool = False
    """Whatever holds it, receiving is off, and what was `seen` is not as agreed: it waits for that switch, too (R9)."""
    as_of: int | None = None
    """The settings' `fixes` when a reason was found: after another fix the record is decided anew, at once."""
    swaps_with: int | None = None
    """Another link gets this card, and this one the other's: then both look again."""
    absorbed_by: int | None = None
    """Another link owns this card (it carries that timesheet's number): the card goes there, this link ends."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A create about to be sent: committed as an intent first."""

    link_id: int
    ours: Timecard
    theirs: Timecard
    is_start_stop: bool
    there: datetime
    """Procore's time now."""


@dataclass(frozen=True, slots=True)
class Cursors:
    """Up to where Procore's updated and deleted ranges were swept, by Procore's own clock."""

    updated: datetime
    deleted: datetime
