"""Idempotency-Key: a write has its effect once, on both databases."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask

from tests.fixtures.acme import Cast
from tests.fixtures.app import MakeApp
from tests.routes.api.conftest import STRANGER, Caller
from tests.routes.api.test_timesheets import given
from webapp.errors import Conflict
from webapp.extensions import db
from webapp.jobs import idempotency as jobs
from webapp.routes.api.repetition import request_hash
from webapp.services import idempotency, timesheets
from webapp.services.idempotency import Claim


@pytest.fixture
def app(make_app: MakeApp, database_url: str) -> Flask:
    return make_app(DATABASE_URL=database_url)


def count(call: Caller) -> int:
    return int(call("GET", "/timesheets").headers["Total"])


def claimed(acme: Cast, key: str) -> Claim:
    claim = idempotency.begin(acme.company, key, request_hash())
    assert isinstance(claim, Claim)
    return claim


def test_the_same_request_again_gets_the_same_answer_and_does_nothing(call: Caller, acme: Cast) -> None:
    """R33."""
    first = call("POST", "/timesheets", given(acme), Idempotency_Key="a1")
    again = call("POST", "/timesheets", given(acme), Idempotency_Key="a1")
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert count(call) == 1
    number = first.get_json()["id"]
    for _ in range(2):
        assert call("DELETE", f"/timesheets/{number}", Idempotency_Key="a2").status_code == 204


def test_a_key_is_forgotten_after_two_days_and_not_before(app: Flask, call: Caller, acme: Cast) -> None:
    """R33: by the schedule, for all companies at once; the same key then names a new request."""
    call("POST", "/timesheets", given(acme), Idempotency_Key="a1")
    for hours, expected in ((47, 1), (2, 2)):
        app.extensions["clock"].advance(hours * 3600)
        with app.app_context():
            jobs.purge(0)
        assert call("POST", "/timesheets", given(acme), Idempotency_Key="a1").status_code == 201
        assert count(call) == expected


def test_another_request_with_the_same_key_is_refused(call: Caller, acme: Cast) -> None:
    """R33."""
    call("POST", "/timesheets", given(acme), Idempotency_Key="a1")
    answer = call("POST", "/timesheets", given(acme, hours=8), Idempotency_Key="a1")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert count(call) == 1


def test_a_refused_request_may_be_put_right_under_the_same_key(call: Caller, acme: Cast) -> None:
    """R33."""
    assert call("POST", "/timesheets", given(acme, hours=25), Idempotency_Key="a1").status_code == 422
    assert call("POST", "/timesheets", given(acme, hours=5), Idempotency_Key="a1").status_code == 201


def test_while_the_first_is_worked_on_the_second_is_told_so(app: Flask, call: Caller, acme: Cast) -> None:
    """R33."""
    with app.test_request_context("/api/v1/tasks", method="POST", json={"name": "T"}, headers={}):
        idempotency.begin(acme.company, "busy", request_hash())
    answer = call("POST", "/tasks", {"name": "T"}, Idempotency_Key="busy")
    assert answer.status_code == 409
    assert call("GET", "/tasks").headers["Total"] == "1"


def test_ten_at_once_create_one(app: Flask, call: Caller, acme: Cast) -> None:
    """R33."""
    answers: list[int] = []
    gate = threading.Barrier(10)

    def send() -> None:
        caller = Caller(app.test_client(), call.key)
        gate.wait(10)
        answers.append(caller("POST", "/timesheets", given(acme), Idempotency_Key="same").status_code)

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert set(answers) <= {201, 409}
    assert answers.count(201) >= 1
    assert count(call) == 1


def test_a_create_whose_answer_was_never_kept_is_answered_with_its_record(
    app: Flask, call: Caller, acme: Cast
) -> None:
    """R33: the process died between the two."""
    path, body = "/api/v1/timesheets", given(acme)
    with app.test_request_context(path, method="POST", json=body), idempotency.working(claimed(acme, "cut")):
        sheet = timesheets.create(acme.admin, acme.values()).timesheet
    answer = call("POST", "/timesheets", body, Idempotency_Key="cut")
    assert (answer.status_code, answer.get_json()["id"]) == (201, sheet.id)
    assert count(call) == 1


def test_an_edit_whose_answer_was_never_kept_is_not_made_again_over_a_later_one(
    app: Flask, call: Caller, acme: Cast
) -> None:
    """R33: the process died between the edit and its answer, and somebody else edited before it was repeated."""
    number = call("POST", "/timesheets", given(acme)).get_json()["id"]
    path, body = f"/timesheets/{number}", {"hours": 6}
    with app.test_request_context(f"/api/v1{path}", method="PATCH", json=body):
        with idempotency.working(claimed(acme, "cut")):
            timesheets.edit(acme.admin, number, {"hours": Decimal(6)})
        timesheets.edit(acme.admin, number, {"hours": Decimal(7)})
    answer = call("PATCH", path, body, Idempotency_Key="cut")
    assert (answer.status_code, answer.get_json()["hours"]) == (200, "7.00")
    assert "ETag" in answer.headers


def test_a_deletion_whose_answer_was_never_kept_is_not_made_again_over_an_undo(
    app: Flask, call: Caller, acme: Cast
) -> None:
    """R33."""
    number = call("POST", "/timesheets", given(acme)).get_json()["id"]
    path = f"/timesheets/{number}"
    with app.test_request_context(f"/api/v1{path}", method="DELETE"):
        with idempotency.working(claimed(acme, "cut")):
            timesheets.delete(acme.admin, number)
        timesheets.restore(acme.admin, number)
    assert call("DELETE", path, Idempotency_Key="cut").status_code == 204
    assert count(call) == 1


def test_a_request_that_was_only_slow_does_nothing_once_its_key_was_taken_over(
    app: Flask, call: Caller, acme: Cast
) -> None:
    """R33: given up for dead after two minutes, or our clock was put forward."""
    path, body = "/api/v1/timesheets", given(acme)
    with app.test_request_context(path, method="POST", json=body):
        slow = claimed(acme, "slow")
        app.extensions["clock"].advance(180)
        claimed(acme, "slow")
        with idempotency.working(slow), pytest.raises(Conflict):
            timesheets.create(acme.admin, acme.values())
        idempotency.give_up(acme.company, slow)
    assert call("POST", "/timesheets", body, Idempotency_Key="slow").status_code == 409
    app.extensions["clock"].advance(180)
    assert call("POST", "/timesheets", body, Idempotency_Key="slow").status_code == 201
    with app.app_context(), idempotency.working(slow), pytest.raises(Conflict):
        timesheets.create(acme.admin, acme.values())
    assert count(call) == 1


def test_a_request_that_died_before_it_did_anything_may_be_repeated(
    app: Flask, call: Caller, acme: Cast
) -> None:
    """R33."""
    with app.test_request_context("/api/v1/timesheets", method="POST", json=given(acme)):
        idempotency.begin(acme.company, "dead", request_hash())
    assert call("POST", "/timesheets", given(acme), Idempotency_Key="dead").status_code == 409
    app.extensions["clock"].advance(180)
    assert call("POST", "/timesheets", given(acme), Idempotency_Key="dead").status_code == 201


def test_a_request_whose_process_was_killed_may_be_repeated_at_once(
    app: Flask, call: Caller, acme: Cast
) -> None:
    """R33: who is told to repeat it later would wait two minutes for a process that is no more."""
    with app.test_request_context("/api/v1/timesheets", method="POST", json=given(acme)):
        claim = (acme.company, "killed", request_hash())
        forked = os.fork()
        if not forked:  # in a process of its own, which ends without a word
            db.engine.dispose(close=False)
            os._exit(not isinstance(idempotency.begin(*claim), Claim))
        assert os.waitpid(forked, 0)[1] == 0
    assert call("POST", "/timesheets", given(acme), Idempotency_Key="killed").status_code == 201
    assert count(call) == 1


def test_keys_of_two_companies_do_not_meet(call: Caller, caller: Callable[..., Caller]) -> None:
    """R2, R33."""
    assert call("POST", "/tasks", {"name": "Travel"}, Idempotency_Key="k").status_code == 201
    assert (
        caller(company=STRANGER)("POST", "/tasks", {"name": "Other"}, Idempotency_Key="k").status_code == 201
    )


@pytest.mark.parametrize("key", ["x" * 201, "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(call: Caller, key: str) -> None:
    """R33."""
    assert call("POST", "/tasks", {"name": "Travel"}, Idempotency_Key=key).status_code == 422
