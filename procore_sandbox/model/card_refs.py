"""How answers name what a card points to: an id with a name."""

from typing import Any

from .parties import party_id
from .query import shown
from .records import CostCode, Project, Timecard, Timesheet, User
from .state import State

Json = dict[str, Any]


def user_ref(user: User | None) -> Json | None:
    return None if user is None else {"id": user.id, "login": user.login, "name": user.name}


def display_name(project: Project) -> str:
    return f"{project.project_number} - {project.name}"


def sheet_ref(state: State, sheet: Timesheet | None) -> Json | None:
    if sheet is None:
        return None
    return {
        "id": sheet.id,
        "created_at": shown(sheet.created_at),
        "updated_at": shown(sheet.updated_at),
        "date": sheet.date.isoformat(),
        "number": sheet.number,
        "status": sheet.status,
        "created_by": user_ref(state.users.get(sheet.created_by_id)),
        "name": f"{sheet.date.isoformat()} - {sheet.number:02d}",
    }


def code_ref(state: State, code: CostCode | None) -> Json | None:
    if code is None:
        return None
    plain = {"id": code.id, "name": code.name}
    if not state.switches.rich_cost_codes:
        return plain
    return {
        **plain,
        "code": code.code,
        "full_code": code.full_code,
        "long_name": f"{code.full_code} - {code.name}",
        "sortable_code": code.full_code,
    }


def crew_ref(state: State, card: Timecard) -> Json | None:
    crew = state.crews.get(card.crew_id)
    return {"id": crew.id, "name": crew.name} if crew else None


def party_ref(state: State, card: Timecard) -> Json | None:
    person = state.people.get(card.party_id)
    return {"id": party_id(state, person), "name": person.name} if person else None


def signature_ref(state: State, signature_id: int | None) -> Json | None:
    signature = state.signatures.get(signature_id)
    if signature is None:
        return None
    return {
        "id": signature.id,
        "signature_text": signature.text,
        "file_name": None,
        "url": None,
        "medium_thumbnail_url": None,
        "large_thumbnail_url": None,
        "created_by": user_ref(state.users.get(signature.created_by_id)),
    }
