"""Many time cards in one call: company timesheets (create, update) and v1.1 bulk create of 25."""

from dataclasses import replace
from decimal import ROUND_DOWN
from typing import Any

from procore_sandbox.model.access import company_of, projects_of, require_company_level
from procore_sandbox.model.card_lists import company_cards
from procore_sandbox.model.card_views import bulk_card, flat_card
from procore_sandbox.model.errors import Refused, bad_request, forbidden, not_found, too_large, unprocessable
from procore_sandbox.model.messages import Answer
from procore_sandbox.model.records import Company, Timecard
from procore_sandbox.model.routing import Request, offers
from procore_sandbox.model.timecards import Author, prepare, prepare_update, store_new, store_update

from .cards_company import writable_project

SMALL_BULK = 25


@offers("GET", "/rest/v1.0/companies/{company_id}/timesheets")
def list_company_timesheets(request: Request) -> Answer:
    """Cards by worker; without dates only the current work week, also for the other filters."""
    company = _company(request, "Read Only")
    visible = {each.id for each in projects_of(request.state, request.caller, company.id)}
    rows = company_cards(request.state, company.id, visible, request.query)
    if "start_date" not in request.query and "end_date" not in request.query:
        week = request.state.now().date().isocalendar()[:2]
        rows = [each for each in rows if each.date is not None and each.date.isocalendar()[:2] == week]
    by_party: dict[int | None, list[Timecard]] = {}
    for card in rows:
        by_party.setdefault(card.party_id, []).append(card)
    return request.page(list(by_party.items()), lambda row: _worker_body(request, *row))


@offers("POST", "/rest/v1.0/companies/{company_id}/timesheets")
def bulk_create(request: Request) -> Answer:
    company, rows = _company(request, "Admin"), request.body["timecard_entries"]
    limit = request.state.switches.bulk_limit
    if limit and len(rows) > limit:
        raise too_large(f"At most {limit} time cards at once")
    prepared, refused = _prepared(request, company, rows)
    stored = []
    for card, fields in prepared:
        is_split = bool(fields.get("set_timecard_time_type_automatically"))
        stored += store_new(request.state, card, _author(request), is_split=is_split)
    if request.state.switches.shuffle_bulk_rows:
        request.state.rng.shuffle(stored)
    shown = [_row(request, each) for each in stored]
    return Answer(200, shown + (refused if request.state.switches.bulk_refusals == "in_rows" else []))


@offers("PATCH", "/rest/v1.0/companies/{company_id}/timesheets")
def bulk_update(request: Request) -> Answer:
    """One set of values for all ids; all or nothing."""
    company = _company(request, "Admin")
    fields = {name: value for name, value in request.body.items() if name not in ("updates", "project_id")}
    prepared = []
    for row in request.body["updates"]:
        card = request.state.timecards.get(row["id"])
        if card is None or card.company_id != company.id or card.deleted_at is not None:
            raise not_found()
        project = writable_project(request, request.body.get("project_id") or card.project_id, company.id)
        prepared.append((card, prepare_update(request.state, card, project, fields, _author(request))))
    updated = [store_update(request.state, card, after, _author(request)) for card, after in prepared]
    return Answer(200, {"updated_timecard_entries": [_row(request, each) for each in updated]})


@offers("POST", "/rest/v1.1/projects/{project_id}/project_timecard_entries/bulk_create")
def small_bulk_create(request: Request) -> Answer:
    """At most 25 cards of one project in one transaction."""
    rows = request.body["timecard_entries"]
    if not request.state.switches.small_bulk_offered:
        raise forbidden("This endpoint is in beta: ask for access")
    if not 0 < len(rows) <= SMALL_BULK:
        raise unprocessable({"timecard_entries": [f"takes from 1 to {SMALL_BULK} time cards"]})
    project_id = request.number("project_id")
    if any(row["project_id"] != project_id for row in rows):
        raise unprocessable({"project_id": ["is not the project of this call"]})
    project = writable_project(request, project_id, request.company_id)
    cards = [prepare(request.state, project, row, request.author) for row in rows]
    stored = []
    for card, row in zip(cards, rows, strict=True):
        is_split = bool(row.get("set_timecard_time_type_automatically"))
        stored += store_new(request.state, card, request.author, is_split=is_split)
    return Answer(201, {"timecard_entries": [flat_card(request.state, each) for each in stored]})


def _prepared(
    request: Request, company: Company, rows: list[dict[str, Any]]
) -> tuple[list[tuple[Timecard, dict[str, Any]]], list[dict[str, Any]]]:
    """Every valid row as a card, and those that are none with their errors: where partial bulk is switched off, one
    of them refuses all."""
    cards, refused = [], []
    for row in rows:
        try:
            cards.append((_card_of_row(request, company, row), row))
        except Refused as error:
            if not request.state.switches.partial_bulk:
                raise
            refused.append({"id": None, "origin_id": row.get("origin_id"), "errors": error.errors})
    return cards, refused


def _card_of_row(request: Request, company: Company, row: dict[str, Any]) -> Timecard:
    if row.get("project_id") is None:
        raise bad_request("project_id is missing")
    project = writable_project(request, row["project_id"], company.id)
    card = prepare(request.state, project, row, _author(request))
    if request.state.switches.bulk_fractions_refused and card.hours % 1 and "hours" in row:
        raise unprocessable({"hours": ["must be an integer"]})
    if request.state.switches.bulk_hours_integer:
        card.hours = card.hours.to_integral_value(ROUND_DOWN)
    return card


def _row(request: Request, card: Timecard) -> dict[str, Any]:
    row = bulk_card(request.state, card)
    return row if request.state.switches.bulk_rows_have_origin else {**row, "origin_id": None}


def _author(request: Request) -> Author:
    return replace(request.author, is_silent=not request.state.switches.one_event_per_bulk_row)


def _company(request: Request, level: str) -> Company:
    company = company_of(request.state, request.caller, request.company_id)
    require_company_level(request.state, request.caller, "Timecard", level, company.id)
    return company


def _worker_body(request: Request, party_id: int | None, cards: list[Timecard]) -> dict[str, Any]:
    person = request.state.people.get(party_id)
    return {
        "party": {"id": person.id, "name": person.name} if person else None,
        "other_hours": [],
        "timecard_entries": [bulk_card(request.state, each) for each in cards],
    }
