"""Sites that many journeys share one after another: connecting takes longer than most of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from procore_sandbox.model import Switches
from tests.fixtures.databases import sqlite_copy
from tests.fixtures.settings import config_for
from tests.fixtures.site import Site
from webapp import create_app
from webapp.extensions import db

DEFAULTS = {each.name: each.default for each in fields(Switches)}
AN_HOUR_AND_MORE = 3700
"""What the mass-change guard counts in an hour is of one journey only."""


class SharedSites:
    """Connected both ways. `held` closes what they opened."""

    def __init__(self, template: Path, held: ExitStack) -> None:
        self.template, self.held = template, held
        self.free: list[Site] = []

    def new(self, switches: Switches | None = None) -> Site:
        url = self.held.enter_context(sqlite_copy(self.template))
        app = create_app(config_for(DATABASE_URL=url))
        app.testing = True
        with app.app_context():
            self.held.callback(db.engine.dispose)
            site = Site(app, switches)
            site.connect(send=True)
        return site

    @contextmanager
    def borrowed(self, **switches: Any) -> Iterator[Site]:
        """One without records, in these positions. A journey that fails keeps it: it may have left things behind."""
        site = self.free.pop() if self.free else self.new()
        with site.app.app_context():
            site.clock.advance(AN_HOUR_AND_MORE)
            site.world.set_switches(**{**DEFAULTS, **switches})
            yield site
            site.world.clear_faults()
        self.free.append(site)
