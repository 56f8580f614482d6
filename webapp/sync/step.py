"""One step: a batch of due records, both sides read once, each decided, both directions written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webapp.sync import decide as table
from webapp.sync import holds
from webapp.sync.agreed import finish_merge
from webapp.sync.batch import Batch
from webapp.sync.changes import delete_theirs, update_theirs
from webapp.sync.creates import create_theirs
from webapp.sync.decide import Action, Rules, Side, Tombstone, decide
from webapp.sync.dictionary import Untranslatable
from webapp.sync.pairing import paired
from webapp.sync.read import Seen, read_theirs
from webapp.sync.receive import create_ours, delete_ours, keep_delete_clash
from webapp.sync.records import Record
from webapp.sync.waits import waits
from webapp.sync.words import words_for

CLOSE = 5.0
"""Two edits within so many seconds have no later one (D41)."""


class Step:
    """Works one batch. Raises what Procore's adapter raises when nothing could be learnt."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.creates: list[Seen] = []
        self.updates: list[tuple[Seen, table.Merge]] = []
        self.deletes: list[Seen] = []

    def run(self, records: Sequence[Record]) -> None:
        batch = self.batch
        seen = paired(batch, read_theirs(batch.procore, records))
        workable = [s for s in seen if not waits(batch, s)]
        batch.words = words_for(batch, workable)
        for one in workable:
            try:
                self._act(one, self._decide(one))
            except Untranslatable as wait:
                batch.wait(one, wait.reason)
        batch.commit()
        self._write_theirs()

    def _write_theirs(self) -> None:
        """Deletions first, then updates, then creates: hours are taken away before they are added elsewhere (D104)."""
        delete_theirs(self.batch, self.deletes)
        update_theirs(self.batch, self.updates)
        create_theirs(self.batch, self.creates)

    def _decide(self, seen: Seen) -> Action:
        timesheet = seen.record.timesheet
        ours = timesheet.timecard if timesheet and not timesheet.is_deleted else None
        theirs = seen.card.timecard if seen.card else None
        base = seen.base or seen.record.base
        rules = Rules(self.batch.words.same, self.batch.settings.conflict_rule)
        action = decide(base, ours, theirs, rules)
        if isinstance(action, table.Merge) and any(rules.needs_later(c.unit) for c in action.clashes):
            later = self._later(seen)
            return action if later is None else decide(base, ours, theirs, replace(rules, later=later))
        return action

    def _later(self, seen: Seen) -> Side | None:
        """Who edited later, by the card's change history: asked only where the company's rule needs it (D41)."""
        timesheet, card = seen.record.timesheet, seen.card
        assert timesheet is not None
        assert card is not None
        times = [entry.at for entry in self.batch.procore.change_history(card.id) if entry.at]
        there = max(times, default=card.facts.updated_at)
        if there is None or abs((there - timesheet.edited_at).total_seconds()) <= CLOSE:
            return None
        return "theirs" if there > timesheet.edited_at else "ours"

    def _act(self, seen: Seen, action: Action) -> None:
        match action:
            case table.Nothing():
                self.batch.done(seen)
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
