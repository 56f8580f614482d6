"""Writes the difference to Procore: creates in bulk after an intent, updates and deletions singly, then reads back.

What Procore shows afterwards becomes theirs as agreed; what we sent is never taken for what it stored (D47, D87).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from webapp.domain.timecard import UNITS, Card, Timecard
from webapp.errors import (
    NotFound,
    PermissionMissing,
    ProcoreRefused,
    ProcoreUnavailable,
    TryLater,
    UnreadableAnswer,
)
from webapp.sync import holds
from webapp.sync.decide import Merge, Tombstone
from webapp.sync.dictionary import Untranslatable
from webapp.sync.holds import Reason
from webapp.sync.ports import Created, Draft, Intent, Sent
from webapp.sync.read import BY_IDS_AT_ONCE, OVERLAP, Seen

if TYPE_CHECKING:
    from webapp.sync.step import Step

SOON = timedelta(seconds=2)


@dataclass(slots=True)
class Sending:
    """What one step has to write at Procore."""

    creates: list[Seen] = field(default_factory=list)
    updates: list[tuple[Seen, Merge]] = field(default_factory=list)
    deletes: list[Seen] = field(default_factory=list)


def send_all(step: Step) -> None:
    """Deletions first, then updates, then creates: hours are taken away before they are added elsewhere (D104)."""
    _delete(step)
    _update(step)
    _create(step)


# ---- creates ---------------------------------------------------------------------------------------


def _create(step: Step) -> None:
    sends = {
        s.record.link_id: (s, sent) for s in step.sending.creates if (sent := _sent(step, s)) is not None
    }
    if sends:
        step.renew()
        intents = step.store.intend(step.lease, [sent for _, sent in sends.values()])
        drafts = [Draft(i.origin_id, i.sent, i.is_start_stop) for i in intents.values()]
        try:
            created = {c.origin_id: c for c in step.procore.create_many(drafts)}
        except TryLater as error:
            _not_created(step, [seen for seen, _ in sends.values()], error)
        else:
            _finish_creates(step, [(seen, intents[link]) for link, (seen, _) in sends.items()], created)
    step.commit()


def _not_created(step: Step, sent: list[Seen], error: TryLater) -> None:
    """Either nothing was sent, then the intents end; or the answer was lost, then they are looked up (D6)."""
    is_lost = isinstance(error, ProcoreUnavailable) and error.is_effect_unknown
    for seen in sent:
        if is_lost:
            step.wait(seen, holds.answer_lost(), not_before=step.clock.now() + SOON)
        else:
            step.postpone(seen, error, ends_intent=seen.record.intent is None)


def _sent(step: Step, seen: Seen) -> Sent | None:
    """What is to be created; a replay sends what was sent before, whatever has changed here since (D6)."""
    record = seen.record
    if record.intent is not None:
        return Sent(record.link_id, record.intent.ours, record.intent.sent, record.intent.is_start_stop)
    assert record.timesheet is not None
    ours = record.timesheet.timecard
    try:
        theirs = step.words.to_theirs(ours)
        is_start_stop = theirs.project in step.words.start_stop_projects
        if is_start_stop and (ours.start is None or ours.stop is None):
            raise Untranslatable(holds.needs_start_and_stop())
    except Untranslatable as wait:
        step.wait(seen, wait.reason)
        return None
    return Sent(record.link_id, ours, theirs, is_start_stop)


def _finish_creates(step: Step, sent: list[tuple[Seen, Intent]], created: dict[int, Created]) -> None:
    ids = [c.procore_id for c in created.values() if c.procore_id is not None]
    cards = _read_back(step, ids)
    for seen, intent in sent:
        answer = created.get(intent.origin_id)
        if answer is not None and answer.refusal is not None:
            was_refused = answer.refusal.key != holds.BUSY
            step.wait(seen, answer.refusal, ends_intent=was_refused or seen.record.intent is None)
        elif answer is None or answer.procore_id is None:
            step.wait(seen, holds.answer_lost(), not_before=step.clock.now() + SOON)
        elif (card := cards.get(answer.procore_id)) is None:
            step.wait(
                seen, holds.cannot_be_seen(), not_before=step.clock.now() + SOON, procore_id=answer.procore_id
            )
        else:
            step.finish_create(seen, intent, card)


def _read_back(step: Step, ids: list[int]) -> dict[int, Card]:
    """One list call for up to 150, by the window of change times above that; nothing when Procore is busy now: the
    ids are known, so the cards are read in a later step."""
    found: dict[int, Card] = {}
    try:
        if len(ids) > BY_IDS_AT_ONCE:
            now = step.procore.server_time()
            for page in step.procore.updated_between(now - OVERLAP, now + OVERLAP):
                found |= {card.id: card for card in page}
        elif ids:
            found = step.procore.by_ids(ids)
    except TryLater:
        return found
    return found


# ---- updates and deletions -------------------------------------------------------------------------


def _update(step: Step) -> None:
    for position, (seen, action) in enumerate(step.sending.updates):
        assert seen.card is not None
        assert seen.record.timesheet is not None
        theirs = seen.card.timecard
        try:
            wanted = step.words.to_theirs(seen.record.timesheet.timecard, action.send, onto=theirs)
            is_start_stop = theirs.project in step.words.start_stop_projects
            changes = _changes(theirs, wanted, action.send, is_start_stop)
            step.renew()
            card = step.procore.update(seen.card.id, theirs.project, theirs.date, changes)
        except Untranslatable as wait:
            step.wait(seen, wait.reason)
        except (ProcoreRefused, PermissionMissing, NotFound, UnreadableAnswer) as error:
            step.wait(seen, refusal(error))
        except TryLater as error:
            _postpone(step, [s for s, _ in step.sending.updates[position:]], error)
            break
        else:
            step.finish_merge(seen, action, action.take, action.send, wanted, card)
    step.commit()


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


def _delete(step: Step) -> None:
    for position, seen in enumerate(step.sending.deletes):
        assert seen.card is not None
        try:
            step.renew()
            step.procore.delete(seen.card.id)
        except (ProcoreRefused, PermissionMissing, NotFound) as error:
            step.wait(seen, refusal(error))
        except TryLater as error:
            _postpone(step, step.sending.deletes[position:], error)
            break
        else:
            step.done(seen, base=Tombstone(), tell=(("send", "delete"),))
    step.commit()


def _postpone(step: Step, rest: list[Seen], error: TryLater) -> None:
    """Procore cannot be written to now: none of the rest is tried; whether the first had its effect is read later."""
    for seen in rest:
        step.postpone(seen, error)


def refusal(error: ProcoreRefused | PermissionMissing | NotFound | UnreadableAnswer) -> Reason:
    """Procore's no about one record, as a reason (D44, D101–D103)."""
    text = str(error)
    if isinstance(error, PermissionMissing):
        return holds.permission(text, error.project_id)
    if isinstance(error, NotFound):
        return holds.cannot_be_seen()
    if isinstance(error, UnreadableAnswer):
        return holds.unreadable(text)
    return holds.procore_refused(text)
