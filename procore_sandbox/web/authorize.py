"""The sign-in page of the popup: which app asks, who one is, allow or deny."""

from flask import Response, redirect, request

from procore_sandbox.model import Refused, World
from procore_sandbox.web.guard import origin_of, policy
from procore_sandbox.web.pages import page, render
from procore_sandbox.web.people import acting_person

AUTHORIZE = "/oauth/authorize"
PASSED_ON = ("response_type", "client_id", "redirect_uri", "state")


@page(AUTHORIZE)
def show_authorize(world: World) -> Response:
    query = request.args.to_dict()
    try:
        wanted = world.authorization_request(query)
    except Refused as refused:
        return _refusal(world, refused)
    return _form(world, query, wanted.redirect_uri)


@page(AUTHORIZE, methods=("POST",))
def decide_authorize(world: World) -> Response:
    """Back to the app, with a code or with error=access_denied."""
    form = request.form.to_dict()
    try:
        wanted = world.authorization_request(form)
    except Refused as refused:
        return _refusal(world, refused)
    if form.get("decision") != "allow":
        return _to_app(world.deny(wanted))
    person = next((each for each in world.users() if str(each.id) == form.get("user_id")), None)
    if person is None:
        return _form(world, form, wanted.redirect_uri, "Pick a person first.", 400)
    return _to_app(world.allow(wanted, person.id))


def _form(world: World, query: dict[str, str], target: str, problem: str = "", status: int = 200) -> Response:
    passed_on = {name: query[name] for name in PASSED_ON if name in query}
    # Browsers hold the address that a form's answer redirects to against form-action, too.
    return render(
        world,
        "authorize.html",
        status=status,
        passed_on=passed_on,
        problem=problem,
        chosen=query.get("user_id") or str(acting_person(world).id),
        policy=policy(form_targets=origin_of(target)),
    )


def _refusal(world: World, refused: Refused) -> Response:
    """A mistake of the app is shown here, never sent to an address that may not be the app's."""
    return render(world, "authorize_refused.html", status=refused.status, refusal=refused.body)


def _to_app(location: str) -> Response:
    response = redirect(location, 302)
    assert isinstance(response, Response)
    return response
