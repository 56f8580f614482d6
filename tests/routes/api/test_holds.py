"""/holds, /guard and what fixes them, as other systems call them: R28, R31d, D12, D21, D67."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from tests.fixtures.acme import ELSEWHERE, HARBOUR, NOON, Cast, held_card
from tests.routes.api.conftest import STRANGER, Caller
from tests.routes.api.test_document import check
from webapp.store.models import GuardEntry, Link, Message, ProcoreCostCode, ProjectItem, Timesheet
from webapp.store.session import reading, transaction


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return found


def quarantine(acme: Cast, count: int) -> None:
    """So many timesheets whose cards were deleted in Procore, held by the guard."""
    with transaction(acme.company) as session:
        for number in range(count):
            message = session.get_one(Message, held_card_in(session, acme, number))
            link = session.get_one(Link, message.link_id)
            session.add(
                GuardEntry(link_id=link.id, direction="receive", kind="deletion", state="held", at=NOON)
            )


def held_card_in(session: Any, acme: Cast, number: int) -> int:
    sheet = Timesheet(
        project_id=acme.harbour, user_id=acme.ana, date=NOON.date(), hours=Decimal(4), created_at=NOON,
        updated_at=NOON, edited_at=NOON,
    )  # fmt: skip
    session.add(sheet)
    session.flush()
    link = Link(
        timesheet_id=sheet.id, procore_id=9_000 + number, created_at=NOON, generation=1, done_generation=1,
        is_dirty=False, state="waiting", reason_key="guard:receive", reason_text="…", date=NOON.date(),
        hours=Decimal(4), marked_at=NOON, base_ours={"hours": "4"}, base_theirs={"hours": "4"},
    )  # fmt: skip
    session.add(link)
    session.flush()
    message = Message(
        link_id=link.id, direction="receive", action="delete", state="pending", reason_key="guard:receive",
        reason_text="…", summary=f"Ana Ruiz, Harbour Bridge, 2026-11-20, 4.00 h ({number})", attempts=1,
        timesheet_id=sheet.id, procore_id=link.procore_id, created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    session.add(message)
    session.flush()
    return int(message.id)


def states(acme: Cast) -> set[tuple[str, str | None, bool]]:
    with reading(acme.company) as session:
        return {(link.state, link.reason_key, link.is_dirty) for link in session.query(Link)}


def test_holds_tell_who_can_fix_what_and_how(
    app: Flask, call: Caller, acme: Cast, document: dict[str, Any]
) -> None:
    """R28, invariant 6."""
    with app.app_context():
        for number in range(3):
            held_card(acme.company, number, "task:Per Diem", 'Time type "Per Diem" is not in the template.')
        held_card(acme.company, 3, "refused", "Procore: no", "failed")
    answer = call("GET", "/holds").get_json()
    check(document, "GET", "/holds", 200, answer)
    assert [(h["key"], h["state"], h["records"], h["hours"]) for h in answer] == [
        ("task:Per Diem", "waiting", 3, "12.00"),
        ("refused", "failed", 1, "4.00"),
    ]
    assert answer[0]["action"] == "add_template_row"
    assert answer[0]["owner"] == "administrator"
    assert answer[0]["fix"].endswith(".")


def test_the_guard_shows_what_waits_and_takes_one_decision(
    app: Flask, call: Caller, acme: Cast, document: dict[str, Any]
) -> None:
    """D12, R31d."""
    with app.app_context():
        quarantine(acme, 7)
    answer = call("GET", "/guard").get_json()
    check(document, "GET", "/guard", 200, answer)
    receive, send = answer["directions"]
    assert receive["waiting"] == [{"kind": "deletion", "records": 7, "hours": "28.00"}]
    assert (receive["is_paused"], receive["since"], len(receive["sample"])) == (
        True,
        "2026-11-20T12:00:00Z",
        5,
    )
    assert (send["is_paused"], send["waiting"]) == (False, [])
    assert answer["limits"] == {
        "deletions": 50, "deletions_percent": 20, "changes": 200, "changes_percent": 50,
    }  # fmt: skip
    choice = {"direction": "receive", "decision": "let_through"}
    assert call("POST", "/guard", choice | {"shown": 6}).status_code == 409
    decided = call("POST", "/guard", choice | {"shown": 7})
    assert decided.status_code == 201
    check(document, "POST", "/guard", 201, decided.get_json())
    assert decided.get_json() == {"direction": "receive", "decision": "let_through", "records": 7}
    with app.app_context():
        assert states(acme) == {("waiting", None, True)}
    assert not any(d["is_paused"] for d in call("GET", "/guard").get_json()["directions"])
    assert {(m["state"], m["reason"]["key"]) for m in call("GET", "/messages").get_json()} == {
        ("pending", "in_line")
    }


def test_what_is_dropped_is_excluded_with_its_reason(app: Flask, call: Caller, acme: Cast) -> None:
    """D12."""
    with app.app_context():
        quarantine(acme, 2)
    assert call("POST", "/guard", {"direction": "receive", "decision": "drop"}).status_code == 201
    with app.app_context():
        assert states(acme) == {("excluded", "guard_dropped", False)}
    assert [m["state"] for m in call("GET", "/messages").get_json()] == ["processed"] * 2
    assert call("POST", "/guard", {"direction": "receive", "decision": "drop"}).status_code == 409


def test_only_an_administrator_of_the_company_decides(
    app: Flask, caller: Callable[..., Caller], acme: Cast
) -> None:
    """R31d, R33: and another company's administrator sees nothing to decide."""
    with app.app_context():
        quarantine(acme, 2)
    body = {"direction": "receive", "decision": "drop"}
    assert caller("write")("POST", "/guard", body).status_code == 403
    assert caller("read")("GET", "/guard").status_code == 200
    stranger = caller("admin", STRANGER)
    assert not any(d["is_paused"] for d in stranger("GET", "/guard").get_json()["directions"])
    assert stranger("POST", "/guard", body).status_code == 409
    assert caller()("POST", "/guard", {**body, "direction": "both"}).status_code == 422


def test_the_guards_limits_are_settings(call: Caller) -> None:
    """D12."""
    assert call("PATCH", "/settings", {"guard_deletions": 10}).get_json()["guard_deletions"] == 10
    assert call("GET", "/guard").get_json()["limits"]["deletions"] == 10
    for wrong in (-1, 1.5, True, "10"):
        assert call("PATCH", "/settings", {"guard_deletions": wrong}).status_code == 422
    assert call("PATCH", "/settings", {"guard_changes_percent": 101}).status_code == 422


def test_a_link_tells_beforehand_what_it_brings_in(
    app: Flask, call: Caller, acme: Cast, document: dict[str, Any]
) -> None:
    """D21: bringing in is an offer."""
    with app.app_context():
        for number in range(2):
            held_card(acme.company, number, f"unlinked:{ELSEWHERE}", "…")
    told = call("GET", f"/projects/{acme.yard}/left-out?procore_project_id={ELSEWHERE}").get_json()
    assert told == {"records": 2, "hours": "8.00"}
    check(document, "GET", "/projects/{project_id}/left-out", 200, told)
    link = {"procore_project_id": str(ELSEWHERE), "brings_in": False}
    assert call("PUT", f"/projects/{acme.yard}/link", link).status_code == 200
    with app.app_context():
        assert states(acme) == {("excluded", "before_link", False)}
    assert {m["state"] for m in call("GET", "/messages").get_json()} == {"processed"}


def test_an_item_offers_the_cost_codes_it_may_stand_for(
    app: Flask, call: Caller, acme: Cast, document: dict[str, Any]
) -> None:
    """D67."""
    with app.app_context(), transaction(acme.company) as session:
        for number, is_removed in ((1, True), (2, False)):
            session.add(
                ProcoreCostCode(
                    procore_id=number, procore_project_id=HARBOUR, procore_sub_job_id=0,
                    full_code=f"03-30{number}", name="Concrete", is_removed=is_removed,
                )
            )  # fmt: skip
        item = session.get_one(ProjectItem, acme.concrete)
        item.procore_cost_code_id, item.is_archived = 1, True
    path = f"/project-items/{acme.concrete}"
    offered = call("GET", f"{path}/choices").get_json()
    check(document, "GET", "/project-items/{item_id}/choices", 200, offered)
    assert offered == [{"procore_id": "2", "code": "03-302", "name": "Concrete"}]
    assert call("PUT", f"{path}/cost-code", {"procore_cost_code_id": "1"}).status_code == 422
    assert call("PUT", f"{path}/cost-code", {"procore_cost_code_id": "2"}).get_json()["code"] == "03-302"
