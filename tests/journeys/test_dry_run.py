"""A dry run tells what the engine would do, and nothing is written on either side: R31c, D31."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.fixtures.site import Site
from webapp.services import dry_runs, projects, tasks
from webapp.services import settings as sync_settings
from webapp.services.projects import LinkTarget
from webapp.store import marks
from webapp.store.models import (
    Link,
    Message,
    ProcoreCostCode,
    ProcoreProject,
    Project,
    ProjectItem,
    Task,
    Timesheet,
    User,
)
from webapp.store.session import reading, transaction

TABLES: tuple[Any, ...] = (Link, Message, ProcoreCostCode, Project, Task, Timesheet, User)


def everything(site: Site) -> tuple[Any, ...]:
    """All that a dry run must leave alone: Procore's cards, and the rows here with their marks."""
    with reading(site.company_id) as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in TABLES]
        marks = [
            (link.id, link.generation, link.done_generation, link.state, link.reason_key, link.attempts)
            for link in session.query(Link).order_by(Link.id)
        ]
        versions = [(t.id, t.version) for t in session.query(Timesheet).order_by(Timesheet.id)]
    cards = [(c.id, c.updated_at, c.deleted_at) for c in site.world.timecards(site.theirs.id)]
    return counts, marks, versions, cards


@pytest.fixture
def receiving(site: Site) -> Site:
    """Sending is off; two timesheets were entered here, one of them for a task that Procore does not know."""
    site.connect(receive=True, send=False)
    site.enter("6.0")
    site.settle()
    site.write("8.0", person=4)
    site.write("7.0", person=5)
    site.write("2.0", person=6, task_id=tasks.create(site.company_id, "Site meeting").id)
    site.settle()
    return site


def test_switching_sending_on_shows_what_would_be_created_and_held(receiving: Site) -> None:
    before = everything(receiving)
    found = dry_runs.of_settings(receiving.company_id, {"send": True}, "off")
    assert found.effects == Counter({("send", "create"): 2})
    assert (found.states["waiting"], found.looked_at, found.is_complete) == (1, 3, True)
    (held,) = found.reasons.values()
    assert (held.key.split(":")[0], held.records) == ("task_here", 1)
    assert {e.summary for e in found.sample if e.action == "create"} == {
        "Somebody, Harbour Bridge, 2026-11-16, 8.00 h",
        "Somebody, Harbour Bridge, 2026-11-16, 7.00 h",
    }
    assert everything(receiving) == before


def test_what_it_told_is_what_then_happens(receiving: Site) -> None:
    """The same engine: the numbers come true when the administrator agrees."""
    found = dry_runs.of_settings(receiving.company_id, {"send": True}, "off")
    sync_settings.change(receiving.company_id, {"send": True}, "off")
    receiving.settle()
    sent = [m for m in receiving.messages("processed") if m.direction == "send"]
    assert Counter((m.direction, m.action) for m in sent) == found.effects
    assert [link.state for link in receiving.links()].count("waiting") == found.states["waiting"]


def test_starting_from_now_would_write_nothing(receiving: Site) -> None:
    """R9: today's differences are accepted."""
    found = dry_runs.of_settings(receiving.company_id, {"send": True}, "now")
    assert not found.effects


def test_updates_and_deletions_are_told_apart(site: Site) -> None:
    site.connect(receive=True, send=True)
    first, second = site.write("8.0", person=4), site.write("7.0", person=5)
    site.settle()
    sync_settings.change(site.company_id, {"send": False})
    site.rewrite(first, description="north pier")
    site.erase(second)
    site.settle()
    before = everything(site)
    found = dry_runs.of_settings(site.company_id, {"send": True}, "off")
    assert found.effects == Counter({("send", "update"): 1, ("send", "delete"): 1})
    assert everything(site) == before


def test_linking_a_project_shows_what_it_would_bring_in(site: Site) -> None:
    """D21: counted beforehand; users and tasks that would be made are not made yet."""
    site.connect(receive=True, send=False)
    site.set(receive_only_linked=True)
    site.enter("8.0", person=3)
    site.enter("7.0", person=4)
    site.settle()
    ours = projects.create(site.company_id, "Bridge", "X-1").id
    before = everything(site)
    found = dry_runs.of_link(site.company_id, ours, LinkTarget(site.projects[0].id))
    assert found.effects == Counter({("receive", "create"): 2})
    assert everything(site) == before


def test_a_disconnect_shows_what_would_no_longer_cross(receiving: Site) -> None:
    receiving.enter("5.0", person=7)
    receiving.deliver()
    before = everything(receiving)
    found = dry_runs.of_disconnect(receiving.company_id)
    assert found.effects == Counter({("receive", "create"): 1})
    assert everything(receiving) == before


def test_what_a_dry_run_reads_of_the_directory_is_not_kept(receiving: Site) -> None:
    """D31: storing it would release what waits for it. The numbers count on it all the same."""
    with transaction(receiving.company_id) as session:
        session.query(ProcoreCostCode).delete()
        session.query(ProjectItem).update({"procore_cost_code_id": None})
        session.query(ProcoreProject).update({"codes_read_at": None})
    before = everything(receiving)
    found = dry_runs.of_settings(receiving.company_id, {"send": True}, "off")
    assert found.effects == Counter({("send", "create"): 2})
    assert everything(receiving) == before


def test_a_card_of_before_the_disconnect_is_paired_in_a_dry_run_too(site: Site) -> None:
    """D32: by the number that it carries, and rolled back like all else."""
    site.connect(receive=True, send=True)
    site.write("8.0")
    site.settle()
    with transaction(site.company_id) as session:
        session.query(Link).delete()
        marks.mark_cards(session, [site.cards()[0].id], "reconnected", site.clock.now())
    before = everything(site)
    found = dry_runs.of_disconnect(site.company_id)
    assert (found.looked_at, found.states["failed"]) == (1, 0)
    assert everything(site) == before
