"""Cards that Procore split off what we sent, where its answer does not name them: by a create or an update (D48)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
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
from webapp.sync.ports import AtProcore
from webapp.sync.read import OVERLAP, Seen
from webapp.sync.records import Outcome, Write

TIME = frozenset({"time"})
CUT = Decimal(1)
"""Rounding, or a bulk create that keeps whole hours, takes less than this from what is split."""


def without_split(batch: Batch, seen: Sequence[Seen]) -> list[Seen]:
    """A card found by our number of which Procore had split a part off is taken with its part, in the next step: the
    answer that would have named it was lost, and not every row of a bulk create has an event."""
    found = [
        (s, s.card, s.record.intent.sent)
        for s in seen
        if s.card is not None
        and s.record.intent is not None
        and s.card.id != s.record.procore_id
        and not s.is_taken
    ]
    born = min((c.facts.created_at for _, c, _ in found if c.facts.created_at is not None), default=None)
    parts = unlisted_parts(batch.procore, [(sent, card) for _, card, sent in found], born)
    split = {s.record.link_id for s, card, _ in found if card.id in parts}
    for one, card, _ in found:
        if card.id in parts:
            batch.was_split(one, card.id, parts[card.id])
    return [s for s in seen if s.record.link_id not in split]


def without_raise_in_doubt(batch: Batch, seen: Sequence[Seen]) -> list[Seen]:
    """More hours were sent, and no answer came. Procore may have left the card as it was and made a part of the rest:
    no line of the card's history tells of it, and sent again it would make another part (D48). A part that is found
    proves that the update came; where none is, and the card does not tell, it is waited for as after a lost create
    (D6)."""
    found = {s.record.link_id: (s.card, write) for s in seen if s.card and (write := _lost_raise(s, s.card))}
    if not found:
        return list(seen)
    sent = [(write.wanted, card) for card, write in found.values() if write.wanted is not None]
    since = min(write.read_at for _, write in found.values()) - CLOCK_STEP
    parts = _parts(batch.procore, sent, since)
    left: list[Seen] = []
    for one in seen:
        card, write = found.get(one.record.link_id, (None, None))
        if card is None or write is None:
            left.append(one)
        elif card.id in parts:
            base = _agreed_by_part(batch, one, card, write)
            batch.was_split(one, card.id, parts[card.id], base=base, answered=write.id)
        elif (pause := _may_still_split(batch, one, write)) > timedelta(0):
            again = min(pause, timedelta(seconds=batch.limits.retry))
            batch.wait(one, holds.answer_lost(), not_before=batch.clock.now() + again)
        else:
            left.append(one)
    return left


def _lost_raise(seen: Seen, card: Card) -> Write | None:
    """The newest, of a card that does not hold the hours."""
    raises = [
        write
        for write in seen.record.writes
        if write.audit == "lost" and write.procore_id == card.id and write.wanted is not None
        if _is_more(write.wanted, write.before) and _is_more(write.wanted, card.timecard)
    ]
    return raises[-1] if raises and isinstance(seen.record.base, Base) else None


def _is_more(one: Timecard, other: Timecard) -> bool:
    if one.hours is None or other.hours is None or same_part(one.hours, other.hours):
        return False
    return one.hours > other.hours


def _may_still_split(batch: Batch, seen: Seen, write: Write) -> timedelta:
    """For how long; no time where the card's history says that the update came."""
    base = seen.record.base
    if isinstance(base, Base) and write.wanted is not None and same_unit(base.ours, write.wanted, "time"):
        return timedelta(0)
    return timedelta(seconds=batch.limits.resend_wait) - (batch.read_since() - write.read_at)


def _agreed_by_part(batch: Batch, seen: Seen, card: Card, write: Write) -> Base:
    """As if its answer had come. Hours and times are the same in both vocabularies."""
    base = seen.record.base
    assert isinstance(base, Base)
    assert write.wanted is not None
    sent = replace(base, ours=base.ours.with_units(write.wanted, TIME))
    return as_agreed(batch, sent, write.wanted, card.timecard, TIME)


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


def unlisted_parts(
    procore: AtProcore, sent: Iterable[tuple[Timecard, Card]], since: datetime | None = None
) -> dict[int, tuple[int, ...]]:
    """Card → its parts, made `since` then, or just now. One list call, and only when a card came back with fewer hours
    than were sent; nothing while Procore is busy or cannot be read: then the parts come by their own events."""
    try:
        return _parts(procore, sent, since)
    except (TryLater, UnreadableAnswer):
        return {}


def _parts(
    procore: AtProcore, sent: Iterable[tuple[Timecard, Card]], since: datetime | None
) -> dict[int, tuple[int, ...]]:
    shorter = {
        card.id: (card, wanted.hours - card.timecard.hours)
        for wanted, card in sent
        if wanted.hours is not None and card.timecard.hours is not None
        if _is_more(wanted, card.timecard)
    }
    if not shorter:
        return {}
    now = procore.server_time()
    low = min(since or now, now) - OVERLAP
    near = [card for page in procore.updated_between(low, now + OVERLAP) for card in page]
    free = {card.id: card for card in near if card.facts.origin_id is None and _is_born(card, since)}
    found: dict[int, tuple[int, ...]] = {}
    for card, missing in shorter.values():
        parts = [(off, each.id) for each in free.values() if (off := _off(card, each, missing)) < CUT]
        if parts:
            _, part = min(parts)
            del free[part]
            found[card.id] = (part,)
    return found


def _is_born(part: Card, since: datetime | None) -> bool:
    return since is None or part.facts.created_at is None or part.facts.created_at >= since


def _off(card: Card, part: Card, missing: Decimal) -> Decimal:
    """How far the hours of what may be the card's part are from those that it lacks; CUT where it is another's."""
    whole, rest = card.timecard, part.timecard
    is_its_own = (rest.person, rest.date, rest.project) == (whole.person, whole.date, whole.project)
    if not is_its_own or part.facts.created_at not in (card.facts.created_at, card.facts.updated_at):
        return CUT
    return CUT if rest.hours is None else abs(missing - rest.hours)
