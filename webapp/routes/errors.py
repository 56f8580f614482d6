"""Every error becomes an answer here: a page for people, a message that pops up for htmx, problem+json for the API.
Each says what to do."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from webapp.errors import AppError, InvalidInput, ProcoreUnavailable, RateLimited, SignInExpired
from webapp.routes.pages import wants_fragment

API = "/api/"
log = structlog.get_logger(__name__)

WORDS = {
    400: ("The request could not be read", "Go back, reload the page and try again."),
    401: ("Please sign in", "Sign in with Procore, then try again."),
    403: ("Not allowed", "Ask an administrator of your company."),
    404: ("Not found", "It may have been deleted, or it belongs to another company. Go back to the list."),
    405: ("That cannot be done here", "Go back and use the page's own buttons."),
    413: ("That is too large", "Send less at once."),
    415: ("That kind of content cannot be read here", "Send JSON with Content-Type: application/json."),
    429: ("Too many requests", "Wait a minute, then try again."),
}


def register(app: Flask) -> None:
    app.register_error_handler(AppError, from_app)
    app.register_error_handler(CSRFError, from_csrf)
    app.register_error_handler(HTTPException, from_http)
    app.register_error_handler(Exception, from_bug)


def from_app(error: AppError) -> Response:
    if error.status >= 500 and not isinstance(error, (ProcoreUnavailable, RateLimited)):
        log.warning("request_failed", error=type(error).__name__, status=error.status)
    fields = error.fields if isinstance(error, InvalidInput) else {}
    response = answer(error.status, error.title, str(error) or WORDS.get(error.status, ("", ""))[1], fields)
    if isinstance(error, SignInExpired):
        response.headers["X-Timesite-Signed-Out"] = "yes"
    if isinstance(error, ProcoreUnavailable) and error.retry_after:
        response.headers["Retry-After"] = str(int(error.retry_after) + 1)
    return response


def from_csrf(error: CSRFError) -> Response:
    return answer(
        400,
        "This page is too old",
        "Reload the page and try again. If that does not help, your browser keeps no cookies for Timesite inside "
        "Procore: open Timesite in a tab of its own.",
    )


def from_http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    title, advice = WORDS.get(status, (error.name, "Go back and try again."))
    response = answer(status, title, advice)
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def from_bug(error: Exception) -> Response:
    """What nobody expected: logged with its trace, told without its insides."""
    log.error("unexpected_error", path=request.path, exc_info=error)
    return answer(
        500,
        "Something went wrong on our side",
        "Nothing was half-saved. Try again; if it happens again, tell your administrator the time and the page.",
    )


def answer(status: int, title: str, detail: str, fields: dict[str, list[str]] | None = None) -> Response:
    if request.path.startswith(API):
        return problem(status, title, detail, fields)
    if wants_fragment():
        response = make_response(render_template("errors/toast.html", title=title, detail=detail), status)
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
        return response
    return make_response(
        render_template(
            "errors/error.html", title=title, detail=detail, fields=fields or {}, is_bare=status == 500
        ),
        status,
    )


def problem(status: int, title: str, detail: str, fields: dict[str, list[str]] | None = None) -> Response:
    """RFC 9457, as the API documents it."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if fields:
        body["errors"] = fields
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response
