"""What administrators change in Procore besides time cards reaches the API and the hooks."""

import json

import pytest

from tests.sandbox.cast import Procore


def test_a_new_project_is_there_but_not_permitted_until_the_administrator_says_so(procore: Procore) -> None:
    """R4: new projects get their hook, too, once permitted."""
    project = procore.world.add_record("project", procore.company.id, name="New Quay", project_number="2300")
    path = f"/rest/v1.0/projects/{project.id}"
    assert procore.api.get(path, company_id=procore.company.id).status == 404
    procore.world.give_back_project(procore.company.id, project.id)
    assert procore.api.get(path, company_id=procore.company.id).json()["display_name"] == "2300 - New Quay"


def test_a_person_who_leaves_is_listed_as_inactive(procore: Procore) -> None:
    """D63."""
    person = procore.person(7)
    procore.world.change_record("person", person.id, is_active=False)
    path = f"/rest/v1.0/companies/{procore.company.id}/people"
    assert person.id not in {each["id"] for each in procore.api.get(path).json()}
    assert person.id in {each["id"] for each in procore.api.get(f"{path}/inactive").json()}


def test_a_removed_cost_code_leaves_the_lists_and_cannot_be_used(procore: Procore) -> None:
    """D67."""
    code = procore.cost_code(procore.bridge)
    procore.world.change_record("cost_code", code.id, is_deleted=True)
    rows = procore.api.get("/rest/v1.0/cost_codes", project_id=procore.bridge.id).json()
    assert code.id not in {each["id"] for each in rows}
    body = {"project_id": procore.bridge.id, "timecard_entry": procore.fields(cost_code_id=code.id)}
    assert procore.api.post(procore.cards_path, body).status == 422


def test_a_project_may_change_to_start_and_stop_times(procore: Procore) -> None:
    """R20."""
    procore.world.change_record("project", procore.bridge.id, start_and_stop=True)
    answer = procore.api.get("/rest/v1.0/company_configuration", company_id=procore.company.id).json()
    assert set(answer["projects_timecard_in_out_enabled"]) == {procore.bridge.id, procore.mill.id}


def test_hooks_hear_of_it(procore: Procore) -> None:
    body = {"company_id": procore.company.id, "hook": {"api_version": "v2", "namespace": "t",
            "destination_url": "http://127.0.0.1:9/"}}  # fmt: skip
    hook = procore.api.post("/rest/v1.0/webhooks/hooks", body).json()
    trigger = {"resource_name": "Timecard Time Types", "event_type": "create"}
    path = f"/rest/v1.0/webhooks/hooks/{hook['id']}/triggers"
    procore.api.post(path, {"company_id": procore.company.id, "api_version": "v2", "trigger": trigger})
    kind = procore.world.add_record("time_type", procore.company.id, time_type="Night Shift")
    [event] = [json.loads(each.body) for each in procore.world.due_deliveries()]
    assert (event["resource_name"], event["resource_id"], event["project_id"]) == (
        "Timecard Time Types", kind.id, None,
    )  # fmt: skip


def test_codes_and_sub_jobs_are_added_to_a_project(procore: Procore) -> None:
    """D24."""
    sub_job = procore.world.add_record("sub_job", procore.depot.id, name="Annex")
    code = procore.world.add_record("cost_code", procore.depot.id, full_code="31-100", name="Earthwork")
    card = procore.enter(procore.depot, sub_job_id=sub_job.id, cost_code_id=code.id)
    row = procore.api.get(f"{procore.cards_path}/{card.id}").json()
    assert (row["sub_job"]["name"], row["cost_code"]["name"]) == ("Annex", "Earthwork")


def test_what_is_not_there_or_unknown_is_said(procore: Procore) -> None:
    with pytest.raises(LookupError, match="no person"):
        procore.world.change_record("person", 1, is_active=False)
    with pytest.raises(ValueError, match="has no colour"):
        procore.world.add_record("project", procore.company.id, colour="red")
    with pytest.raises(ValueError, match="time zone"):
        procore.world.add_record("project", procore.company.id, time_zone="Moon/Base")
    with pytest.raises(LookupError, match="kind is one of"):
        procore.world.add_record("token", 1)
