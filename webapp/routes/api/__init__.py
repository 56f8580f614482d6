"""REST API v1 for other systems: Bearer keys of one company, JSON, problem+json, Idempotency-Key, ETag."""

from __future__ import annotations

from flask import Flask

from webapp.extensions import csrf
from webapp.routes.api import (
    activity,
    checks,
    conflicts,
    documents,
    dry_runs,
    guard,
    holds,
    ledger,
    people,
    project_items,
    projects,
    settings,
    tasks,
    template,
    timesheet_export,
    timesheets,
)
from webapp.routes.api.door import api

MODULES = (
    timesheets, timesheet_export, activity, holds, guard, conflicts, checks, dry_runs, ledger,
    settings, template, projects, people, tasks, project_items,
)  # fmt: skip
"""Importing one puts its operations on the blueprint, in the order in which the document lists them."""


def register(app: Flask) -> None:
    """A key in a header is no cookie that a foreign page could ride on, so the API alone needs no CSRF token."""
    csrf.exempt(api)
    app.register_blueprint(api)
    documents.register(app)
