"""/api/v1/timesheets as interfaces promise it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.fixtures.acme import Cast
from tests.routes.api.conftest import STRANGER, Caller

IN_LINE = {"key": "in_line", "text": "In line; it goes on by itself."}


def given(acme: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "user_id": acme.ana, "project_id": acme.harbour, "task_id": acme.ordinary, "project_item_id": acme.concrete,
        "date": "2026-11-20", "hours": "7.50", "description": "Pour, north pier",
    } | changes  # fmt: skip


def test_a_timesheet_has_exactly_the_documented_shape(call: Caller, acme: Cast) -> None:
    """R33."""
    answer = call("POST", "/timesheets", given(acme))
    assert answer.status_code == 201
    sheet = answer.get_json()
    assert sheet == {
        "id": sheet["id"],
        "user": {"id": acme.ana, "name": "Ana Ruiz", "email": "ana@example.com"},
        "project": {"id": acme.harbour, "name": "Harbour Bridge"},
        "task": {"id": acme.ordinary, "name": "Ordinary hours"},
        "project_item": {"id": acme.concrete, "code": "03-300", "name": "Cast-in-place concrete"},
        "date": "2026-11-20",
        "hours": "7.50",
        "start": None,
        "stop": None,
        "lunch_minutes": None,
        "billable": True,
        "description": "Pour, north pier",
        "location": None,
        "crew": None,
        "sub_job": None,
        "approval_status": None,
        "signed": False,
        "sync": {"state": "waiting", "reason": IN_LINE, "procore_id": None},
        "created_at": "2026-11-20T12:00:00Z",
        "updated_at": "2026-11-20T12:00:00Z",
    }
    shown = call("GET", f"/timesheets/{sheet['id']}")
    assert shown.get_json() == sheet
    assert shown.headers["ETag"] == answer.headers["ETag"]
    assert answer.headers["Location"] == f"/api/v1/timesheets/{sheet['id']}"


def test_a_patch_changes_what_is_sent_and_a_delete_leaves_the_history(call: Caller, acme: Cast) -> None:
    """R29, R33."""
    number = call("POST", "/timesheets", given(acme)).get_json()["id"]
    changed = call("PATCH", f"/timesheets/{number}", {"hours": 8})
    assert (changed.status_code, changed.get_json()["hours"], changed.get_json()["description"]) == (
        200, "8.00", "Pour, north pier",
    )  # fmt: skip
    cleared = call(
        "PATCH", f"/timesheets/{number}", {"description": None, "project_item_id": None}
    ).get_json()
    assert (cleared["description"], cleared["project_item"]) == (None, None)
    gone = call("DELETE", f"/timesheets/{number}")
    assert (gone.status_code, gone.data) == (204, b"")
    assert call("GET", f"/timesheets/{number}").status_code == 404
    assert call("GET", "/timesheets").get_json() == []
    assert [t["id"] for t in call("GET", "/timesheets?deleted=true").get_json()] == [number]
    history = call("GET", f"/timesheets/{number}/history").get_json()
    assert [line["action"] for line in history] == ["created", "edited", "edited", "deleted"]
    assert history[1]["changes"] == {"hours": {"from": "7.50", "to": "8.00"}}


def test_if_match_keeps_a_change_made_meanwhile(call: Caller, acme: Cast) -> None:
    """R33."""
    created = call("POST", "/timesheets", given(acme))
    path, mark = f"/timesheets/{created.get_json()['id']}", created.headers["ETag"]
    newer = call("PATCH", path, {"hours": 8}, If_Match=mark)
    assert newer.status_code == 200
    assert newer.headers["ETag"] != mark
    for answer in (
        call("PATCH", path, {"hours": 9}, If_Match=mark),
        call("DELETE", path, If_Match=mark),
        call("DELETE", path, If_Match='"nonsense"'),
    ):
        assert answer.status_code == 412
        assert answer.mimetype == "application/problem+json"
    assert call("DELETE", path, If_Match=f"W/{newer.headers['ETag']}").status_code == 204


def test_start_stop_and_lunch_make_hours(call: Caller, acme: Cast) -> None:
    """D84: times of day are the project's."""
    body = given(acme, start="07:00", stop="15:30", lunch_minutes=30)
    del body["hours"]
    sheet = call("POST", "/timesheets", body).get_json()
    assert (sheet["hours"], sheet["start"], sheet["stop"]) == (
        "8.00",
        "2026-11-20T12:00:00Z",
        "2026-11-20T20:30:00Z",
    )


def test_what_is_accepted_with_a_doubt_is_told_in_a_header(call: Caller, acme: Cast) -> None:
    """D82."""
    call("POST", "/timesheets", given(acme, hours=20))
    answer = call("POST", "/timesheets", given(acme, hours=5))
    assert answer.status_code == 201
    assert "25.00 hours" in answer.headers["Timesite-Warning"]


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"hours": "-1"}, "hours"),
        ({"hours": 24.5}, "hours"),
        ({"hours": "NaN"}, "hours"),
        ({"hours": "1e999"}, "hours"),
        ({"hours": None}, "hours"),
        ({"user_id": 987654}, "user_id"),
        ({"user_id": 2**63}, "user_id"),
        ({"user_id": "4"}, "user_id"),
        ({"user_id": None}, "user_id"),
        ({"project_id": 987654}, "project_id"),
        ({"task_id": 987654}, "task_id"),
        ({"project_item_id": 987654}, "project_item_id"),
        ({"date": "20.11.2026"}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"date": 1}, "date"),
        ({"start": "07:00"}, "stop"),
        ({"start": "7 o'clock", "stop": "15:00"}, "start"),
        ({"start": "2026-11-20T07:00:00", "stop": "15:00"}, "start"),
        ({"start": "12:00", "stop": "11:00"}, "stop"),
        ({"lunch_minutes": -1}, "lunch_minutes"),
        ({"billable": "maybe"}, "billable"),
        ({"description": "x" * 20_001}, "description"),
        ({"houres": "8"}, "houres"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_field(
    call: Caller, acme: Cast, changes: dict[str, Any], field: str
) -> None:
    """D82, D83, R33: nothing is stored then."""
    answer = call("POST", "/timesheets", given(acme, **changes))
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem["title"]
    assert problem["detail"]
    assert field in problem["errors"]
    assert call("GET", "/timesheets").get_json() == []


def test_a_missing_field_is_named(call: Caller) -> None:
    """R33."""
    assert {"user_id", "project_id", "date"} <= set(call("POST", "/timesheets", {}).get_json()["errors"])


@pytest.mark.parametrize("raw", ["{", "[" * 100_000, '{"hours": NaN}', '"x"', "[]", "\xff", "1" * 5000])
def test_a_body_that_is_no_object_is_refused(call: Caller, raw: str) -> None:
    """R33."""
    answer = call.client.post(
        "/api/v1/timesheets",
        data=raw.encode("latin-1"),
        headers={"Authorization": f"Bearer {call.key}", "Content-Type": "application/json"},
    )
    assert answer.status_code in (400, 422)
    assert answer.mimetype == "application/problem+json"


def test_another_content_type_and_too_large_a_body_are_refused(call: Caller) -> None:
    """R33."""
    headers = {"Authorization": f"Bearer {call.key}"}
    form = call.client.post("/api/v1/timesheets", data={"hours": "8"}, headers=headers)
    large = call.client.post("/api/v1/timesheets", json={"description": "x" * 600_000}, headers=headers)
    assert (form.status_code, large.status_code) == (415, 413)
    assert large.mimetype == "application/problem+json"


def test_a_list_is_paged_with_link_and_total(call: Caller, acme: Cast) -> None:
    """R33."""
    numbers = [call("POST", "/timesheets", given(acme)).get_json()["id"] for _ in range(5)]
    first = call("GET", "/timesheets?per_page=2&from=2026-11-01")
    assert [t["id"] for t in first.get_json()] == numbers[:2]
    assert first.headers["Total"] == "5"
    links = dict(re.findall(r'<([^>]+)>; rel="(\w+)"', first.headers["Link"]))
    links = {rel: address for address, rel in links.items()}
    assert set(links) == {"first", "next", "last"}
    seen, address = [], links["first"]
    while address:
        answer = call("GET", address.split("/api/v1", 1)[1])
        seen += [t["id"] for t in answer.get_json()]
        address = next(
            (a for a, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["Link"]) if rel == "next"),
            "",
        )
    assert seen == numbers
    assert call("GET", "/timesheets?page=9").get_json() == []
    assert len(call("GET", "/timesheets?per_page=1000").get_json()) == 5
    for bad in ("page=0", "per_page=0", "page=x", "state=odd", "from=yesterday", "usr_id=1"):
        assert call("GET", f"/timesheets?{bad}").status_code == 422


def test_every_filter_of_the_list_narrows_it(call: Caller, acme: Cast) -> None:
    """R29."""
    mine = call("POST", "/timesheets", given(acme)).get_json()["id"]
    other = call("POST", "/timesheets", given(acme, user_id=acme.bo, project_id=acme.yard, project_item_id=None,
                                              date="2026-11-18")).get_json()["id"]  # fmt: skip

    def ids(query: str) -> list[int]:
        return [t["id"] for t in call("GET", f"/timesheets?{query}").get_json()]

    assert ids(f"user_id={acme.bo}") == [other]
    assert ids(f"project_id={acme.harbour}") == [mine]
    assert ids("from=2026-11-19&to=2026-11-20") == [mine]
    assert ids("state=waiting") == [mine, other]
    assert ids("state=conflict") == []
    assert ids("updated_since=2026-11-20T12:00:00Z") == [mine, other]
    assert ids("updated_since=2026-11-20T12:00:01%2B00:00") == []


def test_the_csv_holds_every_row_and_no_formula(call: Caller, acme: Cast) -> None:
    """R33: what a spreadsheet would run is text."""
    call("POST", "/timesheets", given(acme, description="=1+1"))
    call("POST", "/timesheets", given(acme, description='He said "no",\nthen left'))
    answer = call("GET", "/timesheets.csv?from=2026-11-01")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [row["description"] for row in rows] == ["'=1+1", 'He said "no",\nthen left']
    assert (rows[0]["hours"], rows[0]["user"], rows[0]["sync_state"]) == ("7.50", "Ana Ruiz", "waiting")


def test_a_key_of_another_company_sees_and_changes_nothing(
    caller: Callable[..., Caller], call: Caller, acme: Cast
) -> None:
    """R2, R33."""
    number = call("POST", "/timesheets", given(acme)).get_json()["id"]
    stranger = caller(company=STRANGER)
    assert stranger("GET", "/timesheets").get_json() == []
    assert stranger("GET", f"/timesheets/{number}").status_code == 404
    assert stranger("GET", f"/timesheets/{number}/history").status_code == 404
    assert stranger("PATCH", f"/timesheets/{number}", {"hours": 1}).status_code == 404
    assert stranger("DELETE", f"/timesheets/{number}").status_code == 404
    assert stranger("POST", "/timesheets", given(acme)).status_code == 422
    assert call("GET", f"/timesheets/{number}").get_json()["hours"] == "7.50"
