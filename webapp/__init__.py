"""Timesite for Procore: create_app() builds the web application."""

from __future__ import annotations

from flask import Flask

from webapp.config import Config, load
from webapp.extensions import csrf, db, migrate
from webapp.store import models as models
from webapp.store.session import prepare_engine
from webapp.store.vault import vault_for


def create_app(config: Config | None = None) -> Flask:
    """The app with everything registered. Raises Misconfigured when a setting cannot work."""
    config = config or load()
    app = Flask(__name__, static_folder="../static")
    app.config.from_mapping(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        MAX_CONTENT_LENGTH=5 * 1024 * 1024,
    )
    app.extensions["config"] = config
    app.extensions["vault"] = vault_for(config.encryption_keys)
    db.init_app(app)
    migrate.init_app(app, db, compare_type=True, render_as_batch=True)
    csrf.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    return app
