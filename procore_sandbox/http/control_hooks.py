"""Control API: what befalls hooks and their deliveries at Procore, and events that tell of nothing."""

from flask import Blueprint, Response, jsonify

from procore_sandbox.model.hook_acts import hook_of
from procore_sandbox.web.guard import refuse_cross_site

from .control_errors import add_to
from .control_input import body
from .sandbox import sandbox
from .shapes import hook_shape

blueprint = Blueprint("control_hooks", __name__, url_prefix="/sandbox/api")
add_to(blueprint)
blueprint.before_request(refuse_cross_site)
MOST_EVENTS = 20_000


@blueprint.patch("/hooks/<int:hook_id>")
def change_hook(hook_id: int) -> Response:
    """{"authorization"?: what is sent from now on, "status"?: "active" or "disabled"}"""
    values = body()
    with sandbox().world() as world:
        if "authorization" in values:
            world.change_hook_secret(hook_id, values["authorization"])
        if "status" in values:
            world.set_hook_status(hook_id, str(values["status"]))
        return jsonify(hook_shape(world, hook_of(world.state, hook_id)))


@blueprint.delete("/hooks/<int:hook_id>")
def delete_hook(hook_id: int) -> tuple[str, int]:
    with sandbox().world() as world:
        world.delete_hook(hook_id)
    return "", 204


@blueprint.delete("/triggers/<int:trigger_id>")
def delete_trigger(trigger_id: int) -> tuple[str, int]:
    with sandbox().world() as world:
        world.delete_trigger(trigger_id)
    return "", 204


@blueprint.post("/deliveries/discard")
def discard_deliveries() -> Response:
    """{"hook_id"?}: what waits is flushed, as after twelve hours of failing."""
    values = body()
    with sandbox().world() as world:
        return jsonify({"discarded": world.discard_deliveries(values.get("hook_id"))})


@blueprint.post("/events")
def send_event() -> tuple[str, int]:
    """{"company_id", "project_id"?, "resource_id", "event_type"?, "resource_name"?}: the record need not exist."""
    values = body()
    with sandbox().world() as world:
        world.send_event(
            int(values.get("company_id", 0)),
            values.get("project_id"),
            int(values.get("resource_id", 0)),
            str(values.get("event_type", "update")),
            str(values.get("resource_name", "Timecard Entries")),
        )
    return "", 204


@blueprint.post("/events/storm")
def storm() -> tuple[str, int]:
    """{"ids": [cards], "count": 10000}: update events, though nothing has changed."""
    values = body()
    with sandbox().world() as world:
        world.storm(values.get("ids", []), min(int(values.get("count", 1)), MOST_EVENTS))
    return "", 204
