"""Cards that Procore split off what we sent, where its answer does not name them: by a create or an update (D48)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from webapp.domain.timecard import Card, Timecard, same_part
from webapp.errors import TryLater, UnreadableAnswer
from webapp.sync.ports import AtProcore
from webapp.sync.read import OVERLAP


def unlisted_parts(procore: AtProcore, sent: Iterable[tuple[Timecard, Card]]) -> dict[int, tuple[int, ...]]:
    """Card → its parts. One list call, and only when a card came back with fewer hours than were sent; nothing while
    Procore is busy or cannot be read: then the parts come by their own events."""
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
        near = [card for page in procore.updated_between(now - OVERLAP, now + OVERLAP) for card in page]
    except (TryLater, UnreadableAnswer):
        return {}
    free = {card.id: card for card in near if card.facts.origin_id is None}
    found: dict[int, tuple[int, ...]] = {}
    for card, missing in shorter.values():
        part = next((each for each in free.values() if _is_rest(card, each, missing)), None)
        if part is not None:
            del free[part.id]
            found[card.id] = (part.id,)
    return found


def _is_rest(card: Card, part: Card, missing: Decimal) -> bool:
    whole, rest = card.timecard, part.timecard
    return (
        (rest.person, rest.date, rest.project) == (whole.person, whole.date, whole.project)
        and same_part(rest.hours, missing)
        and part.facts.created_at in (card.facts.created_at, card.facts.updated_at)
    )
