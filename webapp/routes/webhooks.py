"""POST /webhooks/procore: 204 once the event is safely stored, 401 without a hook's secret, 503 if it cannot be.

A storm of events needs no session, no form token, no limit and no page: a door in front of Flask's own dispatch answers
this one address. Everything else, other methods of the address too, goes on to Flask.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wsgi import get_content_length

from webapp import logs
from webapp.errors import StoreUnavailable
from webapp.extensions import csrf
from webapp.routes.security import fixed_headers
from webapp.services import inbox

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = "/webhooks/procore"

bp = Blueprint("webhooks", __name__)
csrf.exempt(bp)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()


STORED = Answer(HTTPStatus.NO_CONTENT)
NO_SECRET = Answer(HTTPStatus.UNAUTHORIZED, "Authorization is missing.")
WRONG_SECRET = Answer(HTTPStatus.UNAUTHORIZED, "This secret belongs to no webhook here.")
TOO_LARGE = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The event is larger than 64 kB.")
CUT_SHORT = Answer(HTTPStatus.BAD_REQUEST, "The body did not arrive whole.")
NOT_STORED = Answer(HTTPStatus.SERVICE_UNAVAILABLE, "The event could not be stored.", (("Retry-After", "5"),))
BROKEN = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side.")


def register(app: Flask) -> None:
    app.register_blueprint(bp)
    app.wsgi_app = Door(app, app.wsgi_app)  # type: ignore[method-assign]  # as Flask documents it


@bp.post(ADDRESS)
def receive() -> Response:
    """Tells Flask of the address and its method; the answer is the door's."""
    answer = answer_to(request.environ)
    return Response(answer.text, answer.status, answer.headers)


class Door:
    """Takes what Procore posts; lets everything else pass."""

    def __init__(self, app: Flask, onward: WSGIApplication) -> None:
        self.app, self.onward = app, onward
        always = (*fixed_headers(app.extensions["config"]).items(), ("Cache-Control", "no-store"))
        self._stored_headers = [*always]
        self._headers = [*always, ("Content-Type", "text/plain; charset=utf-8")]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != ADDRESS or environ["REQUEST_METHOD"] != "POST":
            return self.onward(environ, start_response)
        began = time.perf_counter()
        with self.app.app_context():
            answer = answer_to(environ)
        status = f"{answer.status.value} {answer.status.phrase}"
        if answer is STORED:
            # a row with its time; a line in the log would say it twice, in a storm hundreds a second
            start_response(status, self._stored_headers)
            return ()
        logs.note_request("POST", ADDRESS, answer.status, began)
        body = answer.text.encode()
        start_response(status, [*self._headers, *answer.headers, ("Content-Length", str(len(body)))])
        return (body,)


def answer_to(environ: WSGIEnvironment) -> Answer:
    """Never raises: what nobody expected is logged with its trace and told without its insides."""
    secret = environ.get("HTTP_AUTHORIZATION", "")
    if not secret:
        return NO_SECRET
    try:
        return STORED if inbox.receive(secret, body_of(environ)) else WRONG_SECRET
    except RequestEntityTooLarge:
        return TOO_LARGE
    except ClientDisconnected:
        return CUT_SHORT
    except StoreUnavailable:
        log.exception("event_not_stored", advice="Procore will send it again")
        return NOT_STORED
    except Exception as error:
        log.error("unexpected_error", path=ADDRESS, exc_info=error)
        return BROKEN


def body_of(environ: WSGIEnvironment) -> bytes:
    """The whole body, read no further than its bound. Raises RequestEntityTooLarge, or ClientDisconnected when it
    breaks off."""
    length = get_content_length(environ)
    if length is None and not environ.get("wsgi.input_terminated"):
        return b""  # nobody says where it ends
    if length is not None and length > inbox.LONGEST_BODY:
        raise RequestEntityTooLarge
    body = _read(environ, inbox.LONGEST_BODY + 1 if length is None else length)
    if len(body) > inbox.LONGEST_BODY:
        raise RequestEntityTooLarge
    if length is not None and len(body) < length:
        raise ClientDisconnected
    return body


def _read(environ: WSGIEnvironment, wanted: int) -> bytes:
    """So many bytes, or all there are. Servers have errors of their own for a broken chunk or connection."""
    pieces, missing = [], wanted
    try:
        while missing and (piece := environ["wsgi.input"].read(missing)):
            pieces.append(piece)
            missing -= len(piece)
    except Exception as error:
        raise ClientDisconnected from error
    return b"".join(pieces)
