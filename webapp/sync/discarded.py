"""What a person decided not to sync: both sides stay as they are, whatever looks at the record, until one of them
changes again."""

from __future__ import annotations

from webapp.domain.digest import digest_of
from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Action, CreateOurs, CreateTheirs, DeleteClash, Merge
from webapp.sync.read import Seen


def is_discarded(batch: Batch, seen: Seen, action: Action) -> bool:
    """True when a person's word stands and the record's fate is decided here. Deletions are asked for beside the
    mass-change guard."""
    word, record, card = seen.record.dropped, seen.record, seen.card
    if word is None or word.key != holds.DISCARDED or record.decisions or not _is_work(action):
        return False
    if card is not None and record.dropped_as not in (None, digest_of(card.timecard)):
        return False
    batch.exclude(seen, word)
    return True


def _is_work(action: Action) -> bool:
    if isinstance(action, Merge):
        return bool(action.take or action.send or action.clashes)
    return isinstance(action, CreateOurs | CreateTheirs | DeleteClash)
