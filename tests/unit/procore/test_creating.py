"""Creating many time cards: matched by origin id, one bad row never holds the others, nothing is sent twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from tests.unit.procore.canned import API, CARDS, COMPANY, Web, card
from tests.unit.procore.memory import MemoryKinds
from webapp.domain.bulk import BulkKinds
from webapp.domain.timecard import Timecard
from webapp.errors import ProcoreUnavailable
from webapp.procore.factory import CompanyAtProcore
from webapp.sync.ports import Created, Draft

BULK = f"{API}/rest/v1.0/companies/{COMPANY}/timesheets"
MORNING = datetime(2026, 11, 21, 7, tzinfo=UTC)


def draft(origin_id: int, project: int = 5, lunch: int | None = None, is_start_stop: bool = False) -> Draft:
    times = (MORNING, MORNING.replace(hour=15)) if is_start_stop else (None, None)
    timecard = Timecard(
        date(2026, 11, 21),
        Decimal(8),
        30554112,
        project,
        9310,
        start=times[0],
        stop=times[1],
        lunch_minutes=lunch,
    )
    return Draft(origin_id, timecard, is_start_stop)


class Bulk:
    """A bulk create that refuses rows by `judge`: all or nothing, or keeping the good ones."""

    def __init__(
        self, web: Web, judge: Callable[[dict[str, Any]], int | None], keeps_good_rows: bool = False
    ) -> None:
        self.judge, self.keeps_good_rows = judge, keeps_good_rows
        self.made: dict[int, int] = {}
        self.calls = self.looks = 0
        web.mock.add_callback("POST", BULK, self.create)
        web.mock.add_callback("GET", CARDS, self.list)

    def create(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.calls += 1
        rows = json.loads(request.body or b"")["timecard_entries"]
        verdicts = [self.judge(row) for row in rows]
        refused = [status for status in verdicts if status is not None]
        if not refused or self.keeps_good_rows:
            made = [self.put(row) for row, status in zip(rows, verdicts, strict=True) if status is None]
        if refused:
            return refused[0], {}, json.dumps({"errors": {"hours": ["are wrong"]}})
        return 200, {}, json.dumps(made[::-1])

    def put(self, row: dict[str, Any]) -> dict[str, Any]:
        assert row["origin_id"] not in self.made, "sent twice"
        self.made[row["origin_id"]] = 1000 + row["origin_id"]
        return {"id": 1000 + row["origin_id"], "origin_id": row["origin_id"]}

    def list(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        self.looks += 1
        return 200, {}, json.dumps([card(made, origin_id=origin) for origin, made in self.made.items()])


def outcome(created: list[Created]) -> dict[int, Any]:
    return {c.origin_id: c.procore_id or (c.refusal.key if c.refusal else None) for c in created}


def test_a_thousand_drafts_take_four_calls(company: CompanyAtProcore, web: Web) -> None:
    """R17: and rows are matched by origin id, never by order."""
    bulk = Bulk(web, lambda row: None)
    created = company.create_many([draft(i) for i in range(1, 1001)])
    assert created == [Created(i, 1000 + i) for i in range(1, 1001)]
    assert (bulk.calls, bulk.looks) == (4, 0)


@pytest.mark.parametrize("keeps_good_rows", [False, True])
def test_one_bad_row_does_not_hold_the_others(
    company: CompanyAtProcore, web: Web, keeps_good_rows: bool
) -> None:
    """D9, D103, R21: whether Procore keeps the good rows of a refused call or not, none is made twice."""
    bulk = Bulk(web, lambda row: 422 if row["origin_id"] == 77 else None, keeps_good_rows)
    created = outcome(company.create_many([draft(i) for i in range(1, 201)]))
    assert created.pop(77) == "refused"
    assert created == {i: 1000 + i for i in range(1, 201) if i != 77}
    assert bulk.calls <= 2 + 2 * 8


def test_several_bad_rows_are_each_told_in_procores_words(company: CompanyAtProcore, web: Web) -> None:
    """R25."""
    Bulk(web, lambda row: 422 if row["origin_id"] in (2, 9) else None)
    created = {c.origin_id: c for c in company.create_many([draft(i) for i in range(1, 11)])}
    assert created[2].refusal.text == created[9].refusal.text == "Procore: hours are wrong"
    assert sum(c.procore_id is not None for c in created.values()) == 8


def test_a_call_that_is_too_large_is_halved(company: CompanyAtProcore, web: Web) -> None:
    """README of the contract, 12.6: the limit is not published."""
    sizes = []

    def create(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        rows = json.loads(request.body or b"")["timecard_entries"]
        sizes.append(len(rows))
        if len(rows) > 100:
            return 413, {}, json.dumps({"message": "at most 100"})
        return 200, {}, json.dumps([{"id": row["origin_id"], "origin_id": row["origin_id"]} for row in rows])

    web.mock.add_callback("POST", BULK, create)
    created = company.create_many([draft(i) for i in range(1, 201)])
    assert all(c.procore_id for c in created)
    assert sizes == [200, 100, 100]


@pytest.mark.parametrize("status", [403, 404])
def test_a_project_that_refuses_does_not_hold_the_other_projects(
    company: CompanyAtProcore, web: Web, status: int
) -> None:
    """D101: 404 hides a project that is not permitted."""
    bulk = Bulk(web, lambda row: status if row["project_id"] == 6 else None)
    drafts = [draft(i, project=5 + i % 3) for i in range(9)]
    created = outcome(company.create_many(drafts))
    assert {i for i, what in created.items() if what == "permission:6"} == {1, 4, 7}
    assert bulk.made.keys() == {0, 2, 3, 5, 6, 8}
    assert bulk.calls == 4


def test_a_permission_missing_for_every_project_holds_each_of_them(
    company: CompanyAtProcore, web: Web
) -> None:
    """D101: asked once for each project, never row by row; the company's reads may go on."""
    bulk = Bulk(web, lambda row: 403)
    created = outcome(company.create_many([draft(i, project=5 + i % 3) for i in range(30)]))
    assert set(created.values()) == {"permission:5", "permission:6", "permission:7"}
    assert bulk.calls == 4


def test_drafts_with_a_lunch_travel_one_by_one(company: CompanyAtProcore, web: Web) -> None:
    """R20; README of the contract, 4: bulk create has no lunch_time."""
    web.answer("POST", CARDS, card(501, origin_id=2), 201)
    web.answer("POST", BULK, [{"id": 500, "origin_id": 1}])
    drafts = [draft(2, lunch=30, is_start_stop=True), draft(1, is_start_stop=True)]
    assert company.create_many(drafts) == [Created(2, 501), Created(1, 500)]
    body = json.loads(web.requests()[1].body)
    assert body["project_id"] == 5
    assert body["timecard_entry"]["lunch_time"] == "30"


def test_a_draft_that_the_answer_leaves_out_is_unknown(company: CompanyAtProcore, web: Web) -> None:
    """D6, D87: the engine looks it up."""
    web.answer(
        "POST",
        BULK,
        [{"id": 500, "origin_id": "1"}, {"id": 7, "origin_id": None}, {"id": None, "origin_id": 3}],
    )
    assert company.create_many([draft(1), draft(2), draft(3)]) == [Created(1, 500), Created(2), Created(3)]


def test_refusals_inside_a_success_are_taken(company: CompanyAtProcore, web: Web) -> None:
    """README of the contract, 12.6 and the sync actions' layout."""
    answer = {
        "entities": [{"id": 500, "origin_id": 1}],
        "errors": [{"origin_id": 2, "errors": {"hours": ["must be at most 24"]}}],
    }
    web.answer("POST", BULK, answer)
    created = {c.origin_id: c for c in company.create_many([draft(1), draft(2)])}
    assert created[1].procore_id == 500
    assert created[2].refusal.text == "Procore: hours must be at most 24"


def test_a_lost_first_answer_is_raised(company: CompanyAtProcore, web: Web) -> None:
    """D6: then any of the drafts may exist."""
    web.answer("POST", BULK, requests.ConnectionError("reset"))
    with pytest.raises(ProcoreUnavailable) as told:
        company.create_many([draft(1), draft(2)])
    assert told.value.is_effect_unknown


def test_a_later_lost_answer_keeps_what_is_known(company: CompanyAtProcore, web: Web) -> None:
    """D6, R21: made, unknown and never sent are three different things."""
    first = [{"id": 1000 + i, "origin_id": i} for i in range(250)]
    web.answer("POST", BULK, first)
    web.answer("POST", BULK, requests.ConnectionError("reset"))
    created = company.create_many([draft(i) for i in range(600)])
    assert created[:250] == [Created(i, 1000 + i) for i in range(250)]
    assert created[250:500] == [Created(i) for i in range(250, 500)]
    assert {c.refusal.key for c in created[500:]} == {"procore_busy"}
    assert len(web.requests()) == 2


def test_what_was_not_sent_because_of_the_rate_limit_waits(company: CompanyAtProcore, web: Web) -> None:
    """D104."""
    web.answer("POST", BULK, [{"id": 1000 + i, "origin_id": i} for i in range(250)])
    web.answer("POST", BULK, {}, 429, {"Retry-After": "30"})
    created = company.create_many([draft(i) for i in range(300)])
    assert {c.refusal.key for c in created[250:]} == {"procore_busy"}
    assert created[250].refusal.state == "waiting"


def test_an_origin_id_that_is_taken_is_looked_up_and_not_failed(company: CompanyAtProcore, web: Web) -> None:
    """D6: an earlier try was done, its answer lost."""
    web.answer("POST", BULK, {"errors": {"origin_id": ["has already been taken"]}}, 422)
    web.answer("GET", CARDS, [card(900, origin_id=1)])
    assert company.create_many([draft(1)]) == [Created(1, 900)]
    web.mock.replace("GET", CARDS, json=[])
    assert company.create_many([draft(1)]) == [Created(1)]


def test_an_approval_in_the_words_of_a_refusal_is_a_hold(company: CompanyAtProcore, web: Web) -> None:
    """D44."""
    web.answer("POST", BULK, {"errors": {"base": ["The timesheet of that day is locked"]}}, 422)
    assert outcome(company.create_many([draft(1)])) == {1: "lock:approved"}


def test_no_drafts_no_call(company: CompanyAtProcore, web: Web) -> None:
    """Invariant 4."""
    assert company.create_many([]) == []
    assert len(web.mock.calls) == 0


SMALL = f"{API}/rest/v1.1/projects/5/project_timecard_entries/bulk_create"


def with_hours(origin_id: int, hours: str) -> Draft:
    whole = draft(origin_id)
    return replace(whole, timecard=replace(whole.timecard, hours=Decimal(hours)))


def answering(
    web: Web, url: str, row: Callable[[dict[str, Any]], dict[str, Any]], status: int = 200
) -> list[int]:
    """A bulk create that answers each row by `row`; how many rows each call had."""
    sizes: list[int] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        rows = json.loads(request.body or b"")["timecard_entries"]
        sizes.append(len(rows))
        numbers = [int(r["origin_id"]) for r in rows]
        made = [{"id": 1000 + n, "origin_id": n, **row(r)} for n, r in zip(numbers, rows, strict=True)]
        return status, {}, json.dumps({"timecard_entries": made} if url == SMALL else made)

    web.mock.add_callback("POST", url, answer)
    return sizes


def test_one_card_tells_whether_fractions_of_hours_survive(
    company: CompanyAtProcore, web: Web, kinds: MemoryKinds
) -> None:
    """D47: the integer in the schema is tried with a single card, and remembered for the company."""
    sizes = answering(web, BULK, lambda row: {"hours": str(row["hours"])})
    created = company.create_many([with_hours(i, "7.5") for i in range(1, 41)])
    assert sizes == [1, 39]
    assert len([c for c in created if c.procore_id]) == 40
    assert kinds.learnt == [BulkKinds(keeps_fractions=True)]


def test_cut_fractions_take_the_road_of_a_project_from_then_on(
    company: CompanyAtProcore, web: Web, kinds: MemoryKinds
) -> None:
    """Only the one card that told has to be put right; the others go 25 at once, with their hours as text."""
    sizes = answering(web, BULK, lambda row: {"hours": str(int(Decimal(str(row["hours"]))))})
    small = answering(web, SMALL, lambda row: {"hours": row["hours"]}, 201)
    created = company.create_many([with_hours(i, "7.5") for i in range(1, 52)])
    assert (sizes, small) == ([1], [25, 25])
    assert {c.procore_id for c in created} == {1000 + i for i in range(1, 52)}
    assert kinds.kinds == BulkKinds(keeps_fractions=False, has_small=True)


def test_a_card_that_is_cut_though_none_was_before_is_sent_once(
    company: CompanyAtProcore, web: Web, kinds: MemoryKinds
) -> None:
    """R21: what is learnt on the way must not send again what has just been made."""
    kinds.kinds = BulkKinds(keeps_fractions=True)
    sizes = answering(web, BULK, lambda row: {"hours": str(int(Decimal(str(row["hours"]))))})
    created = company.create_many([with_hours(1, "6.25")])
    assert (sizes, [c.procore_id for c in created]) == ([1], [1001])
    assert kinds.kinds.keeps_fractions is False


def test_a_road_that_is_not_offered_is_not_asked_for_again(
    company: CompanyAtProcore, web: Web, kinds: MemoryKinds
) -> None:
    """The README: its 403 speaks of beta access. One card alone tells that it is not about the project."""
    kinds.kinds = BulkKinds(keeps_fractions=False)
    web.mock.add("POST", SMALL, status=403, json={"message": "in beta"})
    singles = []

    def single(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        entry = json.loads(request.body or b"")["timecard_entry"]
        singles.append(entry["hours"])
        return 201, {}, json.dumps(card(1000 + entry["origin_id"], origin_id=entry["origin_id"]))

    web.mock.add_callback("POST", CARDS, single)
    company.create_many([with_hours(i, "7.5") for i in range(1, 4)])
    company.create_many([with_hours(i, "6.5") for i in range(4, 6)])
    assert singles == ["7.5"] * 3 + ["6.5"] * 2
    assert [call.request.url for call in web.mock.calls].count(SMALL) == 1
    assert kinds.kinds.has_small is False
