"""What a person decided not to sync: both sides stay as they are, whatever looks at the record, holds it or was decided
before, until one of them changes again."""

from __future__ import annotations

from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Action, Merge, Nothing, Settle
from webapp.sync.read import Seen


def is_discarded(batch: Batch, seen: Seen, action: Action) -> bool:
    """True when a person's word stands and the record's fate is decided here."""
    word = seen.word
    if word is None or word.key != holds.DISCARDED or not _is_work(action):
        return False
    batch.exclude(seen, word)
    return True


def _is_work(action: Action) -> bool:
    if isinstance(action, Merge):
        return bool(action.take or action.send or action.clashes)
    return not isinstance(action, Nothing | Settle)
