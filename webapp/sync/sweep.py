"""The sweep: what webhooks missed is found in Procore's updated and deleted ranges (D4, R26).

The cursors move only after the marks are stored, by Procore's own clock, and every range overlaps the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from webapp.domain.timecard import Card
from webapp.sync.ports import AtProcore, Cursors, Lease, Store
from webapp.sync.read import OVERLAP

FAR = timedelta(days=3650)
"""Ranges have no upper end: what we know of Procore's clock before the first answer may be days old."""


@dataclass(frozen=True, slots=True)
class Swept:
    """Cards read in the ranges, and those among them that were not as last seen."""

    read: int
    marked: int


def sweep(store: Store, procore: AtProcore, lease: Lease) -> Swept:
    """One pass over both ranges; two calls when nothing changed. Errors as TimecardsAtProcore."""
    cursors = store.cursors()
    high = cursors.updated + FAR
    deleted = procore.deleted_between(cursors.deleted - OVERLAP, high)
    page: list[Card] | None = next(deleted, [])
    started = procore.server_time()
    read = marked = 0
    while page is not None:
        read += len(page)
        marked += store.mark_swept(lease, page, are_deleted=True)
        page = next(deleted, None)
    for page in procore.updated_between(cursors.updated - OVERLAP, high):
        read += len(page)
        marked += store.mark_swept(lease, page, are_deleted=False)
    store.move_cursors(lease, cursors, Cursors(updated=started, deleted=started))
    return Swept(read, marked)
