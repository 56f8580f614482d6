"""The small company that every seed begins with: built once in each process, then copied.

Three projects and four people that both sides know, six records in sync, cards older than the connection; a project
that is not permitted; and a stranger, connected, too, with records of its own that nobody may touch.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from flask import Flask

from procore_sandbox.model import World
from tests.fixtures.settings import config_for
from tests.fixtures.site import Site
from tests.simulation.databases import Database, SqliteFile
from tests.simulation.postgres_storage import PostgresStorage
from tests.simulation.storage import SqliteStorage, Storage
from webapp import create_app
from webapp.extensions import db
from webapp.services import connection, directory

PEOPLE = 5
CODES = 3
PROJECTS = (0, 2, 3)
"""Places among the seeded projects that time is worked on; all count hours."""
TODAY = 16
STORAGES: dict[str, type[Storage]] = {"sqlite": SqliteStorage, "postgresql": PostgresStorage}


@dataclass(frozen=True, slots=True)
class Template:
    """What a seed starts from: the model as it stands at `now`."""

    world: bytes
    now: datetime
    company_id: int
    stranger_id: int
    stranger_procore_id: int


class Company:
    """One app and one database for the process. `restore()` puts both sides back to how they were at the start.
    `switches`: Procore's habits from before the connection on, for what is chosen once."""

    def __init__(self, database: Database | None = None, switches: Mapping[str, Any] | None = None) -> None:
        self.database, self.switches = database or SqliteFile(), switches or {}
        self.app: Flask = create_app(config_for(DATABASE_URL=self.database.url))
        with self.app.app_context():
            self.storage = STORAGES[db.engine.dialect.name](db.engine)
            self.template = self._build()
            db.engine.dispose()

    def __enter__(self) -> Company:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.storage.close()
        with self.app.app_context():
            db.engine.dispose()
        self.database.close()

    def restore(self) -> World:
        """Both sides as at the start; the model with a clock of its own."""
        with self.app.app_context():
            db.engine.dispose()
        self.database.restore()
        world: World = pickle.loads(self.template.world)
        return world

    def _build(self) -> Template:
        site = Site(self.app)
        site.world.set_switches(**self.switches)
        _make_small(site)
        site.enter("3.0", person=3, description="old 1")
        site.enter("4.0", person=4, description="old 2")
        site.clock.advance(3600)
        site.connect(receive=True, send=True)
        stranger = self._stranger(site)
        site.clock.advance(5)
        for number, project in enumerate(PROJECTS):
            site.enter("2.0", project=project, person=1 + number, description=f"begun there {number}")
            site.write("1.0", project=project, person=1 + number, description=f"begun here {number}")
        site.settle()
        site.clock.advance(600)
        assert {link.state for link in site.links()} == {"in_sync"}
        _forget_calls(site.world)
        db.engine.dispose()
        self.database.keep()
        return Template(pickle.dumps(site.world), site.clock.now(), site.company_id, *stranger)

    @staticmethod
    def _stranger(site: Site) -> tuple[int, int]:
        theirs = next(c for c in site.world.companies() if c.id != site.theirs.id)
        user = next(u for u in site.world.users(theirs.id))
        places = [p.id for p in site.world.projects(theirs.id)]
        site.world.install(theirs.id, places, user.id)
        connected = connection.connect(theirs.id, theirs.name, "Sam", receive=True, send=True)
        directory.refresh(connected.company_id)
        site.world.enter_many(user.id, 3, company_id=theirs.id)
        site.deliver()
        site.settle()
        return connected.company_id, theirs.id


def _make_small(site: Site) -> None:
    """Few people and codes, so that copying is quick and users meet on the same records."""
    state = site.world.state
    people = [p for p in state.people if p.company_id == site.theirs.id]
    for person in people[PEOPLE:]:
        state.people.drop(person.id)
    kept: dict[tuple[int, int | None], int] = {}
    for code in list(state.cost_codes):
        place = (code.project_id, code.sub_job_id)
        kept[place] = kept.get(place, 0) + 1
        if kept[place] > CODES:
            state.cost_codes.drop(code.id)
    for crew in list(state.crews):
        state.crews.drop(crew.id)


def _forget_calls(world: World) -> None:
    world.forget_health()
    for table in world.state.tables.values():
        table.changed.clear()
    for delivery in list(world.state.deliveries):
        world.state.deliveries.drop(delivery.id)
    world.state.finished_deliveries.clear()


def later(template: Template, seconds: float) -> datetime:
    return template.now + timedelta(seconds=seconds)
