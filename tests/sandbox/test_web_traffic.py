"""What went over the wire: hooks, deliveries, the request log, Integration Health."""

import pytest

from tests.sandbox.cast import Procore
from tests.sandbox.visitor import Visitor


@pytest.fixture
def visitor(procore: Procore) -> Visitor:
    return Visitor(procore)


def test_hooks_are_listed_with_triggers_but_without_their_secret(visitor: Visitor) -> None:
    """R4."""
    visitor.procore.hook(visitor.procore.bridge)
    page = visitor.open("/webhooks")
    assert len(page.marked("hook-row")) == 1
    assert "Timecard Entries: create, delete, update" in page.text
    assert "shared-secret" not in page.html


def test_deliveries_show_their_outcome_attempts_and_answer(visitor: Visitor) -> None:
    procore = visitor.procore
    procore.hook(procore.bridge)
    procore.enter()
    [sent] = procore.world.due_deliveries()
    procore.world.delivered(sent.id, 503, "cannot be stored")
    page = visitor.open("/webhooks")
    assert len(page.marked("delivery-row")) == 1
    assert "Retrying 1 503 cannot be stored" in page.text
    assert "Failing since" in page.text
    procore.clock.advance(2)
    [again] = procore.world.due_deliveries()
    procore.world.delivered(again.id, 204)
    assert "Delivered 2 204" in visitor.open("/webhooks?status=delivered").text
    assert visitor.open("/webhooks?status=retrying").marked("delivery-row") == []


def test_a_timeout_is_an_answer_too(visitor: Visitor) -> None:
    procore = visitor.procore
    procore.hook(procore.bridge)
    procore.enter()
    procore.world.delivered(procore.world.due_deliveries()[0].id, None, error="timeout")
    assert "Retrying 1 timeout" in visitor.open("/webhooks").text


def test_the_request_log_says_who_asked_what_and_no_secret(visitor: Visitor) -> None:
    procore = visitor.procore
    api = procore.api
    api.get(procore.cards_path)
    api.get("/rest/v1.0/projects/1", company_id=procore.company.id)
    page = visitor.open("/requests")
    assert f"GET {procore.cards_path} 200 service account Acme Builders" in page.text
    assert api.token not in page.html
    failed = visitor.open("/requests?only=failed")
    assert len(failed.marked("request-row")) == 1
    assert "404" in failed.text


def test_what_the_stand_in_brought_about_is_told_apart(visitor: Visitor) -> None:
    """D101: the observations count the app's own calls."""
    procore = visitor.procore
    api = procore.api
    api.get("/rest/v1.0/projects/1", company_id=procore.company.id)
    procore.world.add_fault(effect="refuse", status=403, times=1)
    api.get(procore.cards_path)
    page = visitor.open("/health")
    own = {each: page.marked(f"observation-{each}")[0]["data-own"] for each in ("not_found", "forbidden")}
    assert own == {"not_found": "1", "forbidden": "0"}
    assert "brought about here: fault: refuse" in visitor.open("/requests").text


def test_all_seven_observations_are_shown_each_with_its_meaning(visitor: Visitor) -> None:
    page = visitor.open("/health")
    shown = [
        values["data-testid"] for _, values in page.tags if "observation-" in values.get("data-testid", "")
    ]
    assert len(shown) == 7
    assert page.text.count("Healthy") == 7


def test_many_own_mistakes_need_attention_and_the_calls_are_named(visitor: Visitor) -> None:
    procore = visitor.procore
    api = procore.api
    for _ in range(12):
        api.get("/rest/v1.0/projects/1", company_id=procore.company.id)
    text = visitor.open("/health").text
    assert "404 Not Found Needs Attention 12" in text
    assert "GET /rest/v1.0/projects/{id} 404 12" in text


def test_observations_fade_after_14_days(visitor: Visitor) -> None:
    procore = visitor.procore
    procore.api.get("/rest/v1.0/projects/1", company_id=procore.company.id)
    procore.clock.advance(15 * 86400)
    assert visitor.open("/health").marked("observation-not_found")[0]["data-own"] == "0"


def test_the_counts_come_as_csv_and_can_be_begun_anew(visitor: Visitor) -> None:
    procore = visitor.procore
    procore.api.get(procore.cards_path)
    answer = visitor.client.get("/health.csv")
    assert answer.mimetype == "text/csv"
    assert (
        "2026-11-16,200,GET,/rest/v1.0/companies/{company_id}/timecard_entries,1" in answer.text.splitlines()
    )
    visitor.submit("/health", "forget-health")
    assert len(visitor.client.get("/health.csv").text.splitlines()) == 1
