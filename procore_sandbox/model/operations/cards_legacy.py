"""The older forms: /timecard_entries of the signed-in person, v1.1 project_timecard_entries."""

from datetime import timedelta

from procore_sandbox.model.access import project_of, require_project_level
from procore_sandbox.model.card_lists import project_cards
from procore_sandbox.model.card_views import compact_card, legacy_card
from procore_sandbox.model.errors import not_found
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.records import Project, Timecard
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.timecards import create, delete, update


@offers("GET", "/rest/v1.0/timecard_entries")
def list_cards(request: Request) -> Answer:
    """The last week only, unless dates are sent."""
    project = _project(request, request.query.integer("project_id"), "Read Only")
    first, last = request.query.day("start_date"), request.query.day("end_date")
    if first is None and last is None:
        first = request.state.now().date() - timedelta(days=7)
    rows = project_cards(request.state, project.id, first, last)
    return request.page(rows, lambda card: compact_card(request.state, card))


@offers("POST", "/rest/v1.0/timecard_entries")
def create_card(request: Request) -> Answer:
    project = _project(request, request.body["project_id"], "Standard")
    card, *parts = create(request.state, project, request.body["timecard_entry"], request.author)
    return Answer(201, legacy_card(request.state, card, parts))


@offers("GET", "/rest/v1.0/timecard_entries/{id}")
def show_card(request: Request) -> Answer:
    project = _project(request, request.query.integer("project_id"), "Read Only")
    return Answer(200, legacy_card(request.state, _card(request, project)))


@offers("PATCH", "/rest/v1.0/timecard_entries/{id}")
def update_card(request: Request) -> Answer:
    project = _project(request, request.body["project_id"], "Standard")
    after = update(
        request.state, _card(request, project), project, request.body["timecard_entry"], request.author
    )
    return Answer(200, legacy_card(request.state, after))


@offers("DELETE", "/rest/v1.0/timecard_entries/{id}")
def delete_card(request: Request) -> Answer:
    project = _project(request, request.query.integer("project_id"), "Standard")
    delete(request.state, _card(request, project), request.author)
    return Answer(200)


@offers("POST", "/rest/v1.1/projects/{project_id}/project_timecard_entries")
def create_in_sheet(request: Request) -> Answer:
    project = _project(request, request.number("project_id"), "Standard")
    card, *parts = create(request.state, project, request.body, request.author)
    return Answer(200, legacy_card(request.state, card, parts))


@offers("PATCH", "/rest/v1.1/projects/{project_id}/project_timecard_entries/{id}")
def update_in_sheet(request: Request) -> Answer:
    project = _project(request, request.number("project_id"), "Standard")
    after = update(request.state, _card(request, project), project, request.body, request.author)
    return Answer(200, legacy_card(request.state, after))


def _project(request: Request, project_id: int | None, level: str) -> Project:
    project = project_of(request.state, request.caller, project_id, request.header_company_id)
    require_project_level(request.state, request.caller, "Timesheets", level, project)
    return project


def _card(request: Request, project: Project) -> Timecard:
    card = request.state.timecards.get(request.number("id"))
    if card is None or card.project_id != project.id or card.deleted_at is not None:
        raise not_found()
    return card
