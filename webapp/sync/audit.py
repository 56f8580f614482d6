"""What our own writes overwrote unseen. Procore has no conditional update, so an edit that fell between our read and
our write is found afterwards, in the card's change history, and kept: invariant 3 (M8)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from webapp.domain.timecard import UNITS, Timecard, changed_units, same_part, same_unit
from webapp.errors import NotFound, PermissionMissing
from webapp.sync.batch import Batch
from webapp.sync.decide import Base
from webapp.sync.ports import HistoryEntry
from webapp.sync.read import OVERLAP, Seen
from webapp.sync.records import ClashKept, Write

log = logging.getLogger(__name__)

CLOCK_STEP = timedelta(seconds=2)
"""Procore's Date header and its histories tell whole seconds."""


def audit(batch: Batch, seen: Iterable[Seen]) -> None:
    """Of records whose writes have no answer, or after which others were at the card. One that Procore does not show,
    or whose history it refuses, is audited at a later look: no more than its project may be withdrawn, and of the
    company every other call tells. Other errors as TimecardsAtProcore."""
    for one in seen:
        if one.is_unseen or one.unreadable is not None:
            continue
        updates, deletions = _parted(one.record.writes)
        is_early = any(_may_still_come(batch, write, one) for write in updates)
        over = [w for w in deletions if not _may_still_come(batch, w, one)] + ([] if is_early else updates)
        try:
            lost = lost_to(batch, one.record.writes, one)
        except (PermissionMissing, NotFound) as error:
            log.info("history of card %s not read: %s", one.record.procore_id, error)
            continue
        if over or lost:
            batch.store.keep_audit(batch.lease, [w.id for w in over if w.id is not None], lost)


def _parted(writes: Sequence[Write]) -> tuple[list[Write], list[Write]]:
    """The updates and the deletions."""
    return [w for w in writes if w.wanted is not None], [w for w in writes if w.wanted is None]


def _may_still_come(batch: Batch, write: Write, seen: Seen) -> bool:
    """What was not answered may take effect for a while, and lists lag: a later look sees it, and what it undid."""
    if write.audit != "lost":
        return False
    is_young = batch.read_since() - write.read_at < OVERLAP
    if write.wanted is not None:
        return is_young
    return seen.gone is None and (is_young or seen.card is None)


def lost_to(batch: Batch, writes: Sequence[Write], seen: Seen) -> list[tuple[int, ClashKept]]:
    """By link. One change-history call for the updates; a deletion is compared with the card as it was deleted."""
    updates, deletions = _parted(writes)
    history = batch.procore.change_history(updates[0].procore_id) if updates else []
    taken: set[int] = set()
    lost = [(w.link_id, clash) for w in updates for clash in overwritten(w, history, taken)]
    lost += [(w.link_id, clash) for w in updates for clash in decided_unkept(w, history)]
    if seen.gone is not None:
        kept = [(w.link_id, deleted_unseen(w, seen.gone.timecard)) for w in deletions]
        lost += [(link_id, clash) for link_id, clash in kept if clash is not None]
    return lost


def overwritten(write: Write, history: Sequence[HistoryEntry], taken: set[int]) -> list[ClashKept]:
    """One for each unit whose value, at our write, was not the one that we had read. `taken`: the places of lines that
    earlier writes of ours left; this one's are added."""
    assert write.wanted is not None
    theirs = write.before
    for unit in write.units:
        for part in UNITS[unit]:
            place = _our_line(write, unit, part, history, taken)
            if place is None:
                continue
            taken.add(place)
            theirs = replace(theirs, **{part: history[place].old})
    return [
        ClashKept("overwritten", unit, write.wanted, theirs, None, "ours")
        for unit in sorted(changed_units(write.before, theirs))
    ]


def decided_unkept(write: Write, history: Sequence[HistoryEntry]) -> list[ClashKept]:
    """Values of Procore's that a rule let lose to ours, where the answer was lost or the worker killed before the loser
    was kept: both sides are equal by now, so that nothing else tells of it (R23)."""
    if write.audit != "lost" or write.wanted is None:
        return []
    return [
        ClashKept("overwritten", unit, write.wanted, write.before, None, "ours")
        for unit in sorted(write.decided)
        if any(_our_line(write, unit, part, history) is not None for part in UNITS[unit])
    ]


def decided_by_rule(seen: Seen, wanted: Timecard, units: Collection[str]) -> frozenset[str]:
    """Units in which Procore's change is to give way to ours without a person's word. What a person decided is kept."""
    base, card = seen.record.base, seen.card
    if card is None or not isinstance(base, Base):
        return frozenset()
    given_way = changed_units(base.theirs, card.timecard) & changed_units(card.timecard, wanted)
    by_person = {decision.unit for decision in seen.record.decisions}
    return frozenset((given_way & changed_units(base.theirs, wanted) & set(units)) - by_person)


def deleted_unseen(write: Write, last: Timecard) -> ClashKept | None:
    """The card was changed between our read and our deletion."""
    if not changed_units(write.before, last):
        return None
    return ClashKept("overwritten", None, None, last, None, "ours")


def _our_line(
    write: Write, unit: str, part: str, history: Sequence[HistoryEntry], taken: Collection[int] = ()
) -> int | None:
    """The place of the line that our write left: the first since our read that sets what we wanted. Where Procore does
    not say who we are, it is known by what it replaced."""
    assert write.wanted is not None
    since = write.read_at - CLOCK_STEP
    are_signed = any(entry.is_ours for entry in history)
    ours = [
        (entry.at, not _is_same(write.before, unit, part, entry.old), place)
        for place, entry in enumerate(history)
        if entry.part == part and entry.at is not None and entry.at >= since and place not in taken
        if _is_same(write.wanted, unit, part, entry.new)
        if (entry.is_ours if are_signed else _was_led_to(write, unit, part, history, entry))
    ]
    return min(ours)[2] if ours else None


def _was_led_to(
    write: Write, unit: str, part: str, history: Sequence[HistoryEntry], line: HistoryEntry
) -> bool:
    """Whether the line replaced what we had read, or what others had replaced that by. Otherwise it led to what we
    read, and is somebody else's of the same second."""
    if _is_same(write.before, unit, part, line.old):
        return True
    since = write.read_at - OVERLAP
    earlier = [
        entry
        for entry in history
        if entry.part == part
        and entry.at is not None
        and line.at is not None
        and since <= entry.at <= line.at
    ]
    has_given_way = any(_is_same(write.before, unit, part, entry.old) for entry in earlier)
    return has_given_way and any(same_part(line.old, entry.new) for entry in earlier)


def _is_same(card: Timecard, unit: str, part: str, value: Any) -> bool:
    return same_unit(card, replace(card, **{part: value}), unit)
