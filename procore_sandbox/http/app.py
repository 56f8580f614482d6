"""Puts the doors together into one Flask app."""

from collections.abc import Callable

from flask import Flask, Response
from werkzeug.http import http_date

from . import authorize, control, control_cards, rest
from .sandbox import Sandbox
from .sandbox import sandbox as current

BIGGEST_BODY = 8 * 1024 * 1024


def create_app(
    sandbox: Sandbox,
    *,
    hosts: tuple[str, ...] = (),
    add_pages: Callable[[Flask, Sandbox], None] | None = None,
) -> Flask:
    """The app. `hosts`: names it answers to (all when empty), so that no other site can rebind to it."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BIGGEST_BODY
    app.config["TRUSTED_HOSTS"] = list(hosts) or None
    sandbox.attach(app)
    app.after_request(_date)
    app.register_blueprint(rest.blueprint)
    app.register_blueprint(control.blueprint)
    app.register_blueprint(control_cards.blueprint)
    if add_pages is None:
        app.register_blueprint(authorize.blueprint)
    else:
        add_pages(app, sandbox)
    return app


def _date(response: Response) -> Response:
    """Every answer tells the time of the model's clock; those of the API have it already."""
    response.headers.setdefault("Date", http_date(current().clock.now()))
    return response
