"""One step: a batch of due records, both sides read once, each decided, both directions written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webapp.sync import decide as table
from webapp.sync import holds
from webapp.sync.agreed import adopted, edited_since, finish_merge
from webapp.sync.audit import audit
from webapp.sync.batch import Batch
from webapp.sync.changes import delete_theirs, update_theirs
from webapp.sync.creates import create_theirs
from webapp.sync.decide import Action, Rules, Tombstone, decide
from webapp.sync.dictionary import Untranslatable
from webapp.sync.discarded import is_discarded
from webapp.sync.from_now import from_now_on, is_from_before
from webapp.sync.guarded import guarded
from webapp.sync.later import later_sides
from webapp.sync.leaving import is_left_out, is_to_be_deleted_there, keep_locked, keep_split
from webapp.sync.pairing import paired
from webapp.sync.parking import wait_for_words
from webapp.sync.read import Seen, read_theirs
from webapp.sync.receive import create_ours, delete_ours, keep_delete_clash
from webapp.sync.reconnected import with_lost_cards
from webapp.sync.records import Record
from webapp.sync.scope import unlinked
from webapp.sync.splits import hold_parts, without_split
from webapp.sync.waits import waits
from webapp.sync.words import words_for


class Step:
    """Works one batch. Raises what Procore's adapter raises when nothing could be learnt."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.creates: list[Seen] = []
        self.updates: list[tuple[Seen, table.Merge]] = []
        self.deletes: list[Seen] = []

    def run(self, records: Sequence[Record]) -> None:
        batch = self.batch
        seen = paired(batch, with_lost_cards(batch, read_theirs(batch.procore, records)))
        seen = without_split(batch, audit(batch, seen))
        seen = [s for s in seen if not waits(batch, s) and not is_from_before(batch, s)]
        workable = [from_now_on(batch, edited_since(adopted(batch, s))) for s in seen]
        batch.words = words_for(batch, workable)
        for one in workable:
            try:
                self._act(one, self._decide(one))
            except Untranslatable as wait:
                wait_for_words(batch, one, wait.reason)
        guarded(batch, workable, self.deletes, self.updates)
        hold_parts(batch, workable)
        batch.commit()
        self._write_theirs()

    def _write_theirs(self) -> None:
        """Deletions first, then updates, then creates: hours are taken away before they are added elsewhere (D104)."""
        for one in (*self.deletes, *(seen for seen, _ in self.updates)):
            if one.record.intent is not None:
                self.batch.end_create(one)
        self.batch.commit()
        delete_theirs(self.batch, self.deletes)
        update_theirs(self.batch, self.updates)
        create_theirs(self.batch, self.creates)

    def _decide(self, seen: Seen) -> Action:
        timesheet = seen.record.timesheet
        ours = timesheet.timecard if timesheet and not timesheet.is_deleted else None
        theirs = seen.card.timecard if seen.card else None
        # what is being made anew has no base: the one that stands is of the card before
        base = Tombstone() if seen.is_in_doubt else seen.base or seen.record.base
        rules = Rules(
            self.batch.words.same, self.batch.settings.conflict_rule, decisions=seen.record.decisions
        )
        action = decide(base, ours, theirs, rules)
        asked = (
            [c.unit for c in action.clashes if not c.by_person and rules.needs_later(c.unit)]
            if isinstance(action, table.Merge)
            else []
        )
        if not asked:
            return action
        return decide(base, ours, theirs, replace(rules, later=later_sides(self.batch, seen, asked)))

    def _act(self, seen: Seen, action: Action) -> None:
        if is_discarded(self.batch, seen, action) or is_left_out(self.batch, seen):
            return
        if is_to_be_deleted_there(self.batch, seen):
            self.deletes.append(seen)
            return
        keep_locked(self.batch, seen, action)
        keep_split(self.batch, seen, action)
        apart = unlinked(seen.record, seen.card, self.batch.words)
        if apart is not None and not isinstance(action, (table.Nothing, table.Settle)):
            raise Untranslatable(apart)
        match action:
            case table.Nothing():
                base = _nowhere(seen) or (seen.base if seen.record.intent or seen.agreed else None)
                reason = holds.before_switch(seen.accepted) if seen.accepted else None
                self.batch.done(
                    seen,
                    base=base,
                    tell=(("receive", "delete"),) if seen.came_and_went else (),
                    reason=reason,
                )
            case table.CreateOurs():
                create_ours(self.batch, seen)
            case table.DeleteOurs():
                delete_ours(self.batch, seen)
            case table.DeleteClash():
                keep_delete_clash(self.batch, seen, action)
            case table.Settle():
                self.batch.done(seen, base=Tombstone())
            case table.Merge():
                if action.send and self.batch.settings.send:
                    self.updates.append((seen, action))
                else:
                    finish_merge(self.batch, seen, action)
            case table.CreateTheirs() | table.DeleteTheirs():
                if self.batch.settings.send:
                    (self.creates if isinstance(action, table.CreateTheirs) else self.deletes).append(seen)
                else:
                    self.batch.exclude(seen, holds.switch_off("send"))


def _nowhere(seen: Seen) -> Tombstone | None:
    """What came and went before anything was agreed lives on neither side: it is no record any more (D7)."""
    timesheet = seen.record.timesheet
    is_ours = timesheet is not None and not timesheet.is_deleted
    return Tombstone() if seen.card is None and not is_ours else None
