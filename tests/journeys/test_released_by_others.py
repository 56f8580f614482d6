"""What one link, one word about a person or one setting puts right is looked at again for others, too: R28."""

from __future__ import annotations

from tests.fixtures.site import Site
from tests.journeys.releases import assert_released, held_by
from webapp.services import directory, project_items, projects, same_person, settings, users
from webapp.services.projects import LinkTarget


def people(site: Site) -> list[int]:
    return [p.id for p in site.world.state.people if p.company_id == site.theirs.id]


def change(site: Site, kind: str, *keys: int, **values: object) -> None:
    for key in keys:
        site.world.change_record(kind, key, **values)
    directory.refresh(site.company_id)


def two_who_are_one(site: Site, **known: object) -> tuple[int, int]:
    """Two users who are the same person: the one of whom something is known, and the other."""
    first = users.create(site.company_id, {"name": "Ana", **known})
    other = users.create(site.company_id, {"name": "Ana"})
    same_person.say(site.actor(), other.id, first.id)
    return first.id, other.id


# ---- people ----------------------------------------------------------------------------------------------


def test_who_is_active_again_releases_the_time_of_the_same_person(site: Site) -> None:
    """D61, D63."""
    site.connect(send=True)
    ana = people(site)[4]
    change(site, "person", ana, is_active=False)
    _, other = two_who_are_one(site, procore_person_id=ana)
    site.write(person=5, user_id=other)
    site.settle()
    held_by(site, "inactive")
    change(site, "person", ana, is_active=True)
    site.settle()
    assert_released(site)


def test_choosing_a_person_releases_the_time_of_the_same_person(site: Site) -> None:
    """D60, D61."""
    site.connect(send=True)
    first, other = two_who_are_one(site)
    site.write(person=5, user_id=other)
    site.settle()
    held_by(site, "user")
    users.edit(site.company_id, first, {"procore_person_id": people(site)[4]})
    site.settle()
    assert_released(site)


def test_somebody_else_again_is_no_longer_held_by_the_person_who_is_inactive(site: Site) -> None:
    """D61, D63: taken back, the user is matched by the own employee number."""
    site.connect(send=True)
    _, inactive, active = (p for p in site.world.state.people if p.id in people(site)[3:6])
    change(site, "person", inactive.id, is_active=False)
    _, other = two_who_are_one(site, procore_person_id=inactive.id)
    users.edit(site.company_id, other, {"employee_number": active.employee_id})
    site.write(person=3, user_id=other)
    site.settle()
    held_by(site, "inactive")
    same_person.take_back(site.actor(), other)
    site.settle()
    assert_released(site)
    assert [card.party_id for card in site.cards()] == [active.id]


def test_a_card_that_says_which_of_two_somebody_is_releases_their_time(site: Site) -> None:
    """R13, D60: two of Procore's directory have one employee number."""
    site.connect(send=True)
    change(site, "person", *people(site)[4:6], employee_id="E-7")
    ana = users.create(site.company_id, {"name": "Ana", "employee_number": "E-7"})
    site.write(person=6, user_id=ana.id)
    site.settle()
    held_by(site, "user")
    site.enter("3.0", person=4)
    site.settle()
    assert_released(site, links=2)


def test_time_that_links_somebody_releases_the_time_of_the_same_person(site: Site) -> None:
    """R19, D61: a timesheet finds the person by the employee number."""
    site.connect(send=True)
    ana = next(p for p in site.world.state.people if p.id == people(site)[4])
    first, other = two_who_are_one(site, employee_number=ana.employee_id)
    site.write("1.0", person=5, user_id=other)
    site.settle()
    held_by(site, "user")
    site.write("2.0", person=5, user_id=first)
    site.settle()
    assert_released(site, links=2)


# ---- projects --------------------------------------------------------------------------------------------


def relink(site: Site, project_id: int, procore_project_id: int) -> None:
    projects.unlink(site.company_id, project_id)
    projects.link(site.company_id, project_id, LinkTarget(procore_project_id))


def test_linking_the_right_project_releases_an_item_that_the_wrong_one_lacked(site: Site) -> None:
    """R19."""
    site.connect(send=True)
    wrong, right = site.projects[0].id, site.projects[3].id
    site.world.add_record("cost_code", right, full_code="77-777")
    ours = projects.create(site.company_id, "Pier", link=LinkTarget(wrong))
    item = project_items.create(site.company_id, ours.id, "77-777", "Forms")
    site.write(project_id=ours.id, project_item_id=item.id)
    site.settle()
    held_by(site, "item_here")
    relink(site, ours.id, right)
    site.settle()
    assert_released(site)


def test_linking_a_project_of_hours_releases_what_needed_times(site: Site) -> None:
    """R20."""
    site.connect(send=True)
    change(site, "project", site.projects[0].id, start_and_stop=True)
    ours = projects.create(site.company_id, "Pier", link=LinkTarget(site.projects[0].id))
    site.write(project_id=ours.id, project_item_id=None)
    site.settle()
    held_by(site, "needs_times")
    relink(site, ours.id, site.projects[3].id)
    site.settle()
    assert_released(site)


def test_linking_one_of_two_matches_releases_what_matches_the_other(site: Site) -> None:
    """R11, D22: two projects of one name on both sides, and time of each."""
    site.connect()
    change(site, "project", site.projects[0].id, site.projects[3].id, name="Tower", project_number=None)
    first, _ = (projects.create(site.company_id, "Tower") for _ in range(2))
    site.enter("1.0", project=0)
    site.enter("2.0", project=3, person=5)
    site.settle()
    projects.link(site.company_id, first.id, LinkTarget(site.projects[0].id))
    site.settle()
    assert_released(site, links=2)


def test_unlinking_a_project_releases_what_matches_procores(site: Site) -> None:
    """R18: another project here had taken it."""
    site.connect(send=True)
    other = projects.create(site.company_id, "Something else", link=LinkTarget(site.projects[0].id))
    site.write()
    site.settle()
    held_by(site, "project_here")
    projects.unlink(site.company_id, other.id)
    site.settle()
    assert_released(site)


# ---- settings --------------------------------------------------------------------------------------------


def test_sending_all_projects_releases_what_left_them(site: Site) -> None:
    """R18, D28."""
    site.connect(send=True)
    sheet = site.write()
    site.settle()
    settings.change(site.company_id, {"send_only_linked": True})
    elsewhere = site._refs(3, 4)
    site.rewrite(sheet, project_id=elsewhere["project_id"], project_item_id=elsewhere["project_item_id"])
    site.settle()
    held_by(site, "left_scope")
    settings.change(site.company_id, {"send_only_linked": False})
    site.settle()
    assert_released(site)


def test_receiving_all_projects_releases_what_moved_out(site: Site) -> None:
    """R11, D28: edited here when its card was moved to a project that was not synced."""
    site.connect(send=True)
    card = site.enter()
    site.settle()
    settings.change(site.company_id, {"receive_only_linked": True})
    place = site.projects[3].id
    code = next(c for c in site.world.state.cost_codes if c.project_id == place and c.sub_job_id is None)
    site.edit(card.id, project_id=place, cost_code_id=code.id)
    site.rewrite(site.timesheets()[0].id, description="Forms")
    site.settle()
    held_by(site, "moved_out")
    settings.change(site.company_id, {"receive_only_linked": False})
    site.settle()
    assert_released(site)
