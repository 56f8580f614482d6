"""Time cards of a company: list with all filters, show, create, update, delete, change history."""

from procore_sandbox.model.access import (
    company_of,
    project_of,
    projects_of,
    require_company_level,
    require_project_level,
)
from procore_sandbox.model.card_lists import company_cards
from procore_sandbox.model.card_views import company_card
from procore_sandbox.model.errors import bad_request, not_found
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.query import shown
from procore_sandbox.model.records import Company, Project, Timecard
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.timecards import create, delete, split_off_now, update


@offers("GET", "/rest/v1.0/companies/{company_id}/timecard_entries")
def list_cards(request: Request) -> Answer:
    company = _company(request, "Read Only")
    visible = {each.id for each in projects_of(request.state, request.caller, company.id)}
    is_cut_early = request.state.switches.pages_cut_early
    rows = company_cards(request.state, company.id, None if is_cut_early else visible, request.query)
    ids_only = request.query.text("serializer_view") == "ids_only"
    return request.page(
        rows,
        lambda card: card.id if ids_only else company_card(request.state, card),
        is_visible=(lambda card: card.project_id in visible) if is_cut_early else None,
    )


@offers("POST", "/rest/v1.0/companies/{company_id}/timecard_entries")
def create_card(request: Request) -> Answer:
    company = _company(request, "Admin")
    project = writable_project(request, request.body["project_id"], company.id)
    card, *parts = create(request.state, project, request.body["timecard_entry"], request.author)
    return Answer(201, company_card(request.state, card, parts))


@offers("GET", "/rest/v1.0/companies/{company_id}/timecard_entries/{id}")
def show_card(request: Request) -> Answer:
    card = find_card(
        request, _company(request, "Read Only"), has_deleted=request.state.switches.deleted_cards_shown
    )
    return Answer(200, company_card(request.state, card))


@offers("PATCH", "/rest/v1.0/companies/{company_id}/timecard_entries/{id}")
def update_card(request: Request) -> Answer:
    company = _company(request, "Admin")
    card = find_card(request, company)
    project = writable_project(request, request.body["project_id"], company.id)
    after = update(request.state, card, project, request.body["timecard_entry"], request.author)
    return Answer(200, company_card(request.state, after, split_off_now(request.state, after)))


@offers("DELETE", "/rest/v1.0/companies/{company_id}/timecard_entries/{id}")
def delete_card(request: Request) -> Answer:
    card = delete(request.state, find_card(request, _company(request, "Admin")), request.author)
    return Answer(200, company_card(request.state, card))


@offers("GET", "/rest/v1.0/companies/{company_id}/timecard_entries/{id}/change_history")
def list_changes(request: Request) -> Answer:
    card = find_card(request, _company(request, "Read Only"), has_deleted=True)
    return Answer(
        200,
        [
            {
                "column": each.column,
                "old_value": each.old_value,
                "new_value": each.new_value,
                "created_at": shown(each.created_at),
                "created_by": each.created_by,
            }
            for each in request.state.changes_of_card.get(card.id, [])
        ],
    )


def find_card(request: Request, company: Company, *, has_deleted: bool = False) -> Timecard:
    """A card that the caller may see; 404 hides the others."""
    card = request.state.timecards.get(request.number("id"))
    if card is None or card.company_id != company.id or (card.deleted_at is not None and not has_deleted):
        raise not_found()
    project_of(request.state, request.caller, card.project_id)
    return card


def writable_project(request: Request, project_id: int | None, company_id: int) -> Project:
    """A visible project whose Timesheets tool is on for the caller."""
    if project_id is None:
        raise bad_request("project_id is missing")
    project = project_of(request.state, request.caller, project_id, company_id)
    require_project_level(request.state, request.caller, "Timesheets", "Standard", project)
    return project


def _company(request: Request, level: str) -> Company:
    company = company_of(request.state, request.caller, request.company_id)
    require_company_level(request.state, request.caller, "Timecard", level, company.id)
    return company
