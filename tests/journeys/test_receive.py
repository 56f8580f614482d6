"""A time card entered, edited and deleted in Procore becomes, changes and leaves a timesheet."""

from __future__ import annotations

from decimal import Decimal

from tests.fixtures.site import Site
from webapp.services import locations, sync, template


def test_a_card_entered_in_procore_becomes_a_timesheet(site: Site) -> None:
    """R10, R11, R13, R14, R15, R16, D2."""
    site.connect()
    card = site.enter("7.5", description="Set anchor bolts")
    site.settle()
    [timesheet] = site.timesheets()
    [link] = site.links()
    assert timesheet.hours == Decimal("7.5")
    assert timesheet.description == "Set anchor bolts"
    assert timesheet.date.isoformat() == "2026-11-16"
    assert (link.state, link.procore_id, link.timesheet_id) == ("in_sync", card.id, timesheet.id)
    assert [(m.direction, m.action, m.state) for m in site.messages()] == [("receive", "create", "processed")]


def test_edits_and_deletions_in_procore_follow(site: Site) -> None:
    """R10, R22, D5."""
    site.connect()
    card = site.enter("7.5")
    site.settle()
    site.edit(card.id, hours="6.25", description="Left early")
    site.settle()
    [timesheet] = site.timesheets()
    assert (timesheet.hours, timesheet.description) == (Decimal("6.25"), "Left early")
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    assert site.timesheets() == []
    assert [(m.action, m.state) for m in site.messages()] == [
        ("create", "processed"),
        ("update", "processed"),
        ("delete", "processed"),
    ]


def test_a_card_created_and_deleted_before_we_looked_leaves_nothing(site: Site) -> None:
    """D7."""
    site.connect()
    card = site.enter()
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    assert site.timesheets() == []
    assert [m for m in site.messages() if m.state != "processed"] == []


def test_people_tasks_and_items_are_found_before_they_are_made(site: Site) -> None:
    """R13, R14, R15, D60, D68: two cards of one person, type and code share one of each; names do not link people."""
    site.connect()
    for _ in range(2):
        site.enter(person=3)
    site.enter(person=4)
    site.settle()
    one, two, three = site.timesheets()
    assert one.user_id == two.user_id != three.user_id
    assert one.task_id == two.task_id == three.task_id
    assert one.project_item_id == two.project_item_id


def test_a_time_type_outside_the_template_waits_and_its_row_releases_it(site: Site) -> None:
    """R14, D65, D9: the others pass."""
    site.connect()
    per_diem = next(t for t in site.world.state.time_types if t.time_type == "Per Diem")
    site.enter(timecard_time_type_id=per_diem.id)
    site.enter("3.0")
    site.settle()
    assert len(site.timesheets()) == 1
    [waiting] = site.messages("pending")
    assert waiting.reason_key == "task:Per Diem"
    assert waiting.summary.split(", ")[1] == site.projects[0].name
    template.add(site.company_id, "Per Diem", "Per Diem")
    site.settle()
    assert len(site.timesheets()) == 2
    assert site.messages("pending") == []


def test_cards_older_than_the_connection_are_never_copied(site: Site) -> None:
    """R6, D20: not even when they are edited later; Activity says so."""
    site.world.install(site.theirs.id)
    old = site.enter()
    site.clock.advance(60)
    site.world.uninstall(site.theirs.id)
    site.connect()
    site.edit(old.id, hours="5.0")
    site.settle()
    assert site.timesheets() == []
    [link] = site.links()
    assert (link.state, link.reason_key) == ("excluded", "before_connection")
    [message] = site.messages()
    assert (message.state, message.reason_key) == ("processed", "before_connection")


def test_lost_events_are_found_by_the_sweep(site: Site) -> None:
    """R26, D4: created, edited and deleted while no event came."""
    site.connect()
    edited, deleted = site.enter("8.0"), site.enter("4.0")
    site.settle()
    site.world.add_fault(effect="drop_event", times=100)
    created = site.enter("2.0")
    site.edit(edited.id, hours="7.0")
    site.world.delete_timecard(site.dana.id, deleted.id)
    site.clock.advance(600)
    assert sync.sweep_company(site.company_id) is not None
    site.settle()
    assert sorted(t.hours for t in site.timesheets()) == [Decimal(2), Decimal(7)]
    assert {link.procore_id for link in site.links()} >= {created.id, edited.id}


def test_every_field_of_a_card_is_kept(site: Site) -> None:
    """R16, D80, D81, D86: but its classification; what only Procore may say is mirrored."""
    site.connect()
    place = next(p for p in site.world.state.locations if p.project_id == site.projects[0].id)
    crew = next(c for c in site.world.state.crews if c.project_id == site.projects[0].id)
    card = site.enter(
        "7.25", description="Réinforce\u0301 \U0001f3d7\n<b>grid</b>", location_id=place.id, crew_id=crew.id
    )
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.settle()
    locations.refresh(site.company_id)
    [kept] = site.timesheets()
    assert kept.hours == Decimal("7.25")
    assert kept.description == "Réinforcé \U0001f3d7\n<b>grid</b>"
    assert (kept.approval_status, kept.is_signed, kept.crew) == ("approved", False, crew.name)
    assert kept.location == place.name
    assert (kept.procore_created_by, kept.procore_updated_by) == ("Dana Ortiz", "Dana Ortiz")
    assert kept.procore_created_at is not None
    assert kept.cost_type_id == card.line_item_type_id
    assert kept.billable is True


def test_a_sub_job_stays_on_the_timesheet_or_has_a_project_of_its_own(site: Site) -> None:
    """R12, D24, D25: by the setting at the time; later changes of it touch new records only."""
    site.connect()
    sub_job = next(s for s in site.world.state.sub_jobs if s.project_id == site.projects[2].id)
    code = next(c for c in site.world.state.cost_codes if c.sub_job_id == sub_job.id)
    fields = {"project": 2, "sub_job_id": sub_job.id, "cost_code_id": code.id}
    site.enter(**fields)
    site.settle()
    site.set(receive_project_per_sub_job=True)
    site.enter(**fields)
    site.settle()
    first, second = site.timesheets()
    assert first.procore_sub_job_id == sub_job.id
    assert second.procore_sub_job_id is None
    assert second.project_id != first.project_id
    assert {link.state for link in site.links()} == {"in_sync"}
