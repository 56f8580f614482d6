"""What both sides call the same thing, as known in one step; translates a time card unit by unit, or says why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from webapp.domain.hours import BadTime, received
from webapp.domain.timecard import UNITS, Names, Timecard, same_unit
from webapp.domain.zones import UTC_ZONE
from webapp.sync.holds import Reason, invalid_time

Place = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Untranslatable(Exception):
    """Not an error: why a value has no word on the other side yet."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Ids on one side to ids on the other; where there is none, the reason to wait.

    `places`: Procore's (project, sub job) → our project and the sub job that stays on the timesheet.
    `their_places`: our project → Procore's (project, sub job). Items are per project on both sides. `zones`: of
    Procore's projects.
    """

    users: Mapping[int, int | Reason] = field(default_factory=dict)
    places: Mapping[Place, tuple[int, int | None] | Reason] = field(default_factory=dict)
    tasks: Mapping[int, int | Reason] = field(default_factory=dict)
    items: Mapping[tuple[int, int], int | Reason] = field(default_factory=dict)
    people: Mapping[int, int | Reason] = field(default_factory=dict)
    their_places: Mapping[int, Place | Reason] = field(default_factory=dict)
    time_types: Mapping[int, int | Reason] = field(default_factory=dict)
    cost_codes: Mapping[tuple[int, int], int | Reason] = field(default_factory=dict)
    start_stop_projects: frozenset[int] = frozenset()
    zones: Mapping[int, ZoneInfo] = field(default_factory=dict)

    def to_ours(
        self, theirs: Timecard, units: Iterable[str] = UNITS, onto: Timecard | None = None
    ) -> Timecard:
        """Procore's values of these units in our ids, put onto `onto`. Raises Untranslatable."""
        parts: dict[str, Any] = {}
        wanted = _place_first(units)
        for unit in wanted:
            if unit == "cost_code":
                stays_in = onto.project if onto is not None and "project" not in wanted else None
                parts["cost_code"] = self._item(theirs, stays_in)
            else:
                parts |= self._unit_to_ours(theirs, unit)
        return replace(onto or theirs, **parts)

    def to_theirs(
        self, ours: Timecard, units: Iterable[str] = UNITS, onto: Timecard | None = None
    ) -> Timecard:
        """Our values of these units in Procore's ids, put onto `onto`. Raises Untranslatable."""
        parts: dict[str, Any] = {}
        for unit in _place_first(units):
            parts |= self._unit_to_theirs(ours, unit)
        return replace(onto or ours, **parts)

    def same(self, ours: Timecard, theirs: Timecard, unit: str) -> bool:
        """Equal across vocabularies. A side that keeps no start and stop is compared by hours alone (D85); one Procore
        person may stand for several users who are the same (D61)."""
        if (
            unit == "person"
            and theirs.person is not None
            and self.people.get(ours.person or 0) == theirs.person
        ):
            return True
        try:
            there = self.to_ours(theirs, (unit,), onto=ours)
        except Untranslatable:
            return False
        if unit == "time" and (ours.start is None or there.start is None):
            return same_unit(_hours_only(ours), _hours_only(there), unit)
        return same_unit(ours, there, unit)

    def _unit_to_ours(self, card: Timecard, unit: str) -> dict[str, Any]:
        match unit:
            case "person":
                return {"person": _found(self.users, card.person) if card.person else None}
            case "project":
                project, sub_job = _found(self.places, (card.project, card.sub_job))
                return {"project": project, "sub_job": sub_job}
            case "time_type":
                return {"time_type": _found(self.tasks, card.time_type) if card.time_type else None}
            case "time":
                return self._time_to_ours(card)
            case _:
                return {part: getattr(card, part) for part in UNITS[unit]}

    def _item(self, card: Timecard, stays_in: int | None) -> int | None:
        """Items belong to projects (D68): the timesheet's own, also where new cards go elsewhere (D25)."""
        if card.cost_code is None:
            return None
        key = (stays_in, card.cost_code)
        if stays_in is None or key not in self.items:
            key = (_found(self.places, (card.project, card.sub_job))[0], card.cost_code)
        return _found(self.items, key)  # type: ignore[no-any-return]

    def _time_to_ours(self, card: Timecard) -> dict[str, Any]:
        """As Procore stores it; what cannot be worked time fails with its reason (D82, D83)."""
        try:
            kept = received(card, self.zones.get(card.project, UTC_ZONE))
        except BadTime as error:
            raise Untranslatable(invalid_time(str(error))) from error
        return {part: getattr(kept, part) for part in UNITS["time"]}

    def _unit_to_theirs(self, card: Timecard, unit: str) -> dict[str, Any]:
        match unit:
            case "person":
                return {"person": _found(self.people, card.person) if card.person else None}
            case "project":
                project, sub_job = _found(self.their_places, card.project)
                return {"project": project, "sub_job": sub_job or card.sub_job}
            case "time_type":
                return {"time_type": _found(self.time_types, card.time_type) if card.time_type else None}
            case "cost_code":
                if card.cost_code is None:
                    return {"cost_code": None}
                project, _ = _found(self.their_places, card.project)
                return {"cost_code": _found(self.cost_codes, (project, card.cost_code))}
            case _:
                return {part: getattr(card, part) for part in UNITS[unit]}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a step must be able to translate: the cards it may take (their refs are found or created here), those it
    only compares (found, never created), and the timesheets it may send. `kept`: the projects of timesheets, for the
    cost codes of their cards."""

    take: tuple[tuple[Timecard, Names], ...] = ()
    compare: tuple[tuple[Timecard, Names], ...] = ()
    send: tuple[Timecard, ...] = ()
    kept: tuple[tuple[int, Timecard, Names, bool], ...] = ()


def _place_first(units: Iterable[str]) -> list[str]:
    """Where a record belongs is asked first: while that is not known, nothing is created for it, so that a person or a
    time type would be missing for no cause of its own."""
    return sorted(units, key=lambda unit: (unit != "project", unit))


def _found(words: Mapping[Any, Any], key: Any) -> Any:
    value = words[key]
    if isinstance(value, Reason):
        raise Untranslatable(value)
    return value


def _hours_only(card: Timecard) -> Timecard:
    return replace(card, start=None, stop=None, lunch_minutes=None)
