"""Cards that Procore split off what we sent, where its answer does not name them: by a create or an update (D48)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from webapp.domain.timecard import Card, Timecard, same_part
from webapp.errors import TryLater, UnreadableAnswer
from webapp.sync.batch import Batch
from webapp.sync.ports import AtProcore
from webapp.sync.read import OVERLAP, Seen

CUT = Decimal(1)
"""Rounding, or a bulk create that keeps whole hours, takes less than this from what is split."""


def without_split(batch: Batch, seen: Sequence[Seen]) -> list[Seen]:
    """A card found by our number of which Procore had split a part off is taken with its part, in the next step: the
    answer that would have named it was lost, and not every row of a bulk create has an event."""
    if not batch.settings.receive:
        return list(seen)
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


def unlisted_parts(
    procore: AtProcore, sent: Iterable[tuple[Timecard, Card]], since: datetime | None = None
) -> dict[int, tuple[int, ...]]:
    """Card → its parts, made `since` then, or just now. One list call, and only when a card came back with fewer hours
    than were sent; nothing while Procore is busy or cannot be read: then the parts come by their own events."""
    shorter = {
        card.id: (card, wanted.hours - card.timecard.hours)
        for wanted, card in sent
        if wanted.hours is not None
        and card.timecard.hours is not None
        and wanted.hours > card.timecard.hours
        and not same_part(wanted.hours, card.timecard.hours)
    }
    if not shorter:
        return {}
    try:
        now = procore.server_time()
        low = min(since or now, now) - OVERLAP
        near = [card for page in procore.updated_between(low, now + OVERLAP) for card in page]
    except (TryLater, UnreadableAnswer):
        return {}
    free = {card.id: card for card in near if card.facts.origin_id is None}
    found: dict[int, tuple[int, ...]] = {}
    for card, missing in shorter.values():
        parts = [(off, each.id) for each in free.values() if (off := _off(card, each, missing)) < CUT]
        if parts:
            _, part = min(parts)
            del free[part]
            found[card.id] = (part,)
    return found


def _off(card: Card, part: Card, missing: Decimal) -> Decimal:
    """How far the hours of what may be the card's part are from those that it lacks; CUT where it is another's."""
    whole, rest = card.timecard, part.timecard
    is_its_own = (rest.person, rest.date, rest.project) == (whole.person, whole.date, whole.project)
    if not is_its_own or part.facts.created_at not in (card.facts.created_at, card.facts.updated_at):
        return CUT
    return CUT if rest.hours is None else abs(missing - rest.hours)
