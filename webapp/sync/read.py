"""Reads Procore's side of many records in as few calls as possible, and tells gone from unseen (D102)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.domain.digest import GONE, digest_of
from webapp.domain.timecard import Card, same_unit
from webapp.errors import UnreadableAnswer
from webapp.sync.decide import Base
from webapp.sync.holds import DISCARDED, Reason
from webapp.sync.ports import AtProcore, Intent, Record
from webapp.sync.records import Direction

BY_IDS_AT_ONCE = 150
OVERLAP = timedelta(seconds=120)
LONG_AGO = timedelta(days=3650)
IDENTITY = {"person": ("party", "person"), "date": ("date",), "project": ("project", "sub_job")}
"""What makes a card the one we meant, and how the change history names it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One record with Procore's side as read now. `card` None and `is_gone`: there is provably none. `is_unseen`:
    Procore neither shows it nor says that it was deleted. `is_in_doubt`: a create was sent and is not found; `is_back`:
    the card that it was to replace lives again. `is_taken`: a card carries our number but is about something else."""

    record: Record
    card: Card | None = None
    is_gone: bool = False
    is_unseen: bool = False
    is_in_doubt: bool = False
    is_back: bool = False
    is_taken: bool = False
    unreadable: UnreadableAnswer | None = None
    """What Procore's answer about this card lacks (D106)."""
    unreadable_id: int | None = None
    """The card, where it carries the number of a create whose answer was lost."""
    gone: Card | None = None
    """The card as it was deleted."""

    agreed: Base | None = None
    """The base, where it is not what the record says: of a card found by our number that nobody has touched, or of one
    whose change from before a switch is accepted."""
    accepted: Direction | None = None
    """The direction that takes no notice of that change (R9)."""

    @property
    def is_new(self) -> bool:
        """The card is that of a create that has not ended yet; what was agreed before was about the one it replaces."""
        intent, card = self.record.intent, self.card or self.gone
        return intent is not None and card is not None and card.id != intent.replaces

    @property
    def base(self) -> Base | None:
        """What both agreed on; for a card found by our number, what we meant to send."""
        base, intent = self.record.base, self.record.intent
        if self.agreed is not None:
            return self.agreed
        if isinstance(base, Base) and not self.is_new:
            return base
        if intent is None or (self.card is None and self.gone is None):
            return None
        return Base(intent.ours, intent.sent)

    @property
    def word(self) -> Reason | None:
        """Somebody's word that stands. What was discarded is another change now, where the card is another or gone."""
        dropped, known = self.record.dropped, self.record.dropped_as
        is_told = self.is_gone or self.card is not None
        if dropped is None or dropped.key != DISCARDED or self.record.procore_id is None or not is_told:
            return dropped
        now = digest_of(self.card.timecard) if self.card is not None else GONE
        return dropped if known in (None, now) else None

    @property
    def came_and_went(self) -> bool:
        """A card that was created and deleted before it was looked at (D7)."""
        record = self.record
        return self.is_gone and record.timesheet is None and record.base is None and record.state == "waiting"

    @property
    def is_their_change(self) -> bool:
        """Procore's side differs from what was agreed, or nothing was agreed yet."""
        return self.card is not None and (self.base is None or self.base.theirs != self.card.timecard)


def read_theirs(procore: AtProcore, records: Sequence[Record]) -> list[Seen]:
    """Procore's side of each record, in the order given. Errors as TimecardsAtProcore."""
    doubtful = [r for r in records if _is_new_card_unknown(r)]
    known = [r for r in records if r.procore_id is not None and not _is_new_card_unknown(r)]
    live = _live(procore, known)
    absent = [r for r in known if r.procore_id not in live]
    unreadable = procore.unreadable_among([r.procore_id for r in absent if r.procore_id is not None])
    deleted = _deleted(procore, [r for r in absent if r.procore_id not in unreadable])
    ours = find_by_origin(procore, doubtful) if doubtful else {}
    lacking = procore.unreadable_of([r.intent.origin_id for r in doubtful if r.intent is not None])
    unreadable |= procore.unreadable_among(lacking.values())
    return [
        Seen(r, unreadable=unreadable[key], unreadable_id=key)
        if (key := _card_of(r, ours, lacking)) in unreadable
        else _seen(procore, r, live, deleted, ours)
        for r in records
    ]


def _is_new_card_unknown(record: Record) -> bool:
    """A create was sent, and its card's id was not told yet; the link may still name the card that it replaces."""
    return record.intent is not None and record.procore_id == record.intent.replaces


def _card_of(record: Record, found: dict[int, Card], lacking: dict[int, int]) -> int | None:
    """The record's card; for a create in doubt that was not found, the unreadable one that carries its number."""
    if record.intent is None or not _is_new_card_unknown(record):
        return record.procore_id
    number = record.intent.origin_id
    return None if number in found else lacking.get(number)


def _seen(
    procore: AtProcore,
    record: Record,
    live: dict[int, Card],
    deleted: dict[int, Card],
    found: dict[int, Card],
) -> Seen:
    if record.intent is not None and _is_new_card_unknown(record):
        card = found.get(record.intent.origin_id)
        if card is None or card.id == record.intent.replaces:
            return Seen(record, is_in_doubt=True, is_back=card is not None)
        if card.deleted_at is not None:
            return Seen(record, is_gone=True, gone=card)
        return Seen(record, card, is_taken=not _is_what_we_sent(procore, card, record.intent))
    if record.procore_id is not None:
        card = live.get(record.procore_id)
        gone = deleted.get(record.procore_id) if card is None else None
        return Seen(
            record, card, is_gone=gone is not None, is_unseen=card is None and gone is None, gone=gone
        )
    return Seen(record, is_gone=True)


def _is_what_we_sent(procore: AtProcore, card: Card, intent: Intent) -> bool:
    """About the same person, day and project; or somebody has changed that since, as the card's history tells (D6)."""
    moved = [unit for unit in IDENTITY if not same_unit(card.timecard, intent.sent, unit)]
    if not moved:
        return True
    columns = [entry.column.casefold() for entry in procore.change_history(card.id)]
    return all(any(column.startswith(IDENTITY[unit]) for column in columns) for unit in moved)


def _live(procore: AtProcore, records: Sequence[Record]) -> dict[int, Card]:
    ids = [r.procore_id for r in records if r.procore_id is not None]
    found: dict[int, Card] = {}
    if len(ids) > BY_IDS_AT_ONCE:
        hints = [r.hinted_at for r in records if r.hinted_at is not None]
        if len(hints) * 2 > len(ids):
            found = _in_window(procore, set(ids), min(hints) - OVERLAP)
    rest = [i for i in ids if i not in found]
    for start in range(0, len(rest), BY_IDS_AT_ONCE):
        found |= procore.by_ids(rest[start : start + BY_IDS_AT_ONCE])
    return {i: card for i, card in found.items() if card.deleted_at is None}


def _in_window(procore: AtProcore, wanted: set[int], low: datetime) -> dict[int, Card]:
    """Those of them that were changed since. Of a backlog far larger than this batch one page is read, not all of it
    again for each batch: what is not found is read by its id."""
    found: dict[int, Card] = {}
    read = 0
    for page in procore.updated_between(low, procore.server_time() + OVERLAP):
        found |= {card.id: card for card in page if card.id in wanted}
        read += len(page)
        if len(found) * 2 < read:
            break
    return found


def _deleted(procore: AtProcore, records: Sequence[Record]) -> dict[int, Card]:
    return deleted_among(procore, [r.procore_id for r in records if r.procore_id is not None])


def deleted_among(procore: AtProcore, ids: Sequence[int]) -> dict[int, Card]:
    if not ids:
        return {}
    gone: dict[int, Card] = {}
    high = procore.server_time() + OVERLAP
    for start in range(0, len(ids), BY_IDS_AT_ONCE):
        chunk = ids[start : start + BY_IDS_AT_ONCE]
        for page in procore.deleted_between(high - LONG_AGO, high, chunk):
            gone |= {c.id: c for c in page if c.deleted_at is not None and c.id in chunk}
    return gone


def find_by_origin(procore: AtProcore, records: Sequence[Record]) -> dict[int, Card]:
    """Cards that carry our numbers, live or deleted, among those changed since the first of these was sent. One that
    was replaced counts where it lives again, whatever number it carries, and only where no other is found."""
    sent = [r.intent.first_sent_at for r in records if r.intent is not None and r.intent.first_sent_at]
    wanted = {r.intent.origin_id: r.intent.replaces for r in records if r.intent is not None}
    if not sent:
        return {}
    low, high = min(sent) - OVERLAP, procore.server_time() + LONG_AGO  # the time last heard may be old
    deleted = _with_origin(procore.deleted_between(low, high), wanted)
    live = _with_origin(procore.updated_between(low, high), wanted)
    back = {number: card for number, card in live if card.id == wanted[number]}
    return back | {number: card for number, card in (*deleted, *live) if card.id != wanted[number]}


def _with_origin(pages: Iterable[list[Card]], wanted: Mapping[int, int | None]) -> list[tuple[int, Card]]:
    replaced = {card_id: number for number, card_id in wanted.items()}
    return [
        (number, card)
        for page in pages
        for card in page
        if (number := replaced.get(card.id, card.facts.origin_id)) is not None and number in wanted
    ]
