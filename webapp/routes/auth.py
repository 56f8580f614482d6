"""The sign-in popup, the hand-over to the frame, and signing out."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from webapp.extensions import limiter
from webapp.routes import sessions
from webapp.routes.access import open_to_all
from webapp.routes.pages import company_in, local_address, page
from webapp.services import sign_in as signing_in
from webapp.services.sign_in import Completed, SignInFailed

bp = Blueprint("auth", __name__, url_prefix="/auth")

limiter.limit("120 per minute")(bp)  # a whole office may sign in from one address at seven in the morning
FOREIGN_STATE = "This sign-in was begun in another browser or long ago. Please start again from Timesite."


@bp.get("/sign-in")
@open_to_all
def sign_in() -> Response:
    return page("auth/sign_in.html", next=local_address(request.args.get("next")))


@bp.get("/cookies")
@open_to_all
def cookies() -> Response:
    """Whether the sign-in page's cookie came back: it does not where a browser blocks even partitioned ones."""
    return jsonify({"kept": "csrf_token" in session})


@bp.get("/start")
@open_to_all
def start() -> ResponseReturnValue:
    """To Procore. With ?nonce= (its hash) a frame waits for the code; without, this window itself signs in."""
    begun = signing_in.begin(
        local_address(request.args.get("next")), request.args.get("nonce", ""), company_in(request.args)
    )
    sessions.begin_sign_in(begun.state)
    return redirect(begun.address)


@bp.get("/callback")
@open_to_all
def callback() -> ResponseReturnValue:
    """Procore's answer in the query; where it is in the fragment, a page posts it here."""
    if "code" in request.args or "error" in request.args:
        return _back(
            request.args.get("state", ""), request.args.get("code", ""), request.args.get("error", "")
        )
    return page("auth/fragment.html")


@bp.post("/callback")
@open_to_all
def callback_from_fragment() -> ResponseReturnValue:
    return _back(request.form.get("state", ""), request.form.get("code", ""), request.form.get("error", ""))


@bp.post("/redeem")
@open_to_all
def redeem() -> Response:
    """By the frame's script: the code that the popup handed over, with the nonce that only the frame knows."""
    try:
        done = signing_in.redeem(request.form.get("code", ""), request.form.get("nonce", ""))
    except SignInFailed as error:
        response = jsonify({"error": str(error)})
        response.status_code = error.status
        return response
    _start_session(done)
    return jsonify({"location": done.return_to})


@bp.post("/continue")
@open_to_all
def continue_here() -> ResponseReturnValue:
    """The frame is gone and the person asked to go on in this window: the one whose session completed the sign-in."""
    code = request.form.get("code", "")
    if not sessions.completed_sign_in(code):
        raise SignInFailed(FOREIGN_STATE)
    done = signing_in.redeem_here(code)
    _start_session(done)
    return redirect(done.return_to, 303)


@bp.post("/sign-out")
@open_to_all
def sign_out() -> ResponseReturnValue:
    """Ends this session only; other windows and people stay signed in."""
    session.clear()
    return redirect(url_for("auth.sign_in"), 303)


def _back(state: str, code: str, error: str) -> ResponseReturnValue:
    try:
        if not sessions.began_sign_in(state):
            raise SignInFailed(FOREIGN_STATE)
        sessions.end_sign_in(state)
        if not code:
            raise signing_in.refused(state, error)
        done = signing_in.complete(state, code)
    except SignInFailed as failed:
        return page("auth/failed.html", status=failed.status, title=failed.title, detail=str(failed))
    if done.hand_over is None:
        _start_session(done)
        return redirect(done.return_to, 303)
    sessions.note_completed(done.hand_over)
    return page("auth/hand_over.html", code=done.hand_over)


def _start_session(done: Completed) -> None:
    sessions.start(
        done.procore_user_id, signing_in.companies_of(done.procore_user_id), done.procore_company_id
    )
