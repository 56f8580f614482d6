"""What a hook is sent, in each payload version."""

import json
from typing import Any

import pytest

from procore_sandbox.model.payloads import VERSIONS
from tests.contract.schemas import mistakes, pointer
from tests.sandbox.cast import Procore


def sent(procore: Procore, version: str) -> dict[str, Any]:
    """The first event that a hook of this version is sent after a person entered a card."""
    procore.hook(procore.bridge, version)
    procore.enter()
    body: dict[str, Any] = json.loads(procore.world.due_deliveries()[0].body)
    return body


@pytest.mark.parametrize("version", VERSIONS)
def test_a_payload_is_of_its_schema(procore: Procore, version: str) -> None:
    """R10, R35."""
    schema = f"WebhookEventV{version[1]}"
    assert mistakes(sent(procore, version), pointer("components", "schemas", schema)) == []


def test_version_2_carries_integers_and_the_source(procore: Procore) -> None:
    """D5: a person's change has no application."""
    body = sent(procore, "v2.0")
    assert (body["event_type"], body["resource_name"]) == ("create", "Timecard Entries")
    assert body["metadata"]["source_application_id"] is None
    assert body["user_id"] == body["metadata"]["source_user_id"] == procore.dana.id
    assert (body["company_id"], body["project_id"]) == (procore.company.id, procore.bridge.id)
    assert body["resource_id"] == procore.world.timecards(procore.company.id)[0].id


def test_version_4_carries_text_and_no_application(procore: Procore) -> None:
    body = sent(procore, "v4")
    assert body["reason"] == "create"
    assert body["resource_id"] == str(procore.world.timecards(procore.company.id)[0].id)
    assert len(body["id"]) == 26
    assert "metadata" not in body


def test_a_write_of_the_service_account_names_the_app_and_the_service_user(procore: Procore) -> None:
    """D5."""
    procore.hook(procore.bridge)
    body = {"project_id": procore.bridge.id, "timecard_entry": procore.fields()}
    headers = {"Idempotency-Token": "op-1"}
    answer = procore.api.call("POST", procore.cards_path, None, body, headers)
    assert answer.status == 201
    metadata = json.loads(procore.world.due_deliveries()[0].body)["metadata"]
    installation = procore.world.installation(procore.company.id)
    assert installation is not None
    assert metadata["source_application_id"] == procore.world.app.client_id
    assert metadata["source_user_id"] == installation.service_user_id == answer.json()["created_by"]["id"]
    assert metadata["source_operation_id"] == "op-1"
