"""Switches of webhooks, and what befalls hooks at Procore without the app's doing."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.cast import Procore

RESOURCES = "/rest/v1.0/webhooks/resources"


def sent(procore: Procore) -> list[dict[str, Any]]:
    """What is delivered now; every delivery succeeds."""
    bodies = []
    for each in procore.world.due_deliveries():
        bodies.append(json.loads(each.body))
        procore.world.delivered(each.id, 204)
    return bodies


@pytest.mark.parametrize(
    "oldest, names", [("v2.0", ["v2", "v3", "v4"]), ("v3.0", ["v3", "v4"]), ("v4.0", ["v4"])]
)
def test_old_payload_versions_may_be_on_offer_no_more(oldest: str, names: list[str]) -> None:
    """Question 10."""
    procore = Procore(oldest_payload=oldest)
    assert procore.api.get(f"{RESOURCES}/api_versions").json() == names
    hook = {"api_version": "v2", "destination_url": "https://time.example/hook"}
    body = {"project_id": procore.bridge.id, "hook": hook}
    assert procore.api.post("/rest/v1.0/webhooks/hooks", body).status == (201 if oldest == "v2.0" else 422)


@pytest.mark.parametrize("there, v1, v2", [("both", 200, 200), ("v1.0", 200, 404), ("v2.0", 404, 200)])
def test_one_of_the_webhook_apis_may_not_be_there(there: str, v1: int, v2: int) -> None:
    """Question 10."""
    procore = Procore(hook_api=there)
    assert procore.api.get("/rest/v1.0/webhooks/hooks", company_id=procore.company.id).status == v1
    assert procore.api.get(f"/rest/v2.0/companies/{procore.company.id}/webhooks/hooks").status == v2
    assert procore.world.integration_health()[1].own == 0


@pytest.mark.parametrize("kind", ["client_id", "app_id"])
def test_the_application_of_an_event_is_a_client_id_or_a_number(kind: str) -> None:
    """Question 11."""
    procore = Procore(application_id_kind=kind)
    procore.hook(procore.bridge)
    body = {"project_id": procore.bridge.id, "timecard_entry": procore.fields()}
    procore.api.post(procore.cards_path, body)
    source = sent(procore)[0]["metadata"]["source_application_id"]
    assert (source == procore.world.app.client_id) == (kind == "client_id")


def test_listed_triggers_may_be_in_upper_case() -> None:
    procore = Procore(trigger_case="upper")
    hook = procore.hook(procore.bridge)
    path = f"/rest/v1.0/webhooks/hooks/{hook['id']}/triggers"
    rows = procore.api.get(path, project_id=procore.bridge.id).json()
    assert {row["event_type"] for row in rows} == {"CREATE", "UPDATE", "DELETE"}


def test_resources_may_be_listed_for_projects_only_and_under_another_key() -> None:
    procore = Procore(resources_for_company=False, resource_name_key="resource_name")
    assert procore.api.get(RESOURCES, company_id=procore.company.id).status == 400
    rows = procore.api.get(RESOURCES, project_id=procore.bridge.id).json()
    assert "Timecard Entries" in {row["resource_name"] for row in rows}


@pytest.mark.parametrize("position, by_s, by", [("any", 0, 0), ("filters", 0, 1), ("filter", 1, 0)])
def test_the_filter_of_deliveries_has_one_name_or_both(position: str, by_s: int, by: int) -> None:
    procore = Procore(delivery_filter=position)
    hook = procore.hook(procore.bridge)
    procore.enter()
    sent(procore)
    path, scope = f"/rest/v1.0/webhooks/hooks/{hook['id']}/deliveries", {"project_id": procore.bridge.id}
    counts = [len(procore.api.get(path, **scope, **{name: "failing"}).json())
              for name in ("filters[status]", "filter[status]")]  # fmt: skip
    assert counts == [by_s, by]


@pytest.mark.parametrize("length", [26, 24])
def test_the_length_of_a_ulid(length: int) -> None:
    procore = Procore(ulid_length=length)
    procore.hook(procore.bridge)
    procore.enter()
    assert len(sent(procore)[0]["ulid"]) == length


def test_events_may_carry_keys_that_nobody_knows() -> None:
    procore = Procore(extra_keys=True)
    procore.hook(procore.bridge)
    procore.enter()
    assert "future_key" in sent(procore)[0]


def test_no_more_webhooks_a_minute_than_allowed() -> None:
    """Question 13."""
    procore = Procore(deliveries_per_minute=2)
    procore.hook(procore.bridge)
    for _ in range(5):
        procore.enter()
    assert len(sent(procore)) == 2
    assert sent(procore) == []
    due = procore.world.next_delivery_at()
    assert due is not None
    assert due - procore.clock.now() == timedelta(minutes=1)
    procore.clock.advance(60)
    assert len(sent(procore)) == 2


def test_a_hook_that_fails_too_often_is_deactivated() -> None:
    """R31e: another silence that nobody is told of."""
    procore = Procore(hook_failures_allowed=3)
    hook = procore.hook(procore.bridge)
    procore.enter()
    for _ in range(6):
        for each in procore.world.due_deliveries():
            procore.world.delivered(each.id, 500)
        procore.clock.advance(60)
    assert procore.world.state.hooks.rows[hook["id"]].status == "disabled"
    procore.enter()
    assert procore.world.due_deliveries() == []


def test_a_hook_is_deleted_disabled_or_robbed_of_its_secret() -> None:
    """Faults at Procore: hook deleted, trigger deleted, hook disabled, secret rotated."""
    procore = Procore()
    world, key = procore.world, procore.hook(procore.bridge)["id"]
    world.change_hook_secret(key, "Bearer another")
    procore.enter()
    assert [each.authorization for each in world.due_deliveries()] == ["Bearer another"]
    world.set_hook_status(key, "disabled")
    procore.enter()
    assert len(world.deliveries(key)) == 1
    world.set_hook_status(key, "active")
    world.delete_trigger(next(each.id for each in world.state.triggers if each.event_type == "create"))
    procore.enter()
    assert len(world.deliveries(key)) == 1
    world.delete_hook(key)
    assert world.hooks() == []
    assert len(world.state.triggers) == 0
    with pytest.raises(LookupError):
        world.delete_hook(key)


def test_what_waits_may_be_discarded() -> None:
    """D4."""
    procore = Procore()
    procore.hook(procore.bridge)
    procore.enter()
    assert procore.world.discard_deliveries() == 1
    assert procore.world.due_deliveries() == []
    assert [each.status for each in procore.world.deliveries()] == ["discarded"]


def test_events_may_tell_of_records_that_are_not_there() -> None:
    """Faults: events for unknown and foreign records."""
    procore = Procore()
    procore.hook(procore.bridge)
    procore.world.send_event(procore.company.id, procore.bridge.id, 4711, "delete")
    [body] = sent(procore)
    assert (body["resource_id"], body["event_type"], body["project_id"]) == (
        4711,
        "delete",
        procore.bridge.id,
    )


def test_a_storm_is_many_events_on_few_cards() -> None:
    """Faults: 10,000 events on 10 records."""
    procore = Procore()
    procore.hook(procore.bridge)
    cards = [procore.enter().id for _ in range(2)]
    sent(procore)
    procore.world.storm(cards, 20)
    bodies = sent(procore)
    assert [body["resource_id"] for body in bodies] == cards * 10
    assert len({body["ulid"] for body in bodies}) == 20
