"""HTTP in; HTML, JSON or a status out. No SQL, no requests, no rules."""

from __future__ import annotations

from flask import Flask

from webapp import cli, logs
from webapp.routes import (
    acting,
    activity,
    api,
    auth,
    errors,
    frame,
    health,
    home,
    project_items,
    projects,
    security,
    settings,
    tasks,
    template,
    timesheets,
    users,
    webhooks,
)


def register(app: Flask) -> None:
    """Every door of the web application."""
    logs.log_requests(app)
    security.register(app)
    errors.register(app)
    frame.register(app)
    for blueprint in (health.bp, auth.bp, home.bp, settings.bp):
        app.register_blueprint(blueprint)
    webhooks.register(app)
    acting.register(app)
    for screen in (activity, timesheets, projects, users, tasks, project_items, template):
        app.register_blueprint(screen.bp)
    api.register(app)
    cli.register(app)
