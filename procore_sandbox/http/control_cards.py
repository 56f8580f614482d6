"""Control API: act as a person in Procore (time cards), and App Management (install, permit, withdraw)."""

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, jsonify, request

from procore_sandbox.model.card_views import company_card
from procore_sandbox.model.history import hours_text
from procore_sandbox.web.guard import refuse_cross_site

from .control_errors import add_to
from .control_input import actor, body, day, limit
from .sandbox import sandbox
from .shapes import plain

blueprint = Blueprint("control_cards", __name__, url_prefix="/sandbox/api")
add_to(blueprint)
blueprint.before_request(refuse_cross_site)


@blueprint.get("/companies/<int:company_id>/directory")
def show_directory(company_id: int) -> Response:
    """People, codes, sub jobs and time types, so that a test can name what it enters."""
    with sandbox().world() as world:
        state, projects = world.state, {each.id for each in world.projects(company_id)}
        return jsonify(
            {
                "people": plain([each for each in state.people if each.company_id == company_id]),
                "time_types": plain([each for each in state.time_types if each.company_id == company_id]),
                "cost_codes": plain([each for each in state.cost_codes if each.project_id in projects]),
                "sub_jobs": plain([each for each in state.sub_jobs if each.project_id in projects]),
                "locations": plain([each for each in state.locations if each.project_id in projects]),
                "crews": plain([each for each in state.crews if each.project_id in projects]),
            }
        )


@blueprint.post("/records/<kind>")
def add_record(kind: str) -> tuple[Response, int]:
    """kind: project, person, time_type, cost_code, sub_job. {"parent_id": its company or project, fields…}"""
    values = body()
    parent_id = int(values.pop("parent_id", 0))
    with sandbox().world() as world:
        return jsonify(plain(world.add_record(kind, parent_id, **values))), 201


@blueprint.patch("/records/<kind>/<int:key>")
def change_record(kind: str, key: int) -> Response:
    """{"name", "is_active", "start_and_stop", "is_deleted", …}"""
    with sandbox().world() as world:
        return jsonify(plain(world.change_record(kind, key, **body())))


@blueprint.get("/companies/<int:company_id>/timecards")
def list_cards(company_id: int) -> Response:
    """?project_id=&first_day=&last_day=&deleted=1&limit= ; newest first, in the company API's form."""
    arguments = request.args
    with sandbox().world() as world:
        rows = world.timecards(
            company_id,
            project_id=arguments.get("project_id", type=int),
            first_day=day(arguments, "first_day"),
            last_day=day(arguments, "last_day"),
            with_deleted=bool(arguments.get("deleted")),
        )
        total_hours = sum((each.hours for each in rows), start=Decimal(0))
        response = jsonify([company_card(world.state, each) for each in rows[: limit(5000)]])
        response.headers["Total"] = str(len(rows))
        response.headers["Total-Hours"] = hours_text(total_hours)
        return response


@blueprint.post("/companies/<int:company_id>/timecards")
def enter_card(company_id: int) -> tuple[Response, int]:
    """{"user"?, "project_id", then fields as in the company API: "date", "hours", "party_id", …}"""
    values = body()
    with sandbox().world() as world:
        user = actor(world, company_id, values)
        card = world.enter_timecard(user.id, int(values.get("project_id", 0)), _fields(values))
        return jsonify(company_card(world.state, card)), 201


@blueprint.post("/companies/<int:company_id>/timecards/bulk")
def enter_many(company_id: int) -> tuple[Response, int]:
    """{"count", "user"?, "project_ids"?, "first_day"?, "days"?}; the ids of the new cards."""
    values = body()
    with sandbox().world() as world:
        cards = world.enter_many(
            actor(world, company_id, values).id,
            min(int(values.get("count", 1)), 20_000),
            company_id=company_id,
            project_ids=values.get("project_ids"),
            first_day=day(values, "first_day"),
            days=int(values.get("days", 5)),
        )
        return jsonify({"ids": [each.id for each in cards]}), 201


@blueprint.post("/companies/<int:company_id>/timecards/approval")
def set_approval(company_id: int) -> Response:
    """{"ids": [...], "status": "approved", "user"?}"""
    values = body()
    with sandbox().world() as world:
        user = actor(world, company_id, values)
        cards = world.set_approval(user.id, values.get("ids", []), str(values.get("status", "approved")))
        return jsonify([company_card(world.state, each) for each in cards])


@blueprint.patch("/timecards/<int:card_id>")
def edit_card(card_id: int) -> Response:
    """{"user"?, the fields that change; "project_id" moves the card}"""
    values = body()
    with sandbox().world() as world:
        user = actor(world, _company_of(world, card_id), values)
        fields = _fields(values)
        if values.get("project_id"):
            fields["project_id"] = int(values["project_id"])
        return jsonify(company_card(world.state, world.edit_timecard(user.id, card_id, fields)))


@blueprint.delete("/timecards/<int:card_id>")
def delete_card(card_id: int) -> Response:
    values = body()
    with sandbox().world() as world:
        user = actor(world, _company_of(world, card_id), values)
        return jsonify(company_card(world.state, world.delete_timecard(user.id, card_id)))


@blueprint.post("/timecards/<int:card_id>/restore")
def restore_card(card_id: int) -> Response:
    """A deleted card comes back."""
    values = body()
    with sandbox().world() as world:
        user = actor(world, _company_of(world, card_id), values)
        return jsonify(company_card(world.state, world.restore_timecard(user.id, card_id)))


@blueprint.post("/timecards/<int:card_id>/copy")
def copy_card(card_id: int) -> tuple[Response, int]:
    """A second card with everything that is on it, its origin id included; {the fields that differ}"""
    values = body()
    with sandbox().world() as world:
        user = actor(world, _company_of(world, card_id), values)
        copy = world.copy_timecard(user.id, card_id, **_fields(values))
        return jsonify(company_card(world.state, copy)), 201


@blueprint.post("/timecards/<int:card_id>/sign")
def sign_card(card_id: int) -> Response:
    """{"is_signed": false} takes the signature off."""
    values = body()
    with sandbox().world() as world:
        user = actor(world, _company_of(world, card_id), values)
        card = world.sign_timecard(user.id, card_id, bool(values.get("is_signed", True)))
        return jsonify(company_card(world.state, card))


@blueprint.get("/timecards/<int:card_id>")
def show_card(card_id: int) -> Response:
    """Also a deleted one, with its change history."""
    with sandbox().world() as world:
        _company_of(world, card_id)
        card = world.state.timecards.rows[card_id]
        return jsonify(
            {**company_card(world.state, card), "change_history": plain(world.change_history(card_id))}
        )


@blueprint.post("/companies/<int:company_id>/install")
def install(company_id: int) -> tuple[Response, int]:
    """{"project_ids"?: permitted projects; left out: all but the last, "user"?}"""
    values = body()
    with sandbox().world() as world:
        user = actor(world, company_id, values)
        return jsonify(plain(world.install(company_id, values.get("project_ids"), user.id))), 201


@blueprint.post("/companies/<int:company_id>/update")
def update_app(company_id: int) -> Response:
    """{"version"?}; the permitted projects are lost."""
    with sandbox().world() as world:
        return jsonify(plain(world.update_app(company_id, body().get("version"))))


@blueprint.post("/companies/<int:company_id>/uninstall")
def uninstall(company_id: int) -> Response:
    with sandbox().world() as world:
        return jsonify(plain(world.uninstall(company_id)))


@blueprint.put("/companies/<int:company_id>/permitted-projects")
def permit_projects(company_id: int) -> Response:
    """{"project_ids": [...]}"""
    with sandbox().world() as world:
        return jsonify(plain(world.permit_projects(company_id, body().get("project_ids", []))))


@blueprint.post("/companies/<int:company_id>/withdraw")
def withdraw(company_id: int) -> Response:
    """{"project_id"} or {"tool": "Timecard"}"""
    values = body()
    with sandbox().world() as world:
        if values.get("tool"):
            return jsonify(plain(world.withdraw_permission(company_id, values["tool"])))
        return jsonify(plain(world.withdraw_project(company_id, int(values.get("project_id", 0)))))


@blueprint.post("/companies/<int:company_id>/give-back")
def give_back(company_id: int) -> Response:
    """{"project_id"} or {"tool"}"""
    values = body()
    with sandbox().world() as world:
        if values.get("tool"):
            return jsonify(plain(world.give_back_permission(company_id, values["tool"])))
        return jsonify(plain(world.give_back_project(company_id, int(values.get("project_id", 0)))))


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ("user", "user_id", "project_id")}


def _company_of(world: Any, card_id: int) -> int:
    card = world.timecard(card_id)
    if card is None:
        raise LookupError(f"there is no time card {card_id}")
    company_id: int = card.company_id
    return company_id
