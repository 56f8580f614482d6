"""What a person decided not to sync: both sides stay as they are, whatever looks at the record or was decided about it
before, until one of them changes again."""

from __future__ import annotations

from webapp.domain.digest import digest_of
from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Action, CreateOurs, CreateTheirs, DeleteClash, Merge
from webapp.sync.holds import Reason
from webapp.sync.read import Seen

GONE = "gone"
"""Stands for the card where its deletion was discarded."""


def is_discarded(batch: Batch, seen: Seen, action: Action) -> bool:
    """True when a person's word stands and the record's fate is decided here. Deletions are asked for beside the
    mass-change guard."""
    word = word_about(seen)
    if word is None or word.key != holds.DISCARDED or not _is_work(action):
        return False
    batch.exclude(seen, word)
    return True


def word_about(seen: Seen) -> Reason | None:
    """Somebody's word that stands. What was discarded is another change now, where the card is another or gone."""
    record, card = seen.record, seen.card
    if record.dropped is None or record.dropped.key != holds.DISCARDED or record.procore_id is None:
        return record.dropped
    now = digest_of(card.timecard) if card is not None else GONE
    return record.dropped if record.dropped_as in (None, now) else None


def _is_work(action: Action) -> bool:
    if isinstance(action, Merge):
        return bool(action.take or action.send or action.clashes)
    return isinstance(action, CreateOurs | CreateTheirs | DeleteClash)
