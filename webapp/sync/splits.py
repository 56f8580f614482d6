"""Cards that Procore split off what we sent, where its answer does not name them: by a create or an update (D48)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from webapp.domain.timecard import Card, Timecard, same_part, same_unit
from webapp.errors import TryLater, UnreadableAnswer
from webapp.sync import holds
from webapp.sync.agreed import as_agreed
from webapp.sync.batch import SOON, Batch
from webapp.sync.decide import Base, Tombstone
from webapp.sync.holds import Reason
from webapp.sync.our_lines import CLOCK_STEP
from webapp.sync.read import OVERLAP, Seen
from webapp.sync.records import Outcome, Write

TIME = frozenset({"time"})
CUT = Decimal(1)
"""Rounding, or a bulk create that keeps whole hours, takes less than this from what is split."""


@dataclass(frozen=True, slots=True)
class SentHours:
    """Hours that we sent, and the card as it is now. Procore carried that out between `since` and `until`, if at all.
    `write`: an update without an answer."""

    wanted: Timecard
    card: Card
    since: datetime | None
    until: datetime | None
    write: Write | None = None

    @property
    def is_short(self) -> bool:
        return _is_more(self.wanted, self.card.timecard)


def by_create(wanted: Timecard, card: Card) -> SentHours:
    return SentHours(wanted, card, card.facts.created_at, card.facts.created_at)


def by_update(wanted: Timecard, stored: Card) -> SentHours:
    """As Procore answered it."""
    return SentHours(wanted, stored, stored.facts.updated_at, stored.facts.updated_at)


def without_split(batch: Batch, seen: Sequence[Seen]) -> list[Seen]:
    """Hours were sent, and no answer came. Procore may have made a part of some of them: it is taken with what is left,
    in the next step. Of an update that left the card as it was, no line of the card's history tells, and sent again it
    would make another part (D48). A part that is found proves that it came; where none is, and the card does not tell,
    it is waited for as after a lost create (D6)."""
    found = {s.record.link_id: sent for s in seen if s.card and (sent := _unanswered(s, s.card))}
    parts = _parts(batch, found.values())
    left: list[Seen] = []
    for one in seen:
        sent = found.get(one.record.link_id)
        if sent is None:
            left.append(one)
        elif sent.card.id in parts:
            base, number = (_agreed_by_part(batch, one, sent), sent.write.id) if sent.write else (None, None)
            batch.was_split(one, sent.card.id, parts[sent.card.id], base=base, answered=number)
        elif (pause := _may_still_split(batch, one, sent)) > timedelta(0):
            again = min(pause, timedelta(seconds=batch.limits.retry))
            batch.wait(one, holds.answer_lost(), not_before=batch.clock.now() + again)
        else:
            left.append(one)
    return left


def _unanswered(seen: Seen, card: Card) -> SentHours | None:
    """A create of which no part is known; or the newest update that raised the hours, of a card that lacks them."""
    record = seen.record
    is_known = record.has_parts and card.id == record.procore_id
    if record.intent is not None and seen.is_new and not seen.is_taken and not is_known:
        return by_create(record.intent.sent, card)
    raises = [
        (write, write.wanted)
        for write in record.writes
        if write.audit == "lost" and write.procore_id == card.id and write.wanted is not None
        if _is_more(write.wanted, write.before) and _is_more(write.wanted, card.timecard)
    ]
    if not raises or not isinstance(record.base, Base):
        return None
    write, wanted = raises[-1]
    return SentHours(wanted, card, write.read_at, card.facts.updated_at, write)


def _is_more(one: Timecard, other: Timecard) -> bool:
    if one.hours is None or other.hours is None or same_part(one.hours, other.hours):
        return False
    return one.hours > other.hours


def _may_still_split(batch: Batch, seen: Seen, sent: SentHours) -> timedelta:
    """For how long; no time where the card's history says that the update came."""
    base = seen.record.base
    if sent.write is None or (isinstance(base, Base) and same_unit(base.ours, sent.wanted, "time")):
        return timedelta(0)
    return timedelta(seconds=batch.limits.resend_wait) - (batch.read_since() - sent.write.read_at)


def _agreed_by_part(batch: Batch, seen: Seen, sent: SentHours) -> Base:
    """As if its answer had come. Hours and times are the same in both vocabularies."""
    base = seen.record.base
    assert isinstance(base, Base)
    ours = base.ours.with_units(sent.wanted, TIME)
    return as_agreed(batch, replace(base, ours=ours), sent.wanted, sent.card.timecard, TIME)


def hold_parts(batch: Batch, seen: Sequence[Seen]) -> None:
    """A part is taken in one commit with what Procore left of its whole: as long as that is held, all the hours are
    still counted there."""
    by_link = {one.record.link_id: one for one in seen}
    ends = {outcome.link_id: outcome for outcome in batch.outcomes}
    for part in seen:
        whole, comes = part.record.whole, ends.get(part.record.link_id)
        if whole is None or comes is None or comes.timesheet is None:
            continue
        other, end = by_link.get(whole.link_id), ends.get(whole.link_id)
        if other is not None or end is not None:
            is_held, reason = not _is_taken(other, end), end.reason if end is not None else None
        else:
            is_held, reason = whole.is_held, whole.reason
        if is_held:
            batch.outcomes.remove(comes)
            _hold(batch, part, reason)


def _is_taken(whole: Seen | None, end: Outcome | None) -> bool:
    """What the card shows is agreed on; not yet where it is still to be written."""
    if whole is None or end is None:
        return False
    base = end.base or whole.record.base
    if isinstance(base, Base) and whole.card is not None:
        return same_unit(base.theirs, whole.card.timecard, "time")
    return isinstance(base, Tombstone)


def _hold(batch: Batch, part: Seen, reason: Reason | None) -> None:
    if reason is None:
        batch.put_off(part, SOON)
    elif reason.state == "excluded":
        batch.exclude(part, reason)
    else:
        batch.wait(part, holds.split_off(reason.text))


def known_parts(batch: Batch, answers: Sequence[SentHours]) -> dict[int, tuple[int, ...]]:
    """Card → its parts, as the answer told, or as they are found: by one list call, and only when a card came back with
    fewer hours than were sent. Lacks a card where Procore is busy then or cannot be read: it is looked at again as if
    it had not been answered, since nothing may be agreed on before."""
    told = {each.card.id: each.card.parts for each in answers if each.card.parts or not each.is_short}
    asked = [each for each in answers if each.card.id not in told]
    try:
        found = _parts(batch, asked)
    except (TryLater, UnreadableAnswer):
        return told
    return told | {each.card.id: found.get(each.card.id, ()) for each in asked}


def _parts(batch: Batch, sent: Iterable[SentHours]) -> dict[int, tuple[int, ...]]:
    shorter = {each.card.id: each for each in sent if each.is_short}
    if not shorter:
        return {}
    now = batch.procore.server_time()
    low = min((each.since for each in shorter.values() if each.since is not None), default=now) - OVERLAP
    near = [card for page in batch.procore.updated_between(low, now + OVERLAP) for card in page]
    free = {card.id: card for card in near if card.facts.origin_id is None}
    found: dict[int, tuple[int, ...]] = {}
    for each in shorter.values():
        parts = [(_off(each, card), card.id) for card in free.values() if _is_part(batch, each, card)]
        if parts:
            off, part = min(parts)
            if off < CUT:
                del free[part]
                found[each.card.id] = (part,)
    return found


def _is_part(batch: Batch, sent: SentHours, part: Card) -> bool:
    """Made where and when Procore carried out what we sent, and by nobody else. Whatever was edited on the card since
    moves neither."""
    whole, rest, made = sent.wanted, part.timecard, part.facts.created_at
    if (rest.person, rest.date, rest.project) != (whole.person, whole.date, whole.project):
        return False
    if made is None or sent.since is None or sent.until is None:
        return False
    is_then = sent.since - CLOCK_STEP <= made <= sent.until + CLOCK_STEP
    names = {None, batch.settings.own_name, sent.card.facts.created_by}
    return is_then and (batch.settings.own_name is None or part.facts.created_by in names)


def _off(sent: SentHours, part: Card) -> Decimal:
    """How far the part's hours are from those that the card lacks."""
    wanted, kept, rest = sent.wanted.hours, sent.card.timecard.hours, part.timecard.hours
    if wanted is None or kept is None or rest is None:
        return CUT
    return abs(wanted - kept - rest)
