"""What is replicated, what is left out, and what moves between the two: D20, D25–D29a, D45, D3, D7, D8."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.fixtures.site import Site
from tests.journeys.releases import held_by, releases
from webapp.domain.timesheet import Filter
from webapp.errors import Conflict, Forbidden, TimesheetLocked
from webapp.services import activity, checks, connection, left_scope, locks, projects, sync, timesheets
from webapp.services.projects import LinkTarget
from webapp.store.models import Project, ProjectItem
from webapp.store.session import reading

THIRD = 3


def link(site: Site, number: int) -> Project:
    place = site.projects[number]
    ours = projects.create(site.company_id, place.name, place.project_number)
    return projects.link(site.company_id, ours.id, LinkTarget(place.id))


def move(site: Site, card_id: int, number: int) -> None:
    """Dana moves a card to another project, with a cost code of it."""
    card = site.world.state.timecards.get(card_id)
    assert card is not None
    place = site.projects[number]
    code = next(c for c in site.world.state.cost_codes if c.project_id == place.id and c.sub_job_id is None)
    card.project_id, card.cost_code_id = place.id, code.id
    site.world.state.timecards.put(card)
    site.edit(card_id, description=f"Moved to {place.name}")


def disconnect(site: Site) -> None:
    connection.disconnect(site.company_id, by="test")
    site.world.uninstall(site.theirs.id)


def trash(site: Site) -> list[int]:
    found, _ = timesheets.page(site.actor(), Filter(is_deleted=True), 0, 100)
    return [sheet.id for sheet in found]


# ---- older than the connection -------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_an_older_card_stays_out_whatever_happens_to_it(sqlite_site: Site, act: str) -> None:
    """R6, D20: also by a sweep, and also when it is only deleted now."""
    site = sqlite_site
    site.world.install(site.theirs.id)
    old = site.enter()
    site.clock.advance(60)
    site.world.uninstall(site.theirs.id)
    site.connect(send=True)
    for webhooks in (True, False):
        if webhooks or act == "edit":
            site.edit(old.id, hours="5.0" if webhooks else "6.0")
        else:
            site.world.delete_timecard(site.dana.id, old.id)
        site.clock.advance(600)
        sync.sweep_company(site.company_id)
        site.settle(webhooks=webhooks)
    assert site.timesheets() == []
    assert {(row.state, row.reason_key) for row in site.links()} == {("excluded", "before_connection")}


def test_an_older_timesheet_is_never_sent(sqlite_site: Site) -> None:
    """R6, D20: entered before the connection, edited and deleted after it; Activity says so once."""
    site = sqlite_site
    site.connect()
    disconnect(site)
    key = site.write("8.0")
    site.connect(send=True)
    site.clock.advance(60)
    site.rewrite(key, hours=Decimal(6))
    site.settle()
    site.rewrite(key, hours=Decimal(5))
    site.settle()
    site.erase(key)
    site.settle()
    assert site.cards() == []
    assert [(row.state, row.reason_key) for row in site.links()] == [("excluded", "before_connection")]
    assert {m.reason_key for m in site.messages("processed")} == {"before_connection"}


@pytest.mark.parametrize("ahead", [timedelta(minutes=-10), timedelta(minutes=10), timedelta(days=1)])
def test_only_what_was_entered_before_the_connection_is_older(sqlite_site: Site, ahead: timedelta) -> None:
    """R6, D20, M10: by the order in which it was entered, whatever our clock tells, also when it is put right later."""
    site = sqlite_site
    site.our_clock.ahead = ahead
    site.connect()
    disconnect(site)
    old = site.write("1.0")
    site.enter("2.0")
    site.clock.advance(60)
    site.connect(send=True)
    site.write("3.0")
    site.our_clock.ahead = timedelta()
    site.write("4.0", person=5)
    site.enter("5.0")
    site.rewrite(old, hours=Decimal("1.5"))
    site.settle()
    assert sorted(card.hours for card in site.cards()) == [2, 3, 4, 5]
    assert sorted(sheet.hours or 0 for sheet in site.timesheets()) == [Decimal("1.5"), 3, 4, 5]
    assert [row.timesheet_id for row in site.links() if row.reason_key == "before_connection"] == [old]
    found = checks.run(site.company_id, date(2026, 11, 16), date(2026, 11, 16), "Dana")
    assert (found.equal, found.missing_there, found.excluded) == (3, 0, 2)


# ---- sub jobs ------------------------------------------------------------------------------------------


def _sub_job(site: Site) -> tuple[int, list[int]]:
    job = next(s for s in site.world.state.sub_jobs if s.project_id == site.projects[2].id)
    codes = [c.id for c in site.world.state.cost_codes if c.sub_job_id == job.id]
    return job.id, codes


def test_a_later_setting_leaves_existing_records_where_they_are(sqlite_site: Site) -> None:
    """D25: also when their cost code changes after the sub job got a project of its own."""
    site = sqlite_site
    site.connect()
    job, codes = _sub_job(site)
    old = site.enter(project=2, sub_job_id=job, cost_code_id=codes[0])
    site.settle()
    site.set(receive_project_per_sub_job=True)
    site.enter(project=2, sub_job_id=job, cost_code_id=codes[0])
    site.settle()
    before = site.timesheets()[0]
    site.edit(old.id, hours="3.0", cost_code_id=codes[1])
    site.settle()
    after, other = site.timesheets()
    assert (after.hours, after.project_id, after.procore_sub_job_id) == (3, before.project_id, job)
    assert after.project_item_id not in (before.project_item_id, other.project_item_id)
    with reading(site.company_id) as session:
        item = session.get_one(ProjectItem, after.project_item_id)
        assert item.project_id == after.project_id
    assert {row.state for row in site.links()} == {"in_sync"}


def test_a_sub_job_without_a_main_project_waits_until_there_is_one(sqlite_site: Site) -> None:
    """D26: nothing to copy from."""
    site = sqlite_site
    site.connect()
    site.set(receive_project_per_sub_job=True, receive_only_linked=True)
    job, codes = _sub_job(site)
    site.enter(project=2, sub_job_id=job, cost_code_id=codes[0])
    site.settle()
    held_by(site, "main_project")
    assert site.timesheets() == []
    main = link(site, 2)
    site.settle()
    [sheet] = site.timesheets()
    assert sheet.project_id != main.id
    assert {row.state for row in site.links()} == {"in_sync"}


def test_time_of_a_sub_jobs_project_is_sent_with_project_and_sub_job(sqlite_site: Site) -> None:
    """D27: with the sub job's own cost code; an edit keeps both."""
    site = sqlite_site
    site.connect(send=True)
    job, codes = _sub_job(site)
    site.set(receive_project_per_sub_job=True)
    link(site, 2)
    site.enter(project=2, sub_job_id=job, cost_code_id=codes[0])
    site.settle()
    [received] = site.timesheets()
    with site.app.app_context():
        key = timesheets.create(
            site.actor(),
            {
                "user_id": received.user_id,
                "project_id": received.project_id,
                "task_id": received.task_id,
                "project_item_id": received.project_item_id,
                "date": date(2026, 11, 17),
                "hours": Decimal(4),
            },
        ).timesheet.id
    site.settle()
    card = next(c for c in site.cards() if c.date == date(2026, 11, 17))
    assert (card.project_id, card.sub_job_id, card.cost_code_id) == (site.projects[2].id, job, codes[0])
    site.rewrite(key, hours=Decimal(5))
    site.settle()
    card = next(c for c in site.cards() if c.date == date(2026, 11, 17))
    assert (card.hours, card.project_id, card.sub_job_id) == (5, site.projects[2].id, job)
    assert {row.state for row in site.links()} == {"in_sync"}


# ---- records that move ---------------------------------------------------------------------------------


def test_a_card_moved_to_another_synced_project_or_person_follows(sqlite_site: Site) -> None:
    """D28: an ordinary change of a field."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter()
    site.settle()
    [before] = site.timesheets()
    people = [p for p in site.world.state.people if p.company_id == site.theirs.id]
    move(site, card.id, THIRD)
    site.edit(card.id, party_id=people[7].id)
    site.settle()
    [after] = site.timesheets()
    assert after.id == before.id
    assert after.project_id != before.project_id
    assert after.user_id != before.user_id
    assert {row.state for row in site.links()} == {"in_sync"}


def test_a_card_moved_to_an_excluded_project_takes_its_timesheet_into_the_trash(sqlite_site: Site) -> None:
    """D28: state excluded, undo at hand; back in a synced project it is the same timesheet again."""
    site = sqlite_site
    site.connect(send=True)
    home = link(site, 0)
    site.set(receive_only_linked=True)
    card = site.enter("7.5", description="Pour")
    site.settle()
    [before] = site.timesheets()
    assert before.project_id == home.id
    move(site, card.id, THIRD)
    site.settle()
    assert site.timesheets() == []
    assert trash(site) == [before.id]
    [row] = site.links()
    assert (row.state, row.reason_key) == ("excluded", f"unlinked:{site.projects[THIRD].id}")
    assert len(site.cards()) == 1
    site.forget_calls()
    site.settle()
    assert site.calls() == 0
    timesheets.restore(site.actor(), before.id)
    site.settle()
    assert [sheet.id for sheet in site.timesheets()] == [before.id]
    assert [row.state for row in site.links()] == ["excluded"]
    assert len(site.cards()) == 1
    timesheets.delete(site.actor(), before.id)
    site.settle()
    assert len(site.cards()) == 1
    move(site, card.id, 0)
    site.settle()
    [again] = site.timesheets()
    assert (again.id, again.project_id) == (before.id, home.id)
    assert [row.state for row in site.links()] == ["in_sync"]


def test_it_is_back_also_after_that_project_was_linked_from_now_on(sqlite_site: Site) -> None:
    """D21, D28: what was left out stays so; moved back to a project that is synced, it is no longer in that one."""
    site = sqlite_site
    site.connect(send=True)
    home = link(site, 0)
    site.set(receive_only_linked=True)
    card = site.enter("7.5")
    site.settle()
    [before] = site.timesheets()
    move(site, card.id, THIRD)
    site.settle()
    elsewhere = projects.create(site.company_id, "Elsewhere")
    projects.link(site.company_id, elsewhere.id, LinkTarget(site.projects[THIRD].id), brings_in=False)
    site.settle()
    assert site.timesheets() == []
    assert [row.reason_key for row in site.links()] == ["before_link"]
    site.clock.advance(600)
    move(site, card.id, 0)
    site.settle()
    assert [(sheet.id, sheet.project_id) for sheet in site.timesheets()] == [(before.id, home.id)]


@releases("moved_out")
def test_a_timesheet_that_was_edited_does_not_vanish_with_its_card(sqlite_site: Site) -> None:
    """D28, D42: it is held, here as it is; linking the project goes on."""
    site = sqlite_site
    site.connect(send=True)
    link(site, 0)
    site.set(receive_only_linked=True)
    card = site.enter("7.5")
    site.settle()
    [before] = site.timesheets()
    move(site, card.id, THIRD)
    site.rewrite(before.id, hours=Decimal(6))
    site.settle()
    held_by(site, "moved_out")
    assert [sheet.hours for sheet in site.timesheets()] == [6]
    link(site, THIRD)
    site.settle()
    assert [row.state for row in site.links()] == ["in_sync"]
    assert [c.hours for c in site.cards()] == [6]


@releases("left_scope")
def test_a_timesheet_moved_to_an_excluded_project_leaves_its_card_alone(sqlite_site: Site) -> None:
    """D28: the card stays as it was; moved back, or its new project linked, it goes on."""
    site = sqlite_site
    site.connect(send=True)
    link(site, 0)
    site.set(send_only_linked=True)
    key = site.write("8.0")
    site.settle()
    elsewhere = projects.create(site.company_id, "Private")
    site.rewrite(key, project_id=elsewhere.id, project_item_id=None)
    site.settle()
    held_by(site, "left_scope")
    [card] = site.cards()
    assert (card.project_id, card.hours) == (site.projects[0].id, 8)
    projects.link(site.company_id, elsewhere.id, LinkTarget(site.projects[THIRD].id))
    site.settle()
    [card] = site.cards()
    assert card.project_id == site.projects[THIRD].id
    assert [row.state for row in site.links()] == ["in_sync"]


def test_what_left_the_scope_is_deleted_in_procore_only_when_an_administrator_says_so(
    sqlite_site: Site,
) -> None:
    """D28: *delete in Procore* is a choice; a card that Procore changed meanwhile is not deleted."""
    site = sqlite_site
    site.connect(send=True)
    link(site, 0)
    site.set(send_only_linked=True)
    key = site.write("8.0")
    site.settle()
    [card] = site.cards()
    [done] = site.messages()
    with pytest.raises(Conflict):
        left_scope.delete_in_procore(site.actor(), done.id)
    elsewhere = projects.create(site.company_id, "Private")
    site.rewrite(key, project_id=elsewhere.id, project_item_id=None)
    site.settle()
    [waiting] = site.messages("pending")
    site.edit(card.id, description="Checked by Dana")
    left_scope.delete_in_procore(site.actor(), waiting.id)
    site.settle()
    assert len(site.cards()) == 1
    held_by(site, "left_scope")
    site.edit(card.id, description=None)
    site.settle()
    assert site.cards() == []
    assert [sheet.id for sheet in site.timesheets()] == [key]
    [row] = site.links()
    assert (row.state, row.reason_key) == ("excluded", f"unlinked_here:{elsewhere.id}")


def test_a_discard_takes_the_choice_to_delete_in_procore_back(sqlite_site: Site) -> None:
    """D28: chosen while Procore had changed the card, then discarded; the choice does not come back with the card."""
    site = sqlite_site
    site.connect(send=True)
    link(site, 0)
    site.set(send_only_linked=True)
    key = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.rewrite(key, project_id=projects.create(site.company_id, "Private").id, project_item_id=None)
    site.settle()
    site.edit(card.id, description="Checked by Dana")
    left_scope.delete_in_procore(site.actor(), site.messages("pending")[0].id)
    site.settle()
    activity.discard(site.actor(), site.messages("pending")[0].id, None)
    site.edit(card.id, description=None)
    site.settle()
    assert len(site.cards()) == 1


def test_the_word_to_delete_in_procore_ends_when_the_timesheet_comes_back(sqlite_site: Site) -> None:
    """D28: moved back before the card was deleted, and out of the scope again a month later: it is asked anew."""
    site = sqlite_site
    site.connect(send=True)
    link(site, 0)
    site.set(send_only_linked=True)
    key = site.write("8.0")
    site.settle()
    [sheet] = site.timesheets()
    home = {"project_id": sheet.project_id, "project_item_id": sheet.project_item_id}
    elsewhere = {"project_id": projects.create(site.company_id, "Private").id, "project_item_id": None}
    site.rewrite(key, **elsewhere)
    site.settle()
    [waiting] = site.messages("pending")
    left_scope.delete_in_procore(site.actor(), waiting.id)
    site.rewrite(key, **home)
    site.settle()
    assert [row.state for row in site.links()] == ["in_sync"]
    site.clock.advance(30 * 86400)
    site.rewrite(key, **elsewhere)
    site.settle()
    held_by(site, "left_scope")
    assert len(site.cards()) == 1
    [waiting] = site.messages("pending")
    left_scope.delete_in_procore(site.actor(), waiting.id)
    site.settle()
    assert site.cards() == []


# ---- equipment, running clocks ---------------------------------------------------------------------------


def test_a_clock_that_runs_waits_and_is_never_taken_for_deleted(sqlite_site: Site) -> None:
    """D29a: every list asks for it, the sweep's, too; it arrives once clocked out."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter("8.0")
    site.settle()
    site.edit(card.id, in_progress=True)
    for _ in range(3):
        site.clock.advance(1000)
        sync.sweep_company(site.company_id)
        site.settle()
        assert len(site.timesheets()) == 1
    [row] = site.links()
    assert (row.state, row.reason_key) == ("waiting", "in_progress")
    site.edit(card.id, in_progress=False, hours="9.0")
    site.settle()
    assert [sheet.hours for sheet in site.timesheets()] == [9]


# ---- locked timesheets ---------------------------------------------------------------------------------


@releases("locked")
@pytest.mark.parametrize("act", ["edit", "delete"])
def test_a_locked_timesheet_is_changed_by_nobody(sqlite_site: Site, act: str) -> None:
    """D45: neither here nor by Procore's change or deletion; unlocking takes it."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter("8.0")
    site.settle()
    [sheet] = site.timesheets()
    day = date(2026, 11, 16)
    assert locks.lock(site.actor(), day, day) == 1
    with pytest.raises(TimesheetLocked):
        site.rewrite(sheet.id, hours=Decimal(1))
    with pytest.raises(TimesheetLocked):
        site.erase(sheet.id)
    if act == "edit":
        site.edit(card.id, hours="6.0")
    else:
        site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    held_by(site, "locked")
    assert [each.hours for each in site.timesheets()] == [8]
    assert locks.adjustments(site.company_id) == []
    locks.unlock(site.actor(), day, day)
    site.settle()
    assert [each.hours for each in site.timesheets()] == ([6] if act == "edit" else [])
    assert [row.state for row in site.links()] == ["in_sync"]


@pytest.mark.parametrize("is_approved", [False, True])
def test_hours_entered_before_the_lock_go_to_procore_whatever_else_was_changed_there(
    sqlite_site: Site, is_approved: bool
) -> None:
    """D40, D45: ours are no change of the locked timesheet; Procore's description waits for the lock."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter("8.0", description="Forms")
    site.settle()
    [sheet] = site.timesheets()
    site.rewrite(sheet.id, hours=Decimal(9))
    day = date(2026, 11, 16)
    locks.lock(site.actor(), day, day)
    site.edit(card.id, description="Forms, grid C")
    if is_approved:
        site.world.set_approval(site.dana.id, [card.id], "approved")
        site.settle()
        held_by(site, "locked")
        assert [each.hours for each in site.cards()] == [8]
        site.world.set_approval(site.dana.id, [card.id], "pending")
    site.settle()
    assert [each.hours for each in site.cards()] == [9]
    held_by(site, "locked")
    assert [(each.hours, each.description) for each in site.timesheets()] == [(9, "Forms")]
    assert {message.reason_key for message in site.messages()} <= {None, "locked"}
    locks.unlock(site.actor(), day, day)
    site.settle()
    assert [(each.hours, each.description) for each in site.timesheets()] == [(9, "Forms, grid C")]
    assert [(each.hours, each.description) for each in site.cards()] == [(9, "Forms, grid C")]


@releases("processed")
@pytest.mark.parametrize("is_held_before", [False, True])
def test_a_change_of_what_was_exported_is_a_line_of_the_adjustment_list(
    sqlite_site: Site, is_held_before: bool
) -> None:
    """D45: with both hours; approval alone is none. Also what the lock held when the period was exported."""
    site = sqlite_site
    site.connect(send=True)
    card, gone, approved = site.enter("8.0"), site.enter("4.0", person=5), site.enter("2.0", person=6)
    site.settle()
    by_hours = {sheet.hours: sheet.id for sheet in site.timesheets()}
    day = date(2026, 11, 16)
    locks.lock(site.actor(), day, day)
    if not is_held_before:
        assert locks.process(site.actor(), day, day) == 3
    site.edit(card.id, hours="6.5")
    site.world.delete_timecard(site.dana.id, gone.id)
    site.world.set_approval(site.dana.id, [approved.id], "approved")
    site.settle()
    if is_held_before:
        assert locks.process(site.actor(), day, day) == 3
        site.settle()
    lines = {line.timesheet_id: line for line in locks.adjustments(site.company_id)}
    assert lines.keys() == {by_hours[Decimal(8)], by_hours[Decimal(4)]}
    assert (lines[by_hours[Decimal(8)]].hours, lines[by_hours[Decimal(8)]].hours_there) == (8, Decimal("6.5"))
    assert lines[by_hours[Decimal(8)]].changed == ("time",)
    assert lines[by_hours[Decimal(4)]].hours_there is None
    assert sorted(sheet.hours or 0 for sheet in site.timesheets()) == [2, 4, 8]
    assert {sheet.approval_status for sheet in site.timesheets() if sheet.hours == 2} == {"approved"}
    locks.unlock(site.actor(), day, day)
    site.settle()
    assert sorted(sheet.hours or 0 for sheet in site.timesheets()) == [2, Decimal("6.5")]
    assert locks.adjustments(site.company_id) == []


@pytest.mark.parametrize("kind", ["locked", "processed"])
def test_a_locked_timesheet_is_not_taken_along_by_a_move_to_an_excluded_project(
    sqlite_site: Site, kind: str
) -> None:
    """D45, D28: it stays as it is, an exported one with a line in the adjustment list, until it is unlocked."""
    site = sqlite_site
    site.connect()
    link(site, 0)
    site.set(receive_only_linked=True)
    card = site.enter("7.5")
    site.settle()
    [before] = site.timesheets()
    day = date(2026, 11, 16)
    locks.lock(site.actor(), day, day)
    if kind == "processed":
        locks.process(site.actor(), day, day)
    move(site, card.id, THIRD)
    site.settle()
    held_by(site, kind)
    assert ([sheet.hours for sheet in site.timesheets()], trash(site)) == ([Decimal("7.5")], [])
    lines = locks.adjustments(site.company_id)
    assert [line.timesheet_id for line in lines] == ([before.id] if kind == "processed" else [])
    assert all("project" in line.changed for line in lines)
    locks.unlock(site.actor(), day, day)
    site.settle()
    assert (site.timesheets(), trash(site)) == ([], [before.id])
    [row] = site.links()
    assert (row.state, row.reason_key) == ("excluded", f"unlinked:{site.projects[THIRD].id}")
    assert locks.adjustments(site.company_id) == []


def test_a_locked_timesheet_goes_on_when_its_card_is_moved_back(sqlite_site: Site) -> None:
    """D45: nothing is left to book."""
    site = sqlite_site
    site.connect()
    link(site, 0)
    site.set(receive_only_linked=True)
    card = site.enter("7.5", description=f"Moved to {site.projects[0].name}")
    site.settle()
    day = date(2026, 11, 16)
    locks.lock(site.actor(), day, day)
    locks.process(site.actor(), day, day)
    move(site, card.id, THIRD)
    site.settle()
    held_by(site, "processed")
    move(site, card.id, 0)
    site.settle()
    assert [row.state for row in site.links()] == ["in_sync"]
    assert locks.adjustments(site.company_id) == []
    assert [sheet.hours for sheet in site.timesheets()] == [Decimal("7.5")]


def test_only_an_administrator_locks(sqlite_site: Site) -> None:
    """D45."""
    site = sqlite_site
    site.connect()
    worker = type(site.actor())(site.company_id, "Ana", user_id=1)
    for act in (locks.lock, locks.unlock, locks.process):
        with pytest.raises(Forbidden):
            act(worker, date(2026, 11, 1), date(2026, 11, 30))


# ---- order, repetition, tombstones -----------------------------------------------------------------------


def test_an_update_that_arrives_after_the_deletion_changes_nothing(sqlite_site: Site) -> None:
    """D3: the tombstone wins; if the card is there again on a fresh read, it is re-created under the same link."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter("8.0")
    site.settle()
    [before] = site.timesheets()
    site.world.add_fault(effect="delay_event", seconds=600, event_type="update", times=1)
    site.edit(card.id, hours="7.0")
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    assert site.timesheets() == []
    site.clock.advance(700)
    site.settle()
    assert site.timesheets() == []
    [row] = site.links()
    assert row.is_tombstone
    back = site.world.state.timecards.get(card.id)
    assert back is not None
    back.deleted_at, back.updated_at = None, site.clock.now()
    site.world.state.timecards.put(back)
    site.edit(card.id, hours="6.0")
    site.settle()
    [again], [link_now] = site.timesheets(), site.links()
    assert (again.id, again.hours, link_now.id) == (before.id, 6, row.id)


def test_created_and_deleted_before_we_looked_is_one_line_of_history(sqlite_site: Site) -> None:
    """D7: and nothing in the ledger waits for it."""
    site = sqlite_site
    site.connect()
    card = site.enter()
    site.edit(card.id, hours="2.0")
    site.world.delete_timecard(site.dana.id, card.id)
    site.settle()
    assert site.timesheets() == []
    [message] = site.messages()
    assert (message.direction, message.state, message.procore_id) == ("receive", "processed", card.id)
    assert [row.state for row in site.links()] == ["in_sync"]


def test_many_changes_of_one_record_are_one_decision(sqlite_site: Site) -> None:
    """D8: the latest state counts, one update goes out, all that was pending is settled by it."""
    site = sqlite_site
    site.connect(send=True)
    key = site.write("8.0")
    site.settle()
    site.forget_calls()
    for hours in (7, 6, 5):
        site.rewrite(key, hours=Decimal(hours))
    site.settle()
    assert [row.count for row in site.world.call_counts() if row.method == "PATCH"] == [1]
    assert [card.hours for card in site.cards()] == [5]
    assert site.messages("pending") == []
    assert len(site.messages()) == 2
