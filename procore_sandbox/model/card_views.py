"""Time cards in the forms that the endpoint families answer with."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from .card_refs import Json, code_ref, crew_ref, display_name, party_ref, sheet_ref, signature_ref, user_ref
from .history import hours_text
from .parties import party_id
from .query import shown
from .records import Project, Timecard, Timesheet
from .state import State


def company_card(state: State, card: Timecard, parts: list[Timecard] | None = None) -> Json:
    """TimecardEntry: the widest form, of the company's timecard_entries."""
    sub_job, project = state.sub_jobs.get(card.sub_job_id), state.projects.get(card.project_id)
    return {
        **_common(state, card),
        "in_progress": card.in_progress,
        "time_in": shown(card.time_in),
        "time_out": shown(card.time_out),
        "lunch_time": None if card.lunch_minutes is None else str(card.lunch_minutes),
        "approval_status": card.approval_status,
        "timecard_type": _type_name(state, card),
        "timesheet": sheet_ref(state, state.timesheets.get(card.timesheet_id)),
        "cost_code": code_ref(state, state.cost_codes.get(card.cost_code_id)),
        "sub_job": {"id": sub_job.id, "name": sub_job.name, "code": sub_job.code} if sub_job else None,
        "party": party_ref(state, card),
        "crew": crew_ref(state, card),
        "procore_signature": signature_ref(state, card.signature_id),
        "project": {"id": project.id, "name": display_name(project)} if project else None,
        "clock_in": None,
        "clock_out": None,
        "custom_fields": {},
        "automatically_split_timecard_entries": [company_card(state, each) for each in _listed(state, parts)],
    }


def bulk_card(state: State, card: Timecard) -> Json:
    """TimecardEntryCompanyTimesheet: no project, no sub job, no status, no times."""
    code, sheet = state.cost_codes.get(card.cost_code_id), state.timesheets.get(card.timesheet_id)
    return {
        **_common(state, card),
        "timecard_type": _type_name(state, card),
        "cost_code": f"{code.full_code} {code.name}" if code else None,
        "timesheet_status": _sheet_status(state, sheet),
        "full_cost_code": code_ref(state, code),
        "party": party_ref(state, card),
    }


def daily_log_card(state: State, card: Timecard, parts: list[Timecard] | None = None) -> Json:
    """TimecardEntryDailyLog: of a project's timecard_entries; the only one with the location."""
    project, code = state.projects.get(card.project_id), state.cost_codes.get(card.cost_code_id)
    location, sheet = state.locations.get(card.location_id), state.timesheets.get(card.timesheet_id)
    crew, sub_job = crew_ref(state, card), state.sub_jobs.get(card.sub_job_id)
    return {
        **_common(state, card),
        "datetime": _noon(card, project),
        "timesheet_status": _sheet_status(state, sheet),
        "approval_status": card.approval_status,
        "lunch_time": card.lunch_minutes or 0,
        "time_in": shown(card.time_in),
        "time_out": shown(card.time_out),
        "injured": None,
        "signed": card.signature_id is not None,
        "timesheet": sheet_ref(state, sheet),
        "cost_code": {**code_ref(state, code), "full_code": code.full_code} if code else None,  # type: ignore[dict-item]
        "crew": crew,
        "location": {
            "id": location.id,
            "name": location.name,
            "node_name": location.name,
            "parent_id": None,
            "code": location.code,
            "created_at": shown(location.created_at),
            "updated_at": shown(location.updated_at),
        }
        if location
        else None,
        "party": party_ref(state, card),
        "procore_signature": signature_ref(state, card.signature_id),
        "sub_job": {"id": sub_job.id, "name": sub_job.name, "code": sub_job.code} if sub_job else None,
        "permissions": {"can_update": True, "can_delete": True},
        "automatically_split_timecard_entries": [
            daily_log_card(state, each) for each in _listed(state, parts)
        ],
    }


def flat_card(state: State, card: Timecard) -> Json:
    """TimecardEntryFlat: of v1.1 bulk_create."""
    return {
        "id": card.id,
        "project_id": card.project_id,
        "company_id": card.company_id,
        "party_id": _party_id(state, card),
        "date": card.date.isoformat() if card.date else None,
        "hours": hours_text(card.hours),
        "time_in": shown(card.time_in),
        "time_out": shown(card.time_out),
        "clock_in_time": shown(card.clock_in_time),
        "clock_out_time": shown(card.clock_out_time),
        "lunch_time": None if card.lunch_minutes is None else str(card.lunch_minutes),
        "description": card.description,
        "billable": card.billable,
        "timecard_time_type_id": card.timecard_time_type_id,
        "cost_code_id": card.cost_code_id,
        "wbs_code_id": None,
        "line_item_type_id": card.line_item_type_id,
        "work_classification_id": card.work_classification_id,
        "timesheet_id": card.timesheet_id,
        "location_id": card.location_id,
        "crew_id": card.crew_id,
        "sub_job_id": card.sub_job_id,
        "approval_status": card.approval_status,
        "signed": card.signature_id is not None,
        "in_progress": card.in_progress,
        "split_parent_id": card.split_parent_id,
        "origin_id": None if card.origin_id is None else str(card.origin_id),
        "origin_data": card.origin_data,
        "created_at": shown(card.created_at),
        "updated_at": shown(card.updated_at),
        "deleted_at": shown(card.deleted_at),
    }


def legacy_card(state: State, card: Timecard, parts: list[Timecard] | None = None) -> Json:
    """TimecardEntryLegacy: of /timecard_entries/{id} and v1.1 project_timecard_entries."""
    row = bulk_card(state, card)
    del row["party"]
    return {
        **row,
        "custom_fields": {},
        "automatically_split_timecard_entries": [legacy_card(state, each) for each in _listed(state, parts)],
    }


def compact_card(state: State, card: Timecard) -> Json:
    """TimecardEntryCompact: of the list /timecard_entries."""
    common = _common(state, card)
    names = (
        "id",
        "created_at",
        "date",
        "deleted_at",
        "description",
        "hours",
        "login_information",
        "origin_id",
        "origin_data",
        "updated_at",
    )
    return {**{name: common[name] for name in names}, "automatically_split_timecard_entries": []}


def sheet_card(state: State, card: Timecard) -> Json:
    """TimecardEntryTimesheet: inside a project's timesheet."""
    sheet, code = state.timesheets.get(card.timesheet_id), state.cost_codes.get(card.cost_code_id)
    row = _common(state, card)
    return {
        **row,
        "time_in": shown(card.time_in),
        "time_out": shown(card.time_out),
        "injured": None,
        "lunch_time": card.lunch_minutes or 0,
        "crew": crew_ref(state, card),
        "cost_code": code_ref(state, code),
        "location": None,
        "wbs_code_id": None,
        "custom_fields": {},
        "party_id": _party_id(state, card),
        "timesheet_status": _sheet_status(state, sheet),
    }


def _common(state: State, card: Timecard) -> Json:
    """What every form carries."""
    kind, person = state.time_types.get(card.timecard_time_type_id), state.people.get(card.party_id)
    return {
        "id": card.id,
        "created_at": shown(card.created_at),
        "date": card.date.isoformat() if card.date else None,
        "deleted_at": shown(card.deleted_at),
        "description": card.description,
        "billable": card.billable,
        "hours": hours_text(card.hours),
        "updated_at": shown(card.updated_at),
        "origin_id": card.origin_id,
        "origin_data": card.origin_data,
        "created_by": user_ref(state.users.get(card.created_by_id)),
        "login_information": user_ref(state.users.get(person.user_id)) if person and person.user_id else None,
        "timecard_time_type": {
            "id": kind.id,
            "time_type": kind.time_type,
            "abbreviated_time_type": kind.abbreviation,
            "company_id": kind.company_id,
            "global": kind.is_global,
        }
        if kind
        else None,
        "line_item_type_id": card.line_item_type_id,
    }


def _type_name(state: State, card: Timecard) -> str | None:
    kind = state.time_types.get(card.timecard_time_type_id)
    return kind.time_type if kind else None


def _listed(state: State, parts: list[Timecard] | None) -> list[Timecard]:
    """What an answer tells of the cards that one was split into."""
    return parts or [] if state.switches.split_parts_listed else []


def _party_id(state: State, card: Timecard) -> int | None:
    person = state.people.get(card.party_id)
    return party_id(state, person) if person else None


def _sheet_status(state: State, sheet: Timesheet | None) -> Any:
    if sheet is None or state.switches.sheet_status_as == "text":
        return sheet.status if sheet else None
    return {"id": sheet.id, "status": sheet.status}


def _noon(card: Timecard, project: Project | None) -> str | None:
    """The day as a moment: noon in the project's zone."""
    if card.date is None or project is None:
        return None
    noon = datetime.combine(card.date, time(12), ZoneInfo(project.tz_name))
    return shown(noon.astimezone(UTC))
