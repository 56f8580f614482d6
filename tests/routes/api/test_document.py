"""The OpenAPI document says what the API does: every reference resolves, every answer is as it is described."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from tests.fixtures.acme import ELSEWHERE, Cast, held_card
from tests.routes.api.conftest import Caller
from tests.routes.api.test_timesheets import given


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return found


def check(document: dict[str, Any], method: str, path: str, status: int, answer: Any) -> None:
    """Raises when the answer is not what the document says for this operation and status."""
    told = document["paths"][f"/api/v1{path}"][method.lower()]["responses"][str(status)]
    (content,) = told["content"].values()
    Draft202012Validator({**content["schema"], "components": document["components"]}).validate(answer)


def test_every_reference_resolves_and_every_operation_is_described(document: dict[str, Any]) -> None:
    """R33."""
    assert document["openapi"].startswith("3.1")
    names = set(re.findall(r"#/components/schemas/([\w.]+)", str(document)))
    assert names <= set(document["components"]["schemas"])
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"].endswith(".")
            assert "401" in operation["responses"]


def test_answers_are_as_the_document_says(
    app: Flask, call: Caller, acme: Cast, document: dict[str, Any]
) -> None:
    """R33."""
    with app.app_context():
        message = held_card(acme.company, 1, "refused", "Procore: no", "failed")
    sheet = call("POST", "/timesheets", given(acme, hours=None, start="07:00", stop="15:00"))
    number = sheet.get_json()["id"]
    check(document, "POST", "/timesheets", 201, sheet.get_json())
    link = {"procore_project_id": str(ELSEWHERE)}
    for method, path, told, body, status in (
        ("GET", "/timesheets", "/timesheets", None, 200),
        ("GET", f"/timesheets/{number}", "/timesheets/{timesheet_id}", None, 200),
        ("PATCH", f"/timesheets/{number}", "/timesheets/{timesheet_id}", {"hours": 7}, 200),
        ("PATCH", f"/timesheets/{number}", "/timesheets/{timesheet_id}", {"hours": 77}, 422),
        ("GET", f"/timesheets/{number}/history", "/timesheets/{timesheet_id}/history", None, 200),
        ("GET", "/timesheets/9999", "/timesheets/{timesheet_id}", None, 404),
        ("GET", "/messages", "/messages", None, 200),
        ("POST", f"/messages/{message}/retry", "/messages/{message_id}/retry", None, 201),
        ("GET", "/holds", "/holds", None, 200),
        ("GET", "/ledger", "/ledger", None, 200),
        ("GET", "/settings", "/settings", None, 200),
        ("GET", "/import-template", "/import-template", None, 200),
        ("GET", "/projects", "/projects", None, 200),
        ("PUT", f"/projects/{acme.yard}/link", "/projects/{project_id}/link", link, 200),
        ("GET", "/users", "/users", None, 200),
        ("GET", "/tasks", "/tasks", None, 200),
        ("GET", "/project-items", "/project-items", None, 200),
    ):
        answer = call(method, path, body)
        assert answer.status_code == status, path
        check(document, method, told, status, answer.get_json())
