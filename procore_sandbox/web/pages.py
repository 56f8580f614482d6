"""What every page stands on: the shared World, the person one acts as, rendering, and the error page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.exceptions import HTTPException

from procore_sandbox.model import Refused, World
from procore_sandbox.model.records import User
from procore_sandbox.web.guard import add_headers, refuse_cross_site
from procore_sandbox.web.people import acting_person, cast

blueprint = Blueprint(
    "sandbox_web", __name__, static_folder="static", static_url_path="/assets", template_folder="templates"
)
blueprint.before_request(refuse_cross_site)
blueprint.after_request(add_headers)


@dataclass(frozen=True, slots=True)
class Shared:
    """The World of this process and the lock that goes with it."""

    world: World
    lock: AbstractContextManager[Any]


View = Callable[..., Any]


def page(
    rule: str, *, methods: tuple[str, ...] = ("GET",), endpoint: str | None = None
) -> Callable[[View], View]:
    """A route whose view gets the World first and runs alone on it."""

    def adopt(view: View) -> View:
        @wraps(view)
        def alone(**params: Any) -> Any:
            shared: Shared = current_app.extensions["sandbox_web"]
            with shared.lock:
                try:
                    return view(shared.world, **params)
                finally:
                    shared.world.state.save()

        blueprint.add_url_rule(rule, endpoint or view.__name__, alone, methods=list(methods))
        return view

    return adopt


def render(
    world: World,
    name: str,
    *,
    fragment: str | None = None,
    status: int = 200,
    policy: str | None = None,
    **values: Any,
) -> Response:
    """A page; or, when sandbox.js asks to refresh a part of it, that part alone."""
    is_part = fragment is not None and "X-Fragment" in request.headers
    template = fragment if is_part and fragment else name
    person = acting_person(world)
    text = render_template(
        f"sandbox/{template}",
        world=world,
        app=world.app,
        person=person,
        cast=lambda: cast(world),
        menu=lambda: _menu(world, person),
        **values,
    )
    response = make_response(text, status)
    if fragment is not None:
        response.vary.add("X-Fragment")
        response.add_etag()
        response.make_conditional(request)
    if policy is not None:
        response.headers["Content-Security-Policy"] = policy
    return response


def _menu(world: World, person: User) -> list[tuple[str, str, bool]]:
    company = person.company_id
    entries = (
        ("Home", "/", "/"),
        ("Projects", f"/{company}/projects", f"/{company}/projects"),
        (world.app.name, f"/{company}/apps/timesite", f"/{company}/apps/timesite"),
        ("App Management", f"/{company}/apps", f"/{company}/apps"),
        ("Faults", "/faults", "/faults"),
        ("Switches", "/switches", "/switches"),
        ("Webhooks", "/webhooks", "/webhooks"),
        ("Requests", "/requests", "/requests"),
        ("Integration Health", "/health", "/health"),
    )
    best = max((start for _, _, start in entries if _is_below(request.path, start)), key=len, default="")
    return [(label, address, start == best) for label, address, start in entries]


def _is_below(path: str, start: str) -> bool:
    return path == start or (start != "/" and path.startswith(f"{start}/"))


def attempt(act: Callable[[], Any], done: str) -> bool:
    """Does it and says so, or says why not. Whether it was done."""
    try:
        act()
    except Refused as refused:
        flash(refusal_text(refused), "bad")
        return False
    except (LookupError, ValueError) as wrong:
        flash(f"Not done: {wrong}.", "bad")
        return False
    flash(done, "good")
    return True


def refusal_text(refused: Refused) -> str:
    """Procore's words, as one line."""
    lines = [
        f"{'' if name == 'base' else name + ' '}{text}"
        for name, texts in refused.errors.items()
        for text in texts
    ]
    return f"Procore refuses ({refused.status}): {'; '.join(lines)}"


def see_other(address: str) -> Response:
    """Where the browser goes after a form was sent."""
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response


@blueprint.errorhandler(Refused)
def show_refused(refused: Refused) -> Response:
    if refused.status == 404:
        return _error(404, "There is no such page, or the person you act as does not see it.")
    return _error(refused.status, refusal_text(refused))


@blueprint.errorhandler(HTTPException)
def show_error(error: HTTPException) -> Response:
    return _error(error.code or 500, error.description or error.name)


def _error(status: int, text: str) -> Response:
    shared: Shared = current_app.extensions["sandbox_web"]
    with shared.lock:
        return render(shared.world, "error.html", status=status, text=text, code=status)
