"""What people do in Procore's own screens: enter, edit and delete time cards."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .access import Caller, project_of, projects_of, require_project_level
from .errors import not_found
from .records import Person, Project, Signature, Timecard, User
from .state import State
from .timecards import Author, create, delete, restore, update

__all__ = ["bring_back", "copy", "edit", "enter", "enter_many", "move", "projects_of", "remove", "sign"]


def enter(state: State, user: User, project_id: int, fields: dict[str, Any]) -> Timecard:
    """The web's form: billable by default."""
    caller = Caller(user)
    project = _writable_project(state, caller, project_id)
    return create(state, project, {"billable": True, **fields}, Author(caller))[0]


def edit(state: State, user: User, timecard_id: int, fields: dict[str, Any]) -> Timecard:
    caller = Caller(user)
    card = _live_card(state, caller, timecard_id)
    written = dict(fields)
    project = _writable_project(state, caller, written.pop("project_id", card.project_id))
    return update(state, card, project, written, Author(caller))


def remove(state: State, user: User, timecard_id: int) -> Timecard:
    caller = Caller(user)
    return delete(state, _live_card(state, caller, timecard_id), Author(caller))


def bring_back(state: State, user: User, timecard_id: int) -> Timecard:
    """Undoes a deletion."""
    caller, card = Caller(user), state.timecards.get(timecard_id)
    if card is None or card.deleted_at is None:
        raise not_found()
    _writable_project(state, caller, card.project_id)
    return restore(state, card, Author(caller))


def move(state: State, user: User, timecard_id: int, project_id: int) -> Timecard:
    """To another project, with the code of the same number there, and without what only the old one has."""
    card = _live_card(state, Caller(user), timecard_id)
    old = state.cost_codes.get(card.cost_code_id)
    codes = {
        each.full_code: each.id
        for each in state.cost_codes
        if each.project_id == project_id and each.sub_job_id is None and each.deleted_at is None
    }
    fields = {
        "project_id": project_id,
        "cost_code_id": codes.get(old.full_code) if old else None,
        **dict.fromkeys(("sub_job_id", "crew_id", "location_id", "timesheet_id")),
    }
    return edit(state, user, timecard_id, fields)


def copy(state: State, user: User, timecard_id: int, fields: dict[str, Any]) -> Timecard:
    """Duplicates a card with everything on it, its origin id included."""
    caller = Caller(user)
    card = _live_card(state, caller, timecard_id)
    names = ("party_id", "cost_code_id", "sub_job_id", "timecard_time_type_id", "billable", "description")
    same = {name: getattr(card, name) for name in (*names, "origin_id", "origin_data")}
    times = {
        "date": card.date.isoformat() if card.date else None,
        "hours": str(card.hours),
        "lunch_time": None if card.lunch_minutes is None else str(card.lunch_minutes),
        **{name: at.isoformat() for name in ("time_in", "time_out") if (at := getattr(card, name))},
    }
    project = _writable_project(state, caller, card.project_id)
    return create(state, project, {**same, **times, **fields}, Author(caller))[0]


def sign(state: State, user: User, timecard_id: int, is_signed: bool) -> Timecard:
    """The worker signs a card, or the signature is taken off."""
    card = _live_card(state, Caller(user), timecard_id)
    signature = None
    if is_signed:
        made = Signature(state.next_id(), card.company_id, user.id, state.now())
        signature = state.signatures.put(made).id
    return edit(state, user, timecard_id, {"procore_signature_id": signature})


def enter_many(
    state: State,
    user: User,
    count: int,
    company_id: int,
    project_ids: list[int] | None,
    first_day: date | None,
    days: int,
) -> list[Timecard]:
    """Plausible cards, dealt round over projects, people, codes and days."""
    caller = Caller(user)
    projects = _target_projects(state, caller, company_id, project_ids)
    people = sorted(
        (each for each in state.people if each.company_id == company_id and each.is_active),
        key=lambda each: each.id,
    )
    start = first_day or state.now().date() - timedelta(days=days - 1)
    cards = []
    for index in range(count):
        project, person = projects[index % len(projects)], people[index % len(people)]
        day = start + timedelta(days=(index // len(people)) % max(1, days))
        fields = {"billable": True, **_plausible_fields(state, project, person, day, index)}
        cards += create(state, project, fields, Author(caller))
    return cards


def _target_projects(
    state: State, caller: Caller, company_id: int, project_ids: list[int] | None
) -> list[Project]:
    if project_ids:
        return [_writable_project(state, caller, key) for key in project_ids]
    installed = [each for each in state.installations if each.company_id == company_id and each.is_installed]
    permitted = set(installed[-1].permitted_project_ids) if installed else set()
    visible = sorted(projects_of(state, caller, company_id), key=lambda each: each.id)
    projects = [each for each in visible if not permitted or each.id in permitted]
    if not projects:
        raise not_found()
    return projects


def _plausible_fields(
    state: State, project: Project, person: Person, day: date, index: int
) -> dict[str, Any]:
    codes = [
        each.id for each in state.cost_codes if each.project_id == project.id and each.sub_job_id is None
    ]
    fields: dict[str, Any] = {
        "date": day.isoformat(),
        "party_id": person.id,
        "cost_code_id": codes[index % len(codes)],
        "description": f"Entered in bulk, number {index + 1}",
    }
    if not project.start_and_stop:
        return {**fields, "hours": str(4 + index % 17 * 0.25)}
    zone = ZoneInfo(project.tz_name)
    begin = datetime.combine(day, time(7, index % 4 * 15), zone)
    return {
        **fields,
        "time_in": begin.isoformat(),
        "lunch_time": "30",
        "time_out": (begin + timedelta(hours=8.5)).isoformat(),
    }


def _writable_project(state: State, caller: Caller, project_id: int) -> Project:
    project = project_of(state, caller, project_id)
    require_project_level(state, caller, "Timesheets", "Standard", project)
    return project


def _live_card(state: State, caller: Caller, timecard_id: int) -> Timecard:
    card = state.timecards.get(timecard_id)
    if card is None or card.deleted_at is not None:
        raise not_found()
    _writable_project(state, caller, card.project_id)
    return card
