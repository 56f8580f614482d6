"""What our own writes overwrote unseen, and which of those without an answer took effect. Procore has no conditional
update, so an edit that fell between our read and our write is found afterwards, in the card's change history, and kept:
invariant 3 (M8)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from webapp.domain.timecard import Timecard, changed_units
from webapp.errors import NotFound, PermissionMissing
from webapp.sync.batch import Batch
from webapp.sync.decide import Base, Tombstone
from webapp.sync.our_lines import CLOCK_STEP, OurLines
from webapp.sync.ports import HistoryEntry
from webapp.sync.read import Seen
from webapp.sync.records import Audited, ClashKept, Write

log = logging.getLogger(__name__)

LATE = timedelta(minutes=10)
"""So long after our read what was not answered may take effect: it may have been sent at the end of a long batch, by a
worker that paused before it, and be carried out a minute after its answer was given up."""


def audit(batch: Batch, seen: Iterable[Seen]) -> list[Seen]:
    """Of records whose writes have no answer, or after which others were at the card. One that Procore does not show,
    or whose history it refuses, is audited at a later look: no more than its project may be withdrawn, and of the
    company every other call tells. Other errors as TimecardsAtProcore."""
    return [
        one if one.is_unseen or one.unreadable is not None or not one.record.writes else _audited(batch, one)
        for one in seen
    ]


def _audited(batch: Batch, seen: Seen) -> Seen:
    deletions = [w for w in seen.record.writes if w.wanted is None]
    over = [w for w in deletions if not _may_still_come(batch, w, seen)]
    lost = [clash for w in deletions if (clash := deleted_unseen(w, seen)) is not None]
    is_over = _is_our_deletion(batch, seen, deletions) or _was_brought_back(batch, seen, deletions)
    agreed: Base | Tombstone | None = Tombstone() if is_over else None
    arrived: list[Write] = []
    newest = seen.record.newest_seen
    for card_id, updates in _by_card(seen.record.writes).items():
        history = _history(batch, card_id)
        if history is None:
            continue
        names = {line.by for line in history if line.by is not None} - {batch.settings.own_name}
        lines = OurLines(updates, history, batch.settings.own_name, batch.store.persons_named(names))
        lost += [clash for w in updates for clash in (*overwritten(w, lines), *decided_unkept(w, lines))]
        over += [] if any(_may_still_come(batch, w, seen) for w in updates) else updates
        if card_id == seen.record.procore_id and agreed is None:
            agreed, arrived = agreed_by(seen, lines)
            newest = max((at for at in (newest, *lines.times(arrived)) if at is not None), default=None)
    found = Audited(_numbers(over), lost, agreed, _numbers(arrived), newest)
    if not found.is_nothing:
        batch.store.keep_audit(batch.lease, seen.record.link_id, found)
    if agreed is None:
        return seen
    return replace(seen, record=replace(seen.record, base=agreed, newest_seen=newest))


def _history(batch: Batch, card_id: int) -> list[HistoryEntry] | None:
    """None where Procore refuses it."""
    try:
        return batch.procore.change_history(card_id)
    except (PermissionMissing, NotFound) as error:
        log.info("history of card %s not read: %s", card_id, error)
        return None


def _numbers(writes: Iterable[Write]) -> list[int]:
    return [write.id for write in writes if write.id is not None]


def _by_card(writes: Sequence[Write]) -> dict[int, list[Write]]:
    """The updates. A record that was created anew has had more than one card."""
    found: dict[int, list[Write]] = defaultdict(list)
    for write in writes:
        if write.wanted is not None:
            found[write.procore_id].append(write)
    return found


def _may_still_come(batch: Batch, write: Write, seen: Seen) -> bool:
    """What was not answered may take effect for a while, and lists lag: a later look sees it, and what it undid."""
    if write.audit != "lost":
        return False
    was_sent_lately = write.sent_at is not None and batch.read_at - write.sent_at < LATE
    is_young = was_sent_lately or batch.read_since() - write.read_at < LATE
    if write.wanted is not None or write.procore_id != seen.record.procore_id:
        return is_young
    return seen.gone is None and (is_young or seen.card is None)


def _is_our_deletion(batch: Batch, seen: Seen, deletions: Sequence[Write]) -> bool:
    """A deletion without an answer took effect, and the timesheet may have been brought back since, or the card will
    be: unless the card's history names somebody else, nobody at Procore deleted it."""
    gone, own_name = seen.gone, batch.settings.own_name
    if not isinstance(seen.record.base, Base) or gone is None:
        return False
    if not any(w.audit == "lost" and w.procore_id == gone.id for w in deletions):
        return False
    lines = [line for line in _deletions(batch, gone.id) if line.new_value]
    newest = max((line.at for line in lines if line.at is not None), default=None)
    deleted_by = {line.by for line in lines if line.at == newest}
    return own_name is None or deleted_by <= {own_name, None}


def _was_brought_back(batch: Batch, seen: Seen, deletions: Sequence[Write]) -> bool:
    """A deletion without an answer took effect, and somebody brought the card back since: as after one with an answer
    (D3), nothing is agreed on any more but that it was gone."""
    timesheet, card = seen.record.timesheet, seen.card
    if (
        not isinstance(seen.record.base, Base)
        or card is None
        or timesheet is None
        or not timesheet.is_deleted
    ):
        return False
    lost = [w for w in deletions if w.audit == "lost" and w.procore_id == card.id]
    if not lost:
        return False
    since = min(w.read_at for w in lost) - CLOCK_STEP
    return any(
        line.old_value and not line.new_value and line.at is not None and line.at >= since
        for line in _deletions(batch, card.id)
    )


def _deletions(batch: Batch, card_id: int) -> list[HistoryEntry]:
    """Lines about the card's deletion, or its return."""
    return [e for e in _history(batch, card_id) or () if e.column.casefold().startswith("deleted")]


def agreed_by(seen: Seen, lines: OurLines) -> tuple[Base | None, list[Write]]:
    """What both sides agreed on by updates of ours that took effect without an answer, and these: what stands there is
    ours, not somebody's change, and what stands here may have been changed again since, even back."""
    base, arrived = seen.record.base, []
    if not isinstance(base, Base) or seen.record.intent is not None:
        return None, []
    for unit, write in lines.newest():
        if write.audit == "lost" and write.ours is not None and write.wanted is not None:
            arrived.append(write)
            base = Base(
                base.ours.with_units(write.ours, {unit}),
                base.theirs.with_units(write.wanted, {unit}),
                (base.shaped or base.theirs).with_units(lines.left_by(write), {unit}),
            )
    return (base, arrived) if arrived else (None, [])


def overwritten(write: Write, lines: OurLines) -> list[ClashKept]:
    """One for each unit whose value, at our write, was neither the one that we had read nor one of ours."""
    assert write.wanted is not None
    theirs = write.before
    for line in lines.of(write):
        if not lines.is_left_by_us(line):
            theirs = replace(theirs, **{line.part or "": line.old})
    return [
        ClashKept("overwritten", unit, write.wanted, theirs, None, "ours")
        for unit in sorted(changed_units(write.before, theirs))
    ]


def decided_unkept(write: Write, lines: OurLines) -> list[ClashKept]:
    """Values of Procore's that a rule let lose to ours, where the answer was lost or the worker killed before the loser
    was kept: both sides are equal by now, so that nothing else tells of it (R23)."""
    if write.audit != "lost" or write.wanted is None:
        return []
    return [
        ClashKept("overwritten", unit, write.wanted, write.before, None, "ours")
        for unit in sorted(write.decided & lines.units_of(write))
    ]


def decided_by_rule(seen: Seen, wanted: Timecard, units: Collection[str]) -> frozenset[str]:
    """Units in which Procore's change is to give way to ours without a person's word. What a person decided is kept."""
    base, card = seen.record.base, seen.card
    if card is None or not isinstance(base, Base):
        return frozenset()
    given_way = changed_units(base.theirs, card.timecard) & changed_units(card.timecard, wanted)
    by_person = {decision.unit for decision in seen.record.decisions}
    return frozenset((given_way & changed_units(base.theirs, wanted) & set(units)) - by_person)


def deleted_unseen(write: Write, seen: Seen) -> ClashKept | None:
    """The card was changed between our read and our deletion."""
    gone, base = seen.gone, seen.record.base
    if gone is None or gone.id != write.procore_id:
        return None
    if isinstance(base, Base) and not changed_units(base.theirs, gone.timecard):
        return None
    return changed_before(write, gone.timecard)


def changed_before(write: Write, last: Timecard) -> ClashKept | None:
    """`last`: the card as it was deleted."""
    if not changed_units(write.before, last):
        return None
    return ClashKept("overwritten", None, None, last, None, "ours")
