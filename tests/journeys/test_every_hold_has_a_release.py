"""Every reason of the catalogue ends by its fix: each is brought about for real, counted, and released."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.fixtures.site import Site
from tests.journeys.releases import PROVEN, assert_released, held_by, releases
from webapp.services import (
    activity,
    directory,
    project_items,
    projects,
    settings,
    sync,
    tasks,
    template,
    timesheets,
    users,
)
from webapp.services.projects import LinkTarget
from webapp.store.models import Link, ProcorePerson, Project
from webapp.store.session import transaction
from webapp.sync import holds
from webapp.sync.catalogue import KINDS, Reason
from webapp.sync.ports import Unknown

BULK = "/rest/v1.0/companies/*/timesheets"
EIGHT = {
    "start": datetime(2026, 11, 16, 15, tzinfo=UTC),
    "stop": datetime(2026, 11, 16, 23, tzinfo=UTC),
}


def people(site: Site) -> list[int]:
    return [p.id for p in site.world.state.people if p.company_id == site.theirs.id]


def link_all(site: Site, number: int = 0) -> Project:
    place = site.projects[number]
    ours = projects.create(site.company_id, place.name)
    return projects.link(site.company_id, ours.id, LinkTarget(place.id))


# ---- what the two sides call the same thing ------------------------------------------------------------


@releases("task")
def test_a_row_of_the_template_releases_every_spelling_of_a_time_type(site: Site) -> None:
    """R14, D65: matching trims, folds case and normalises Unicode; adding releases all."""
    site.connect()
    kinds = [
        site.world.add_record("time_type", site.theirs.id, time_type=n) for n in ("Per  Diém", "per diém")
    ]
    for kind in kinds:
        site.enter(timecard_time_type_id=kind.id)
    site.settle()
    assert {link.reason_key for link in site.links()} == {"task:Per  Diém", "task:per diém"}
    assert template.add(site.company_id, " PER DIÉM ", "Allowance") == 2
    site.settle()
    assert_released(site, links=2)


@releases("cost_code")
def test_a_cost_code_that_procore_lists_again_releases_its_cards(site: Site) -> None:
    """R15, D64: found by the daily read, or a quarter of an hour later by itself."""
    site.connect()
    code = next(c for c in site.world.state.cost_codes if c.project_id == site.projects[0].id)
    site.enter(cost_code_id=code.id)
    site.world.change_record("cost_code", code.id, is_deleted=True)
    site.settle()
    held_by(site, "cost_code")
    site.world.change_record("cost_code", code.id, is_deleted=False)
    directory.refresh_all(site.company_id)
    site.settle()
    assert_released(site)


@releases("no_person")
def test_a_card_goes_on_when_it_gets_a_person(site: Site) -> None:
    """D64."""
    site.connect()
    card = site.enter()
    card.party_id = None
    site.world.state.timecards.put(card)
    site.settle()
    held_by(site, "no_person")
    site.edit(card.id, party_id=people(site)[3])
    site.settle()
    assert_released(site)


@releases("person")
def test_a_person_whom_the_directory_shows_again_releases_their_cards(site: Site) -> None:
    """R13."""
    site.connect()
    site.enter(person=3)
    site.settle()
    with transaction(site.company_id) as session:
        session.query(ProcorePerson).where(ProcorePerson.procore_id == people(site)[3]).delete()
    hold_by(site, holds.person_unknown(people(site)[3]))
    held_by(site, "person")
    directory.refresh(site.company_id)
    site.settle()
    assert_released(site)


@releases("user")
def test_choosing_a_person_releases_the_time_that_waited_for_one(site: Site) -> None:
    """R19, D60: a name alone never links."""
    site.connect(send=True)
    someone = users.create(site.company_id, {"name": "Somebody New"})
    site.write(user_id=someone.id)
    site.settle()
    held_by(site, "user")
    users.edit(site.company_id, someone.id, {"procore_person_id": people(site)[5]})
    site.settle()
    assert_released(site)


def test_a_person_who_is_new_in_procore_releases_the_time_that_waited_for_them(site: Site) -> None:
    """R19, D60: the next read of the directory finds them by their e-mail."""
    site.connect(send=True)
    someone = users.create(site.company_id, {"name": "Somebody New", "email": "new@acme.example"})
    site.write(user_id=someone.id)
    site.settle()
    held_by(site, "user")
    site.world.add_record(
        "person", site.theirs.id, email="New@acme.example", project_ids=[site.projects[0].id]
    )
    directory.refresh(site.company_id)
    site.settle()
    assert_released(site)


@releases("inactive")
def test_a_person_who_is_active_again_releases_their_time(site: Site) -> None:
    """D63."""
    site.connect(send=True)
    site.world.change_record("person", people(site)[4], is_active=False)
    directory.refresh(site.company_id)
    site.write(person=4)
    site.settle()
    held_by(site, "inactive")
    site.world.change_record("person", people(site)[4], is_active=True)
    directory.refresh(site.company_id)
    site.settle()
    assert_released(site)


def test_old_time_of_an_inactive_person_still_flows(site: Site) -> None:
    """D63: edits, deletions and what Procore sends; the link stays, and nobody is deactivated here."""
    site.connect(send=True)
    edited, erased = site.write("8.0", person=4), site.write("4.0", person=4)
    site.settle()
    site.world.change_record("person", people(site)[4], is_active=False)
    directory.refresh(site.company_id)
    site.rewrite(edited, hours=Decimal(6))
    site.erase(erased)
    site.settle()
    assert_released(site, links=2)
    assert [card.hours for card in site.cards()] == [Decimal(6)]
    site.edit(site.cards()[0].id, hours="5.0")
    site.settle()
    assert [timesheet.hours for timesheet in site.timesheets()] == [Decimal(5)]


def test_a_card_without_a_cost_code_needs_none_here(site: Site) -> None:
    """D64."""
    site.connect()
    site.enter(cost_code_id=None)
    site.settle()
    assert_released(site)
    assert [timesheet.project_item_id for timesheet in site.timesheets()] == [None]


@releases("projects_match")
def test_linking_one_of_several_matches_releases_the_cards(site: Site) -> None:
    """R11, D22."""
    site.connect()
    first, _ = (projects.create(site.company_id, site.projects[0].name) for _ in range(2))
    site.enter()
    site.settle()
    held_by(site, "projects_match")
    projects.link(site.company_id, first.id, LinkTarget(site.projects[0].id))
    site.settle()
    assert_released(site)
    assert [t.project_id for t in site.timesheets()] == [first.id]


@pytest.mark.parametrize("together", [False, True])
def test_a_link_that_sending_makes_releases_the_cards_too(site: Site, together: bool) -> None:
    """R11, R18, D22: one of several matches is linked for its timesheet, in a later step or in that of the card."""
    site.connect(send=True)
    place = site.projects[0]
    first, _ = (projects.create(site.company_id, place.name, place.project_number) for _ in range(2))
    site.enter("8.0", cost_code_id=None)
    if not together:
        site.settle()
        held_by(site, "projects_match")
    site.write("3.0", project_item_id=None)
    site.settle()
    assert_released(site, links=2)
    assert {t.project_id for t in site.timesheets()} == {first.id}


@releases("project_here")
def test_linking_releases_the_timesheets_of_a_project_that_matched_none(site: Site) -> None:
    """R18."""
    site.connect(send=True)
    ours = projects.create(site.company_id, "Nobody knows this name")
    site.write(project_id=ours.id, project_item_id=None)
    site.settle()
    held_by(site, "project_here")
    projects.link(site.company_id, ours.id, LinkTarget(site.projects[0].id))
    site.settle()
    assert_released(site)


def test_a_project_that_is_new_in_procore_releases_the_timesheets_of_its_number(site: Site) -> None:
    """R18: found by the next read of the directory."""
    site.connect(send=True)
    ours = projects.create(site.company_id, "Pier", "P-77")
    site.write(project_id=ours.id, project_item_id=None)
    site.settle()
    held_by(site, "project_here")
    new = site.world.add_record("project", site.theirs.id, name="New pier", project_number="p-77")
    site.world.give_back_project(site.theirs.id, new.id)
    directory.refresh(site.company_id)
    site.settle()
    assert [link.reason_key for link in site.links()] != [f"project_here:{ours.id}"]
    assert projects.one(site.company_id, ours.id).procore_project_id == new.id


@releases("task_here")
def test_renaming_a_task_releases_what_was_sent_with_it(site: Site) -> None:
    """R19."""
    site.connect(send=True)
    task = tasks.create(site.company_id, "Standby")
    site.write(task_id=task.id)
    site.settle()
    held_by(site, "task_here")
    tasks.rename(site.company_id, task.id, " regular  TIME ")
    site.settle()
    assert_released(site)


def test_a_row_of_the_template_releases_what_is_sent_with_its_task(site: Site) -> None:
    """R14, R19: the row says which time type the task is."""
    site.connect(send=True)
    task = tasks.create(site.company_id, "Standby")
    site.write(task_id=task.id)
    site.settle()
    held_by(site, "task_here")
    site.world.add_record("time_type", site.theirs.id, time_type="On call")
    directory.refresh(site.company_id)
    template.add(site.company_id, "On call", "Standby")
    site.settle()
    assert_released(site)


@releases("item_here")
def test_giving_an_item_its_code_releases_what_was_sent_with_it(site: Site) -> None:
    """R19."""
    site.connect(send=True)
    refs = site._refs(0, 4)
    item = project_items.create(site.company_id, refs["project_id"], "77-777", "Unknown")
    site.write(project_item_id=item.id)
    site.settle()
    held_by(site, "item_here")
    code = [c for c in site.world.state.cost_codes if c.project_id == site.projects[0].id][1]
    project_items.edit(site.company_id, item.id, code.full_code, "Known")
    site.settle()
    assert_released(site)


@releases("item_removed")
def test_another_code_releases_what_was_sent_with_one_that_procore_removed(site: Site) -> None:
    """D67: the item is archived, not deleted; sending it holds with a list to choose from."""
    site.connect(send=True)
    site.write("1.0")
    site.settle()
    codes = [
        c for c in site.world.state.cost_codes if c.project_id == site.projects[0].id and not c.sub_job_id
    ]
    site.world.change_record("cost_code", codes[0].id, is_deleted=True)
    directory.refresh_all(site.company_id)
    site.write("2.0")
    site.settle()
    held_by(site, "item_removed")
    [item] = [i for i in project_items.page(site.company_id, 0, 10)[0] if i.procore_cost_code_id]
    assert item.is_archived
    offered = project_items.choices(site.company_id, item.id)
    assert codes[0].id not in {code.procore_id for code in offered}
    project_items.choose(site.company_id, item.id, offered[0].procore_id)
    site.settle()
    assert_released(site, links=2)
    assert not project_items.one(site.company_id, item.id).is_archived
    assert {c.cost_code_id for c in site.cards() if c.hours == 2} == {offered[0].procore_id}


def test_a_cost_code_that_is_back_in_procore_releases_what_was_sent_with_it(site: Site) -> None:
    """D67."""
    site.connect(send=True)
    site.write("1.0")
    site.settle()
    code = next(c for c in site.world.state.cost_codes if c.project_id == site.projects[0].id)
    site.world.change_record("cost_code", code.id, is_deleted=True)
    directory.refresh_all(site.company_id)
    site.write("2.0")
    site.settle()
    held_by(site, "item_removed")
    site.world.change_record("cost_code", code.id, is_deleted=False)
    directory.refresh_all(site.company_id)
    site.settle()
    assert_released(site, links=2)


@releases("sub_job")
def test_a_sub_job_that_procore_lists_releases_its_cards(site: Site) -> None:
    """R12, D24."""
    site.connect()
    settings.change(site.company_id, {"receive_project_per_sub_job": True})
    job = next(iter(site.world.state.sub_jobs))
    number = next(n for n, p in enumerate(site.projects) if p.id == job.project_id)
    link_all(site, number)
    site.enter(project=number, sub_job_id=job.id, cost_code_id=None)
    site.deliver()
    hold_by(site, holds.sub_job_unknown(job.id, job.name))
    held_by(site, "sub_job")
    directory.refresh(site.company_id, Unknown(sub_jobs_of=frozenset({job.project_id})))
    site.settle()
    assert_released(site)


@releases("main_project")
def test_linking_the_main_project_releases_the_cards_of_its_sub_job(site: Site) -> None:
    """R12, D26: nothing to copy from, until there is."""
    site.connect()
    settings.change(site.company_id, {"receive_project_per_sub_job": True})
    job = next(iter(site.world.state.sub_jobs))
    number = next(n for n, p in enumerate(site.projects) if p.id == job.project_id)
    site.enter(project=number, sub_job_id=job.id, cost_code_id=None)
    site.settle()
    held_by(site, "main_project")
    main = link_all(site, number)
    site.settle()
    assert_released(site)
    [timesheet] = site.timesheets()
    assert timesheet.project_id != main.id


@pytest.mark.parametrize("together", [False, True])
def test_a_main_project_that_receiving_makes_releases_the_cards_of_its_sub_job(
    site: Site, together: bool
) -> None:
    """R11, R12, D26: its first card makes it, in a later step or in that of the sub job's."""
    site.connect()
    settings.change(site.company_id, {"receive_project_per_sub_job": True})
    job = next(iter(site.world.state.sub_jobs))
    number = next(n for n, p in enumerate(site.projects) if p.id == job.project_id)
    directory.refresh(site.company_id, Unknown(sub_jobs_of=frozenset({job.project_id})))
    site.enter(project=number, sub_job_id=job.id, cost_code_id=None)
    if not together:
        site.settle()
        held_by(site, "main_project")
    site.enter(project=number, cost_code_id=None)
    site.settle()
    assert_released(site, links=2)
    assert len({t.project_id for t in site.timesheets()}) == 2


@releases("project", "permission")
def test_a_project_that_is_permitted_again_releases_its_records(site: Site) -> None:
    """R8, D101: what Procore shows of it now is looked at again."""
    site.connect()
    site.enter()
    site.settle()
    for reason in (
        holds.project_unknown(site.projects[0].id, "Tower"),
        holds.permission("No.", site.projects[0].id),
    ):
        site.world.withdraw_project(site.theirs.id, site.projects[0].id)
        directory.refresh(site.company_id)
        hold_by(site, reason)
        held_by(site, reason.key.partition(":")[0])
        site.world.give_back_project(site.theirs.id, site.projects[0].id)
        directory.refresh(site.company_id)
        site.settle()
        assert_released(site)


@releases("relink")
def test_linking_again_resumes_what_waited_when_the_project_was_unlinked(site: Site) -> None:
    """D23: records stay, nothing is written, nothing is linked behind the administrator's back."""
    site.connect(send=True)
    card = site.enter("8.0")
    site.settle()
    [timesheet] = site.timesheets()
    projects.unlink(site.company_id, timesheet.project_id)
    site.edit(card.id, hours="6.0")
    site.rewrite(timesheet.id, description="Forms")
    site.settle()
    held_by(site, "relink")
    assert projects.one(site.company_id, timesheet.project_id).procore_project_id is None
    projects.link(site.company_id, timesheet.project_id, LinkTarget(site.projects[0].id))
    site.settle()
    assert_released(site)
    assert (site.cards()[0].hours, site.cards()[0].description) == (Decimal(6), "Forms")
    assert site.timesheets()[0].hours == Decimal(6)


def test_with_only_linked_on_what_waited_is_held_and_what_comes_later_is_left_out(site: Site) -> None:
    """D21, D23: and linking again takes both along."""
    site.connect()
    link_all(site)
    settings.change(site.company_id, {"receive_only_linked": True})
    odd = site.world.add_record("time_type", site.theirs.id, time_type="Per Diem")
    known, waited = site.enter("8.0"), site.enter("7.0", timecard_time_type_id=odd.id)
    site.settle()
    [ours] = [p for p in projects.page(site.company_id, 0, 10)[0] if p.procore_project_id]
    projects.unlink(site.company_id, ours.id)
    site.edit(known.id, hours="6.0")
    site.edit(waited.id, hours="5.0")
    new = site.enter("4.0")
    site.settle()
    assert {link.procore_id: (link.state, link.reason_key) for link in site.links()} == {
        known.id: ("waiting", f"relink:{ours.id}"),
        waited.id: ("waiting", f"relink:{ours.id}"),
        new.id: ("excluded", f"unlinked:{site.projects[0].id}"),
    }
    projects.link(site.company_id, ours.id, LinkTarget(site.projects[0].id))
    template.add(site.company_id, "Per Diem", "Per Diem")
    site.settle()
    assert_released(site, links=3)


def test_another_project_linked_in_its_place_takes_what_waited(site: Site) -> None:
    """D23."""
    site.connect()
    card = site.enter("8.0")
    site.settle()
    [timesheet] = site.timesheets()
    projects.unlink(site.company_id, timesheet.project_id)
    site.edit(card.id, hours="6.0")
    new = site.enter("4.0")
    site.settle()
    assert {link.reason_key for link in site.links()} == {f"relink:{timesheet.project_id}"}
    other = link_all(site)
    site.settle()
    assert_released(site, links=2)
    [taken] = [t for t in site.timesheets() if t.hours == Decimal(4)]
    assert (taken.project_id, len(site.timesheets())) == (other.id, 2)
    assert new.id in {link.procore_id for link in site.links()}


# ---- the record itself ---------------------------------------------------------------------------------


@releases("needs_times")
def test_entering_start_and_stop_releases_a_timesheet(site: Site) -> None:
    """R20."""
    site.connect(send=True)
    site.write("1.0")
    site.settle()
    site.world.change_record("project", site.projects[0].id, start_and_stop=True)
    directory.refresh(site.company_id)
    number = site.write("8.0", person=5)
    site.settle()
    held_by(site, "needs_times")
    site.rewrite(number, hours=None, **EIGHT)
    site.settle()
    assert_released(site, links=2)


def test_a_project_that_keeps_hours_again_releases_timesheets_without_times(site: Site) -> None:
    """R20."""
    site.connect(send=True)
    site.write("1.0")
    site.settle()
    site.world.change_record("project", site.projects[0].id, start_and_stop=True)
    directory.refresh(site.company_id)
    site.write("8.0", person=5)
    site.settle()
    held_by(site, "needs_times")
    site.world.change_record("project", site.projects[0].id, start_and_stop=False)
    directory.refresh(site.company_id)
    site.settle()
    assert_released(site, links=2)


@releases("in_progress")
def test_a_card_goes_on_when_it_is_clocked_out(site: Site) -> None:
    """D29a."""
    site.connect()
    card = site.enter()
    card.in_progress = True
    site.world.state.timecards.put(card)
    site.settle()
    held_by(site, "in_progress")
    card.in_progress = False
    site.world.state.timecards.put(card)
    site.edit(card.id, hours="7.5")
    site.settle()
    assert_released(site)


@releases("refused")
def test_what_procore_refused_is_tried_again_when_the_timesheet_is_edited(site: Site) -> None:
    """R25, D103: and never before."""
    site.connect(send=True)
    site.world.add_fault(effect="refuse", status=422, method="POST", path=BULK)
    number = site.write("8.0")
    site.settle()
    held_by(site, "refused")
    calls = site.calls()
    site.clock.advance(timedelta(days=3).total_seconds())
    site.settle()
    assert site.calls() == calls
    site.world.clear_faults()
    site.rewrite(number, hours=Decimal(7))
    site.settle()
    assert_released(site)


def test_what_procore_refused_is_tried_again_by_retry(site: Site) -> None:
    """R25, R28."""
    site.connect(send=True)
    site.world.add_fault(effect="refuse", status=422, method="POST", path=BULK)
    site.write("8.0")
    site.settle()
    assert held_by(site, "refused").state == "failed"
    site.world.clear_faults()
    assert activity.retry_reason(site.actor(), "refused") == 1
    site.settle()
    assert_released(site)


@releases("lock")
def test_taking_the_approval_back_releases_an_edit(site: Site) -> None:
    """D44: Procore's event about the card is an ordinary mark."""
    site.connect(send=True)
    number = site.write("8.0")
    site.settle()
    [card] = site.cards()
    site.world.set_approval(site.dana.id, [card.id], "approved")
    site.rewrite(number, hours=Decimal(6))
    site.settle()
    held_by(site, "lock")
    assert site.cards()[0].hours == Decimal(8)
    site.world.set_approval(site.dana.id, [card.id], "pending")
    site.settle()
    assert_released(site)
    assert site.cards()[0].hours == Decimal(6)


@releases("unreadable", "crashed", "invalid_time", "origin_id_taken")
@pytest.mark.parametrize(
    "reason",
    [
        holds.unreadable("No date."),
        holds.crashed("KeyError"),
        holds.invalid_time("25 hours."),
        holds.origin_id_taken(),
    ],
    ids=lambda reason: reason.key,
)
@pytest.mark.parametrize("act", ["edit", "edit_there", "retry"])
def test_a_change_on_either_side_or_retry_looks_again(site: Site, reason: Reason, act: str) -> None:
    """R25, R28, D82, D103, D106: and nothing else does."""
    site.connect(send=True)
    card = site.enter()
    site.settle()
    [timesheet] = site.timesheets()
    hold_by(site, reason)
    site.clock.advance(timedelta(days=3).total_seconds())
    site.settle()
    held_by(site, reason.key)
    if act == "edit":
        site.rewrite(timesheet.id, description="Forms")
    elif act == "edit_there":
        site.edit(card.id, description="Forms")
    else:
        activity.retry_reason(site.actor(), reason.key)
    site.settle()
    assert_released(site)


# ---- what Procore shows and allows -----------------------------------------------------------------------


@releases("cannot_be_seen")
def test_a_card_that_is_shown_again_goes_on_by_itself(site: Site) -> None:
    """D102: its project was withdrawn, which is no deletion."""
    site.connect()
    card = site.enter()
    site.settle()
    site.edit(card.id, hours="6.0")
    site.world.withdraw_project(site.theirs.id, site.projects[0].id)
    site.deliver()
    work_once(site)
    held_by(site, "cannot_be_seen")
    assert len(site.timesheets()) == 1
    site.world.give_back_project(site.theirs.id, site.projects[0].id)
    site.clock.advance(901)
    site.settle()
    assert_released(site)


@releases("procore_busy")
def test_an_outage_ends_by_itself(site: Site) -> None:
    """D105."""
    site.connect()
    site.enter()
    fault = site.world.add_fault(effect="refuse", status=503)
    site.deliver()
    work_once(site)
    held_by(site, "procore_busy")
    site.world.remove_fault(fault.id)
    site.settle()
    assert_released(site)


@releases("in_line")
def test_what_waits_for_its_turn_says_so(site: Site) -> None:
    """R28, invariant 6: in the list and in Activity, without a Retry that would change nothing."""
    site.connect(send=True)
    sheet = site.write("8.0")
    waits = timesheets.one(site.actor(), sheet).sync
    assert (waits.state, waits.reason_key, waits.reason_text) == (
        "waiting", "in_line", "In line; it goes on by itself."
    )  # fmt: skip
    [group] = activity.overview(site.actor()).pending
    assert (group.reason_key, group.count, group.is_held) == ("in_line", 1, False)
    assert [message.reason_key for message in group.first] == ["in_line"]
    site.settle()
    assert_released(site)
    assert timesheets.one(site.actor(), sheet).sync.reason_key is None


@releases("answer_lost")
def test_a_lost_answer_is_looked_up_by_itself(site: Site) -> None:
    """D6: also where Procore's lists lag behind, so that the first look does not find it."""
    site.connect(send=True)
    site.world.set_switches(list_lag_seconds=10.0)
    site.write("8.0")
    site.world.add_fault(effect="lose_answer", method="POST", path=BULK, times=1)
    work_once(site)
    held_by(site, "answer_lost")
    site.settle()
    assert_released(site)
    assert len(site.cards()) == 1


# ---- left out by a rule ------------------------------------------------------------------------------------


@releases("unlinked")
def test_linking_brings_in_what_was_left_out_since_the_connection(site: Site) -> None:
    """R11, D21: the number is told beforehand."""
    site.connect()
    settings.change(site.company_id, {"receive_only_linked": True})
    site.enter()
    site.settle()
    held_by(site, "unlinked")
    ours = projects.create(site.company_id, "Tower")
    target = LinkTarget(site.projects[0].id)
    assert projects.count_left_out(site.company_id, ours.id, target)[0] == 1
    projects.link(site.company_id, ours.id, target)
    site.settle()
    assert_released(site)


def test_a_link_that_sending_makes_brings_in_what_was_left_out(site: Site) -> None:
    """R11, R18, D21: the same as a person's link."""
    site.connect(send=True)
    settings.change(site.company_id, {"receive_only_linked": True})
    site.enter("8.0")
    site.settle()
    held_by(site, "unlinked")
    site.write("3.0")
    site.settle()
    assert_released(site, links=2)


def test_a_link_that_sending_makes_resumes_what_waited_when_another_was_unlinked(site: Site) -> None:
    """D23: the cards of that project have a place again."""
    site.connect(send=True)
    projects.unlink(site.company_id, link_all(site).id)
    site.enter("8.0")
    site.settle()
    held_by(site, "relink")
    site.write("3.0")
    site.settle()
    assert_released(site, links=2)


def test_linking_may_start_with_what_changes_after_the_link(site: Site) -> None:
    """D21: bringing in is an offer; what was left out stays so, with its reason."""
    site.connect()
    settings.change(site.company_id, {"receive_only_linked": True})
    site.enter("3.0")
    site.settle()
    ours = projects.create(site.company_id, "Tower")
    projects.link(site.company_id, ours.id, LinkTarget(site.projects[0].id), brings_in=False)
    site.enter("4.0")
    site.settle()
    assert [t.hours for t in site.timesheets()] == [Decimal(4)]
    assert sorted((link.state, link.reason_key) for link in site.links()) == [
        ("excluded", "before_link"),
        ("in_sync", None),
    ]


@releases("unlinked_here")
def test_linking_sends_what_was_left_out_since_the_connection(site: Site) -> None:
    """R18, D21."""
    site.connect(send=True)
    settings.change(site.company_id, {"send_only_linked": True})
    ours = projects.create(site.company_id, "Tower")
    site.write(project_id=ours.id, project_item_id=None)
    site.settle()
    held_by(site, "unlinked_here")
    projects.link(site.company_id, ours.id, LinkTarget(site.projects[0].id))
    site.settle()
    assert_released(site)


def test_syncing_all_projects_brings_in_what_only_linked_left_out(site: Site) -> None:
    """R11, R18: the rule is gone, so nothing may stay left out by it."""
    site.connect(send=True)
    settings.change(site.company_id, {"receive_only_linked": True, "send_only_linked": True})
    site.enter()
    site.write(project=2)
    site.settle()
    assert {link.state for link in site.links()} == {"excluded"}
    settings.change(site.company_id, {"receive_only_linked": False, "send_only_linked": False})
    site.settle()
    assert_released(site, links=2)


@releases("switch")
def test_switching_a_direction_on_releases_what_changed_meanwhile(site: Site) -> None:
    """R9, D30."""
    site.connect(send=False)
    site.write()
    site.settle()
    held_by(site, "switch")
    settings.change(site.company_id, {"send": True}, since="off")
    site.settle()
    assert_released(site)


# ---- the catalogue -----------------------------------------------------------------------------------------


ELSEWHERE = {
    "test_conflicts.py": {"both_changed", "deleted_here", "deleted_there"},
    "test_guard.py": {"guard"},
    "test_overtime_split.py": {"split_off", "split_there"},
    "test_rules_of_scope.py": {"left_scope", "moved_out", "locked", "processed"},
}
"""Files with journeys of their own → the kinds that they release."""


def test_every_reason_that_a_fix_can_end_has_a_journey_that_ends_it() -> None:
    """R28, invariant 6: a new reason without a release fails here."""
    for name, keys in ELSEWHERE.items():
        told = (Path(__file__).parent / name).read_text()
        assert [key for key in sorted(keys) if f'"{key}' not in told] == []
    proven = set(PROVEN).union(*ELSEWHERE.values())
    assert {kind.key for kind in KINDS if not kind.is_final} == proven


def hold_by(site: Site, reason: Reason) -> None:
    """Every record is held by this reason, as the engine would hold it."""
    with transaction(site.company_id) as session:
        session.execute(
            update(Link).values(
                state=reason.state, reason_key=reason.key, reason_text=reason.text, is_dirty=False,
            )
        )  # fmt: skip


def work_once(site: Site) -> None:
    """Without letting time pass."""
    sync.drain()
