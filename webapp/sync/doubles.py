"""Two live cards with one number of ours: the one that nobody touched is deleted by us, with its history kept (D6).

It takes a create whose effect came after all waiting was over. What a person made or changed is never deleted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from webapp.domain.timecard import Card, changed_units, to_json
from webapp.errors import NotFound, PermissionMissing, ProcoreRefused
from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Tombstone
from webapp.sync.ports import HistoryEntry, Outcome
from webapp.sync.read import Seen
from webapp.sync.records import ClashKept, MessageLine


def settle_double(batch: Batch, stray: Seen, paired: Card | None, owner: int) -> None:
    """`paired`: the card that our timesheet has already; None when Procore does not show it now. What we have deleted
    once and is there again, a person put back."""
    assert stray.card is not None
    may_delete = batch.settings.send and not isinstance(stray.record.base, Tombstone)
    spare = _spare(batch, paired, stray.card) if paired is not None and may_delete else None
    if spare is None:
        batch.wait(stray, holds.origin_id_taken())
        return
    if spare.id != stray.card.id:
        # first the timesheet gets the card that stays; the other one is the stray then
        batch.swap(stray, owner, Tombstone() if _was_deleted(batch, stray.card) else None)
        return
    history = batch.procore.change_history(spare.id)
    try:
        batch.renew()
        last = batch.procore.delete(spare.id)
    except (NotFound, PermissionMissing, ProcoreRefused):
        batch.wait(stray, holds.origin_id_taken())
        return
    batch.outcomes.append(_deleted(stray, spare, history, last or spare))


def is_somebodys(batch: Batch, stray: Seen, former: Card) -> bool:
    """Whether a person made it, or was at it. `former`: the card that our timesheet had."""
    assert stray.card is not None
    makers = (stray.card.facts.created_by, former.facts.created_by)
    return (None not in makers and makers[0] != makers[1]) or not _is_untouched(batch, stray.card)


def _was_deleted(batch: Batch, card: Card) -> bool:
    """It was brought back: it is of an earlier life of its timesheet; what is agreed on now is not about it."""
    return any(line.column.casefold().startswith("deleted") for line in batch.procore.change_history(card.id))


def _spare(batch: Batch, paired: Card, stray: Card) -> Card | None:
    """Of two cards that we made, the one that nobody touched; the newer one, when nobody touched either."""
    if stray.facts.created_by is None or stray.facts.created_by != paired.facts.created_by:
        return None
    newest_first = sorted((paired, stray), key=_age, reverse=True)
    return next((card for card in newest_first if _is_untouched(batch, card)), None)


def _age(card: Card) -> tuple[float, int]:
    return (card.facts.created_at.timestamp() if card.facts.created_at else 0.0, card.id)


def _is_untouched(batch: Batch, card: Card) -> bool:
    """By its times, and by its history where those agree: a change within the same second leaves no other trace."""
    if card.facts.updated_at != card.facts.created_at:
        return False
    return not any(entry.old_value for entry in batch.procore.change_history(card.id))


def _deleted(stray: Seen, card: Card, history: Sequence[HistoryEntry], last: Card) -> Outcome:
    """`last`: as it was deleted. What somebody changed since our look is kept, to be put back."""
    is_changed = changed_units(card.timecard, last.timecard)
    lost = (ClashKept("overwritten", None, None, last.timecard, None, "ours"),) if is_changed else ()
    return Outcome(
        stray.record.link_id,
        stray.record.generation,
        "in_sync",
        done=True,
        base=Tombstone(),
        messages=(MessageLine("send", "delete", "processed"),),
        settles_messages=True,
        seen=last,
        clashes=lost,
        raw=_kept(last, history),
    )


def _kept(card: Card, history: Sequence[HistoryEntry]) -> str:
    lines = [[e.at.isoformat() if e.at else None, e.by, e.column, e.old_value, e.new_value] for e in history]
    return json.dumps({"deleted": card.id, "card": to_json(card.timecard), "history": lines})
