"""Time cards of one project, in the daily log's form: the only one that carries the location."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from procore_sandbox.model.access import project_of, require_project_level
from procore_sandbox.model.card_lists import project_cards
from procore_sandbox.model.card_rules import check_reach
from procore_sandbox.model.card_views import daily_log_card
from procore_sandbox.model.errors import not_found, unprocessable
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.records import Project, Signature, Timecard
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.timecards import create, delete, update


@offers("GET", "/rest/v1.0/projects/{project_id}/timecard_entries")
def list_cards(request: Request) -> Answer:
    """Only today in the project's zone unless dates are sent."""
    project = _project(request, "Read Only")
    rows = project_cards(request.state, project.id, *_days(request, project))
    makers = request.query.integers("filters[created_by_id]")
    rows = [each for each in rows if makers is None or each.created_by_id in makers]
    return request.page(rows, lambda card: daily_log_card(request.state, card))


@offers("POST", "/rest/v1.0/projects/{project_id}/timecard_entries")
def create_card(request: Request) -> Answer:
    project = _project(request, "Standard")
    card, *parts = create(request.state, project, _fields(request, project), request.author)
    return Answer(201, daily_log_card(request.state, card, parts))


@offers("GET", "/rest/v1.0/projects/{project_id}/timecard_entries/{id}")
def show_card(request: Request) -> Answer:
    return Answer(200, daily_log_card(request.state, _card(request, _project(request, "Read Only"))))


@offers("PATCH", "/rest/v1.0/projects/{project_id}/timecard_entries/{id}")
def update_card(request: Request) -> Answer:
    project = _project(request, "Standard")
    card = _own_card(request, project)
    after = update(request.state, card, project, request.body["timecard_entry"], request.author)
    return Answer(200, daily_log_card(request.state, after))


@offers("DELETE", "/rest/v1.0/projects/{project_id}/timecard_entries/{id}")
def delete_card(request: Request) -> Answer:
    delete(request.state, _own_card(request, _project(request, "Standard")), request.author)
    return Answer(200)


@offers("PATCH", "/rest/v1.0/projects/{project_id}/timecard_entries/{id}/sign")
def sign_card(request: Request) -> Answer:
    project = _project(request, "Standard")
    signature: Signature | None = request.state.signatures.get(request.body["signature_id"])
    if signature is None or signature.company_id != project.company_id:
        raise unprocessable({"signature_id": ["is not in this company"]})
    fields = {"procore_signature_id": signature.id}
    after = update(request.state, _own_card(request, project), project, fields, request.author)
    return Answer(200, daily_log_card(request.state, after))


@offers("PATCH", "/rest/v1.0/projects/{project_id}/timecard_entries/{id}/remove_signature")
def remove_signature(request: Request) -> Answer:
    project = _project(request, "Standard")
    fields = {"procore_signature_id": None}
    after = update(request.state, _own_card(request, project), project, fields, request.author)
    return Answer(200, daily_log_card(request.state, after))


def _project(request: Request, level: str) -> Project:
    project = project_of(
        request.state, request.caller, request.number("project_id"), request.header_company_id
    )
    require_project_level(request.state, request.caller, "Timesheets", level, project)
    return project


def _card(request: Request, project: Project) -> Timecard:
    card = request.state.timecards.get(request.number("id"))
    if card is None or card.project_id != project.id or card.deleted_at is not None:
        raise not_found()
    return card


def _own_card(request: Request, project: Project) -> Timecard:
    """A card that the caller may change by project-level calls."""
    card = _card(request, project)
    check_reach(request.state, request.caller, card)
    return card


def _days(request: Request, project: Project) -> tuple[date | None, date | None]:
    one = request.query.day("log_date")
    first, last = request.query.day("start_date"), request.query.day("end_date")
    if one is None and first is None and last is None:
        one = _today(request, project)
    return (one, one) if one else (first, last)


def _fields(request: Request, project: Project) -> dict[str, Any]:
    """The sent fields; without a day it is today."""
    fields: dict[str, Any] = request.body["timecard_entry"]
    if "date" in fields or "datetime" in fields:
        return fields
    return {**fields, "date": _today(request, project).isoformat()}


def _today(request: Request, project: Project) -> date:
    return request.state.now().astimezone(ZoneInfo(project.tz_name)).date()
