"""People at both sides, at random. Most values are entered once only, so that it can be told later whose value was
overwritten by whom; some seeds' people like to enter again what stood there before. And they like to meet on the same
field of the same record."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import select, text

from procore_sandbox.model.errors import Refused
from procore_sandbox.model.events import fire
from procore_sandbox.model.history import record_changes
from procore_sandbox.model.records import Timecard
from tests.simulation.aims import NOTHING, Aim
from tests.simulation.company import PROJECTS
from tests.simulation.site import SimulatedSite
from webapp.extensions import db
from webapp.services import timesheets
from webapp.store.models import Timesheet
from webapp.store.session import reading

FIRST_DAY = date(2026, 11, 16)
FIELDS = (
    "hours",
    "hours",
    "description",
    "description",
    "date",
    "person",
    "project",
    "time_type",
    "billable",
    "cost_code",
)
THEIR_TYPES = ("Regular Time", "Overtime", "Holiday")
KEPT_FOCUS = 0.45
"""How often the next one works on the record and the field that was worked on last, on whichever side."""
HELD = (0.0, 0.3, 0.7)
"""How often it is a record that a worker has in hand right now, where there is one; the seed draws."""
AGAIN = (0.0, 0.0, 0.3, 0.7)
"""How often a value is one that stood in the record before, or stands on its other side; the seed draws."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A record as its link names it; either side may be missing."""

    link: int
    timesheet: int | None
    card: int | None
    is_in_hand: bool = False


class Values:
    """Never the same twice."""

    def __init__(self) -> None:
        self.count = 0

    def hours(self) -> Decimal:
        self.count += 1
        hundredths = (self.count * 97) % 2393 + 1
        return Decimal(hundredths + (hundredths % 100 == 0)) / 100

    def words(self) -> str:
        self.count += 1
        return f"words {self.count}"

    def day(self) -> date:
        self.count += 1
        return FIRST_DAY + timedelta(days=self.count)


class Users:
    """`skipped`: numbers of acts that do not happen, to make a failing trace short."""

    def __init__(
        self, site: SimulatedSite, rng: Random, skipped: Collection[int] = (), aim: Aim = NOTHING
    ) -> None:
        self.site, self.rng, self.skipped = site, rng, frozenset(skipped)
        self.values = Values()
        self.acts: Counter[str] = Counter()
        self.acts_so_far = 0
        self.focus: tuple[Pair, str] | None = None
        self.refs = self._refs()
        self.weights = {act: weight * rng.choice((0, 1, 1, 2)) for act, weight in WEIGHTS.items()}
        self.weights.update(aim.acts)
        self.fields = aim.fields or FIELDS
        drawn = rng.choice(HELD)
        self.held = drawn if aim.held is None else aim.held
        self.again = rng.choice(AGAIN)
        self.stood: defaultdict[tuple[int, int | None, str], list[Any]] = defaultdict(list)
        """By link, card and field: what people saw there, or entered. The number of a link that went is given again."""

    def act(self) -> None:
        """One thing that somebody does."""
        acts = [act for act, weight in self.weights.items() if weight]
        if not acts:
            return
        act = self.rng.choices(acts, [self.weights[each] for each in acts])[0]
        self.acts_so_far += 1
        if self.acts_so_far in self.skipped:
            return
        self.acts[act] += 1
        self.site.scheduler.tell(f"act #{self.acts_so_far} {act}")
        try:
            ACTS[act](self)
        except Refused as refused:
            self.acts["refused by Procore"] += 1
            self.site.scheduler.tell(f"  Procore refuses: {refused.status}")

    def has_anybody_in_hand(self) -> bool:
        """Whether a worker has a record in hand."""
        return any(pair.is_in_hand for pair in self._pairs())

    # ---- whom and what ---------------------------------------------------------------------------------

    def _pairs(self) -> list[Pair]:
        with self.site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT id, timesheet_id, procore_id, is_dirty AND attempts > 0 FROM links"
                    " WHERE company_id = :company AND is_excluded_for_good = :no ORDER BY id"
                ),
                {"company": self.site.company_id, "no": False},
            )
            return [Pair(*row) for row in rows]

    def _chosen(self, side: str) -> tuple[Pair, str] | None:
        """A record that has this side, and a field of it."""
        pairs = [pair for pair in self._pairs() if getattr(pair, side) is not None]
        if not pairs:
            return None
        chosen = (self.rng.choice(pairs), self.rng.choice(self.fields))
        in_hand = [pair for pair in pairs if pair.is_in_hand]
        if in_hand and self.rng.random() < self.held:
            chosen = (self.rng.choice(in_hand), chosen[1])
            self.focus = chosen
            return chosen
        if self.focus is not None and self.rng.random() < KEPT_FOCUS:
            pair, field = self.focus
            same = [p for p in pairs if p.card == pair.card or p.timesheet == pair.timesheet]
            if same:
                chosen = (same[0], field)
        self.focus = chosen
        return chosen

    def _value(self, pair: Pair, field: str) -> Any:
        """A new one; or one that was there before."""
        stood = self.stood[pair.link, pair.card, field]
        if self.again:
            stood += [value for value in self._standing(pair, field) if value is not None]
        if stood and self.rng.random() < self.again:
            return self.rng.choice(stood)
        new: dict[str, Callable[[], Any]] = {
            "hours": self.values.hours,
            "description": self.values.words,
            "date": self.values.day,
        }
        stood.append(new[field]())
        return stood[-1]

    def _standing(self, pair: Pair, field: str) -> Iterator[Any]:
        card = None if pair.card is None else self.site.world.timecard(pair.card)
        if card is not None:
            yield getattr(card, field)
        if pair.timesheet is not None:
            with self.site.looked_at(), reading(self.site.company_id) as session:
                yield getattr(session.get_one(Timesheet, pair.timesheet), field)

    def _refs(self) -> dict[str, list[Any]]:
        """What people choose from here; Procore's are found in the model."""
        with self.site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:

            def ids(sql: str) -> list[Any]:
                return [
                    tuple(row) for row in connection.execute(text(sql), {"company": self.site.company_id})
                ]

            return {
                "users": [
                    row[0] for row in ids("SELECT id FROM users WHERE company_id = :company ORDER BY id")
                ],
                "projects": ids(
                    "SELECT p.id, (SELECT min(i.id) FROM project_items i WHERE i.project_id = p.id) FROM projects p"
                    " WHERE p.company_id = :company ORDER BY p.id"
                ),
                "tasks": [
                    row[0] for row in ids("SELECT id FROM tasks WHERE company_id = :company ORDER BY id")
                ],
            }

    # ---- here ------------------------------------------------------------------------------------------

    def create_here(self) -> None:
        project, item = self.rng.choice(self.refs["projects"])
        given = {
            "date": FIRST_DAY + timedelta(days=self.rng.randrange(5)),
            "hours": self.values.hours(),
            "user_id": self.rng.choice(self.refs["users"]),
            "project_id": project,
            "project_item_id": item,
            "task_id": self.refs["tasks"][0],
            "description": self.values.words(),
        }
        self._request("creates", lambda: timesheets.create(self.site.actor(), given))

    def edit_here(self) -> None:
        chosen = self._chosen("timesheet")
        if chosen is None or chosen[0].timesheet is None:
            return
        key = chosen[0].timesheet
        changes = self._changes_here(chosen[0], key, chosen[1])
        wait = self.rng.choice((0, 0, 1, 10, 60)) * (not chosen[0].is_in_hand)

        def edit() -> None:
            seen = timesheets.one(self.site.actor(), key)
            self.site.scheduler.sleep(wait)
            timesheets.edit(self.site.actor(), key, changes, version=seen.version)

        self._request(f"edits {key} {chosen[1]}", edit, is_hurried=chosen[0].is_in_hand)

    def delete_here(self) -> None:
        chosen = self._chosen("timesheet")
        if chosen is None or chosen[0].timesheet is None:
            return
        key = chosen[0].timesheet

        def delete() -> None:
            seen = timesheets.one(self.site.actor(), key)
            timesheets.delete(self.site.actor(), key, version=seen.version)

        if chosen[0].card is not None:
            self.site.deleted[chosen[0].card] = chosen[0].link
        self._request(f"deletes {key}", delete, is_hurried=chosen[0].is_in_hand)

    def restore_here(self) -> None:
        """Out of the trash."""
        with self.site.looked_at(), reading(self.site.company_id) as session:
            gone = session.scalars(
                select(Timesheet.id).where(Timesheet.deleted_at.is_not(None)).order_by(Timesheet.id)
            ).all()
        if gone:
            key = self.rng.choice(gone)
            self._request(f"restores {key}", lambda: timesheets.restore(self.site.actor(), key))

    def _items_of(self, key: int) -> list[int]:
        """The project items that the timesheet may have."""
        with self.site.looked_at(), db.engine.execution_options(is_readonly=True).connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT i.id FROM project_items i JOIN timesheets t ON t.project_id = i.project_id"
                    " WHERE t.id = :key ORDER BY i.id"
                ),
                {"key": key},
            )
            return [row[0] for row in rows]

    def _changes_here(self, pair: Pair, key: int, field: str) -> Mapping[str, Any]:
        match field:
            case "hours" | "description" | "date":
                return {field: self._value(pair, field)}
            case "person":
                return {"user_id": self.rng.choice(self.refs["users"])}
            case "project":
                project, item = self.rng.choice(self.refs["projects"])
                return {"project_id": project, "project_item_id": item}
            case "time_type":
                return {"task_id": self.rng.choice(self.refs["tasks"])}
            case "cost_code":
                items = self._items_of(key)
                return {"project_item_id": self.rng.choice(items)} if items else {"billable": True}
            case _:
                return {"billable": self.rng.random() < 0.5}

    def _request(self, what: str, act: Callable[[], object], *, is_hurried: bool = False) -> None:
        """Through a web process of its own; what it raises, the page shows. Hurried: before the worker goes on."""
        task = self.site.start(f"user{self.acts_so_far}", act)
        task.is_hurried = is_hurried
        self.site.scheduler.tell(f"user{self.acts_so_far} {what}")

    # ---- in Procore ------------------------------------------------------------------------------------

    def create_there(self) -> None:
        place = self.rng.choice(self._places())
        fields = {
            "date": (FIRST_DAY + timedelta(days=self.rng.randrange(5))).isoformat(),
            "hours": str(self.values.hours()),
            "party_id": self.rng.choice(self._people()),
            "cost_code_id": self._code(place),
            "timecard_time_type_id": self._type("Regular Time"),
            "description": self.values.words(),
            "billable": True,
        }
        card = self.site.world.enter_timecard(self.site.dana.id, place, fields)
        self.site.scheduler.tell(f"  entered there {card.id}")

    def edit_there(self) -> None:
        chosen = self._chosen("card")
        if chosen is None or chosen[0].card is None:
            return
        card = self.site.world.timecard(chosen[0].card)
        if card is None:
            return
        fields = self._changes_there(chosen[0], card, chosen[1])
        self.site.world.edit_timecard(self.site.dana.id, chosen[0].card, fields)
        self.site.scheduler.tell(f"  edited there {chosen[0].card} {fields}")

    def delete_there(self) -> None:
        chosen = self._chosen("card")
        if chosen is not None and chosen[0].card is not None:
            self.site.world.delete_timecard(self.site.dana.id, chosen[0].card)
            self.site.deleted[chosen[0].card] = chosen[0].link
            self.site.scheduler.tell(f"  deleted there {chosen[0].card}")

    def undelete_there(self) -> None:
        """Procore publishes no way to do so; support may."""
        state = self.site.world.state
        gone = [
            c for c in state.timecards if c.deleted_at is not None and c.company_id == self.site.theirs.id
        ]
        if not gone:
            return
        card = self.rng.choice(gone)
        after = replace(card, deleted_at=None, updated_at=state.now())
        record_changes(state, card, after, self.site.dana.name)
        state.timecards.put(after)
        fire(
            state, "Timecard Entries", card.id, "update",
            company_id=card.company_id, project_id=card.project_id, user_id=self.site.dana.id, client_id=None,
        )  # fmt: skip
        self.site.scheduler.tell(f"  undeleted there {card.id}")

    def approve(self) -> None:
        self._set_approval("approved")

    def unapprove(self) -> None:
        self._set_approval("pending")

    def _set_approval(self, status: str) -> None:
        chosen = self._chosen("card")
        if chosen is not None and chosen[0].card is not None:
            self.site.world.set_approval(self.site.dana.id, [chosen[0].card], status)
            self.site.scheduler.tell(f"  {status} {chosen[0].card}")

    def _changes_there(self, pair: Pair, card: Timecard, field: str) -> dict[str, Any]:
        match field:
            case "hours" | "description" | "date":
                return {field: str(self._value(pair, field))}
            case "person":
                return {"party_id": self.rng.choice(self._people())}
            case "project":
                place = self.rng.choice(self._places())
                return {"project_id": place, "cost_code_id": self._code(place)}
            case "time_type":
                return {"timecard_time_type_id": self._type(self.rng.choice(THEIR_TYPES))}
            case "cost_code":
                return {"cost_code_id": self.rng.choice(self._codes(card.project_id))}
            case _:
                return {"billable": self.rng.random() < 0.5}

    def _places(self) -> list[int]:
        projects = self.site.world.projects(self.site.theirs.id)
        return [projects[place].id for place in PROJECTS]

    def _people(self) -> list[int]:
        return [p.id for p in self.site.world.state.people if p.company_id == self.site.theirs.id]

    def _code(self, project_id: int) -> int:
        return self._codes(project_id)[0]

    def _codes(self, project_id: int) -> list[int]:
        codes = self.site.world.state.cost_codes
        return [c.id for c in codes if c.project_id == project_id and c.sub_job_id is None]

    def _type(self, name: str) -> int:
        types = self.site.world.state.time_types
        return next(t.id for t in types if t.company_id == self.site.theirs.id and t.time_type == name)


ACTS: dict[str, Callable[[Users], None]] = {
    "create_here": Users.create_here,
    "edit_here": Users.edit_here,
    "delete_here": Users.delete_here,
    "restore_here": Users.restore_here,
    "create_there": Users.create_there,
    "edit_there": Users.edit_there,
    "delete_there": Users.delete_there,
    "undelete_there": Users.undelete_there,
    "approve": Users.approve,
    "unapprove": Users.unapprove,
}
WEIGHTS = {
    "create_here": 1.5,
    "edit_here": 6,
    "delete_here": 1,
    "restore_here": 0.5,
    "create_there": 1,
    "edit_there": 6,
    "delete_there": 1,
    "undelete_there": 0.3,
    "approve": 0.3,
    "unapprove": 0.5,
}


def is_live(card: Timecard | None) -> bool:
    return card is not None and card.deleted_at is None
