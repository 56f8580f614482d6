"""The stand-in's pages: what people see of this Procore. A blueprint on a shared World."""

from contextlib import AbstractContextManager
from typing import Any

from flask import Flask

from procore_sandbox.model import World
from procore_sandbox.web import (
    app_management,
    approval,
    authorize,
    embed,
    faults,
    health,
    home,
    switches,
    timecards,
    traffic,
)
from procore_sandbox.web.pages import Shared, blueprint

__all__ = ["blueprint", "register", "share"]

PAGES = (home, timecards, approval, app_management, embed, faults, switches, traffic, health, authorize)
"""Importing them has put their routes on the blueprint."""

SESSION_KEY = "the sessions of the stand-in guard nothing"
"""Whoever opens a page may act as anyone, so the key may be known; being fixed, it outlives a restart."""


def register(app: Flask, world: World, lock: AbstractContextManager[Any]) -> None:
    """Adds the pages to an app. `lock` is the one that everybody who touches this World holds."""
    share(app, world, lock)
    app.secret_key = app.secret_key or SESSION_KEY
    app.config["SESSION_COOKIE_NAME"] = "procore_stand_in"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.register_blueprint(blueprint)


def share(app: Flask, world: World, lock: AbstractContextManager[Any]) -> None:
    """The World that the pages of this app show from now on."""
    app.extensions["sandbox_web"] = Shared(world, lock)
