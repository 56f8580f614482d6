"""Cards that we sent find their timesheets again, by the number on them (D6, D32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.domain.timecard import Card
from webapp.store.due import in_chunks
from webapp.store.marks import mark
from webapp.store.models import IntentRow, Link, Timesheet
from webapp.store.session import StoreSession
from webapp.sync.holds import before_connection


def pair_unlinked(session: StoreSession, numbers: Mapping[int, int], now: datetime) -> set[int]:
    """A disconnect erased the link of the timesheet. `numbers`: link → number. One link for each timesheet; a copy of a
    card with the same number stays a stray."""
    linked = select(Link.timesheet_id).where(Link.timesheet_id.is_not(None))
    free = {
        origin: timesheet_id
        for chunk in in_chunks(sorted(set(numbers.values())))
        for origin, timesheet_id in session.execute(
            select(Timesheet.origin_id, Timesheet.id).where(
                Timesheet.origin_id.in_(chunk), Timesheet.deleted_at.is_(None), Timesheet.id.not_in(linked)
            )
        )
    }
    paired = set()
    for link_id, number in sorted(numbers.items()):
        timesheet_id = free.pop(number, None)
        link = session.get(Link, link_id) if timesheet_id is not None else None
        if link is not None and link.timesheet_id is None:
            link.timesheet_id, link.is_excluded_for_good = timesheet_id, False
            mark(link, "paired", now)
            paired.add(link_id)
    return paired


def give_back(
    session: StoreSession, cards: Sequence[Card], links: Mapping[int | None, Link], now: datetime
) -> set[int]:
    """Cards that we sent and know nothing of: a backup of our database was put back. Each goes to its timesheet before
    that is sent again. A create in doubt is left to its look-up, which knows what was sent. `links`: of these cards, by
    their ids. Gives the ids of the cards given back."""
    lost = {
        card.facts.origin_id: card.id
        for card in cards
        if card.facts.origin_id is not None and _is_unknown(links.get(card.id))
    }
    owners = [
        (lost[number], owner)
        for chunk in in_chunks(sorted(lost))
        for number, owner in session.execute(
            select(Timesheet.origin_id, Link)
            .join(Link, Link.timesheet_id == Timesheet.id)
            .where(
                Timesheet.origin_id.in_(chunk),
                Link.procore_id.is_(None),
                Link.id.not_in(select(IntentRow.link_id)),
            )
        )
        if number is not None
    ]
    for procore_id, owner in owners:
        absorb(session, links.get(procore_id), owner, procore_id, now)
    return {procore_id for procore_id, _ in owners}


def _is_unknown(stray: Link | None) -> bool:
    """Nothing was learnt of the card, but perhaps that there was an event for it."""
    return stray is None or (
        stray.timesheet_id is None and stray.base_theirs is None and not stray.is_tombstone
    )


def absorb(
    session: StoreSession, stray: Link | None, owner: Link, procore_id: int | None, now: datetime
) -> None:
    """The timesheet's link takes the card and looks again. It may be one that was not shown to us when the timesheet
    was found to be older than the connection (D32)."""
    if stray is not None:
        end_stray(session, stray, owner)
    owner.procore_id = procore_id
    if owner.reason_key == before_connection().key:
        owner.is_excluded_for_good = False
    mark(owner, "paired", now)


def end_stray(session: StoreSession, stray: Link, owner: Link) -> None:
    """The owner keeps what events told of the card before it was known whose it is: a list that lags may not show it
    yet."""
    for name in ("hinted_at", "newest_hint"):
        told = [at for at in (getattr(stray, name), getattr(owner, name)) if at is not None]
        setattr(owner, name, (min if name == "hinted_at" else max)(told, default=None))
    owner.is_delete_hinted = owner.is_delete_hinted or stray.is_delete_hinted
    session.delete(stray)
    session.flush()
