"""What both sides have agreed on at the end of a merge or a create: the base's two faces, and what is left open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_DOWN

from webapp.domain.timecard import UNITS, Card, Timecard, changed_units, same_unit
from webapp.errors import NotFound, PermissionMissing
from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Base, Merge
from webapp.sync.holds import Reason
from webapp.sync.read import Seen
from webapp.sync.records import ClashKept, Direction, Intent, TimesheetWrite, Verb

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Written:
    """An update that Procore answered: which units, what we wanted in Procore's ids, the card as stored. `number` of
    the logged write; `is_stale`: it is to be audited."""

    units: frozenset[str]
    wanted: Timecard
    stored: Card
    number: int
    is_stale: bool


def finish_merge(
    batch: Batch, seen: Seen, action: Merge, written: Written | None = None, *, has_more: bool = False
) -> None:
    """Takes Procore's units here and remembers what is agreed now; a unit that a switch or a lock holds back stays as
    it was. `has_more`: something is left for the next look to send, or to hold."""
    timesheet, card = seen.record.timesheet, seen.card
    assert timesheet is not None
    assert card is not None
    is_kept = bool(action.take) and batch.settings.receive and timesheet.is_locked
    take = action.take if batch.settings.receive and not is_kept else NONE
    sent = written.units if written else NONE
    stored = written.stored if written else card
    ours = batch.words.to_ours(card.timecard, take, onto=timesheet.timecard)
    write = None
    if take or batch.facts_differ(seen, stored):
        write = TimesheetWrite(ours, timesheet.version, stored)
    before = seen.base or Base(ours, card.timecard)
    theirs = before.theirs.with_units(card.timecard, take | action.agreed)
    agreed = Base(before.ours.with_units(ours, take | sent | action.agreed), theirs)
    again, if_edited = is_kept, None
    if written is not None:
        agreed = as_agreed(batch, agreed, written.wanted, stored.timecard, sent)
        has_moved = bool(changed_units(card.timecard, stored.timecard) - sent)
        again = is_kept or agreed.shaped is not None or has_moved or written.is_stale
        untaken = Base(
            before.ours.with_units(timesheet.timecard, sent | action.agreed),
            before.theirs.with_units(card.timecard, action.agreed),
        )
        if_edited = as_agreed(batch, untaken, written.wanted, stored.timecard, sent)
    clashes = _kept(seen, timesheet.timecard, card, action, take, sent)
    is_open = any(c.winner is None or (c.by_person and not c.is_carried_out) for c in clashes)
    base: Base | None = agreed
    if seen.base is None and is_open:
        # two records that never met have agreed on nothing while a person's word is open
        base = if_edited = None
    tell: list[tuple[Direction, Verb]] = [("send", "update")] if sent else []
    tell += [("receive", "update")] if take else []
    batch.done(
        seen,
        base=base,
        base_if_edited=if_edited,
        timesheet=write,
        tell=tuple(tell),
        reason=holds.locked(timesheet.is_processed) if is_kept else _left_open(action, take, sent),
        card=stored,
        clashes=clashes,
        again=again,
        has_more=has_more,
        answered=written.number if written else None,
        is_stale=written is not None and written.is_stale,
        takes_signature=written is not None and card.facts.signed,
    )


def _kept(
    seen: Seen, ours: Timecard, card: Card, action: Merge, take: frozenset[str], sent: frozenset[str]
) -> tuple[ClashKept, ...]:
    """Every clash with both values, whoever won, and whether the winner stands on both sides now."""
    return tuple(
        ClashKept(
            "fields",
            clash.unit,
            ours,
            card.timecard,
            seen.base,
            clash.winner,
            card.facts.updated_at,
            by_person=clash.by_person,
            is_carried_out=clash.unit in (take if clash.winner == "theirs" else sent),
        )
        for clash in action.clashes
    )


def finish_create(batch: Batch, seen: Seen, intent: Intent, card: Card) -> None:
    """The card is there and was read: what we meant and what Procore made of it are the two faces. What was cut there,
    or edited here between a lost request and its replay, is for the next look to send."""
    timesheet = seen.record.timesheet
    assert timesheet is not None
    base = _created(batch, intent, card)
    has_more = bool(changed_units(base.ours, timesheet.timecard))
    again = base.shaped is not None
    batch.done(seen, base=base, tell=(("send", "create"),), card=card, again=again, has_more=has_more)


def _created(batch: Batch, intent: Intent, card: Card) -> Base:
    sent = Base(intent.ours, intent.sent)
    base = as_agreed(batch, sent, intent.sent, card.timecard, frozenset(UNITS))
    return _without_cut(base, intent.sent, card.timecard)


def _left_open(action: Merge, take: frozenset[str], sent: frozenset[str]) -> Reason | None:
    asked = [c.unit for c in action.clashes if c.winner is None]
    if asked:
        return holds.both_changed(asked)
    if action.take - take and action.send - sent:
        return holds.both_off()
    if action.take - take:
        return holds.switch_off("receive")
    if action.send - sent:
        return holds.switch_off("send")
    return None


def adopted(batch: Batch, seen: Seen) -> Seen:
    """A card found by our number that nobody has touched is what Procore made of what we sent (D47); one that somebody
    has edited since is compared with what we sent (D6). Whether they or a bulk create left whole hours of ours, nobody
    can tell then: a person is asked."""
    card, intent = seen.card, seen.record.intent
    if card is None or intent is None or (isinstance(seen.record.base, Base) and not seen.is_new):
        return seen
    if card.facts.updated_at != card.facts.created_at:
        cut = _without_cut(Base(intent.ours, intent.sent), intent.sent, card.timecard)
        return replace(seen, agreed=Base(cut.ours, intent.sent))
    base = _created(batch, intent, card)
    if base.shaped is not None and not _is_ours_alone(batch, card):
        base = replace(base, shaped=None)
    return replace(seen, agreed=base)


def _is_ours_alone(batch: Batch, card: Card) -> bool:
    """Whether the card's history names nobody else: an edit within the second of its making leaves no other trace, and
    is not what Procore made of ours."""
    try:
        names = {line.by for line in batch.procore.change_history(card.id)}
    except (PermissionMissing, NotFound):
        return False
    return names <= {batch.settings.own_name}


def _without_cut(base: Base, wanted: Timecard, stored: Timecard) -> Base:
    """A bulk create whose schema says integer may cut the fraction off the hours. That is no decision of Procore's: our
    face takes the cut hours, so that the next look sends the whole ones, by a road that keeps them."""
    sent, kept = wanted.hours, stored.hours
    if sent is None or kept is None or wanted.start is not None or kept == sent:
        return base
    if kept != sent.to_integral_value(ROUND_DOWN):
        return base
    ours, theirs = replace(base.ours, hours=kept), base.theirs.with_units(stored, {"time"})
    return replace(base, ours=ours, theirs=theirs)


def as_agreed(batch: Batch, base: Base, wanted: Timecard, stored: Timecard, units: frozenset[str]) -> Base:
    """With theirs as agreed after a write of these units. What Procore stored otherwise than we sent it (rounded,
    trimmed, split) is theirs as agreed while receiving is off; else our wish stays the face, so that the next look
    takes Procore's value as any change of theirs (D47)."""
    theirs = base.theirs.with_units(stored, units)
    shaped = {unit for unit in units if not _is_stored_as(wanted, stored, unit)}
    if not shaped or not batch.settings.receive:
        return Base(base.ours, theirs)
    return Base(base.ours, theirs.with_units(wanted, shaped), shaped=theirs)


def edited_since(seen: Seen) -> Seen:
    """What Procore made of what we sent is nobody's edit: where ours was edited again before it was taken, it is what
    was agreed (D47). Fewer hours may be what is left after a split: about these a person is asked (D48)."""
    base, timesheet = seen.base, seen.record.timesheet
    if base is None or base.shaped is None or timesheet is None:
        return seen
    units = frozenset(UNITS) if timesheet.is_deleted else changed_units(base.ours, timesheet.timecard)
    if (base.shaped.hours or 0) < (base.theirs.hours or 0):
        units -= {"time"}
    theirs = base.theirs.with_units(base.shaped, units)
    return replace(seen, agreed=Base(base.ours, theirs)) if units else seen


def _is_stored_as(wanted: Timecard, stored: Timecard, unit: str) -> bool:
    """Whether Procore stored a unit as we sent it; a project without times keeps the hours alone (R20)."""
    if unit == "time" and stored.start is None:
        times = replace(stored, start=wanted.start, stop=wanted.stop, lunch_minutes=wanted.lunch_minutes)
        return wanted.hours is not None and same_unit(times, wanted, unit)
    if unit == "time" and wanted.start is not None:
        return same_unit(replace(stored, hours=wanted.hours), wanted, unit)
    return same_unit(wanted, stored, unit)
