"""Puts the doors together into one Flask app."""

from flask import Flask, Response
from werkzeug.http import http_date

from procore_sandbox import web

from . import control, control_cards, control_hooks, rest
from .sandbox import Sandbox
from .sandbox import sandbox as current

BIGGEST_BODY = 8 * 1024 * 1024


def create_app(sandbox: Sandbox, *, hosts: tuple[str, ...] = ()) -> Flask:
    """The app. `hosts`: names it answers to (all when empty), so that no other site can rebind to it."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BIGGEST_BODY
    app.config["TRUSTED_HOSTS"] = list(hosts) or None
    sandbox.attach(app)
    app.after_request(_date)
    app.register_blueprint(rest.blueprint)
    app.register_blueprint(control.blueprint)
    app.register_blueprint(control_cards.blueprint)
    app.register_blueprint(control_hooks.blueprint)
    web.register(app, sandbox.unlocked_world, sandbox.lock)
    return app


def _date(response: Response) -> Response:
    """Every answer tells the time of the model's clock; those of the API have it already."""
    response.headers.setdefault("Date", http_date(current().clock.now()))
    return response
