"""decide(base, ours, theirs, rules) → Action: the one truth table that both directions share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from webapp.domain.timecard import PAY_UNITS, UNITS, Timecard, changed_units, same_unit

PLACE = frozenset({"project", "cost_code"})
Side = Literal["ours", "theirs"]
ConflictRule = Literal["default", "later", "procore", "timesite", "ask"]


@dataclass(frozen=True, slots=True)
class Base:
    """What both sides last agreed on, in each side's own vocabulary: the two faces."""

    ours: Timecard
    theirs: Timecard
    shaped: Timecard | None = None
    """Theirs as Procore has stored what we sent (rounded, trimmed), until that is taken here: `theirs` is our wish."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Both sides agreed that the record is gone."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said about one clash, and both sides as that person saw them. `unit` None: the whole record,
    which one side deleted and the other changed. A side that was deleted is None."""

    unit: str | None
    keep: Side
    ours: Timecard | None
    theirs: Timecard | None

    def counts(self, unit: str | None, ours: Timecard | None, theirs: Timecard | None) -> bool:
        """Only while both sides still hold what the person saw; else the clash is asked anew."""
        return self.unit == unit and _as_seen(self.ours, ours, unit) and _as_seen(self.theirs, theirs, unit)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a company decided about clashes, what persons said, and what is known of who edited later (D41).

    `same(ours, theirs, unit)` compares across vocabularies. `later` lacks the units that were not asked about or where
    it is too close to tell.
    """

    same: Callable[[Timecard, Timecard, str], bool] = same_unit
    conflict_rule: ConflictRule = "default"
    later: Mapping[str, Side] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()

    def winner(self, unit: str) -> Side | None:
        """Who wins a clash in `unit` by the company's rule; None asks a person."""
        if self.conflict_rule == "procore":
            return "theirs"
        if self.conflict_rule == "timesite":
            return "ours"
        if self.conflict_rule == "ask" or (self.conflict_rule == "default" and unit in PAY_UNITS):
            return None
        return self.later.get(unit)

    def needs_later(self, unit: str) -> bool:
        return self.conflict_rule == "later" or (self.conflict_rule == "default" and unit not in PAY_UNITS)

    def kept(self, unit: str | None, ours: Timecard | None, theirs: Timecard | None) -> Side | None:
        """What a person decided about these very values."""
        return next((d.keep for d in self.decisions if d.counts(unit, ours, theirs)), None)


@dataclass(frozen=True, slots=True)
class Clash:
    """Both sides changed one unit to different values. The loser is kept, whoever wins."""

    unit: str
    winner: Side | None
    by_person: bool = False


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
    """Deleted on the side named, edited on the other, and nobody has decided yet: always a person's word (D42)."""

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
        return _deleted_here(base, theirs, rules)
    if theirs is None:
        return _deleted_there(base, ours, rules)
    return merge(base, ours, theirs, rules)


def adopt(ours: Timecard, theirs: Timecard, rules: Rules) -> Merge:
    """Pair two records that never met: what is equal is agreed, what differs clashes."""
    agreed = frozenset(unit for unit in UNITS if rules.same(ours, theirs, unit))
    clashes = _clashes(frozenset(UNITS) - agreed, ours, theirs, rules)
    return _merged(frozenset(), frozenset(), agreed, clashes)


def merge(base: Base, ours: Timecard, theirs: Timecard, rules: Rules) -> Action:
    """Field by field: each side's changes against its own face of the base (R23)."""
    here, there = changed_units(base.ours, ours), changed_units(base.theirs, theirs)
    if not here and not there:
        return Nothing()
    agreed = frozenset(unit for unit in here & there if rules.same(ours, theirs, unit))
    here, there = _with_place(here - agreed, there - agreed)
    clashing = frozenset(unit for unit in here & there if not rules.same(ours, theirs, unit))
    return _merged(there - here, here - there, agreed, _clashes(clashing, ours, theirs, rules))


def changed_alone(base: Base, ours: Timecard, theirs: Timecard) -> tuple[frozenset[str], frozenset[str]]:
    """Units that we changed and they did not, and the reverse."""
    here, there = _with_place(changed_units(base.ours, ours), changed_units(base.theirs, theirs))
    return here - there, there - here


def _with_place(here: frozenset[str], there: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """A cost code belongs to its project (D68): where one side changes the project, the other side's project or cost
    code does not fit it, so that both go together."""
    if ("project" in here and there & PLACE) or ("project" in there and here & PLACE):
        return here | PLACE, there | PLACE
    return here, there


def _clashes(units: frozenset[str], ours: Timecard, theirs: Timecard, rules: Rules) -> tuple[Clash, ...]:
    """A person's word goes before the company's rule. A cost code goes where its project goes."""
    said = {unit: rules.kept(unit, ours, theirs) for unit in sorted(units)}
    clashes = {u: Clash(u, side or rules.winner(u), by_person=side is not None) for u, side in said.items()}
    if units >= PLACE:
        clashes["cost_code"] = replace(clashes["project"], unit="cost_code")
    return tuple(clashes.values())


def _merged(
    take: frozenset[str], send: frozenset[str], agreed: frozenset[str], clashes: tuple[Clash, ...]
) -> Merge:
    return Merge(
        take=take | {c.unit for c in clashes if c.winner == "theirs"},
        send=send | {c.unit for c in clashes if c.winner == "ours"},
        agreed=agreed,
        clashes=clashes,
    )


def _deleted_here(base: Base, theirs: Timecard, rules: Rules) -> Action:
    if not changed_units(base.theirs, theirs):
        return DeleteTheirs()
    keep = rules.kept(None, None, theirs)
    if keep is None:
        return DeleteClash("ours")
    return DeleteTheirs() if keep == "ours" else CreateOurs()


def _deleted_there(base: Base, ours: Timecard, rules: Rules) -> Action:
    if not changed_units(base.ours, ours):
        return DeleteOurs()
    keep = rules.kept(None, ours, None)
    if keep is None:
        return DeleteClash("theirs")
    return CreateTheirs() if keep == "ours" else DeleteOurs()


def _as_seen(seen: Timecard | None, now: Timecard | None, unit: str | None) -> bool:
    if seen is None or now is None:
        return seen is now
    return not changed_units(seen, now) if unit is None else same_unit(seen, now, unit)
