"""Time cards as the list shows them: names instead of ids, times in the project's zone."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from procore_sandbox.model import World
from procore_sandbox.model.history import hours_text
from procore_sandbox.model.records import Change, Person, Project, Timecard

NOBODY = "–"
NAMED = {
    "party_id": "person",
    "cost_code_id": "cost_code",
    "sub_job_id": "sub_job",
    "crew_id": "crew",
    "timecard_time_type_id": "time_type",
    "line_item_type_id": "line_item_type",
    "project_id": "project",
    "location_id": "location",
}
"""Columns of the change history that hold an id, and the table that names it."""


@dataclass(frozen=True, slots=True)
class CardRow:
    """One line of the list."""

    card: Timecard
    person: str
    cost_code: str
    sub_job: str
    time_type: str
    worked: str
    author: str

    @property
    def is_open(self) -> bool:
        return self.card.approval_status in ("pending", "reviewed")


def card_row(world: World, project: Project, card: Timecard) -> CardRow:
    state = world.state
    sub_job, author = state.sub_jobs.get(card.sub_job_id), state.users.get(card.created_by_id)
    time_type = state.time_types.get(card.timecard_time_type_id)
    return CardRow(
        card,
        name_of(world, "person", card.party_id),
        name_of(world, "cost_code", card.cost_code_id),
        sub_job.name if sub_job else "",
        time_type.time_type if time_type else NOBODY,
        _worked(project, card),
        author.name if author else NOBODY,
    )


def person_label(person: Person) -> str:
    """Name and employee number: two people may have one name."""
    return f"{person.name} ({person.employee_id})" if person.employee_id else person.name


def name_of(world: World, kind: str, key: int | None) -> str:
    """What people call the record with this id."""
    row = world.state.tables[kind].get(key)
    if row is None:
        return NOBODY if key is None else str(key)
    if kind == "person":
        return person_label(row)
    if kind == "cost_code":
        return f"{row.full_code} {row.name}"
    return str(row.time_type if kind == "time_type" else row.name)


def clock_text(moment: datetime | None, project: Project) -> str:
    """Time of day in the project's zone."""
    return moment.astimezone(ZoneInfo(project.tz_name)).strftime("%H:%M") if moment else ""


def change_values(world: World, change: Change) -> tuple[str, str]:
    """Before and after, in words where the column holds an id."""
    kind = NAMED.get(change.column)
    if kind is None:
        return change.old_value or NOBODY, change.new_value or NOBODY
    old, new = (int(each) if each else None for each in (change.old_value, change.new_value))
    return name_of(world, kind, old), name_of(world, kind, new)


def _worked(project: Project, card: Timecard) -> str:
    hours = f"{hours_text(card.hours)} h"
    if card.time_in is None:
        return hours
    lunch = f", lunch {card.lunch_minutes} min" if card.lunch_minutes else ""
    return f"{clock_text(card.time_in, project)}–{clock_text(card.time_out, project)}{lunch} = {hours}"
