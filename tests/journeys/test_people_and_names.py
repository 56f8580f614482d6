"""People, time types, codes and projects are known by who and what they are, not by their names: D60–D62, D66, D68."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.fixtures.site import Site
from webapp.domain.timesheet import Actor
from webapp.errors import Forbidden
from webapp.services import directory, projects, same_person, template, timesheets, users
from webapp.services.projects import LinkTarget
from webapp.store.models import Project, ProjectItem, Task, User
from webapp.store.session import reading, transaction


def people(site: Site) -> list[Any]:
    return [p for p in site.world.state.people if p.company_id == site.theirs.id]


def ours(site: Site, model: Any) -> list[Any]:
    with reading(site.company_id) as session:
        return session.query(model).order_by(model.id).all()


def put_user(site: Site, **values: Any) -> int:
    with transaction(site.company_id) as session:
        user = User(created_at=site.clock.now(), **values)
        session.add(user)
        session.flush()
        return user.id


def rename(site: Site, kind: str, key: int, **values: Any) -> None:
    site.world.change_record(kind, key, **values)
    directory.refresh_all(site.company_id)


# ---- people ----------------------------------------------------------------------------------------------


def test_a_name_alone_links_nobody_and_is_suggested(sqlite_site: Site) -> None:
    """D60, R13: receiving creates the user; *same person?* is asked."""
    site = sqlite_site
    person = people(site)[3]
    name = f"{person.first_name} {person.last_name}"
    site.connect()
    namesake = put_user(site, name=name.upper())
    site.enter(person=3)
    site.settle()
    [sheet] = site.timesheets()
    assert sheet.user_id != namesake
    [asked] = same_person.suggestions(site.company_id)
    assert set(asked.user_ids) == {namesake, sheet.user_id}
    same_person.say(site.actor(), namesake, sheet.user_id)
    assert same_person.suggestions(site.company_id) == []
    same_person.take_back(site.actor(), namesake)
    assert len(same_person.suggestions(site.company_id)) == 1


@pytest.mark.parametrize("by", ["link", "email", "employee_number"])
def test_a_person_is_known_by_link_then_e_mail_then_number(sqlite_site: Site, by: str) -> None:
    """D60: e-mail case folded; a link goes before both."""
    site = sqlite_site
    person, other = people(site)[3], people(site)[4]
    site.connect()
    known = {
        "link": {"procore_person_id": person.id, "email": other.email, "employee_number": other.employee_id},
        "email": {"email": (person.email or "").upper(), "employee_number": other.employee_id},
        "employee_number": {"employee_number": person.employee_id},
    }[by]
    mine = put_user(site, name="Whoever", **known)
    site.enter(person=3)
    site.settle()
    assert [sheet.user_id for sheet in site.timesheets()] == [mine]


def test_somebody_without_e_mail_is_a_user_without_a_login(sqlite_site: Site) -> None:
    """D62."""
    site = sqlite_site
    site.connect()
    nobody = next(index for index, p in enumerate(people(site)) if not p.email)
    site.enter(person=nobody)
    site.settle()
    [sheet] = site.timesheets()
    user = next(u for u in ours(site, User) if u.id == sheet.user_id)
    assert (user.email, user.procore_person_id) == (None, people(site)[nobody].id)


def test_two_of_one_name_stay_two_until_an_administrator_says_otherwise(sqlite_site: Site) -> None:
    """D61, R13: then one person stands for both and a day counts together; taken back, nothing has moved."""
    site = sqlite_site
    site.connect(send=True)
    site.enter("20.0", person=3)
    site.settle()
    [first] = site.timesheets()
    assert first.user_id is not None
    double = put_user(site, name="M. B.")
    given = {
        "user_id": double,
        "project_id": first.project_id,
        "task_id": first.task_id,
        "date": date(2026, 11, 16),
        "hours": Decimal(6),
    }
    saved = timesheets.create(site.actor(), given)
    assert saved.warnings == []
    site.settle()
    held = next(row for row in site.links() if row.timesheet_id == saved.timesheet.id)
    assert held.reason_key == f"user:{double}"
    same_person.say(site.actor(), double, first.user_id)
    site.settle()
    assert sorted(card.hours for card in site.cards() if card.party_id == people(site)[3].id) == [6, 20]
    assert {row.state for row in site.links()} == {"in_sync"}
    again = timesheets.edit(site.actor(), saved.timesheet.id, {"hours": Decimal(7)})
    assert [text for text in again.warnings if "27.00" in text] != []
    site.settle()
    same_person.take_back(site.actor(), double)
    after = {sheet.id: sheet.user_id for sheet in site.timesheets()}
    assert after == {first.id: first.user_id, saved.timesheet.id: double}
    site.settle()
    assert {row.state for row in site.links()} == {"in_sync"}


def test_sending_somebody_unknown_suggests_whom_procore_has_of_that_name(sqlite_site: Site) -> None:
    """D60, R19: held with suggestions; choosing one releases it."""
    site = sqlite_site
    person = people(site)[4]
    site.connect(send=True)
    mine = put_user(site, name=f" {person.first_name}  {person.last_name} ".upper())
    key = site.write("5.0", person=6)
    site.rewrite(key, user_id=mine)
    site.settle()
    [row] = site.links()
    assert row.reason_key == f"user:{mine}"
    found = same_person.candidates(site.company_id, mine)
    assert person.id in [each.procore_person_id for each in found]
    users.edit(site.company_id, mine, {"procore_person_id": person.id})
    site.settle()
    assert [card.party_id for card in site.cards()] == [person.id]


def test_only_an_administrator_says_who_is_who(sqlite_site: Site) -> None:
    """D61."""
    site = sqlite_site
    site.connect()
    one, two = put_user(site, name="A"), put_user(site, name="A")
    worker = Actor(site.company_id, "Ana", user_id=one)
    with pytest.raises(Forbidden):
        same_person.say(worker, one, two)
    with pytest.raises(Forbidden):
        same_person.take_back(worker, one)


# ---- renames -----------------------------------------------------------------------------------------------


def test_a_renamed_time_type_stays_the_task_it_was(sqlite_site: Site) -> None:
    """D66: by id in both directions; a row for the new name decides anew."""
    site = sqlite_site
    site.connect(send=True)
    regular = next(t for t in site.world.state.time_types if t.company_id == site.theirs.id)
    site.enter()
    site.settle()
    [before] = site.timesheets()
    rename(site, "time_type", regular.id, time_type="Stundenlohn")
    site.enter("3.0", person=5)
    site.write("2.0", person=6)
    site.settle()
    assert {sheet.task_id for sheet in site.timesheets()} == {before.task_id}
    assert {card.timecard_time_type_id for card in site.cards()} == {regular.id}
    assert {row.state for row in site.links()} == {"in_sync"}
    template.add(site.company_id, "Overtime", "Something else")
    site.enter("1.0", person=7)
    site.settle()
    assert {sheet.task_id for sheet in site.timesheets()} == {before.task_id}
    template.add(site.company_id, "Stundenlohn", "Wage")
    site.enter("4.0", person=8)
    site.settle()
    names = {task.id: task.name for task in ours(site, Task)}
    assert {names[sheet.task_id] for sheet in site.timesheets() if sheet.hours == 4} == {"Wage"}


def test_renamed_codes_projects_and_companies_are_followed_by_id(sqlite_site: Site) -> None:
    """D66: nothing is created a second time, and both directions go on."""
    site = sqlite_site
    site.connect(send=True)
    site.enter()
    site.settle()
    [before] = site.timesheets()
    place = site.projects[0]
    code = next(c for c in site.world.state.cost_codes if c.project_id == place.id and c.sub_job_id is None)
    rename(site, "project", place.id, name="Harbour Crossing", project_number="9999")
    rename(site, "cost_code", code.id, name="Something", full_code="99-999")
    company = site.world.state.companies.get(site.theirs.id)
    assert company is not None
    company.name = "Acme & Sons"
    site.world.state.companies.put(company)
    site.enter("3.0", person=5)
    site.rewrite(before.id, hours=Decimal(6))
    site.settle()
    after = site.timesheets()
    assert {(s.project_id, s.project_item_id) for s in after} == {(before.project_id, before.project_item_id)}
    assert len(ours(site, Project)) == len(ours(site, ProjectItem)) == 1
    assert sorted(card.hours for card in site.cards()) == [3, 6]
    assert {row.state for row in site.links()} == {"in_sync"}


def test_the_same_code_in_two_projects_is_two_items(sqlite_site: Site) -> None:
    """D68: each sent to its own project."""
    site = sqlite_site
    site.connect(send=True)
    for number in (0, 3):
        place = site.projects[number]
        mine = projects.create(site.company_id, place.name, place.project_number)
        projects.link(site.company_id, mine.id, LinkTarget(place.id))
        site.write("1.0", project=number, person=4 + number)
    site.settle()
    codes = {item.code for item in ours(site, ProjectItem)}
    assert len(codes) == 1
    assert len({card.cost_code_id for card in site.cards()}) == 2
    assert {row.state for row in site.links()} == {"in_sync"}
