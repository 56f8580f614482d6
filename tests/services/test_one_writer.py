"""Two who write at the same moment, on both databases: no edit, no mark is lost between a read and its write."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from tests.fixtures.acme import NOON, Cast, seed
from tests.fixtures.app import MakeApp
from webapp.errors import PreconditionFailed
from webapp.services import timesheets
from webapp.store.inbox import IncomingEvent, store_event
from webapp.store.models import Hook, HookSecret, Link
from webapp.store.outcomes import locked_links
from webapp.store.session import reading, transaction


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    return make_app(DATABASE_URL=database_url)


@pytest.fixture
def acme(app: Flask) -> Iterator[Cast]:
    cast = seed(app, send=True)
    with app.app_context():
        yield cast


def the_link(acme: Cast) -> Link:
    with reading(acme.company) as session:
        return session.scalars(select(Link)).one()


def finished(link: Link) -> None:
    """What the engine writes when it is done with what it claimed."""
    link.done_generation, link.is_dirty, link.state = link.generation, False, "in_sync"


def test_an_edit_made_while_the_engine_commits_keeps_its_mark(app: Flask, acme: Cast) -> None:
    """D8, D10, M3: the last edit is always seen."""
    sheet = timesheets.create(acme.admin, acme.values()).timesheet
    edits: list[int] = []

    def edit() -> None:
        with app.app_context():
            edits.append(timesheets.edit(acme.admin, sheet.id, {"hours": Decimal(8)}).timesheet.version)

    person = threading.Thread(target=edit)
    with transaction(acme.company) as session:
        link = session.scalars(select(Link)).one()
        person.start()
        person.join(0.3)
        finished(link)
    person.join(30)
    assert edits == [2]
    link = the_link(acme)
    assert link.is_dirty
    assert link.generation > link.done_generation


def test_whoever_writes_later_reads_a_later_clock(app: Flask, acme: Cast) -> None:
    """D41: *later edit wins* compares the times of edits; an edit that had to wait for its turn is the later one."""
    turns: list[str] = []

    def write() -> None:
        with app.app_context(), transaction(acme.company):
            turns.append("the second")

    second = threading.Thread(target=write)
    with transaction(acme.company):
        second.start()
        second.join(0.3)
        turns.append("the first")
    second.join(30)
    assert turns == ["the first", "the second"]


def test_an_event_that_arrives_while_the_engine_commits_keeps_its_mark(app: Flask, acme: Cast) -> None:
    """D2, M3."""
    with transaction(acme.company) as session:
        hook = Hook(namespace="timesite", is_complete=True, created_at=NOON)
        session.add(hook)
        session.flush()
        session.add(HookSecret(hook_id=hook.id, secret_hash="h" * 64, created_at=NOON))
        session.add(Link(procore_id=77, created_at=NOON, generation=1, done_generation=0, state="waiting"))
    event = IncomingEvent("e1", "Timecard Entries", "update", 77, 5_629_499_534_213_120, None, None, NOON)

    def deliver() -> None:
        with app.app_context():
            assert store_event("h" * 64, event, "Timecard Entries", NOON) is not None

    procore = threading.Thread(target=deliver)
    number = the_link(acme).id
    with transaction(acme.company) as session:
        link = locked_links(session, [number])[number]
        procore.start()
        procore.join(0.3)
        finished(link)
    procore.join(30)
    link = the_link(acme)
    assert (link.generation, link.done_generation, link.is_dirty) == (2, 1, True)


def test_of_eight_edits_of_one_version_one_is_saved(app: Flask, acme: Cast) -> None:
    """R33: on PostgreSQL, too, where transactions run side by side."""
    sheet = timesheets.create(acme.admin, acme.values()).timesheet
    gate = threading.Barrier(8)

    def edit(hours: int) -> bool:
        gate.wait(10)
        try:
            with app.app_context():
                timesheets.edit(acme.admin, sheet.id, {"hours": Decimal(hours)}, sheet.version)
        except PreconditionFailed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(edit, range(1, 9))) == 1
    assert timesheets.one(acme.admin, sheet.id).version == sheet.version + 1


def test_no_event_makes_a_link_between_a_read_of_the_links_and_their_write(app: Flask, acme: Cast) -> None:
    """R21: the engine looks whether an event has made a link for its new card, and then takes the card. A link made in
    between would break its commit (PostgreSQL; SQLite has one writer anyway)."""
    with transaction(acme.company) as session:
        hook = Hook(namespace="timesite", is_complete=True, created_at=NOON)
        session.add(hook)
        session.flush()
        session.add(HookSecret(hook_id=hook.id, secret_hash="h" * 64, created_at=NOON))
        session.add(Link(created_at=NOON, generation=1, done_generation=0, state="waiting"))
    event = IncomingEvent("e1", "Timecard Entries", "create", 77, 5_629_499_534_213_120, None, None, NOON)

    def deliver() -> None:
        with app.app_context():
            assert store_event("h" * 64, event, "Timecard Entries", NOON) is not None

    procore = threading.Thread(target=deliver)
    with transaction(acme.company) as session:
        assert session.scalars(select(Link).where(Link.procore_id == 77)).first() is None
        procore.start()
        procore.join(0.3)
        session.scalars(select(Link)).one().procore_id = 77
    procore.join(30)
    assert the_link(acme).is_dirty
