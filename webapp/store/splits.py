"""Cards that Procore split off others, as far as it told of them or they were found: `Link.split_of` (D48)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from webapp.store import marks
from webapp.store.models import Company, Link
from webapp.store.session import StoreSession
from webapp.sync.ports import Reason, Whole


def with_parts(session: StoreSession, links: Sequence[Link], now: datetime) -> list[Link]:
    """A record that is looked at takes its parts along that are not here yet."""
    known = {link.id for link in links}
    cards = {link.procore_id for link in links if link.procore_id is not None}
    query = select(Link).where(Link.split_of.in_(cards), is_to_come())
    parts = [link for link in session.scalars(query.order_by(Link.id)) if link.id not in known]
    for link in parts:
        marks.mark(link, "split", now)
    return [*links, *parts]


def wholes_of(session: StoreSession, links: Sequence[Link]) -> dict[int, Whole]:
    """By the card that was split, for parts that are not here yet."""
    cards = {link.split_of for link in links if link.split_of is not None and link.base_ours is None}
    wholes = session.scalars(select(Link).where(Link.procore_id.in_(cards))) if cards else ()
    return {
        link.procore_id: Whole(link.id, _is_held(link), _reason_of(link))
        for link in wholes
        if link.procore_id
    }


def is_to_come() -> ColumnElement[bool]:
    """Of parts: as soon as receiving is on."""
    return and_(_is_apart(), Link.is_excluded_for_good.is_(False))


def split_cards(session: StoreSession, links: Sequence[Link]) -> dict[int, bool]:
    """Cards of these of which a part is known, and whether one has no timesheet and is not to come: receiving is off,
    or was when it was split off and went on from then on."""
    cards = {link.procore_id for link in links if link.procore_id is not None}
    is_off = select(Company.id).where(Company.id == session.company_id, Company.receive.is_(False)).exists()
    is_elsewhere = and_(_is_apart(), or_(Link.is_excluded_for_good, is_off))
    found: dict[int, bool] = {}
    for card, is_so in session.execute(select(Link.split_of, is_elsewhere).where(Link.split_of.in_(cards))):
        if card is not None:
            found[card] = found.get(card, False) or bool(is_so)
    return found


def _is_apart() -> ColumnElement[bool]:
    return and_(Link.split_of.is_not(None), Link.base_ours.is_(None), Link.is_tombstone.is_(False))


def _is_held(link: Link) -> bool:
    """By a person's word, too."""
    return link.state in ("waiting", "failed", "conflict") or link.dropped_key is not None


def _reason_of(link: Link) -> Reason | None:
    if link.reason_key is None:
        return None
    return Reason(link.reason_key, link.reason_text or "", link.state)  # type: ignore[arg-type]  # one of the five
