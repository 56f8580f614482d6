"""Updates and deletions of time cards at Procore, one call each; what Procore answers is what it holds now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webapp.domain.timecard import UNITS, Timecard
from webapp.errors import NotFound, PermissionMissing, ProcoreRefused, TryLater, UnreadableAnswer
from webapp.sync import holds
from webapp.sync.agreed import Written, finish_merge
from webapp.sync.batch import Batch
from webapp.sync.decide import Merge, Tombstone
from webapp.sync.dictionary import Untranslatable
from webapp.sync.holds import Reason
from webapp.sync.read import Seen

Refusal = ProcoreRefused | PermissionMissing | NotFound | UnreadableAnswer


def update_theirs(batch: Batch, updates: Sequence[tuple[Seen, Merge]]) -> None:
    """One after the other; when Procore is busy, the rest waits untried."""
    for position, (seen, action) in enumerate(updates):
        try:
            _update(batch, seen, action)
        except Untranslatable as wait:
            batch.wait(seen, wait.reason)
        except (ProcoreRefused, PermissionMissing, NotFound, UnreadableAnswer) as error:
            batch.wait(seen, _refusal(error))
        except TryLater as error:
            _postpone(batch, [s for s, _ in updates[position:]], error)
            break
    batch.commit()


def _update(batch: Batch, seen: Seen, action: Merge) -> None:
    assert seen.card is not None
    assert seen.record.timesheet is not None
    theirs = seen.card.timecard
    wanted = batch.words.to_theirs(seen.record.timesheet.timecard, action.send, onto=theirs)
    is_start_stop = theirs.project in batch.words.start_stop_projects
    changes = _changes(theirs, wanted, action.send, is_start_stop)
    batch.renew()
    card = batch.procore.update(seen.card.id, theirs.project, theirs.date, changes)
    finish_merge(batch, seen, action, Written(action.send, wanted, card))


def _changes(
    theirs: Timecard, wanted: Timecard, units: frozenset[str], is_start_stop: bool
) -> dict[str, Any]:
    """The fields of these units that really differ; times only where the project keeps times (R20, D49)."""
    parts = [part for unit in units for part in UNITS[unit]]
    changes = {
        part: getattr(wanted, part) for part in parts if getattr(wanted, part) != getattr(theirs, part)
    }
    skipped = ("hours",) if is_start_stop else ("start", "stop", "lunch_minutes")
    return {part: value for part, value in changes.items() if part not in skipped}


def delete_theirs(batch: Batch, deletes: Sequence[Seen]) -> None:
    """One after the other; when Procore is busy, the rest waits untried."""
    for position, seen in enumerate(deletes):
        assert seen.card is not None
        try:
            batch.renew()
            batch.procore.delete(seen.card.id)
        except (ProcoreRefused, PermissionMissing, NotFound) as error:
            batch.wait(seen, _refusal(error))
        except TryLater as error:
            _postpone(batch, deletes[position:], error)
            break
        else:
            batch.done(seen, base=Tombstone(), tell=(("send", "delete"),))
    batch.commit()


def _postpone(batch: Batch, rest: Sequence[Seen], error: TryLater) -> None:
    """Procore cannot be written to now: none of the rest is tried; whether the first had its effect is read later."""
    for seen in rest:
        batch.postpone(seen, error)


def _refusal(error: Refusal) -> Reason:
    """Procore's no about one record, as a reason (D44, D101–D103)."""
    text = str(error)
    if isinstance(error, PermissionMissing):
        return holds.permission(text, error.project_id)
    if isinstance(error, NotFound):
        return holds.cannot_be_seen()
    if isinstance(error, UnreadableAnswer):
        return holds.unreadable(text)
    return holds.procore_refused(text)
