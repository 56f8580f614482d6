"""Webhooks: what is offered where, hooks with triggers, removal, deliveries."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.unit.procore.canned import API, COMPANY, Web
from webapp.errors import PermissionMissing, ProcoreRefused, ProcoreUnavailable
from webapp.procore.factory import Procore
from webapp.procore.hooks import VERBS, Hooks, TheirHook

HOOKS = f"{API}/rest/v1.0/webhooks/hooks"
RESOURCES = f"{API}/rest/v1.0/webhooks/resources"
PROJECT = 562949953421312


@pytest.fixture
def hooks(procore: Procore) -> Hooks:
    return procore.hooks(COMPANY)


def query_of(request: requests.PreparedRequest) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.url).query)


@pytest.mark.parametrize(
    "rows, verbs",
    [
        ([{"name": "Timecard Entries", "create": "Yes", "update": "Yes", "delete": "Yes"}], VERBS),
        ([{"name": "timecard entries "}], VERBS),
        ([{"name": "Timecard Entries", "except": ["update"]}], {"create", "delete"}),
        ([{"name": "Timecard Entries", "create": "x", "update": None, "delete": "x"}], {"create", "delete"}),
        ([{"resource_name": "Timecard Entries", "actions": ["create"]}], {"create"}),
        ([{"name": "Timecard Time Types"}, {"name": None}], set()),
        ([], set()),
    ],
)
def test_whether_procore_offers_time_card_triggers_is_asked(
    hooks: Hooks, web: Web, rows: list[Any], verbs: set[str]
) -> None:
    """R4."""
    web.answer("GET", RESOURCES, rows)
    assert hooks.offered() == verbs


def test_both_levels_can_be_asked_for(hooks: Hooks, web: Web) -> None:
    """R4: the company by its header, a project by its id."""
    web.answer("GET", RESOURCES, [])
    hooks.offered()
    hooks.offered(PROJECT)
    company, project = web.requests()
    assert query_of(company) == {}
    assert company.headers["Procore-Company-Id"] == str(COMPANY)
    assert query_of(project) == {"project_id": [str(PROJECT)]}


def test_a_hook_is_made_with_its_own_secret(hooks: Hooks, web: Web) -> None:
    """R4."""
    web.answer("POST", HOOKS, {"id": 55021, "namespace": "timesite", "owned_by_company_id": COMPANY}, 201)
    hook = hooks.create("timesite", "https://time.example.com/webhooks/procore", "Bearer s3cret")
    assert hook == TheirHook("55021", "timesite", None, None)
    assert json.loads(web.requests()[0].body) == {
        "company_id": COMPANY,
        "hook": {
            "api_version": "v2",
            "namespace": "timesite",
            "destination_url": "https://time.example.com/webhooks/procore",
            "destination_headers": {"Authorization": "Bearer s3cret"},
        },
    }


def test_a_project_hook_names_the_project_alone(hooks: Hooks, web: Web) -> None:
    """R4."""
    web.answer("POST", HOOKS, {"id": 55021, "owned_by_project_id": PROJECT}, 201)
    assert hooks.create("timesite", "https://x.example/", "s", PROJECT).project_id == PROJECT
    body = json.loads(web.requests()[0].body)
    assert body["project_id"] == PROJECT
    assert "company_id" not in body


def test_only_hooks_of_our_namespace_and_scope_are_ours(hooks: Hooks, web: Web) -> None:
    """R4: a hook whose answer was lost is found again."""
    rows = [
        {"id": 1, "namespace": "timesite", "destination_url": "https://a/", "owned_by_project_id": None},
        {"id": 2, "namespace": "timesite", "owned_by_project_id": PROJECT},
        {"id": 3, "namespace": "other", "owned_by_project_id": None},
    ]
    web.answer("GET", HOOKS, rows)
    assert hooks.named("timesite") == [TheirHook("1", "timesite", "https://a/", None)]
    assert [hook.id for hook in hooks.named("timesite", PROJECT)] == ["2"]


def test_missing_triggers_are_made_and_others_left_alone(hooks: Hooks, web: Web) -> None:
    """R4: connecting twice makes nothing twice."""
    triggers = f"{HOOKS}/55021/triggers"
    web.answer("GET", triggers, [{"id": 1, "resource_name": "Timecard Entries", "event_type": "CREATE"}])
    web.answer("POST", f"{triggers}/bulk", {"success": [], "failed": []})
    hooks.set_triggers("55021")
    sent = json.loads(web.requests()[1].body)
    assert [trigger["event_type"] for trigger in sent["triggers"]] == ["delete", "update"]
    assert {trigger["resource_name"] for trigger in sent["triggers"]} == {"Timecard Entries"}
    assert sent["company_id"] == COMPANY


def test_nothing_is_made_when_all_triggers_are_there(hooks: Hooks, web: Web) -> None:
    """R4."""
    rows = [
        {"id": i, "resource_name": "Timecard Entries", "event_type": verb} for i, verb in enumerate(VERBS)
    ]
    web.answer("GET", f"{HOOKS}/55021/triggers", rows)
    hooks.set_triggers("55021")
    assert len(web.requests()) == 1


def test_triggers_that_could_not_be_made_are_told_in_procores_words(hooks: Hooks, web: Web) -> None:
    """R3: nothing half-connected goes unsaid."""
    web.answer("GET", f"{HOOKS}/55021/triggers", [])
    failed = [{"code": "422", "message": "Unprocessable", "errors": {"resource_name": ["is not offered"]}}]
    web.answer("POST", f"{HOOKS}/55021/triggers/bulk", {"success": [], "failed": failed}, 207)
    with pytest.raises(ProcoreRefused, match="is not offered"):
        hooks.set_triggers("55021")


@pytest.mark.parametrize(
    "status, body", [(200, None), (204, None), (403, {"message": "no"}), (404, {"message": "no"})]
)
def test_403_and_404_count_as_removed(hooks: Hooks, web: Web, status: int, body: Any) -> None:
    """R7."""
    web.answer("DELETE", f"{HOOKS}/55021", b"" if body is None else body, status)
    hooks.delete("55021")
    assert query_of(web.requests()[0]) == {"company_id": [str(COMPANY)]}


def test_a_removal_that_procore_did_not_confirm_is_told(hooks: Hooks, web: Web) -> None:
    """R7: it is retried."""
    web.answer("DELETE", f"{HOOKS}/55021", {}, 503)
    with pytest.raises(ProcoreUnavailable):
        hooks.delete("55021")


def test_failing_and_discarded_deliveries_can_be_read(hooks: Hooks, web: Web) -> None:
    """R31e."""
    row = {
        "event": {"id": 734410021, "ulid": "01KA7W", "event_type": "update", "resource_id": 77120455},
        "outcome": "discarded",
        "started_at": "2026-11-16T22:41:11Z",
        "response_status": None,
    }
    web.answer("GET", f"{HOOKS}/55021/deliveries", [row, {"event": None, "event_id": 5}])
    first, second = hooks.deliveries("55021", "discarded", PROJECT)
    assert (first.event_id, first.resource_id, first.outcome) == ("01KA7W", 77120455, "discarded")
    assert second.event_id == "5"
    query = query_of(web.requests()[0])
    assert query["filters[status]"] == ["discarded"]
    assert query["project_id"] == [str(PROJECT)]


def test_a_missing_permission_is_told_while_connecting(hooks: Hooks, web: Web) -> None:
    """R3."""
    web.answer("POST", HOOKS, {"message": "You need Standard on Webhooks"}, 403)
    with pytest.raises(PermissionMissing, match="Standard on Webhooks"):
        hooks.create("timesite", "https://x.example/", "s")


def test_a_company_that_names_the_payload_version_in_full_gets_it_in_full(hooks: Hooks, web: Web) -> None:
    """README of the contract, 12.10: which names apply is not published."""
    web.answer("POST", HOOKS, {"errors": {"api_version": ["is not on offer"]}}, 422)
    web.answer("POST", HOOKS, {"id": 55021}, 201)
    assert hooks.create("timesite", "https://x.example/", "s").id == "55021"
    versions = [json.loads(request.body)["hook"]["api_version"] for request in web.requests()]
    assert versions == ["v2", "v2.0"]
