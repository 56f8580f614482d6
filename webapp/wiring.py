"""The only file that picks adapters: which clock, which store, which Procore."""

from __future__ import annotations

from flask import current_app

from webapp.clock import SystemClock
from webapp.config import Config
from webapp.sync.ports import Clock


def config() -> Config:
    settings: Config = current_app.extensions["config"]
    return settings


def clock() -> Clock:
    chosen: Clock = current_app.extensions.setdefault("clock", SystemClock())
    return chosen
