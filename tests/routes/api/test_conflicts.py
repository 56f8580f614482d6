"""/api/v1/conflicts as interfaces promise it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from tests.fixtures.acme import HARBOUR, NOON, Cast
from tests.routes.api.conftest import STRANGER, Caller
from tests.routes.api.test_document import check
from webapp.domain.timecard import Timecard, to_json
from webapp.services import timesheets
from webapp.store.models import ClashRow, Link
from webapp.store.session import transaction

ANA_THERE = 8_000_000_000_001


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
    return found


def clash(
    app: Flask,
    acme: Cast,
    unit: str | None = "time",
    *,
    kind: str = "fields",
    procore_id: int = 1_180_591,
    **row: Any,
) -> int:
    """7.5 hours here, 6 there, 8 agreed on; asked."""
    with app.app_context():
        sheet = timesheets.create(acme.admin, acme.values(description="Pour")).timesheet
        ours = Timecard(sheet.date, Decimal("7.5"), acme.ana, acme.harbour, acme.ordinary, description="Pour")
        theirs = replace(ours, hours=Decimal(6), person=ANA_THERE, project=HARBOUR, time_type=77)
        agreed = {
            side: to_json(replace(card, hours=Decimal(8)))
            for side, card in (("ours", ours), ("theirs", theirs))
        }
        with transaction(acme.company) as session:
            link = session.query(Link).where(Link.timesheet_id == sheet.id).one()
            link.procore_id, link.done_generation, link.is_dirty = procore_id, link.generation, False
            found = ClashRow(
                link_id=link.id, kind=kind, unit=unit, found_at=NOON, ours_at=NOON, ours_by="Dana P.",
                theirs_by="Ana Ruiz",
                **{"ours": to_json(ours), "theirs": to_json(theirs), "base": agreed} | row,
            )  # fmt: skip
            session.add(found)
            session.flush()
            return found.id


def test_a_conflict_has_exactly_the_documented_shape(
    app: Flask, call: Caller, acme: Cast, document: dict[str, Any]
) -> None:
    """R24, R33: both values and what was agreed, who and when, the decision."""
    number = clash(app, acme)
    answer = call("GET", "/conflicts?state=open")
    [one] = answer.get_json()
    hours = {"hours": "6.00", "start": None, "stop": None, "lunch_minutes": None}
    assert one == {
        "id": number,
        "state": "open",
        "kind": "fields",
        "unit": "time",
        "timesheet_id": one["timesheet_id"],
        "procore_id": "1180591",
        "summary": "Ana Ruiz, Harbour Bridge, 2026-11-20, 7.50 h",
        "ours": {
            "values": hours | {"hours": "7.50"},
            "agreed": hours | {"hours": "8.00"},
            "changed_at": "2026-11-20T12:00:00Z",
            "changed_by": "Dana P.",
        },
        "theirs": {
            "values": hours,
            "agreed": hours | {"hours": "8.00"},
            "changed_at": None,
            "changed_by": "Ana Ruiz",
        },
        "suggestion": None,
        "winner": None,
        "resolved": None,
        "undone": None,
        "note": None,
        "found_at": "2026-11-20T12:00:00Z",
        "seen": one["seen"],
    }
    assert answer.headers["Total"] == "1"
    check(document, "GET", "/conflicts", 200, answer.get_json())
    named = document["components"]["schemas"]["ConflictValues"]["properties"]
    assert {"hours", "person", "project", "task", "project_item", "sub_job"} <= set(named)


def test_names_stand_beside_ids_on_each_side(
    app: Flask, call: Caller, acme: Cast, document: dict[str, Any]
) -> None:
    """R24, D42: a whole record, deleted here; keeping the edit is suggested."""
    clash(app, acme, None, kind="deleted_here", ours=None)
    answer = call("GET", "/conflicts")
    [one] = answer.get_json()
    assert (one["ours"]["values"], one["suggestion"]) == (None, "theirs")
    theirs = one["theirs"]["values"]
    assert theirs["person"] == {"id": str(ANA_THERE), "name": "Ana Ruiz"}
    assert theirs["project"] == {"id": str(HARBOUR), "name": "Harbour Bridge"}
    assert theirs["task"] == {"id": "77", "name": "77"}
    assert (theirs["date"], theirs["description"], theirs["project_item"]) == ("2026-11-20", "Pour", None)
    assert one["ours"]["agreed"]["person"] == {"id": acme.ana, "name": "Ana Ruiz"}
    check(document, "GET", "/conflicts", 200, answer.get_json())


def test_a_decision_answers_with_the_record_and_makes_it_due(
    app: Flask, call: Caller, acme: Cast, document: dict[str, Any]
) -> None:
    """R24, R33: the same again is the same; lists tell open and resolved apart."""
    number = clash(app, acme)
    seen = call("GET", "/conflicts").get_json()[0]["seen"]
    answer = call("POST", f"/conflicts/{number}/resolve", {"keep": "theirs", "seen": seen})
    assert answer.status_code == 201
    one = answer.get_json()
    assert (one["state"], one["winner"]) == ("resolved", "theirs")
    assert one["resolved"] == {
        "how": "person", "at": "2026-11-20T12:00:00Z", "by": "API key test", "is_carried_out": False,
    }  # fmt: skip
    check(document, "POST", "/conflicts/{conflict_id}/resolve", 201, one)
    assert call("POST", f"/conflicts/{number}/resolve", {"keep": "theirs"}).get_json() == one
    assert call("GET", "/conflicts?state=open").get_json() == []
    assert call("GET", "/conflicts?state=resolved").get_json() == [one]
    with app.app_context(), transaction(acme.company) as session:
        assert session.query(Link).one().is_dirty
    back = call("POST", f"/conflicts/{number}/undo")
    assert back.status_code == 201
    assert back.get_json()["state"] == "open"
    check(document, "POST", "/conflicts/{conflict_id}/undo", 201, back.get_json())


def test_what_is_not_possible_is_told_and_changes_nothing(app: Flask, call: Caller, acme: Cast) -> None:
    """R24, R33."""
    number = clash(app, acme)
    before = call("GET", "/conflicts").get_json()
    for path, body, status in (
        (f"/conflicts/{number}/resolve", {"keep": "both"}, 422),
        (f"/conflicts/{number}/resolve", {}, 422),
        (f"/conflicts/{number}/resolve", {"keep": "ours", "seen": "else"}, 409),
        (f"/conflicts/{number}/resolve", {"keep": "ours", "why": "so"}, 422),
        (f"/conflicts/{number}/undo", None, 409),
        (f"/conflicts/{number + 1}/resolve", {"keep": "ours"}, 404),
        (f"/conflicts/{number + 1}/undo", None, 404),
    ):
        answer = call("POST", path, body)
        assert answer.status_code == status, (path, body)
        assert answer.mimetype == "application/problem+json"
    assert call("GET", "/conflicts?state=else").status_code == 422
    assert call("GET", "/conflicts").get_json() == before


def test_a_repeated_request_decides_once(app: Flask, call: Caller, acme: Cast) -> None:
    """R33."""
    number = clash(app, acme)
    path = f"/conflicts/{number}/resolve"
    first = call("POST", path, {"keep": "ours"}, Idempotency_Key="d1")
    call("POST", path, {"keep": "theirs"})
    again = call("POST", path, {"keep": "ours"}, Idempotency_Key="d1")
    assert again.data == first.data
    assert call("GET", "/conflicts").get_json()[0]["winner"] == "theirs"


@pytest.mark.parametrize("role, may", [("read", False), ("write", True), ("admin", True)])
def test_a_key_that_may_only_read_decides_nothing(
    app: Flask, caller: Callable[..., Caller], acme: Cast, role: str, may: bool
) -> None:
    """R2, R33."""
    number, call = clash(app, acme), caller(role)
    assert len(call("GET", "/conflicts").get_json()) == 1
    assert call("POST", f"/conflicts/{number}/resolve", {"keep": "ours"}).status_code == (201 if may else 403)
    assert call("POST", f"/conflicts/{number}/undo").status_code == (201 if may else 403)


def test_another_company_sees_and_decides_nothing(
    app: Flask, caller: Callable[..., Caller], acme: Cast
) -> None:
    """R1, R33."""
    number, stranger = clash(app, acme), caller("admin", STRANGER)
    assert stranger("GET", "/conflicts").get_json() == []
    assert stranger("POST", f"/conflicts/{number}/resolve", {"keep": "ours"}).status_code == 404
    assert stranger("POST", f"/conflicts/{number}/undo").status_code == 404
    assert caller("read")("GET", "/conflicts").get_json()[0]["winner"] is None


def test_a_list_is_paged_newest_first(app: Flask, call: Caller, acme: Cast) -> None:
    """R33."""
    numbers = [clash(app, acme, procore_id=1_180_591 + place) for place in range(3)]
    first = call("GET", "/conflicts?per_page=2")
    assert [one["id"] for one in first.get_json()] == numbers[:0:-1]
    assert first.headers["Total"] == "3"
    assert 'rel="next"' in first.headers["Link"]
    assert [one["id"] for one in call("GET", "/conflicts?per_page=2&page=2").get_json()] == numbers[:1]
