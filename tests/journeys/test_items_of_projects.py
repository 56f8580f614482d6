"""A project here has items for cost codes of its own project at Procore, and no others: D68."""

from __future__ import annotations

from typing import Any

from tests.fixtures.site import Site
from tests.journeys.releases import assert_released
from webapp.services import directory, project_items, projects
from webapp.services.projects import LinkTarget
from webapp.store.models import Project, ProjectItem
from webapp.store.session import reading
from webapp.sync.ports import Unknown


def codes_out_of_place(site: Site) -> list[str]:
    """Items whose cost code belongs to another project at Procore than the one they are listed in."""
    places = {code.id: code.project_id for code in site.world.state.cost_codes}
    with reading(site.company_id) as session:
        rows = session.query(ProjectItem, Project).join(Project, Project.id == ProjectItem.project_id).all()
        return [
            f"{item.code} in {project.name}"
            for item, project in rows
            if item.procore_cost_code_id is not None
            and places[item.procore_cost_code_id] != project.procore_project_id
        ]


def test_a_move_here_beside_an_edit_there_lists_no_code_of_the_old_project_in_the_new_one(
    sqlite_site: Site,
) -> None:
    """D40, D68: such an item could be chosen, and Procore would refuse it."""
    site = sqlite_site
    site.connect(send=True)
    card = site.enter("1.0", project=2)
    site.enter("1.0", project=3, person=5)
    site.settle()
    own = next(link.timesheet_id for link in site.links() if link.procore_id == card.id)
    mine, other = sorted(site.timesheets(), key=lambda sheet: sheet.id != own)
    site.rewrite(mine.id, project_id=other.project_id, project_item_id=other.project_item_id)
    site.edit(card.id, description="from the site")
    site.settle()
    assert codes_out_of_place(site) == []
    assert {link.state for link in site.links()} == {"in_sync"}
    moved = next(c for c in site.cards() if c.id == card.id)
    assert (moved.project_id, moved.description) == (site.projects[3].id, "from the site")


def add_code(site: Site, project_id: int, sub_job_id: int | None = None) -> int:
    """A cost code of one text, whatever place it is of."""
    added = site.world.add_record("cost_code", project_id, full_code="77-777", sub_job_id=sub_job_id)
    return int(added.id)


def linked(site: Site, project_id: int, sub_job_id: int | None = None) -> dict[str, int]:
    """A project of ours that is linked there, with an item of that text: what a timesheet says."""
    ours = projects.create(site.company_id, f"Pier {sub_job_id}", link=LinkTarget(project_id, sub_job_id))
    item = project_items.create(site.company_id, ours.id, "77-777", "Forms")
    return {"project_id": ours.id, "project_item_id": item.id}


def codes(site: Site) -> list[tuple[int | None, int | None]]:
    return [(card.sub_job_id, card.cost_code_id) for card in sorted(site.cards(), key=lambda c: c.id)]


def a_sub_job(site: Site) -> Any:
    job = next(iter(site.world.state.sub_jobs))
    directory.refresh(site.company_id, Unknown(sub_jobs_of=frozenset({job.project_id})))
    return job


def test_a_card_of_a_sub_job_leaves_the_main_projects_item_to_the_main_projects_code(site: Site) -> None:
    """D68, R19: Procore refuses time of the main project on a code of its sub job."""
    site.connect(send=True)
    job = a_sub_job(site)
    number = next(n for n, project in enumerate(site.projects) if project.id == job.project_id)
    main, own = add_code(site, job.project_id), add_code(site, job.project_id, job.id)
    ours = linked(site, job.project_id)
    site.enter("3.0", project=number, sub_job_id=job.id, cost_code_id=own)
    site.settle()
    site.write("1.0", **ours)
    site.settle()
    assert_released(site, links=2)
    assert codes(site) == [(job.id, own), (None, main)]


def test_a_sub_jobs_project_is_sent_with_its_own_code_of_several_with_one_text(site: Site) -> None:
    """D27, D68, R19: the main project has one, and so has another sub job, of which we knew before."""
    site.connect(send=True)
    job = a_sub_job(site)
    other = site.world.add_record("sub_job", job.project_id, name="Phase 2")
    directory.refresh(site.company_id, Unknown(sub_jobs_of=frozenset({job.project_id})))
    main, second, own = (add_code(site, job.project_id, key) for key in (None, other.id, job.id))
    for place in ((None, main), (other.id, second), (job.id, own)):
        site.write("1.0", **linked(site, job.project_id, place[0]))
        site.settle()
        assert codes(site)[-1] == place
    assert {row.state for row in site.links()} == {"in_sync"}


def test_a_sub_job_without_such_a_code_is_sent_with_the_main_projects(site: Site) -> None:
    """D27, R19: and its list, once read, is not read again for it."""
    site.connect(send=True)
    job = site.world.add_record("sub_job", next(iter(site.world.state.sub_jobs)).project_id, name="Phase 2")
    directory.refresh(site.company_id, Unknown(sub_jobs_of=frozenset({job.project_id})))
    main = add_code(site, job.project_id)
    site.write("1.0", **linked(site, job.project_id, job.id))
    site.settle()
    assert codes(site) == [(job.id, main)]
    directory.refresh_all(site.company_id)
    site.forget_calls()
    item = project_items.create(site.company_id, site.timesheets()[0].project_id, "88-888", "Other")
    site.write("1.0", project_id=item.project_id, project_item_id=item.id)
    site.settle()
    assert [row for row in site.world.call_counts() if "cost_codes" in row.route] == []
    site.world.add_record("cost_code", job.project_id, full_code="88-888", sub_job_id=job.id)
    directory.refresh_all(site.company_id)
    site.settle()
    assert_released(site, links=2)


def test_a_project_that_is_linked_to_another_one_is_sent_with_the_codes_of_that_one(site: Site) -> None:
    """D68: the first link was wrong; linking the same again keeps what was matched."""
    site.connect(send=True)
    wrong, right = (project.id for project in (site.projects[0], site.projects[3]))
    first, second = add_code(site, wrong), add_code(site, right)
    ours = linked(site, wrong)
    site.write("1.0", **ours)
    site.settle()
    for target, code in ((wrong, first), (right, second)):
        projects.unlink(site.company_id, ours["project_id"])
        projects.link(site.company_id, ours["project_id"], LinkTarget(target))
        site.write("1.0", **ours)
        site.settle()
        assert codes(site)[-1] == (None, code)
    site.enter("3.0", project=3, person=6, cost_code_id=second)
    site.settle()
    assert {sheet.project_item_id for sheet in site.timesheets()} == {ours["project_item_id"]}
    assert codes_out_of_place(site) == []
