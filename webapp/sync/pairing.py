"""Cards that carry the number of a timesheet of ours belong to its link, whatever link an event made for them (D6)."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.read import Seen


def paired(batch: Batch, seen: Sequence[Seen]) -> list[Seen]:
    """Sends strays to their owners; what is left has no other owner."""
    strays = {
        s.card.facts.origin_id: s
        for s in seen
        if s.card is not None and s.card.facts.origin_id is not None and s.record.timesheet is None
    }
    owners = batch.store.links_of_origins(list(strays)) if strays else {}
    gone_home: set[int] = set()
    for origin, (owner, card_id) in owners.items():
        stray = strays[origin]
        if owner == stray.record.link_id or stray.card is None:
            continue
        gone_home.add(stray.record.link_id)
        if card_id in (None, stray.card.id):
            batch.absorb(stray, owner)
        else:
            batch.wait(stray, holds.origin_id_taken())
    batch.commit()
    return [s for s in seen if s.record.link_id not in gone_home]
