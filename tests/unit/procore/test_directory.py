"""A company's reference lists."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.unit.procore.canned import API, COMPANY, Web
from webapp.errors import UnreadableAnswer
from webapp.procore.factory import CompanyAtProcore
from webapp.sync.ports import TheirCostCode, TheirPerson, TheirProject, TheirSubJob, TheirTimeType

ROOT = f"{API}/rest/v1.0/companies/{COMPANY}"


def query_of(request: requests.PreparedRequest) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.url).query)


def test_projects_are_read_300_a_page_active_or_not(company: CompanyAtProcore, web: Web) -> None:
    """R1, R11: name, number and zone."""
    row = {
        "id": 562949953421312,
        "name": "Clinic",
        "project_number": " 2207 ",
        "active": True,
        "time_zone": "US/Pacific",
    }
    old = {"id": "8", "name": None, "display_name": "9 - Old", "project_number": "", "active": False}
    web.answer("GET", f"{API}/rest/v1.1/projects", [row, old])
    assert company.projects() == [
        TheirProject(562949953421312, "Clinic", "2207", "US/Pacific"),
        TheirProject(8, "9 - Old", None, None, is_active=False),
    ]
    query = query_of(web.requests()[0])
    assert query["per_page"] == ["300"]
    assert query["company_id"] == [str(COMPANY)]
    assert query["filters[by_status]"] == ["All"]


def test_people_are_active_and_inactive_ones(company: CompanyAtProcore, web: Web) -> None:
    """R13, D62, D63."""
    ines = {
        "id": 30554113,
        "first_name": "Ines",
        "last_name": " Kovac",
        "employee_id": "E-1043",
        "user_id": 8801460,
        "contact": {"is_active": True, "email": "ines@example.com"},
    }
    bell = {"id": 30554112, "first_name": "Marcus", "last_name": None, "contact": None}
    gone = {
        "id": 30554114,
        "first_name": "Old",
        "last_name": "Hand",
        "contact": {"is_active": True, "email": ""},
    }
    web.answer("GET", f"{ROOT}/people", [ines, bell])
    web.answer("GET", f"{ROOT}/people/inactive", [gone, bell])
    people = {person.id: person for person in company.people()}
    assert people[30554113] == TheirPerson(
        30554113, "Ines Kovac", "ines@example.com", "E-1043", True, 8801460
    )
    assert people[30554112] == TheirPerson(30554112, "Marcus", None, None, True)
    assert people[30554114] == TheirPerson(30554114, "Old Hand", None, None, is_active=False)


def test_time_types_sub_jobs_and_cost_codes(company: CompanyAtProcore, web: Web) -> None:
    """R12, R14, R15, D67: a code that Procore shows as deleted is none."""
    web.answer("GET", f"{ROOT}/timecard_time_types", [{"id": 9310, "time_type": "Regular Time"}])
    web.answer("GET", f"{API}/rest/v1.0/sub_jobs", [{"id": 90031, "name": "East Wing", "code": "EW"}])
    codes = [
        {"id": 1, "full_code": "05-120", "code": "120", "name": "Steel", "deleted_at": None},
        {"id": 2, "full_code": None, "code": "130", "name": None},
        {"id": 3, "full_code": "x", "name": "Gone", "deleted_at": "2026-01-01T00:00:00Z"},
    ]
    web.answer("GET", f"{API}/rest/v1.0/cost_codes", codes)
    assert company.time_types() == [TheirTimeType(9310, "Regular Time")]
    assert company.sub_jobs(5) == [TheirSubJob(90031, 5, "East Wing", "EW")]
    assert company.cost_codes(5) == [TheirCostCode(1, 5, "05-120", "Steel"), TheirCostCode(2, 5, "130", "")]
    company.cost_codes(5, sub_job_id=90031)
    assert query_of(web.requests()[-1])["sub_job_id"] == ["90031"]


@pytest.mark.parametrize("listed, projects", [([5, 6], {5, 6}), (None, set()), ([], set())])
def test_the_configuration_names_the_start_and_stop_projects(
    company: CompanyAtProcore, web: Web, listed: list[int] | None, projects: set[int]
) -> None:
    """R20."""
    url = f"{API}/rest/v1.0/company_configuration"
    web.answer("GET", url, {"projects_timecard_in_out_enabled": listed, "rounding_configuration": {}})
    assert company.time_entry_style().start_stop_projects == projects


def test_a_row_without_an_id_is_named(company: CompanyAtProcore, web: Web) -> None:
    """D106."""
    web.answer("GET", f"{ROOT}/timecard_time_types", [{"time_type": "Regular Time"}])
    with pytest.raises(UnreadableAnswer) as told:
        company.time_types()
    assert told.value.missing == "id"


def test_a_list_that_does_not_page_is_told_once(company: CompanyAtProcore, web: Web) -> None:
    """README of the contract, 3: it answers page 2 with page 1 again."""
    web.answer("GET", f"{API}/rest/v1.0/sub_jobs", [{"id": 1, "name": "East"}], headers={"Per-Page": "1"})
    assert len(company.sub_jobs(5)) == 1
