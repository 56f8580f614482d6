"""A step asks the mass-change guard before it writes: what is refused waits for an administrator (D12, R31d).

What still flows while a direction is paused: creations, and what does not count (descriptions, approvals, types).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webapp.sync import holds
from webapp.sync.batch import Batch
from webapp.sync.decide import Merge
from webapp.sync.guard import GuardKind, Proposal, counts_as_change
from webapp.sync.read import Seen
from webapp.sync.records import Direction, Outcome, Verb

WORDS: dict[GuardKind, tuple[holds.Mass, Verb]] = {
    "deletion": ("deletions", "delete"),
    "change": ("changes", "update"),
}


def guarded(
    batch: Batch, seen: Sequence[Seen], deletes: list[Seen], updates: list[tuple[Seen, Merge]]
) -> None:
    """Takes out of what is to be committed and sent what the guard holds back. A deletion that somebody dropped
    stays undone, whatever looks at it again, while nothing else happens to its record."""
    by_link = {one.record.link_id: one for one in seen}
    proposals = [*_taken(batch, by_link), *_sent(batch, deletes, updates)]
    if not proposals:
        return
    deletions = [by_link[p.link_id] for p in proposals if p.kind == "deletion"]
    dropped = {one.record.link_id: word for one in deletions if (word := one.word) is not None}
    asked = [p for p in proposals if p.link_id not in dropped]
    refused = batch.store.guard(batch.lease, asked) if asked else {}
    held = dropped.keys() | refused.keys()
    batch.outcomes = [o for o in batch.outcomes if o.link_id not in held]
    deletes[:] = [one for one in deletes if one.record.link_id not in held]
    updates[:] = [pair for pair in updates if pair[0].record.link_id not in held]
    for link_id in sorted(dropped):
        batch.exclude(by_link[link_id], dropped[link_id])
    for link_id, proposal in sorted(refused.items()):
        what, verb = WORDS[proposal.kind]
        reason = holds.guarded(proposal.direction, what)
        batch.wait(by_link[link_id], reason, about=(proposal.direction, verb))


def _taken(batch: Batch, by_link: dict[int, Seen]) -> Iterator[Proposal]:
    """Our side, as the outcomes are about to write it."""
    for outcome in batch.outcomes:
        seen = by_link.get(outcome.link_id)
        kind = _kind_taken(outcome, seen) if seen else None
        if seen is not None and kind is not None:
            yield _proposal(seen, "receive", kind)


def _kind_taken(outcome: Outcome, seen: Seen) -> GuardKind | None:
    write, ours = outcome.timesheet, seen.record.timesheet
    if write is None or ours is None or ours.is_deleted:
        return None
    if write.timecard is None:
        return "deletion"
    return "change" if counts_as_change(ours.timecard, write.timecard) else None


def _sent(batch: Batch, deletes: Sequence[Seen], updates: Sequence[tuple[Seen, Merge]]) -> Iterator[Proposal]:
    """Procore's side. An update may take something, too, once it is answered."""
    for seen in deletes:
        yield _proposal(seen, "send", "deletion")
    for seen, action in updates:
        base, timesheet, card = seen.base, seen.record.timesheet, seen.card
        if base is None or timesheet is None or card is None:
            continue
        if counts_as_change(base.ours, base.ours.with_units(timesheet.timecard, action.send)):
            yield _proposal(seen, "send", "change")
        there = base.theirs.with_units(card.timecard, action.take)
        if batch.settings.receive and counts_as_change(base.theirs, there):
            yield _proposal(seen, "receive", "change")


def _proposal(seen: Seen, direction: Direction, kind: GuardKind) -> Proposal:
    record = seen.record
    card = record.timesheet.timecard if record.timesheet else seen.card.timecard if seen.card else None
    base = seen.base.ours if seen.base else card
    return Proposal(record.link_id, direction, kind, base.date if base else None)
