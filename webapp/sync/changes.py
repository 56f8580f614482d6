"""Updates and deletions of time cards at Procore: written down first, then sent one by one; what Procore answers is
what it holds now. A card is written only as it was read less than two seconds ago, or its history is audited (M8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from webapp.domain.timecard import UNITS, Timecard, same_part
from webapp.errors import (
    NotFound,
    PermissionMissing,
    ProcoreRefused,
    TryLater,
    UnreadableAnswer,
)
from webapp.sync import holds, parking
from webapp.sync.agreed import NONE, Written, finish_merge
from webapp.sync.audit import changed_before, decided_by_rule
from webapp.sync.batch import SOON, Batch, busy_until
from webapp.sync.decide import Merge, Tombstone
from webapp.sync.dictionary import Untranslatable
from webapp.sync.read import BY_IDS_AT_ONCE, Seen
from webapp.sync.records import Write
from webapp.sync.splits import by_update, known_parts
from webapp.sync.waits import unseen

FRESH = timedelta(seconds=2)
SENT_ALONG = frozenset({"date", "project"})
"""The contract requires both in every update; as read, they may undo a change made since, so they are audited (D49)."""
Answer = tuple[Seen, Merge, Written]


@dataclass(frozen=True, slots=True)
class Change:
    """One update or deletion to be sent. `send` does it and says how the record ends; it is given the number of the
    logged write, and what tells whether our read is too old by now, so that the write is to be audited."""

    seen: Seen
    write: Write
    send: Callable[[int, Callable[[], bool]], None]

    @property
    def projects(self) -> list[int]:
        """Where the card is, and where it is to be moved to."""
        sides = (self.write.before, self.write.wanted)
        return list(dict.fromkeys(side.project for side in sides if side is not None))


def update_theirs(batch: Batch, updates: Sequence[tuple[Seen, Merge]]) -> None:
    """What differs in nothing that Procore keeps for the project is agreed without a call (D46)."""
    changes: list[Change] = []
    answers: list[Answer] = []
    for seen, action in updates:
        try:
            if not (fields := _fields(batch, seen, action)):
                finish_merge(batch, seen, replace(action, send=NONE, agreed=action.agreed | action.send))
            elif _is_taken_alone(batch, seen, action):
                finish_merge(batch, seen, replace(action, send=NONE), has_more=True)
            else:
                _unapproved_only(seen)
                ours = _ours_then(batch, seen, action)
                changes.append(_update(batch, seen, action, *fields, ours, answers))
        except Untranslatable as wait:
            batch.wait(seen, wait.reason)
    _send_all(batch, changes)
    _finish(batch, answers)
    batch.commit()


def delete_theirs(batch: Batch, deletes: Sequence[Seen]) -> None:
    changes = []
    for seen in deletes:
        try:
            _unapproved_only(seen)
            changes.append(_delete(batch, seen))
        except Untranslatable as wait:
            batch.wait(seen, wait.reason)
    _send_all(batch, changes)
    batch.commit()


def _is_taken_alone(batch: Batch, seen: Seen, action: Merge) -> bool:
    """What was changed in Procore does not wait with what an approval keeps from being sent: that is another field, and
    the next look holds it (D40, D44)."""
    is_held = seen.card is not None and seen.card.facts.is_approved
    return is_held and batch.settings.receive and bool(action.take) and not action.clashes


def _ours_then(batch: Batch, seen: Seen, action: Merge) -> Timecard:
    """Our side as it agrees with the card once the update has its effect: with what is taken, and with what is sent
    along. What cannot be taken is noticed before anything is sent: after it, a word that is missing comes too late."""
    assert seen.card is not None
    assert seen.record.timesheet is not None
    taken = action.take if batch.settings.receive else NONE
    ours = batch.words.to_ours(seen.card.timecard, taken, onto=seen.record.timesheet.timecard)
    for unit in SENT_ALONG - action.send - taken:
        with suppress(Untranslatable):
            ours = batch.words.to_ours(seen.card.timecard, (unit,), onto=ours)
    return ours


def _unapproved_only(seen: Seen) -> None:
    """Approval is somebody's word for the values it was given for: nothing is sent over it, whether Procore would take
    it or not, and it is never lowered by us (D44)."""
    if seen.card is not None and seen.card.facts.is_approved:
        raise Untranslatable(holds.approved_in_procore())


def _send_all(batch: Batch, changes: Sequence[Change]) -> None:
    """One after the other; when Procore is busy, the rest waits untried. The log forgets what had no effect."""
    changes = [c for c in changes if not _is_parked(batch, c)]
    if changes:
        numbers = batch.store.log_writes(batch.lease, [change.write for change in changes])
        void = _sent(batch, changes, numbers)
        if void:
            batch.store.forget_writes(batch.lease, [numbers[change.write.link_id] for change in void])


def _sent(batch: Batch, changes: Sequence[Change], numbers: dict[int, int]) -> list[Change]:
    """Gives those that had no effect, for certain. One failure may be about its card alone."""
    looks, has_failed = _Looks(batch, changes), False
    void: list[Change] = []
    for position, change in enumerate(changes):
        try:
            batch.renew()  # may take long, too: whether our read is too old is asked after it
            if _is_parked(batch, change) or _is_moved(batch, change, looks, position):
                void.append(change)
                continue
            batch.renew()
            change.send(numbers[change.write.link_id], partial(looks.is_stale, position))
        except (PermissionMissing, NotFound, ProcoreRefused) as error:
            _refused(batch, change, error)
            void.append(change)
        except UnreadableAnswer as error:
            batch.wait(change.seen, holds.unreadable(str(error)))
        except TryLater as error:
            is_busy = has_failed or busy_until(error, batch.clock.now()) is not None
            rest, has_failed = changes[position:] if is_busy else [change], True
            for one in rest:
                batch.postpone(one.seen, error)
            void += rest[1:] if error.is_effect_unknown else rest
            if is_busy:
                break
        else:
            for project in change.projects:
                parking.answered_for(batch, project)
    return void


def _is_moved(batch: Batch, change: Change, looks: _Looks, position: int) -> bool:
    if not looks.has_moved(position):
        return False
    batch.look_again(change.seen)
    return True


def _refused(batch: Batch, change: Change, error: PermissionMissing | NotFound | ProcoreRefused) -> None:
    """Procore's no about one record, as a reason (D44, D103, D106)."""
    if isinstance(error, PermissionMissing):
        # the card was read where it is: it may not go where it is moved to
        parking.refuse(batch, change.seen, change.projects[-1], str(error))
    elif isinstance(error, NotFound):
        unseen(batch, change.seen)
    else:
        batch.wait(change.seen, holds.procore_refused(str(error)))


def _is_parked(batch: Batch, change: Change) -> bool:
    return any(parking.waits(batch, change.seen, at) for at in change.projects)


def _finish(batch: Batch, answers: Sequence[Answer]) -> None:
    """What Procore split off is taken in the same step as what it left of the card, so that the hours add up to the
    original at every moment (D48)."""
    parts = known_parts(batch, [by_update(written.wanted, written.stored) for _, _, written in answers])
    for seen, action, written in answers:
        if (found := parts.get(written.stored.id)) is None:
            batch.wait(seen, holds.answer_lost(), not_before=batch.clock.now() + SOON)
        else:
            stored = replace(written.stored, parts=found)
            finish_merge(batch, seen, action, replace(written, stored=stored))


class _Looks:
    """When each card was last read; cards that wait too long for their turn are read again, many in one call."""

    def __init__(self, batch: Batch, changes: Sequence[Change]) -> None:
        self.batch, self.changes = batch, changes
        self.looked_at: dict[int, datetime] = {}
        self.moved: set[int] = set()

    def has_moved(self, position: int) -> bool:
        """Whether the card is no longer what the decision was made on."""
        if self.is_stale(position):
            self._look(self.changes[position : position + BY_IDS_AT_ONCE])
        return self.changes[position].write.procore_id in self.moved

    def is_stale(self, position: int) -> bool:
        card = self.changes[position].write.procore_id
        return self.batch.clock.now() - self.looked_at.get(card, self.batch.read_at) > FRESH

    def _look(self, changes: Sequence[Change]) -> None:
        began = self.batch.clock.now()
        cards = self.batch.procore.by_ids([change.write.procore_id for change in changes])
        for change in changes:
            card = cards.get(change.write.procore_id)
            self.looked_at[change.write.procore_id] = began
            if card is None or card.timecard != change.write.before or card.facts.is_approved:
                self.moved.add(change.write.procore_id)


def _fields(batch: Batch, seen: Seen, action: Merge) -> tuple[Timecard, dict[str, Any]] | None:
    """What we want, in Procore's ids, and the fields in which Procore's card differs from it; None for no field."""
    assert seen.card is not None
    assert seen.record.timesheet is not None
    theirs = seen.card.timecard
    wanted = batch.words.to_theirs(seen.record.timesheet.timecard, action.send, onto=theirs)
    is_start_stop = wanted.project in batch.words.start_stop_projects
    if is_start_stop and "time" in action.send and (wanted.start is None or wanted.stop is None):
        raise Untranslatable(holds.needs_start_and_stop())
    fields = _changed_fields(theirs, wanted, action.send, is_start_stop)
    return (wanted, fields) if fields else None


def _update(
    batch: Batch,
    seen: Seen,
    action: Merge,
    wanted: Timecard,
    fields: dict[str, Any],
    ours: Timecard,
    answers: list[Answer],
) -> Change:
    assert seen.card is not None
    card_id, theirs = seen.card.id, seen.card.timecard

    def send(number: int, is_stale: Callable[[], bool]) -> None:
        stored = batch.procore.update(card_id, theirs.project, theirs.date, fields)
        # asked after the answer: a slow call may have been carried out late
        answers.append((seen, action, Written(action.send, wanted, stored, number, is_stale())))

    return Change(seen, _write(batch, seen, wanted, ours, action.send | SENT_ALONG), send)


def _delete(batch: Batch, seen: Seen) -> Change:
    assert seen.card is not None
    write = _write(batch, seen, None, None, frozenset(UNITS))

    def send(number: int, _: Callable[[], bool]) -> None:
        last = batch.procore.delete(write.procore_id)
        lost = changed_before(write, last.timecard) if last else None
        batch.done(
            seen,
            base=Tombstone(),
            tell=(("send", "delete"),),
            card=last,
            clashes=(lost,) if lost else (),
            answered=number if last else None,
        )

    return Change(seen, write, send)


def _write(
    batch: Batch, seen: Seen, wanted: Timecard | None, ours: Timecard | None, units: frozenset[str]
) -> Write:
    assert seen.card is not None
    before, at = seen.card.timecard, batch.procore.server_time()
    decided = decided_by_rule(seen, wanted, units) if wanted is not None else NONE
    return Write(seen.record.link_id, seen.card.id, before, wanted, units, at, decided, ours)


def _changed_fields(
    theirs: Timecard, wanted: Timecard, units: frozenset[str], is_start_stop: bool
) -> dict[str, Any]:
    """The fields of these units that really differ; times only where the project keeps times (R20, D49)."""
    parts = [part for unit in units for part in UNITS[unit]]
    changes = {
        part: getattr(wanted, part)
        for part in parts
        if not same_part(getattr(wanted, part), getattr(theirs, part))
    }
    skipped = ("hours",) if is_start_stop else ("start", "stop", "lunch_minutes")
    return {part: value for part, value in changes.items() if part not in skipped}
