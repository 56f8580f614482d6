"""Timesite for Procore: create_app() builds the web application."""

from __future__ import annotations

from typing import Any

from flask import Flask

from webapp import logs, routes
from webapp.config import Config, load
from webapp.extensions import csrf, db, limiter, migrate
from webapp.store import models as models
from webapp.store.session import prepare_engine
from webapp.store.vault import vault_for

LONGEST_BODY = 5 * 1024 * 1024
SESSION_COOKIE: dict[str, Any] = {
    "SESSION_COOKIE_NAME": "__Host-timesite",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "None",
    "SESSION_COOKIE_PARTITIONED": True,
}
"""The frame is third-party inside Procore's page: its cookie must say SameSite=None and live in a jar of its own."""


def create_app(config: Config | None = None) -> Flask:
    """The app with everything registered. Raises Misconfigured when a setting cannot work."""
    config = config or load()
    app = Flask(__name__, static_folder="../static")
    app.config.from_mapping(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LONGEST_BODY,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        RATELIMIT_STORAGE_URI=config.redis_url or "memory://",
        RATELIMIT_STORAGE_OPTIONS=quick_redis_options(config.redis_url),
        **SESSION_COOKIE,
    )
    app.extensions["config"] = config
    app.extensions["vault"] = vault_for(config.encryption_keys)
    logs.set_up(config.log_format)
    db.init_app(app)
    migrate.init_app(app, db, compare_type=True, render_as_batch=True)
    csrf.init_app(app)
    limiter.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    routes.register(app)
    return app


def quick_redis_options(redis_url: str | None) -> dict[str, float]:
    """Redis that does not answer costs a request at most 0.3 s."""
    return {} if redis_url is None else {"socket_timeout": 0.3, "socket_connect_timeout": 0.3}
