"""A backup of our database that is put back later, as after a disk died: Procore has gone on, we are as we were."""

from __future__ import annotations

from collections import Counter
from random import Random

from tests.simulation.site import SimulatedSite
from webapp.extensions import db

SHARE = 0.08
"""Of the seeds."""
CHANCE = 0.06
"""Of a backup, and then of its return, whenever something may begin."""


class Backups:
    """At most one is put back in a seed. Whatever is under way ends without a word: an operator stops the app first."""

    def __init__(self, site: SimulatedSite, rng: Random, *, is_on: bool | None) -> None:
        self.site, self.rng = site, rng
        self.is_on = rng.random() < SHARE if is_on is None else is_on
        self.acts: Counter[str] = Counter()
        self.copy: object = None

    def act(self) -> bool:
        """True when our database is another one now."""
        if not self.is_on or self.acts["restore"] or self.rng.random() >= CHANCE:
            return False
        if self.copy is None:
            self.site.scheduler.tell("a backup is made")
            self.copy = self.site.company.database.copy()
            return False
        self._restore()
        return True

    def _restore(self) -> None:
        scheduler = self.site.scheduler
        scheduler.tell("the backup is put back")
        self.acts["restore"] += 1
        for task in list(scheduler.tasks):
            scheduler.kill(task)
            while task in scheduler.tasks:
                scheduler.resume(task)
        with self.site.looked_at():
            db.engine.dispose()
        self.site.company.database.put_back(self.copy)
