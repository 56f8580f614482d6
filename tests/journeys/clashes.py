"""A record that both sides changed, and what people see of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from procore_sandbox.model.records import Timecard as TheirCard
from tests.fixtures.site import Site
from webapp.domain.conflict import ConflictView, Side
from webapp.services import conflicts
from webapp.store.models import Link, Timesheet
from webapp.store.session import system


@dataclass(frozen=True)
class Drifting:
    """A clock of ours that is some seconds ahead of Procore's."""

    site: Site
    ahead: int

    def now(self) -> datetime:
        return self.site.clock.now() + timedelta(seconds=self.ahead)


@dataclass
class Both:
    """One record on both sides, 8 hours when it begins."""

    site: Site
    timesheet_id: int
    card_id: int

    @property
    def ours(self) -> Timesheet | None:
        return next((t for t in self.site.timesheets() if t.id == self.timesheet_id), None)

    @property
    def theirs(self) -> TheirCard | None:
        return next((c for c in self.site.cards() if c.id == self.link.procore_id), None)

    @property
    def link(self) -> Link:
        return next(link for link in self.site.links() if link.timesheet_id == self.timesheet_id)

    def hours(self) -> tuple[Decimal | None, Decimal | None]:
        assert self.ours is not None
        assert self.theirs is not None
        return self.ours.hours, self.theirs.hours

    def change(self, ours: dict[str, Any] | None, theirs: dict[str, Any] | None) -> None:
        """Each side as given, None deletes; then both come to rest."""
        if ours is None:
            self.site.erase(self.timesheet_id)
        elif ours:
            self.site.rewrite(self.timesheet_id, **ours)
        if theirs is None:
            self.site.world.delete_timecard(self.site.dana.id, self.card_id)
        elif theirs:
            self.site.edit(self.card_id, **theirs)
        self.site.settle()

    def clash(self) -> ConflictView:
        """7 hours here, 6 there."""
        self.change({"hours": Decimal(7)}, {"hours": "6.0"})
        return self.asked()

    def forget_base(self) -> None:
        """As after a reconnect: both are paired again, and what was agreed is not known."""
        with system() as session:
            link = session.get_one(Link, self.link.id)
            link.base_ours = link.base_theirs = None

    def all(self, state: conflicts.State | None = None) -> list[ConflictView]:
        return conflicts.page(self.site.actor(), state, 0, 100)[0]

    def asked(self) -> ConflictView:
        [one] = self.all("open")
        return one

    def resolved(self) -> ConflictView:
        [one] = self.all("resolved")
        return one

    def decide(self, keep: Side) -> None:
        conflicts.resolve(self.site.actor(), self.asked().id, keep)
        self.site.settle()

    def undo(self) -> None:
        conflicts.undo(self.site.actor(), self.resolved().id)
        self.site.settle()


def on_both_sides(site: Site, rule: str = "default", **settings: Any) -> Both:
    site.connect(send=True)
    site.set(conflict_rule=rule, **settings)
    timesheet_id = site.write("8.0", description="Forms")
    site.settle()
    site.clock.advance(600)
    [card] = site.cards()
    return Both(site, timesheet_id, card.id)
