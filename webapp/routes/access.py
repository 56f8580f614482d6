"""Who may come in: `@signed_in` and `@admin_only` for pages, `viewer()` for the one who looks.

Every route carries one of these, a key or a secret; tests/test_every_route_is_guarded.py holds that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import current_app, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from webapp.errors import Conflict, Forbidden, SignInExpired
from webapp.routes import sessions
from webapp.routes.pages import company_in, local_address, page, wants_fragment
from webapp.services import membership
from webapp.services.membership import NotAMember, Viewer

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

GUARDS: dict[object, str] = {}
"""Which guard a view function has: signed_in, admin_only, open, or what another door calls its own."""


def viewer() -> Viewer:
    """The one who looks. Only inside a route with a guard."""
    found: Viewer = g.viewer
    return found


def viewer_or_none() -> Viewer | None:
    found: Viewer | None = g.get("viewer")
    return found


def signed_in(view: View[P]) -> View[P]:
    """Anyone whom Procore lists in the company. Others are asked to sign in."""
    return _guard(view, "signed_in", _look)


def admin_only(view: View[P]) -> View[P]:
    """Administrators of the company; Procore is asked afresh before anything is changed (R2)."""

    def look() -> Viewer | None:
        found = _look(is_fresh=request.method not in ("GET", "HEAD"))
        if found is not None and not found.is_admin:
            raise Forbidden(
                "Only administrators of the company can do this: people with level Admin on the company's Admin tool "
                "in Procore. Ask one of them."
            )
        return found

    return _guard(view, "admin_only", look)


def open_to_all(view: View[P]) -> View[P]:
    """Needs no sign-in, on purpose."""
    GUARDS[view] = "open"
    return view


def _guard(view: View[P], name: str, look: Callable[[], Viewer | None]) -> View[P]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if look() is None:
            return ask_to_sign_in()
        return current_app.ensure_sync(view)(*args, **kwargs)

    GUARDS[guarded] = name
    return guarded


def _look(*, is_fresh: bool = False) -> Viewer | None:
    """The viewer of this request, or None when nobody is signed in (any more)."""
    user, company = sessions.signed_in_user(), sessions.company()
    if user is None:
        return None
    hint = _hinted_company()
    _refuse_stale_page(company)
    try:
        g.viewer = membership.viewer_for(user, hint or company, is_fresh=is_fresh)
    except SignInExpired:
        session.clear()
        return None
    except NotAMember:
        if hint is None or hint == company:
            session.clear()  # a refusal ends the session
        raise
    sessions.remember_company(g.viewer.procore_company_id)
    return viewer_or_none()


def _hinted_company() -> int | None:
    """The company of the page that embeds us."""
    return company_in(request.args) if request.path in ("/", "/panel") else None


def _refuse_stale_page(company: int | None) -> None:
    """A page of one company does not change another that was switched to in another window."""
    said = request.headers.get("X-Timesite-Company") or request.form.get("page_company")
    if request.method not in ("GET", "HEAD") and said and said != str(company):
        raise Conflict("You switched to another company in another window. Reload this page, then try again.")


def ask_to_sign_in() -> ResponseReturnValue:
    """The sign-in page in place, so that a frame's address stays what it was; elsewhere a way back is kept."""
    wanted = local_address(request.full_path.rstrip("?") if request.method == "GET" else None)
    address = url_for("auth.sign_in", next=wanted)
    if wants_fragment():
        return make_response("", 401, {"HX-Redirect": url_for("auth.sign_in")})
    if request.method != "GET":
        return page("auth/sign_in.html", status=401, next="/")
    if request.path in ("/", "/panel"):
        return page("auth/sign_in.html", next=wanted)
    return redirect(address)
