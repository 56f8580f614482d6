"""The start page and the side panel: is everything all right, what needs me."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.site import Site
from tests.routes.visitor import Visitor, framed
from webapp.services import connection, directory
from webapp.store.models import Company, Link
from webapp.store.session import system


@pytest.fixture
def site_at_work(site: Site) -> Site:
    """Connected; one card was received and one waits for its time type."""
    with site.app.app_context():
        site.company_id = connection.connect(site.theirs.id, "Acme Builders", by="test").company_id
        directory.refresh(site.company_id)
        per_diem = next(t for t in site.world.state.time_types if t.time_type == "Per Diem")
        site.enter("8.0")
        site.enter("4.0", project=2, timecard_time_type_id=per_diem.id)
        site.settle()
    return site


def counts(page: str) -> dict[str, int]:
    """What the five tiles say."""
    return {
        state: int(number.replace(",", ""))
        for state, number in re.findall(r'class="badge (\w+)".*?<b>([\d,]+)</b>', page, re.S)
    }


def test_the_five_numbers_add_up_to_all_records_seen(site_at_work: Site) -> None:
    """R31a."""
    page = framed(site_at_work, "Dana Ortiz").get("/").text
    found = counts(page)
    assert found == {"in_sync": 1, "waiting": 1, "failed": 0, "conflict": 0, "excluded": 0}
    assert f"{sum(found.values())} records seen on either side" in page


def test_what_needs_a_person_is_named_with_its_cause(site_at_work: Site) -> None:
    """R27."""
    page = framed(site_at_work, "Dana Ortiz").get("/").text
    assert "Some time cards need a look." in page
    assert "Per Diem" in page


def test_home_says_when_procore_last_told_of_a_change(site_at_work: Site) -> None:
    """R31: silence is seen, and so is its end."""
    page = framed(site_at_work, "Dana Ortiz").get("/").text
    assert "Procore last told us of a change" in page
    assert "has not told us" not in page


def test_a_foreman_counts_only_the_projects_that_procore_lists_for_them(site_at_work: Site) -> None:
    """R2."""
    page = framed(site_at_work, "Frank Weber").get("/").text
    assert counts(page)["in_sync"] == 1
    assert counts(page)["waiting"] == 0
    assert "Per Diem" not in page


def test_the_numbers_refresh_as_a_fragment(site_at_work: Site) -> None:
    part = framed(site_at_work, "Dana Ortiz").get("/", HX_Request="true")
    assert "<html" not in part.text
    assert counts(part.text)["in_sync"] == 1


def test_a_paused_company_says_why_on_every_page(site_at_work: Site) -> None:
    """R8."""
    visitor = framed(site_at_work, "Dana Ortiz")
    with site_at_work.app.app_context(), system() as session:
        company = session.get_one(Company, site_at_work.company_id)
        company.state, company.paused_reason = "paused", "Procore says the app is not installed."
    for path in ("/", "/settings/data-sync/procore"):
        assert "Procore says the app is not installed." in visitor.get(path).text


def test_a_slow_procore_is_said_in_a_banner(site_at_work: Site) -> None:
    visitor = framed(site_at_work, "Dana Ortiz")
    assert "answering slowly" not in visitor.get("/").text
    with site_at_work.app.app_context(), system() as session:
        for link in session.query(Link):
            link.reason_key, link.is_dirty = "procore_busy", True
    assert "Procore is answering slowly; 2 changes wait." in visitor.get("/").text


def test_the_panel_shows_the_projects_state_only(site_at_work: Site) -> None:
    """Side panel, 400 px."""
    project = site_at_work.projects[0]
    page = framed(site_at_work, "Dana Ortiz").get(f"/panel?project_id={project.id}").text
    assert project.name in page
    assert counts(page)["in_sync"] == 1
    assert "<nav" not in page
    assert 'data-origins="http://localhost:8001"' in page


def test_the_panel_of_a_project_that_is_not_listed_for_the_person_shows_nothing(site_at_work: Site) -> None:
    """R2."""
    hospital = site_at_work.projects[2]
    foreman: Visitor = framed(site_at_work, "Frank Weber")
    for number in (hospital.id, 123):
        page = foreman.get(f"/panel?project_id={number}").text
        assert hospital.name not in page
        assert "Nothing to show for this project" in page
