"""Echoes, deletions on both sides, matching of projects, approval: D5, D22, D43, D44, invariant 3."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fixtures.settings import TEST_ENVIRONMENT
from tests.fixtures.site import Site
from tests.journeys.both_sides import both_at, stands
from webapp.services import projects
from webapp.services.projects import LinkTarget
from webapp.store.models import Project
from webapp.store.session import reading


def named(site: Site) -> list[tuple[str, str | None, int | None]]:
    with reading(site.company_id) as session:
        rows = session.query(Project).order_by(Project.id)
        return [(row.name, row.number, row.procore_project_id) for row in rows]


def test_an_edit_by_the_user_that_we_write_as_is_an_edit(sqlite_site: Site) -> None:
    """D5: who is named as the author decides nothing; the content does."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("8.0")
    site.settle()
    [card] = site.cards()
    ours = card.created_by_id
    assert ours != site.dana.id
    site.edit(card.id, hours="6.0")
    events = [each for each in site.world.state.events if each.event_type == "update"]
    for event in events:
        event.user_id, event.application_id = ours, TEST_ENVIRONMENT["PROCORE_CLIENT_ID"]
    site.settle()
    assert [(s.id, s.hours) for s in site.timesheets()] == [(key, 6)]
    site.forget_calls()
    site.settle()
    assert site.calls() == 0


def test_an_event_whose_content_is_as_agreed_makes_no_line(sqlite_site: Site) -> None:
    """D5, R22: changed and changed back before we looked."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter("8.0")
    site.settle()
    lines = len(site.messages())
    site.edit(card.id, hours="6.0")
    site.edit(card.id, hours="8.0")
    site.settle()
    assert len(site.messages()) == lines
    assert [s.version for s in site.timesheets()] == [1]


def test_deleted_on_both_sides_is_settled(sqlite_site: Site) -> None:
    """D43: no conflict, nothing waits, and nothing is deleted a second time."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.world.delete_timecard(site.dana.id, card.id)
    site.erase(key)
    site.forget_calls()
    site.settle()
    assert [row for row in site.world.call_counts() if row.method == "DELETE"] == []
    [row] = site.links()
    assert (row.state, row.is_tombstone) == ("in_sync", True)
    assert [m for m in site.messages() if m.state != "processed"] == []


def test_the_number_goes_before_the_name(sqlite_site: Site) -> None:
    """D22: only projects that are not linked yet are meant."""
    site = sqlite_site
    site.connect()
    place, other = site.projects[0], site.projects[3]
    by_name = projects.create(site.company_id, place.name)
    by_number = projects.create(site.company_id, "Ours", place.project_number)
    taken = projects.create(site.company_id, "Taken", place.project_number)
    projects.link(site.company_id, taken.id, LinkTarget(other.id))
    site.enter()
    site.settle()
    [sheet] = site.timesheets()
    assert sheet.project_id == by_number.id != by_name.id


def test_an_unknown_project_is_made_and_linked(sqlite_site: Site) -> None:
    """D22, R11: with Procore's name and number."""
    site = sqlite_site
    site.connect()
    site.enter()
    site.settle()
    place = site.projects[0]
    assert named(site) == [(place.name, place.project_number, place.id)]


def test_several_projects_that_match_wait_for_a_person(sqlite_site: Site) -> None:
    """D22: none is guessed, none is made."""
    site = sqlite_site
    site.connect()
    place = site.projects[0]
    for name in ("One", "Two"):
        projects.create(site.company_id, name, place.project_number)
    site.enter()
    site.settle()
    [row] = site.links()
    assert (row.state, row.reason_key) == ("waiting", f"projects_match:{place.id}")
    assert len(named(site)) == 2


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_an_approved_card_is_left_alone_and_its_status_is_never_lowered(sqlite_site: Site, act: str) -> None:
    """D44: held, whatever Procore would allow; released when a person takes the approval back."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("8.0", description="Pour")
    site.settle()
    [card] = site.cards()
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.settle()
    if act == "edit":
        site.rewrite(key, hours=Decimal(7))
    else:
        site.erase(key)
    site.settle()
    [row], [card] = site.links(), site.cards()
    assert (row.state, row.reason_key) == ("waiting", "lock:approved")
    assert (card.hours, card.approval_status) == (8, "approved")
    site.world.set_approval(site.dana.id, [card.id], "pending")
    site.settle()
    assert [c.hours for c in site.cards()] == ([7] if act == "edit" else [])
    assert [row.state for row in site.links()] == ["in_sync"]


def test_approved_hours_come_here_while_our_own_description_waits(shared: tuple[Site, int, int]) -> None:
    """D40, D44: other fields than the one that is held. It goes there when the approval is taken back."""
    site, timesheet, card = shared
    site.edit(card, hours="7.0")
    site.world.set_approval(site.dana.id, [card], "approved")
    site.rewrite(timesheet, description="by the gate")
    site.settle()
    assert stands(site) == ([7], [7])
    assert [(row.state, row.reason_key) for row in site.links()] == [("waiting", "lock:approved")]
    assert [(m.direction, m.reason_key) for m in site.messages("pending")] == [("send", "lock:approved")]
    assert site.cards()[0].description is None
    site.world.set_approval(site.dana.id, [card], "pending")
    site.settle()
    assert site.cards()[0].description == "by the gate"
    both_at(site, "7")


def test_a_card_that_is_approved_is_held_even_where_procore_would_take_the_change(sqlite_site: Site) -> None:
    """D44: approval is somebody's word for the values it was given for."""
    site = sqlite_site
    site.connect(send=True)
    site.world.set_switches(approved_refuse_edits=False)
    key = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.settle()
    site.rewrite(key, hours=Decimal(7))
    site.settle()
    [row], [card] = site.links(), site.cards()
    assert (row.state, row.reason_key) == ("waiting", "lock:approved")
    assert (card.hours, card.approval_status) == (8, "approved")
