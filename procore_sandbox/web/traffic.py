"""What goes over the wire: hooks and deliveries out, the app's calls in."""

from flask import Response, request

from procore_sandbox.model import World
from procore_sandbox.model.records import Call, Delivery
from procore_sandbox.web.pages import page, render

SHOWN = 100
OUTCOMES = {"delivered": "good", "enqueued": "none", "retrying": "warn", "discarded": "bad"}


@page("/webhooks")
def webhooks(world: World) -> Response:
    wanted = request.args.get("status", "")
    rows = [each for each in world.deliveries(limit=5000) if wanted in ("", each.status)]
    triggers: dict[int, dict[str, list[str]]] = {}
    for each in world.state.triggers:
        triggers.setdefault(each.hook_id, {}).setdefault(each.resource_name, []).append(each.event_type)
    return render(
        world,
        "webhooks.html",
        fragment="_webhooks.html",
        wanted=wanted,
        outcomes=OUTCOMES,
        count=len(rows),
        hooks=[
            (
                each,
                _place(world, each.company_id, each.project_id),
                triggers.get(each.id, {}),
                len(world.state.queues.get(each.id, {})),
            )
            for each in world.hooks()
        ],
        deliveries=[_delivery(world, each) for each in rows[:SHOWN]],
    )


@page("/requests")
def request_log(world: World) -> Response:
    wanted = request.args.get("only", "")
    rows = [each for each in world.request_log(limit=1000) if not wanted or _is_failed(each)]
    return render(
        world,
        "requests.html",
        fragment="_requests.html",
        wanted=wanted,
        calls=rows[:SHOWN],
        count=len(rows),
        companies={each.id: each.name for each in world.companies()},
    )


def _is_failed(call: Call) -> bool:
    return call.status is None or call.status >= 400


def _delivery(world: World, delivery: Delivery) -> dict[str, object]:
    event = world.state.events.get(delivery.event_id)
    last = delivery.attempts[-1] if delivery.attempts else {}
    answer = last.get("response_status") or last.get("response_error") or ""
    return {
        "row": delivery,
        "event": event,
        "answer": answer,
        "body": last.get("response_body") or "",
        "at": last.get("completed_at") or delivery.created_at,
        "place": _place(world, event.company_id, event.project_id) if event else "",
    }


def _place(world: World, company_id: int, project_id: int | None) -> str:
    project, company = world.state.projects.get(project_id), world.state.companies.get(company_id)
    return project.name if project else f"{company.name}, company" if company else str(company_id)
