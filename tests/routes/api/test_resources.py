"""The other resources of the API: shapes, links, template, settings, ledger, messages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.fixtures.acme import ELSEWHERE, HARBOUR, Cast, held_card
from tests.routes.api.conftest import STRANGER, Caller
from tests.routes.api.test_timesheets import IN_LINE, given
from webapp.store.models import Link, TemplateRow
from webapp.store.session import reading, transaction


def due_links(app: Flask, acme: Cast) -> set[str | None]:
    """The reasons of the records that are due."""
    with app.app_context(), reading(acme.company) as session:
        return set(session.scalars(select(Link.reason_key).where(Link.generation > Link.done_generation)))


def test_users_tasks_and_project_items_have_the_documented_shapes(call: Caller, acme: Cast) -> None:
    """R33."""
    user = call(
        "POST",
        "/users",
        {"name": " Cy  Old ", "email": "cy@example.com", "procore_person_id": "8000000000001"},
    )
    assert user.status_code == 201
    assert user.get_json() == {
        "id": user.get_json()["id"], "name": "Cy Old", "email": "cy@example.com", "employee_number": None,
        "procore_person_id": "8000000000001",
    }  # fmt: skip
    task = call("POST", "/tasks", {"name": "Travel"})
    assert (task.status_code, task.get_json()) == (201, {"id": task.get_json()["id"], "name": "Travel"})
    item = call("POST", "/project-items", {"project_id": acme.yard, "code": "01-100", "name": "Gate"})
    assert (item.status_code, item.get_json()) == (
        201, {"id": item.get_json()["id"], "project_id": acme.yard, "code": "01-100", "name": "Gate"},
    )  # fmt: skip
    assert user.get_json() in call("GET", "/users").get_json()
    assert task.get_json() in call("GET", "/tasks").get_json()
    assert call("GET", f"/project-items?project_id={acme.yard}").get_json() == [item.get_json()]


@pytest.mark.parametrize(
    "path, body, field",
    [
        ("/users", {"name": "  "}, "name"),
        ("/users", {"name": "X", "email": "nonsense"}, "email"),
        ("/users", {"name": "X", "email": "ANA@example.com"}, "email"),
        ("/users", {"name": "X", "procore_person_id": "12"}, "procore_person_id"),
        ("/users", {"name": "X", "procore_person_id": 12}, "procore_person_id"),
        ("/tasks", {"name": "Ordinary hours"}, "name"),
        ("/tasks", {"name": "x" * 201}, "name"),
        ("/project-items", {"project_id": 98765, "code": "1", "name": "x"}, "project_id"),
        ("/project-items", {"project_id": 1, "code": "03-300", "name": "x"}, "code"),
        ("/projects", {"name": ""}, "name"),
        ("/projects", {"name": "X", "colour": "red"}, "colour"),
    ],
)
def test_a_fault_is_told_with_its_field(call: Caller, path: str, body: dict[str, object], field: str) -> None:
    """R33."""
    answer = call("POST", path, body)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_a_project_is_created_changed_linked_and_unlinked(call: Caller, acme: Cast) -> None:
    """R33: ids of Procore are text."""
    created = call("POST", "/projects", {"number": "P-9", "name": "Pier 9"})
    assert created.status_code == 201
    number = created.get_json()["id"]
    assert created.get_json() == {"id": number, "number": "P-9", "name": "Pier 9", "link": None}
    path = f"/projects/{number}"
    assert call("PATCH", path, {"number": None}).get_json()["number"] is None
    linked = call("PUT", f"{path}/link", {"procore_project_id": str(ELSEWHERE), "procore_sub_job_id": None})
    assert (linked.status_code, linked.get_json()["link"]) == (
        200, {"procore_project_id": str(ELSEWHERE), "procore_sub_job_id": None},
    )  # fmt: skip
    assert call("DELETE", f"{path}/link").status_code == 204
    assert call("GET", path).get_json()["link"] is None
    sub_job = {"procore_project_id": str(HARBOUR), "procore_sub_job_id": str(HARBOUR + 1)}
    assert call("PUT", f"{path}/link", sub_job).get_json()["link"] == sub_job
    assert [p["name"] for p in call("GET", "/projects").get_json()] == [
        "Depot",
        "Harbour Bridge",
        "Pier 9",
        "Yard",
    ]


def test_a_link_goes_to_what_procore_shows_and_to_one_project_only(call: Caller, acme: Cast) -> None:
    """R11."""
    for link in (
        {"procore_project_id": "123"},
        {"procore_project_id": str(HARBOUR)},
        {"procore_project_id": ELSEWHERE},
        {"procore_project_id": "9" * 30},
        {},
    ):
        answer = call("PUT", f"/projects/{acme.yard}/link", link)
        assert answer.status_code == 422
        assert "procore_project_id" in answer.get_json()["errors"]
    unknown_job = {"procore_project_id": str(ELSEWHERE), "procore_sub_job_id": str(HARBOUR + 1)}
    assert (
        "procore_sub_job_id" in call("PUT", f"/projects/{acme.yard}/link", unknown_job).get_json()["errors"]
    )


def test_linking_a_project_releases_what_waited_for_it(app: Flask, call: Caller, acme: Cast) -> None:
    """D21, D22, D23."""
    keys = [
        f"unlinked:{ELSEWHERE}",
        f"unlinked_here:{acme.yard}",
        f"project:{ELSEWHERE}",
        f"project_here:{acme.yard}",
        f"unlinked_here:{acme.bo}9",
        "no_person",
    ]
    with app.app_context():
        for number, key in enumerate(keys):
            held_card(acme.company, number, key, "…")
    call("PUT", f"/projects/{acme.yard}/link", {"procore_project_id": str(ELSEWHERE)})
    assert due_links(app, acme) == set(keys[:4])


def test_if_match_is_honoured_on_single_records(call: Caller, acme: Cast) -> None:
    """R33."""
    for path, patch in (
        (f"/projects/{acme.yard}", {"name": "Old Yard"}),
        (f"/users/{acme.bo}", {"email": "bo@example.com"}),
        ("/settings", {"send": True}),
    ):
        mark = call("GET", path).headers["ETag"]
        assert call("PATCH", path, patch, If_Match=mark).status_code == 200
        assert call("PATCH", path, patch, If_Match=mark).status_code == 412
    mark = call("GET", "/import-template").headers["ETag"]
    assert (
        call("PUT", "/import-template", [{"time_type": "A", "task": "B"}], If_Match=mark).status_code == 200
    )
    assert call("PUT", "/import-template", [], If_Match=mark).status_code == 412


def test_an_email_for_a_user_releases_their_time(app: Flask, call: Caller, acme: Cast) -> None:
    """R19, D60."""
    with app.app_context():
        held_card(acme.company, 1, f"user:{acme.bo}", "…")
        held_card(acme.company, 2, f"user:{acme.ana}", "…")
    assert (
        call("PATCH", f"/users/{acme.bo}", {"email": "bo@example.com"}).get_json()["email"]
        == "bo@example.com"
    )
    assert due_links(app, acme) == {f"user:{acme.bo}"}


def test_the_template_is_replaced_in_order_and_releases_what_it_matches(
    app: Flask, call: Caller, caller: Callable[..., Caller], acme: Cast
) -> None:
    """R14, D65."""
    stranger = caller(company=STRANGER)
    stranger("PUT", "/import-template", [{"time_type": "Theirs", "task": "Theirs"}])
    with app.app_context():
        for number, key in enumerate(("task:Per Diem", "task:Per diem 2", "task:Travel")):
            held_card(acme.company, number, key, "…")
    rows = [{"time_type": "per *", "task": "Allowance"}, {"time_type": "Per Diem", "task": "Diem"}]
    answer = call("PUT", "/import-template", rows)
    assert (answer.status_code, answer.get_json()) == (200, rows)
    assert call("GET", "/import-template").get_json() == rows
    assert due_links(app, acme) == {"task:Per Diem", "task:Per diem 2"}
    assert stranger("GET", "/import-template").get_json() == [{"time_type": "Theirs", "task": "Theirs"}]


@pytest.mark.parametrize(
    "rows, field",
    [
        ([{"time_type": "", "task": "X"}], "0.time_type"),
        ([{"time_type": "A", "task": "X"}, {"time_type": " a ", "task": "Y"}], "1.time_type"),
        ([{"time_type": "A"}], "0.task"),
        ([{"time_type": "A", "task": "B", "more": 1}], "0.more"),
        ({"time_type": "A", "task": "B"}, "body"),
    ],
)
def test_a_fault_in_the_template_is_told_by_row(
    app: Flask, call: Caller, acme: Cast, rows: object, field: str
) -> None:
    """R14: the old rows stay."""
    with app.app_context(), transaction(acme.company) as session:
        session.add(TemplateRow(position=1, time_type="Overtime", task="Overtime"))
    answer = call("PUT", "/import-template", rows)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]
    assert len(call("GET", "/import-template").get_json()) == 1


def test_settings_are_read_and_changed(call: Caller) -> None:
    """R9, R33."""
    assert call("GET", "/settings").get_json() == {
        "receive": True, "receive_only_linked": False, "receive_project_per_sub_job": False, "send": False,
        "send_only_linked": False, "conflict_rule": "default", "guard_deletions": 50, "guard_deletions_percent": 20,
        "guard_changes": 200, "guard_changes_percent": 50,
    }  # fmt: skip
    changed = call("PATCH", "/settings", {"send": True, "conflict_rule": "ask", "since": "off"})
    assert (changed.status_code, changed.get_json()["send"], changed.get_json()["conflict_rule"]) == (
        200,
        True,
        "ask",
    )
    for bad in ({"send": "yes"}, {"conflict_rule": "mine"}, {"since": "ever"}, {"volume": 11}):
        answer = call("PATCH", "/settings", bad)
        assert (answer.status_code, set(answer.get_json()["errors"])) == (422, set(bad))


def test_the_ledger_adds_up(app: Flask, call: Caller, acme: Cast) -> None:
    """R31a."""
    call("POST", "/timesheets", given(acme))
    with app.app_context():
        held_card(acme.company, 1, "task:X", "…")
        held_card(acme.company, 2, "refused", "…", "failed")
    ledger = call("GET", "/ledger").get_json()
    assert ledger == {
        "in_sync": {"records": 0, "hours": "0.00"},
        "waiting": {"records": 2, "hours": "11.50"},
        "failed": {"records": 1, "hours": "4.00"},
        "conflict": {"records": 0, "hours": "0.00"},
        "excluded": {"records": 0, "hours": "0.00"},
        "total": {"records": 3, "hours": "15.50"},
    }


def test_a_message_has_the_documented_shape_and_filters(app: Flask, call: Caller, acme: Cast) -> None:
    """R27."""
    text = 'Time type "Per Diem" is not in the import matching template.'
    with app.app_context():
        number = held_card(acme.company, 1, "task:Per Diem", text)
        held_card(acme.company, 2, "refused", "Procore: no", "failed")
    (message,) = call("GET", "/messages?state=pending&direction=receive").get_json()
    assert message == {
        "id": number, "direction": "receive", "action": "create", "state": "pending",
        "reason": {"key": "task:Per Diem", "text": text}, "timesheet_id": None, "procore_id": "1180000000001",
        "summary": "Ana Ruiz, Harbour Bridge, 2026-11-20, 4.00 h (1)", "attempts": 1, "next_attempt_at": None,
        "created_at": "2026-11-20T12:00:00Z", "processed_at": None,
    }  # fmt: skip
    assert call("GET", "/messages?direction=send").get_json() == []
    assert call("GET", "/messages").headers["Total"] == "2"
    assert call("GET", "/messages?state=odd").status_code == 422
    assert [h["key"] for h in call("GET", "/holds").get_json()] == ["refused", "task:Per Diem"]


def test_a_failed_message_is_retried_and_a_processed_one_is_not(app: Flask, call: Caller, acme: Cast) -> None:
    """R28."""
    with app.app_context():
        number = held_card(acme.company, 1, "refused", "Procore: no", "failed")
    again = call("POST", f"/messages/{number}/retry")
    assert (again.status_code, again.get_json()["state"], again.get_json()["reason"]) == (
        201,
        "pending",
        IN_LINE,
    )
    assert due_links(app, acme) == {"refused"}
    dropped = call("POST", f"/messages/{number}/discard", {"note": "Entered twice"})
    assert (dropped.status_code, dropped.get_json()["state"]) == (201, "processed")
    assert due_links(app, acme) == {"discarded"}
    assert call("GET", "/ledger").get_json()["excluded"]["records"] == 1
    assert call("POST", f"/messages/{number}/retry").status_code == 409
    assert call("POST", "/messages/9999/retry").status_code == 404


def test_messages_of_another_company_are_not_seen(
    app: Flask, call: Caller, caller: Callable[..., Caller], acme: Cast
) -> None:
    """R2."""
    with app.app_context():
        number = held_card(acme.company, 1, "refused", "Procore: no", "failed")
    stranger = caller(company=STRANGER)
    assert stranger("GET", "/messages").get_json() == []
    assert stranger("GET", "/ledger").get_json()["total"]["records"] == 0
    assert stranger("POST", f"/messages/{number}/discard").status_code == 404


def test_the_document_describes_every_operation_and_the_page_needs_nothing_from_elsewhere(app: Flask) -> None:
    """R33."""
    client = app.test_client()
    document = client.get("/api/v1/openapi.json").get_json()
    told = {
        (method.upper(), path.replace("{timesheet_id}", "{}").replace("{project_id}", "{}"))
        for path, methods in document["paths"].items()
        for method in methods
    }
    promised = {
        *((method, "/api/v1/timesheets") for method in ("GET", "POST")),
        *((method, "/api/v1/timesheets/{}") for method in ("GET", "PATCH", "DELETE")),
        *((method, "/api/v1/projects/{}/link") for method in ("PUT", "DELETE")),
        *((method, "/api/v1/settings") for method in ("GET", "PATCH")),
        *((method, "/api/v1/import-template") for method in ("GET", "PUT")),
        ("GET", "/api/v1/timesheets/{}/history"), ("GET", "/api/v1/ledger"), ("GET", "/api/v1/messages"),
    }  # fmt: skip
    assert promised <= told
    assert document["components"]["schemas"]["TimesheetOut"]["required"]
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert b"//cdn" not in page.data
    assert b"<script>" not in page.data
