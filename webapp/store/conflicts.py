"""Conflicts as the engine finds and ends them: what both sides changed, kept with both values, whoever won."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from webapp.domain.timecard import Timecard, changed_units, from_json, same_unit, to_json
from webapp.store.edits import edits_of
from webapp.store.models import ClashRow, Event, Link, ProcorePerson
from webapp.store.session import StoreSession
from webapp.sync.ports import ClashKept, Decision, Outcome

VOID = "{name} chose {side}'s value, but a value has changed since."
SIDES = {"ours": "Timesite", "theirs": "Procore"}


def decisions_of(session: StoreSession, link_ids: Collection[int]) -> dict[int, tuple[Decision, ...]]:
    """By link: what persons decided and is not carried out yet. At most a step's links."""
    rows = session.scalars(
        select(ClashRow).where(
            ClashRow.link_id.in_(link_ids), ClashRow.closed_at.is_(None), ClashRow.resolved_how == "person"
        )
    )
    found: dict[int, tuple[Decision, ...]] = {}
    for row in rows:
        decision = Decision(row.unit, row.winner, card_of(row.ours), card_of(row.theirs))  # type: ignore[arg-type]
        found[row.link_id] = (*found.get(row.link_id, ()), decision)
    return found


def decided_links() -> Select[int]:
    """Links with a conflict that is decided, by a person or a rule, and not carried out yet."""
    return select(ClashRow.link_id).where(ClashRow.closed_at.is_(None), ClashRow.winner.is_not(None))


def give_up(
    session: StoreSession, link: Link, note: str, now: datetime, units: Collection[str] | None = None
) -> None:
    """Each side keeps its value, in all or in some units, whatever was decided about it and is not carried out yet."""
    query = select(ClashRow).where(ClashRow.link_id == link.id, ClashRow.closed_at.is_(None))
    if units is not None:
        query = query.where(ClashRow.unit.in_(units))
    for row in session.scalars(query.with_for_update()):
        row.winner = row.resolved_by = None
        row.resolved_how, row.note = "settled", note
        row.resolved_at = row.closed_at = now


def keep_clash(session: StoreSession, link: Link, clash: ClashKept, now: datetime) -> None:
    """One clash of one record."""
    Conflicts(session, [link.id], now).keep(link, clash)


class Conflicts:
    """The live conflicts of some links. At most one is live per record, kind and unit; it is brought up to date."""

    def __init__(self, session: StoreSession, link_ids: Collection[int], now: datetime) -> None:
        self.session, self.now = session, now
        rows = session.scalars(
            select(ClashRow).where(ClashRow.link_id.in_(link_ids), ClashRow.closed_at.is_(None))
        )
        self.live = {(row.link_id, row.kind, row.unit): row for row in rows}

    def tell(self, link: Link, outcome: Outcome) -> None:
        """After the link has its new base: what clashes now is kept, what does not any more has ended."""
        for clash in outcome.clashes:
            self.keep(link, clash)
        if outcome.has_all_clashes:
            now = {(link.id, clash.kind, clash.unit) for clash in outcome.clashes}
            for key in [key for key in self.live if key[0] == link.id and key not in now]:
                self._end(self.live.pop(key), link)

    def keep(self, link: Link, clash: ClashKept) -> None:
        key = (link.id, clash.kind, clash.unit)
        row = self.live.get(key)
        if row is None:
            row = ClashRow(link_id=link.id, kind=clash.kind, unit=clash.unit, found_at=self.now)
            self.session.add(row)
            self.live[key] = row
        if clash.winner is None and self._was_decided_about(row, clash):
            return
        if not clash.by_person:
            self._set_values(row, link, clash)
        self._set_winner(row, clash)
        if clash.winner is not None and clash.is_carried_out:
            row.closed_at = self.now
            del self.live[key]

    @staticmethod
    def _was_decided_about(row: ClashRow, clash: ClashKept) -> bool:
        """A person decided about these very values while the record was in hand."""
        return (
            row.resolved_how == "person"
            and is_as_then(row.ours, clash.ours, clash.unit)
            and is_as_then(row.theirs, clash.theirs, clash.unit)
        )

    def _set_winner(self, row: ClashRow, clash: ClashKept) -> None:
        if clash.winner is None:
            if row.resolved_how == "person":
                row.note = VOID.format(name=row.resolved_by, side=SIDES[row.winner or "ours"])
            row.winner = row.resolved_at = row.resolved_by = row.resolved_how = None
        elif clash.by_person:
            row.winner, row.resolved_how = clash.winner, "person"
            row.resolved_at = row.resolved_at or self.now
        elif (row.resolved_how, row.winner) != ("rule", clash.winner):
            row.winner, row.resolved_at = clash.winner, self.now
            row.resolved_by = row.resolved_how = "rule"

    def _set_values(self, row: ClashRow, link: Link, clash: ClashKept) -> None:
        ours, theirs = json_of(clash.ours), json_of(clash.theirs)
        if row.id is not None and (row.ours, row.theirs) == (ours, theirs):
            return
        row.ours, row.theirs = ours, theirs
        base = clash.base
        row.base = {"ours": to_json(base.ours), "theirs": to_json(base.theirs)} if base else None
        edits = edits_of(self.session, link.timesheet_id) if link.timesheet_id else {}
        edit = edits.get(clash.unit) or edits.get(None)
        row.ours_at, row.ours_by = (edit.at, edit.by) if edit else (None, None)
        row.theirs_at, row.theirs_by = clash.theirs_at, self._editor(link.procore_id)

    def _editor(self, procore_id: int | None) -> str | None:
        """Who changed the card last, as far as Procore's events tell."""
        return self.session.scalar(
            select(ProcorePerson.name)
            .join(Event, Event.procore_user_id == ProcorePerson.procore_user_id)
            .where(Event.procore_id == procore_id)
            .order_by(Event.happened_at.desc(), Event.id.desc())
            .limit(1)
        )

    def _end(self, row: ClashRow, link: Link) -> None:
        """Nothing clashes there any more: the decision is carried out, or both sides came to agree without one."""
        winner = _stands(row, link)
        if row.resolved_how is None or row.winner != winner:
            row.resolved_how, row.resolved_by, row.resolved_at = "settled", None, self.now
        row.winner, row.closed_at = winner, self.now


def _stands(row: ClashRow, link: Link) -> str | None:
    """Whose value of the conflict both sides hold now; None when neither's."""
    if row.unit is None:
        deleted = "ours" if row.ours is None else "theirs"
        edited = "theirs" if row.ours is None else "ours"
        return deleted if link.is_tombstone else edited if link.base_ours else None
    sides = {"ours": (row.ours, link.base_ours), "theirs": (row.theirs, link.base_theirs)}
    held = [
        side
        for side, (then, now) in sides.items()
        if then and now and same_unit(from_json(then), from_json(now), row.unit)
    ]
    return row.winner if row.winner in held else held[0] if held else None


def is_as_then(then: dict[str, Any] | None, now: Timecard | None, unit: str | None) -> bool:
    """Whether a side still holds what the conflict says of it."""
    card = card_of(then)
    if card is None or now is None:
        return card is now
    return not changed_units(card, now) if unit is None else same_unit(card, now, unit)


def json_of(card: Timecard | None) -> dict[str, Any] | None:
    return to_json(card) if card else None


def card_of(data: dict[str, Any] | None) -> Timecard | None:
    return from_json(data) if data else None
