"""Webhooks on their way: retries from 1 s doubling to 1 h, discarded after 12 h, order and pauses."""

import json
from typing import Any

import pytest

from procore_sandbox.model.deliveries import Outgoing
from tests.sandbox.cast import Procore


@pytest.fixture
def hooked() -> Procore:
    """Acme with a hook on Harbour Bridge."""
    procore = Procore()
    procore.hook(procore.bridge)
    return procore


def fail_all(procore: Procore) -> int:
    """Everything that is due now fails; how much it was."""
    due = procore.world.due_deliveries()
    for outgoing in due:
        procore.world.delivered(outgoing.id, 503)
    return len(due)


def succeed_all(procore: Procore) -> list[Outgoing]:
    due = procore.world.due_deliveries()
    for outgoing in due:
        procore.world.delivered(outgoing.id, 204)
    return due


def waits(procore: Procore) -> float:
    """Seconds until the next attempt."""
    at = procore.world.next_delivery_at()
    assert at is not None
    return (at - procore.clock.now()).total_seconds()


def statuses(procore: Procore) -> list[str]:
    return [each.status for each in reversed(procore.world.deliveries())]


def test_an_event_is_sent_with_the_authorization_that_was_configured(hooked: Procore) -> None:
    """R4."""
    hooked.enter()
    [outgoing] = hooked.world.due_deliveries()
    assert outgoing.authorization == "Bearer shared-secret"
    assert outgoing.url == "http://127.0.0.1:9/hook"


def test_the_secret_is_masked_when_the_hook_is_read(hooked: Procore) -> None:
    [hook] = hooked.api.get("/rest/v1.0/webhooks/hooks", project_id=hooked.bridge.id).json()
    assert hook["destination_headers"] == {"Authorization": "***ecret"}


def test_a_delivery_is_in_flight_once(hooked: Procore) -> None:
    hooked.enter()
    assert len(hooked.world.due_deliveries()) == 1
    assert hooked.world.due_deliveries() == []


def test_an_attempt_whose_outcome_is_never_told_is_made_again(hooked: Procore) -> None:
    """At least once."""
    hooked.enter()
    [first] = hooked.world.due_deliveries()
    hooked.clock.advance(31)
    [second] = hooked.world.due_deliveries()
    assert first.id == second.id


def test_retries_start_at_one_second_and_double_up_to_an_hour(hooked: Procore) -> None:
    hooked.enter()
    pauses = []
    for _ in range(15):
        assert fail_all(hooked) == 1
        pauses.append(waits(hooked))
        hooked.clock.advance(pauses[-1])
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]


def test_a_failing_hook_pauses_and_only_the_oldest_event_is_tried(hooked: Procore) -> None:
    for _ in range(3):
        hooked.enter()
    assert fail_all(hooked) == 3
    assert hooked.world.due_deliveries() == []
    hooked.enter()
    hooked.clock.advance(1)
    assert fail_all(hooked) == 1
    assert waits(hooked) == 2


def test_one_success_resets_the_pause_and_lets_all_go(hooked: Procore) -> None:
    for _ in range(3):
        hooked.enter()
    fail_all(hooked)
    hooked.clock.advance(1)
    assert len(succeed_all(hooked)) == 1
    assert len(succeed_all(hooked)) == 2
    assert statuses(hooked) == ["delivered"] * 3
    hooked.enter()
    fail_all(hooked)
    assert waits(hooked) == 1


def test_after_twelve_hours_of_failing_the_queue_is_flushed(hooked: Procore) -> None:
    """D4: what is discarded is never sent again; the next event starts afresh."""
    for _ in range(2):
        hooked.enter()
    fail_all(hooked)
    hooked.clock.advance(12 * 3600 - 1)
    assert fail_all(hooked) == 1
    hooked.clock.advance(3600)
    assert hooked.world.due_deliveries() == []
    assert statuses(hooked) == ["discarded", "discarded"]
    hooked.enter()
    assert len(succeed_all(hooked)) == 1


def test_a_failing_hook_does_not_hold_up_another(hooked: Procore) -> None:
    hooked.hook(hooked.depot)
    hooked.enter()
    fail_all(hooked)
    hooked.enter(hooked.depot)
    assert len(succeed_all(hooked)) == 1


@pytest.mark.parametrize(
    "outcome, is_delivered",
    [
        ({"status": 200}, True),
        ({"status": 204}, True),
        ({"status": 302}, False),
        ({"error": "timeout"}, False),
    ],
)
def test_only_a_2xx_counts_as_delivered(hooked: Procore, outcome: dict[str, Any], is_delivered: bool) -> None:
    hooked.enter()
    [outgoing] = hooked.world.due_deliveries()
    hooked.world.delivered(outgoing.id, **outcome)
    assert statuses(hooked) == (["delivered"] if is_delivered else ["retrying"])


def test_deliveries_are_listed_with_their_outcomes(hooked: Procore) -> None:
    """R31e."""
    hooked.enter()
    fail_all(hooked)
    hooked.clock.advance(1)
    succeed_all(hooked)
    path = f"/rest/v1.0/webhooks/hooks/{hooked.world.hooks()[0].id}/deliveries"

    def outcomes(**query: Any) -> list[str]:
        return [each["outcome"] for each in hooked.api.get(path, **query).json()]

    assert outcomes() == ["ok", "retried"]
    assert hooked.api.call("GET", path, {"filters[status]": "failing"}).json()[0]["response_status"] == 503
    assert outcomes(page_size=1) == ["ok"]
    assert outcomes(page_size=1, page_start=1) == ["retried"]


@pytest.mark.parametrize("event", ["create", "update", "delete"])
def test_only_triggered_events_are_sent(event: str) -> None:
    procore = Procore()
    procore.hook(procore.bridge, events=[event])
    card = procore.enter()
    procore.world.edit_timecard(procore.dana.id, card.id, {"hours": "1.0"})
    procore.world.delete_timecard(procore.dana.id, card.id)
    assert [json.loads(each.body)["event_type"] for each in procore.world.due_deliveries()] == [event]


def test_events_stay_with_their_project(hooked: Procore) -> None:
    hooked.enter(hooked.depot)
    assert hooked.world.due_deliveries() == []


def test_no_events_come_while_the_app_is_uninstalled_or_the_project_withdrawn(hooked: Procore) -> None:
    """R8."""
    hooked.world.withdraw_project(hooked.company.id, hooked.bridge.id)
    hooked.enter()
    hooked.world.give_back_project(hooked.company.id, hooked.bridge.id)
    hooked.world.uninstall(hooked.company.id)
    hooked.enter()
    assert hooked.world.due_deliveries() == []


def test_time_card_triggers_are_offered_per_project_by_default(procore: Procore) -> None:
    """R4: asked, not assumed."""

    def names(**query: Any) -> set[str]:
        return {each["name"] for each in procore.api.get("/rest/v1.0/webhooks/resources", **query).json()}

    assert "Timecard Entries" in names(project_id=procore.bridge.id)
    assert "Timecard Entries" not in names()
    procore.world.set_switches(timecard_triggers="company")
    assert "Timecard Entries" in names()


def test_a_company_hook_hears_of_every_project_where_that_is_offered() -> None:
    """R4."""
    procore = Procore(timecard_triggers="company")
    procore.hook(None)
    procore.enter(procore.bridge)
    procore.enter(procore.depot)
    assert len(procore.world.due_deliveries()) == 2


def test_a_trigger_that_is_not_on_offer_is_refused(procore: Procore) -> None:
    body = {
        "company_id": procore.company.id,
        "hook": {"api_version": "v2", "namespace": "timesite", "destination_url": "http://127.0.0.1:9/"},
    }
    hook = procore.api.post("/rest/v1.0/webhooks/hooks", body).json()
    trigger = {"resource_name": "Timecard Entries", "event_type": "create"}
    answer = procore.api.post(
        f"/rest/v1.0/webhooks/hooks/{hook['id']}/triggers",
        {"company_id": procore.company.id, "api_version": "v2", "trigger": trigger},
    )
    assert answer.status == 422


def test_bulk_triggers_answer_207_when_some_fail_and_413_when_too_many(hooked: Procore) -> None:
    path = f"/rest/v1.0/webhooks/hooks/{hooked.world.hooks()[0].id}/triggers/bulk"
    row = {"resource_name": "Sub Jobs", "event_type": "create"}
    body = {"project_id": hooked.bridge.id, "api_version": "v2", "triggers": [row, row]}
    answer = hooked.api.post(path, body)
    assert (answer.status, len(answer.json()["success"]), len(answer.json()["failed"])) == (207, 1, 1)
    assert hooked.api.post(path, {**body, "triggers": [row] * 501}).status == 413


def test_deleting_a_hook_takes_triggers_and_queue_with_it(hooked: Procore) -> None:
    """R7."""
    hooked.enter()
    hook = hooked.world.hooks()[0]
    assert hooked.api.delete(f"/rest/v1.0/webhooks/hooks/{hook.id}").status == 200
    assert hooked.world.due_deliveries() == []
    assert list(hooked.world.state.triggers) == []
    assert hooked.api.delete(f"/rest/v1.0/webhooks/hooks/{hook.id}").status == 404


@pytest.mark.parametrize(
    "change, field",
    [
        ({"namespace": "Upper Case"}, "namespace"),
        ({"destination_url": "ftp://x"}, "destination_url"),
        ({"api_version": "v9"}, "api_version"),
    ],
)
def test_a_hook_that_cannot_work_is_refused(procore: Procore, change: dict[str, str], field: str) -> None:
    values = {
        "api_version": "v2",
        "namespace": "timesite",
        "destination_url": "http://127.0.0.1:9/",
        **change,
    }
    answer = procore.api.post("/rest/v1.0/webhooks/hooks", {"project_id": procore.bridge.id, "hook": values})
    assert (answer.status, list(answer.json()["errors"])) == (422, [field])
