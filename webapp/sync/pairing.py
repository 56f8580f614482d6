"""Cards that carry the number of a timesheet of ours belong to its link, whatever link an event made for them (D6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Tombstone
from webapp.sync.doubles import is_somebodys, settle_double
from webapp.sync.read import Seen, deleted_among
from webapp.sync.waits import is_old_view

SOON = timedelta(seconds=2)


def paired(batch: Batch, seen: Sequence[Seen]) -> list[Seen]:
    """Sends strays to their owners; what is left has no other owner. A stray whose timesheet lost its link by a
    disconnect gets it back, and is looked at as a pair next (D32). What a lagging list still shows of a card that we
    deleted is no stray."""
    strays = [s for s in seen if _is_stray(s) and not is_old_view(batch, s)]
    owners = batch.store.links_of_origins({_number(s) for s in strays}) if strays else {}
    homeless = [(s, *owners[_number(s)]) for s in strays if _number(s) in owners]
    homeless = [(s, owner, card_id) for s, owner, card_id in homeless if owner != s.record.link_id]
    doubles = {card_id for s, _, card_id in homeless if card_id not in (None, s.record.procore_id)}
    cards = batch.procore.by_ids(sorted(doubles)) if doubles else {}
    cards = {key: card for key, card in cards.items() if card.deleted_at is None}
    gone = deleted_among(batch.procore, [key for key in sorted(doubles) if key not in cards])
    taken: set[int] = set()
    for stray, owner, card_id in homeless:
        if card_id == stray.record.procore_id or (card_id is None and owner not in taken):
            batch.absorb(stray, owner)
            taken.add(owner)
        elif card_id in gone and owner not in taken and is_somebodys(batch, stray, gone[card_id]):
            batch.swap(stray, owner, Tombstone())
            taken.add(owner)
        elif card_id is not None:
            settle_double(batch, stray, cards.get(card_id), owner)
        else:
            batch.wait(stray, holds.origin_id_taken(), not_before=batch.clock.now() + SOON)
    batch.commit()
    gone_home = {link for stray, owner, _ in homeless for link in (stray.record.link_id, owner)}
    lonely = {s.record.link_id: _number(s) for s in strays if _number(s) not in owners}
    gone_home |= batch.store.pair_unlinked(batch.lease, lonely) if lonely else set()
    return [s for s in seen if s.record.link_id not in gone_home]


def _is_stray(seen: Seen) -> bool:
    return seen.card is not None and seen.card.facts.origin_id is not None and seen.record.timesheet is None


def _number(seen: Seen) -> int:
    assert seen.card is not None
    assert seen.card.facts.origin_id is not None
    return seen.card.facts.origin_id
