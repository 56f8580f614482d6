"""What cannot be worked now, before anything is decided: unreadable, unseen, in doubt, out of scope."""

from __future__ import annotations

from datetime import datetime, timedelta

from webapp.sync import holds
from webapp.sync.batch import SOON, Batch
from webapp.sync.decide import Tombstone
from webapp.sync.read import OVERLAP, Seen
from webapp.sync.records import Record
from webapp.sync.scope import out_of_scope


def waits(batch: Batch, seen: Seen) -> bool:
    """True when this record has ended here, with its reason."""
    if seen.record.excluded_for_good is not None:
        batch.exclude(seen, seen.record.excluded_for_good)
    elif seen.unreadable is not None:
        raw, key = seen.unreadable.raw, seen.unreadable_id
        batch.wait(seen, holds.unreadable(str(seen.unreadable)), procore_id=key, raw=raw)
    elif seen.is_taken:
        batch.wait(seen, holds.origin_id_taken())
    elif seen.is_in_doubt and _may_still_appear(batch, seen.record):
        at, now = _resend_at(batch, seen.record), batch.clock.now()
        if at > now + timedelta(
            seconds=batch.limits.resend_wait
        ):  # it was sent by a clock that was put back since
            batch.store.keep_unanswered(batch.lease, [seen.record.link_id])
        batch.wait(seen, holds.answer_lost(), not_before=min(at, now + SOON))
    elif seen.is_back:
        batch.end_create(seen)
    elif seen.is_unseen:
        unseen(batch, seen)
    elif is_old_view(batch, seen):
        batch.put_off(seen, SOON)
    elif reason := out_of_scope(seen.record, seen.card, batch.settings):
        if reason.state == "waiting":
            batch.wait(seen, reason)
        else:
            batch.exclude(seen, reason)
    else:
        return False
    return True


def is_old_view(batch: Batch, seen: Seen) -> bool:
    """A list that lags shows the card as it was before our own write, before its deletion, or before what its newest
    event tells. Believed after a while: then Procore's clock went back, the card was put back, or the event told of
    something that moves no change time."""
    card, record = seen.card or seen.gone, seen.record
    shown = card.facts.updated_at if card else None
    if card is None or shown is None:
        return False
    newest = record.newest_seen
    is_news = seen.is_their_change and (newest is None or shown > newest)
    if not is_news and batch.is_behind_its_event(seen, card):
        return True
    was_deleted = isinstance(record.base, Tombstone) and seen.card is not None
    is_older = newest is not None and (shown < newest or (was_deleted and shown == newest))
    return is_older and newest is not None and batch.read_since() - newest < OVERLAP


def unseen(batch: Batch, seen: Seen) -> None:
    """Lists may lag behind events, and behind a 404: looked at again soon, then more and more rarely."""
    reason, now = holds.cannot_be_seen(), batch.clock.now()
    age = (now - (seen.record.marked_at or now)).total_seconds()
    pause = min(max(age, 1.0), float(reason.retry_seconds or 900))
    batch.wait(seen, reason, not_before=now + timedelta(seconds=pause))


def _may_still_appear(batch: Batch, record: Record) -> bool:
    return batch.clock.now() < _resend_at(batch, record)


def _resend_at(batch: Batch, record: Record) -> datetime:
    """When a create whose answer was lost is sent again, if it is still not found (D6)."""
    assert record.intent is not None
    assert record.intent.sent_at is not None
    return record.intent.sent_at + timedelta(seconds=batch.limits.resend_wait)
