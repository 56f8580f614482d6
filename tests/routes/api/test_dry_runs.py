"""POST /dry-runs over HTTP: one question at a time, administrators only, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.acme import HARBOUR, Cast
from tests.routes.api.conftest import STRANGER, Caller


def test_a_dry_run_answers_in_counts_reasons_and_examples(call: Caller, acme: Cast) -> None:
    """R31c."""
    answer = call("POST", "/dry-runs", {"settings": {"send_only_linked": True}})
    assert answer.status_code == 201
    told = answer.get_json()
    assert told["create"] == told["update"] == told["delete"] == {"receive": 0, "send": 0}
    assert (told["looked_at"], told["is_complete"], told["reasons"]) == (0, True, [])
    assert call("GET", "/settings").get_json()["send_only_linked"] is False


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"settings": {"send": True}, "disconnect": True},
        {"settings": {"send": "yes"}},
        {"disconnect": False},
        {"link": {"project_id": 1, "procore_project_id": "seven"}},
        {"settings": {"colour": "green"}},
    ],
)
def test_what_is_not_one_question_is_refused(call: Caller, body: dict[str, Any]) -> None:
    answer = call("POST", "/dry-runs", body)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"


def test_a_link_to_what_procore_does_not_show_is_refused_as_the_link_itself(call: Caller, acme: Cast) -> None:
    ask = {"link": {"project_id": acme.yard, "procore_project_id": str(HARBOUR + 999)}}
    dry = call("POST", "/dry-runs", ask)
    link = call("PUT", f"/projects/{acme.yard}/link", {"procore_project_id": str(HARBOUR + 999)})
    assert dry.status_code == link.status_code == 422
    assert dry.get_json()["errors"] == link.get_json()["errors"]


def test_a_project_of_another_company_is_not_there(caller: Callable[..., Caller], acme: Cast) -> None:
    ask = {"link": {"project_id": acme.yard, "procore_project_id": str(HARBOUR)}}
    assert caller(company=STRANGER)("POST", "/dry-runs", ask).status_code == 404


def test_only_administrators_ask(caller: Callable[..., Caller], acme: Cast) -> None:
    assert caller("write")("POST", "/dry-runs", {"disconnect": True}).status_code == 403
