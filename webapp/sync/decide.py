"""decide(base, ours, theirs, rules) → Action: the one truth table that both directions share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from webapp.domain.timecard import PAY_UNITS, UNITS, Timecard, changed_units, same_unit

Side = Literal["ours", "theirs"]
ConflictRule = Literal["default", "later", "procore", "timesite", "ask"]


@dataclass(frozen=True, slots=True)
class Base:
    """What both sides last agreed on, in each side's own vocabulary: the two faces."""

    ours: Timecard
    theirs: Timecard


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Both sides agreed that the record is gone."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a company decided about clashes, and what is known of who edited later (D41).

    `same(ours, theirs, unit)` compares across vocabularies. `later` is None when it was not asked or is
    too close to tell.
    """

    same: Callable[[Timecard, Timecard, str], bool] = same_unit
    conflict_rule: ConflictRule = "default"
    later: Side | None = None

    def winner(self, unit: str) -> Side | None:
        """Who wins a clash in `unit`; None asks a person."""
        if self.conflict_rule == "procore":
            return "theirs"
        if self.conflict_rule == "timesite":
            return "ours"
        if self.conflict_rule == "ask" or (self.conflict_rule == "default" and unit in PAY_UNITS):
            return None
        return self.later

    def needs_later(self, unit: str) -> bool:
        return self.conflict_rule == "later" or (self.conflict_rule == "default" and unit not in PAY_UNITS)


@dataclass(frozen=True, slots=True)
class Clash:
    """Both sides changed one unit to different values. The loser is kept, whoever wins."""

    unit: str
    winner: Side | None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Both sides are as agreed."""


@dataclass(frozen=True, slots=True)
class CreateOurs:
    """Only Procore has it."""


@dataclass(frozen=True, slots=True)
class CreateTheirs:
    """Only we have it."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Both have it. Units to take, to send, and those where both already say the same."""

    take: frozenset[str] = frozenset()
    send: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    clashes: tuple[Clash, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class DeleteOurs:
    """Deleted there, untouched here."""


@dataclass(frozen=True, slots=True)
class DeleteTheirs:
    """Deleted here, untouched there."""


@dataclass(frozen=True, slots=True)
class DeleteClash:
    """Deleted on the side named, edited on the other: always a person's decision (D42)."""

    deleted: Side


@dataclass(frozen=True, slots=True)
class Settle:
    """Gone on both sides: a tombstone takes the base's place (D43)."""


Action = Nothing | CreateOurs | CreateTheirs | Merge | DeleteOurs | DeleteTheirs | DeleteClash | Settle


def decide(
    base: Base | Tombstone | None, ours: Timecard | None, theirs: Timecard | None, rules: Rules
) -> Action:
    """None for a side means that there is provably nothing there."""
    if ours is None and theirs is None:
        return Settle() if isinstance(base, Base) else Nothing()
    if not isinstance(base, Base):
        if ours is None:
            return CreateOurs()
        if theirs is None:
            return CreateTheirs()
        return adopt(ours, theirs, rules)
    if ours is None:
        assert theirs is not None
        return DeleteClash("ours") if changed_units(base.theirs, theirs) else DeleteTheirs()
    if theirs is None:
        return DeleteClash("theirs") if changed_units(base.ours, ours) else DeleteOurs()
    return merge(base, ours, theirs, rules)


def adopt(ours: Timecard, theirs: Timecard, rules: Rules) -> Merge:
    """Pair two records that never met: what is equal is agreed, what differs clashes."""
    agreed = frozenset(unit for unit in UNITS if rules.same(ours, theirs, unit))
    return _merged(frozenset(), frozenset(), agreed, frozenset(UNITS) - agreed, rules)


def merge(base: Base, ours: Timecard, theirs: Timecard, rules: Rules) -> Action:
    """Field by field: each side's changes against its own face of the base (R23)."""
    here, there = changed_units(base.ours, ours), changed_units(base.theirs, theirs)
    if not here and not there:
        return Nothing()
    both = here & there
    agreed = frozenset(unit for unit in both if rules.same(ours, theirs, unit))
    return _merged(there - here, here - there, agreed, both - agreed, rules)


def _merged(
    take: frozenset[str], send: frozenset[str], agreed: frozenset[str], clashing: frozenset[str], rules: Rules
) -> Merge:
    clashes = tuple(Clash(unit, rules.winner(unit)) for unit in sorted(clashing))
    return Merge(
        take=take | {c.unit for c in clashes if c.winner == "theirs"},
        send=send | {c.unit for c in clashes if c.winner == "ours"},
        agreed=agreed,
        clashes=clashes,
    )
