"""Projects, and each project's time card tool: list, enter, edit, history."""

from flask import Response, flash, request, url_for

from procore_sandbox.model import Refused, World
from procore_sandbox.model.access import Caller, project_level
from procore_sandbox.model.errors import not_found
from procore_sandbox.model.records import Project, Timecard
from procore_sandbox.web.app_menu import is_in_menu
from procore_sandbox.web.card_form import CardForm, empty_form, form_of
from procore_sandbox.web.card_rows import card_row, change_values
from procore_sandbox.web.pages import attempt, page, render, see_other
from procore_sandbox.web.people import acting_person, own_company, visible_project

PAGE_SIZE = 100
MOST_AT_ONCE = 1000
LIST = "/<int:company_id>/projects/<int:project_id>/timecards"


@page("/<int:company_id>/projects")
def projects(world: World, company_id: int) -> Response:
    company, person = own_company(world, company_id), acting_person(world)
    installation = world.installation(company_id)
    permitted = (
        set(installation.permitted_project_ids) if installation and installation.is_installed else set()
    )
    places = world.projects(company_id, person.id)
    counts = {each.id: len(world.timecards(company_id, project_id=each.id)) for each in places}
    return render(
        world, "projects.html", company=company, projects=places, permitted=permitted, counts=counts
    )


@page(LIST)
def timecards(world: World, company_id: int, project_id: int) -> Response:
    company, project = own_company(world, company_id), visible_project(world, company_id, project_id)
    has_deleted = request.args.get("deleted") == "1"
    cards = world.timecards(company_id, project_id=project_id, with_deleted=has_deleted)
    cards.sort(key=lambda each: (each.date.isoformat() if each.date else "", each.id), reverse=True)
    last = max(1, -(-len(cards) // PAGE_SIZE))
    number = min(last, max(1, request.args.get("page", 1, type=int)))
    shown = cards[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return render(
        world,
        "timecards.html",
        fragment="_timecards.html",
        company=company,
        project=project,
        rows=[card_row(world, project, each) for each in shown],
        count=len(cards),
        page=number,
        last=last,
        has_deleted=has_deleted,
        is_in_menu=is_in_menu(world, project),
        level=_level(world, project),
    )


@page(f"{LIST}/new", methods=("GET", "POST"))
def new_timecard(world: World, company_id: int, project_id: int) -> Response:
    person, project = acting_person(world), visible_project(world, company_id, project_id)
    form = empty_form(world, project, person)
    if request.method == "POST":
        form.take(request.form)
        try:
            world.enter_timecard(person.id, project.id, _with_sub_job(world, form.all_fields()))
        except Refused as refused:
            return _form_page(world, project, form, refused=refused)
        flash("Time card entered.", "good")
        return see_other(_list(project))
    return _form_page(world, project, form)


@page(f"{LIST}/<int:card_id>", methods=("GET", "POST"))
def timecard(world: World, company_id: int, project_id: int, card_id: int) -> Response:
    project = visible_project(world, company_id, project_id)
    card = card_of(world, project, card_id)
    form = form_of(world, project, card)
    if request.method == "POST":
        fields = _with_sub_job(world, form.take(request.form))
        try:
            world.edit_timecard(acting_person(world).id, card.id, fields)
        except Refused as refused:
            return _form_page(world, project, form, card, refused)
        flash("Time card saved.", "good")
        return see_other(_list(project))
    return _form_page(world, project, form, card)


@page(f"{LIST}/<int:card_id>/delete", methods=("POST",))
def delete_timecard(world: World, company_id: int, project_id: int, card_id: int) -> Response:
    project = visible_project(world, company_id, project_id)
    card = card_of(world, project, card_id)
    attempt(lambda: world.delete_timecard(acting_person(world).id, card.id), "Time card deleted.")
    return see_other(_list(project))


@page(f"{LIST}/many", methods=("POST",))
def enter_many(world: World, company_id: int, project_id: int) -> Response:
    project = visible_project(world, company_id, project_id)
    count = min(MOST_AT_ONCE, max(1, request.form.get("count", 10, type=int)))
    attempt(
        lambda: world.enter_many(acting_person(world).id, count, project_ids=[project.id]),
        f"{count:,} time cards entered.",
    )
    return see_other(_list(project))


def card_of(world: World, project: Project, card_id: int) -> Timecard:
    card = world.timecard(card_id)
    if card is None or card.project_id != project.id:
        raise not_found()
    return card


def _form_page(
    world: World,
    project: Project,
    form: CardForm,
    card: Timecard | None = None,
    refused: Refused | None = None,
) -> Response:
    history = world.change_history(card.id) if card else []
    form.errors = refused.errors if refused else {}
    return render(
        world,
        "timecard.html",
        status=refused.status if refused else 200,
        project=project,
        form=form,
        card=card,
        row=card_row(world, project, card) if card else None,
        history=[(each, *change_values(world, each)) for each in reversed(history)],
    )


def _with_sub_job(world: World, fields: dict[str, object]) -> dict[str, object]:
    """A sub job's own cost code brings its sub job along."""
    code = world.state.cost_codes.get(fields.get("cost_code_id"))
    if code is not None and code.sub_job_id is not None and not fields.get("sub_job_id"):
        return {**fields, "sub_job_id": code.sub_job_id}
    return fields


def _level(world: World, project: Project) -> str:
    return project_level(world.state, Caller(acting_person(world)), "Timesheets", project)


def _list(project: Project) -> str:
    return url_for("sandbox_web.timecards", company_id=project.company_id, project_id=project.id)
