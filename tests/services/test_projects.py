"""Linking projects: what Procore shows, asked when the mirror does not know it yet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.errors import InvalidInput
from webapp.services import projects
from webapp.services.projects import LinkTarget


@pytest.fixture
def site(make_app: MakeApp, database_url: str) -> Iterator[Site]:
    app = make_app(DATABASE_URL=database_url)
    with app.app_context():
        made = Site(app)
        made.connect()
        yield made


def a_sub_job(site: Site) -> LinkTarget:
    job = next(iter(site.world.state.sub_jobs))
    return LinkTarget(job.project_id, job.id)


def test_a_sub_job_that_was_never_read_is_looked_up_and_linked(site: Site) -> None:
    """R12, D24."""
    ours = projects.create(site.company_id, "Hospital, east wing")
    linked = projects.link(site.company_id, ours.id, a_sub_job(site))
    target = a_sub_job(site)
    assert (linked.procore_project_id, linked.procore_sub_job_id) == (
        target.procore_project_id,
        target.procore_sub_job_id,
    )
    names = [choice.name for choice in projects.choices(site.company_id) if choice.taken_by == ours.id]
    assert len(names) == 1
    assert "›" in names[0]


def test_a_new_project_is_linked_to_one_that_is_new_in_procore(site: Site) -> None:
    """R11: the same as a link of a project that was there."""
    new = site.world.add_record("project", site.theirs.id, name="New pier", project_number="p-77")
    site.world.give_back_project(site.theirs.id, new.id)
    ours = projects.create(site.company_id, "Pier", link=LinkTarget(new.id))
    assert ours.procore_project_id == new.id


def test_what_procore_does_not_show_is_refused_and_nothing_changes(site: Site) -> None:
    """R11."""
    ours = projects.create(site.company_id, "Nowhere")
    for target in (LinkTarget(123), LinkTarget(site.projects[0].id, 456)):
        with pytest.raises(InvalidInput):
            projects.link(site.company_id, ours.id, target)
    assert projects.one(site.company_id, ours.id).procore_project_id is None


def test_while_procore_does_not_answer_what_is_known_decides(site: Site) -> None:
    """D105."""
    ours = projects.create(site.company_id, "Hospital, east wing")
    site.world.add_fault(effect="refuse", status=503, path="/sub_jobs")
    with pytest.raises(InvalidInput):
        projects.link(site.company_id, ours.id, a_sub_job(site))
    assert projects.link(site.company_id, ours.id, LinkTarget(site.projects[0].id)).procore_sub_job_id == 0
