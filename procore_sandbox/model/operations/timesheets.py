"""Daily sheets of a project, their approval, and signatures."""

from typing import Any

from procore_sandbox.model.access import acting_user, company_of, project_of, require_project_level
from procore_sandbox.model.card_refs import sheet_ref, signature_ref
from procore_sandbox.model.card_views import sheet_card
from procore_sandbox.model.errors import not_found, unprocessable
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.query import parse_date, within
from procore_sandbox.model.records import Project, Signature, Timesheet
from procore_sandbox.model.routing import Request, offers


@offers("GET", "/rest/v1.0/projects/{project_id}/timesheets")
def list_sheets(request: Request) -> Answer:
    project, updated = _project(request, "Read Only"), request.query.span("filters[updated_at]")
    rows = [
        each
        for each in request.state.timesheets
        if each.project_id == project.id
        and within(updated, each.updated_at, request.state.switches.updated_bounds_inclusive)
    ]
    return request.page(rows, lambda sheet: _body(request, sheet))


@offers("POST", "/rest/v1.0/projects/{project_id}/timesheets")
def create_sheet(request: Request) -> Answer:
    project, now = _project(request, "Standard"), request.state.now()
    day = parse_date(request.body["timesheet"]["date"])
    if day is None:
        raise unprocessable({"date": ["is not a date"]})
    number = 1 + sum(
        1 for each in request.state.timesheets if each.project_id == project.id and each.date == day
    )
    user = acting_user(request.state, request.caller, project.company_id)
    sheet = Timesheet(request.state.next_id(), project.id, day, number, user.id, now, now)
    return Answer(201, _body(request, request.state.timesheets.put(sheet)))


@offers("GET", "/rest/v1.0/projects/{project_id}/timesheets/{id}")
def show_sheet(request: Request) -> Answer:
    return Answer(200, _body(request, _sheet(request, _project(request, "Read Only"), request.number("id"))))


@offers("PATCH", "/rest/v1.0/projects/{project_id}/timesheets/update_approval")
def update_approval(request: Request) -> Answer:
    """Pending or approved only."""
    project = _project(request, "Standard")
    sheets = [(_sheet(request, project, row["id"]), row["status"]) for row in request.body["timesheets"]]
    for sheet, status in sheets:
        sheet.status, sheet.updated_at = status, request.state.now()
        request.state.timesheets.put(sheet)
    shown = [_body(request, sheet) for sheet, _ in sheets]
    is_object = request.state.switches.approval_answer == "object" and shown
    return Answer(200, shown[0] if is_object else shown)


@offers("POST", "/rest/v1.0/companies/{company_id}/timesheets/signatures")
def create_signature(request: Request) -> Answer:
    return _store_signature(request, company_of(request.state, request.caller, request.company_id).id)


@offers("POST", "/rest/v1.0/projects/{project_id}/timesheets/signatures")
def create_project_signature(request: Request) -> Answer:
    return _store_signature(request, _project(request, "Standard").company_id)


@offers("GET", "/rest/v1.0/companies/{company_id}/timesheets/signatures/{id}")
def show_signature(request: Request) -> Answer:
    company = company_of(request.state, request.caller, request.company_id)
    signature = request.state.signatures.get(request.number("id"))
    if signature is None or signature.company_id != company.id:
        raise not_found()
    return Answer(200, signature_ref(request.state, signature.id))


def _store_signature(request: Request, company_id: int) -> Answer:
    user = acting_user(request.state, request.caller, company_id)
    text = request.body["signature"].get("signature_text")
    signature = Signature(request.state.next_id(), company_id, user.id, request.state.now(), text)
    request.state.signatures.put(signature)
    return Answer(201, signature_ref(request.state, signature.id))


def _project(request: Request, level: str) -> Project:
    project = project_of(
        request.state, request.caller, request.number("project_id"), request.header_company_id
    )
    require_project_level(request.state, request.caller, "Timesheets", level, project)
    return project


def _sheet(request: Request, project: Project, sheet_id: int) -> Timesheet:
    sheet = request.state.timesheets.get(sheet_id)
    if sheet is None or sheet.project_id != project.id:
        raise not_found()
    return sheet


def _body(request: Request, sheet: Timesheet) -> dict[str, Any]:
    cards = [
        each for each in request.state.timecards if each.timesheet_id == sheet.id and each.deleted_at is None
    ]
    return {
        **(sheet_ref(request.state, sheet) or {}),
        "timecard_entries": [sheet_card(request.state, each) for each in cards],
    }
