"""Approving time cards and taking an approval back."""

from flask import Response, request, url_for

from procore_sandbox.model import World
from procore_sandbox.web.pages import attempt, page, see_other
from procore_sandbox.web.people import acting_person, visible_project
from procore_sandbox.web.timecards import LIST, card_of

STATUSES = ("pending", "reviewed", "approved", "completed")


@page(f"{LIST}/<int:card_id>/approval", methods=("POST",))
def approve_timecard(world: World, company_id: int, project_id: int, card_id: int) -> Response:
    project = visible_project(world, company_id, project_id)
    card, person = card_of(world, project, card_id), acting_person(world)
    status = request.form.get("status", "")
    attempt(lambda: world.set_approval(person.id, [card.id], status), f"The time card is {status} now.")
    return see_other(url_for("sandbox_web.timecards", company_id=company_id, project_id=project_id))


@page(f"{LIST}/approval", methods=("POST",))
def approve_all(world: World, company_id: int, project_id: int) -> Response:
    """Every pending card of the project, as at the end of a week."""
    project, person = visible_project(world, company_id, project_id), acting_person(world)
    pending = [
        each.id
        for each in world.timecards(company_id, project_id=project.id)
        if each.approval_status == "pending"
    ]
    attempt(
        lambda: world.set_approval(person.id, pending, "approved"), f"{len(pending):,} time cards approved."
    )
    return see_other(url_for("sandbox_web.timecards", company_id=company_id, project_id=project_id))
