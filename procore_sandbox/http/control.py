"""The control API of the stand-in, for tests, benches and the fault board: faults, switches, clock, log."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from procore_sandbox.web.guard import refuse_cross_site

from .control_errors import add_to
from .control_input import body, limit
from .sandbox import sandbox
from .shapes import delivery_shape, hook_shape, plain

blueprint = Blueprint("control", __name__, url_prefix="/sandbox/api")
add_to(blueprint)
blueprint.before_request(refuse_cross_site)


@blueprint.get("/state")
def show_state() -> Response:
    """The clock, the app, the companies with their installation and projects, the people who can sign in."""
    with sandbox().world() as world:
        companies = [
            {
                **plain(company),
                "installation": plain(world.installation(company.id)),
                "projects": plain(world.projects(company.id)),
                "users": plain(world.users(company.id)),
            }
            for company in world.companies()
        ]
        app = {"name": world.app.name, "url": world.app.url, "client_id": world.app.client_id}
        return jsonify({"now": world.now().isoformat(), "app": app, "companies": companies})


@blueprint.get("/switches")
def show_switches() -> Response:
    with sandbox().world() as world:
        return jsonify(plain(world.switches))


@blueprint.patch("/switches")
def change_switches() -> Response:
    with sandbox().world() as world:
        return jsonify(plain(world.set_switches(**body())))


@blueprint.get("/faults")
def list_faults() -> Response:
    with sandbox().world() as world:
        return jsonify(plain(world.faults()))


@blueprint.post("/faults")
def add_fault() -> tuple[Response, int]:
    with sandbox().world() as world:
        return jsonify(plain(world.add_fault(**body()))), 201


@blueprint.delete("/faults")
def clear_faults() -> tuple[str, int]:
    with sandbox().world() as world:
        world.clear_faults()
    return "", 204


@blueprint.delete("/faults/<int:fault_id>")
def remove_fault(fault_id: int) -> tuple[str, int]:
    with sandbox().world() as world:
        world.remove_fault(fault_id)
    return "", 204


@blueprint.get("/clock")
def show_clock() -> Response:
    with sandbox().world() as world:
        return jsonify({"now": world.now().isoformat(), "frozen": sandbox().clock.is_frozen})


@blueprint.post("/clock")
def drive_clock() -> Response:
    """{"freeze": true or a time} · {"advance": seconds} · {"release": true} · {"real": true}"""
    wanted, clock = body(), sandbox().clock
    with sandbox().world():
        if wanted.get("real"):
            clock.follow_the_machine()
        if wanted.get("freeze"):
            at = wanted["freeze"]
            clock.freeze(datetime.fromisoformat(at) if isinstance(at, str) else None)
        if wanted.get("advance"):
            clock.advance(float(wanted["advance"]))
        if wanted.get("release"):
            clock.release()
    sandbox().has_work.set()
    return show_clock()


@blueprint.post("/tokens/revoke")
def revoke_tokens() -> Response:
    """{"service": bool, "people": bool, "user_id": id or null}; both by default."""
    wanted = body()
    with sandbox().world() as world:
        count = world.revoke_tokens(
            service=bool(wanted.get("service", True)),
            people=bool(wanted.get("people", True)),
            user_id=wanted.get("user_id"),
        )
        return jsonify({"revoked": count})


@blueprint.get("/requests")
def list_requests() -> Response:
    with sandbox().world() as world:
        return jsonify(plain(world.request_log(limit(200))))


@blueprint.get("/health")
def show_health() -> Response:
    """The seven observations; `own` are the app's, `caused` were brought about by the stand-in."""
    with sandbox().world() as world:
        rows: list[dict[str, Any]] = [
            {**plain(each), "state": each.state} for each in world.integration_health()
        ]
        calls = sum(each.count for each in world.call_counts())
        return jsonify({"observations": rows, "calls": calls, "counts": plain(world.call_counts())})


@blueprint.delete("/health")
def forget_health() -> tuple[str, int]:
    with sandbox().world() as world:
        world.forget_health()
    return "", 204


@blueprint.get("/hooks")
def list_hooks() -> Response:
    with sandbox().world() as world:
        return jsonify([hook_shape(world, each) for each in world.hooks()])


@blueprint.get("/deliveries")
def list_deliveries() -> Response:
    with sandbox().world() as world:
        rows = world.deliveries(request.args.get("hook_id", type=int), limit(200))
        return jsonify([delivery_shape(world, each) for each in rows])


@blueprint.post("/reset")
def reset() -> tuple[str, int]:
    with sandbox().world() as world:
        world.reset()
    return "", 204
