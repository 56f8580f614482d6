"""For load balancers and Prometheus."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.acme import held_card, seed
from tests.fixtures.app import MakeApp


def test_the_process_lives_whatever_else_does(make_app: MakeApp) -> None:
    client = make_app(DATABASE_URL="sqlite:////nowhere/at-all.db").test_client()
    assert client.get("/healthz").status_code == 200


def test_ready_means_that_the_database_and_redis_answer(
    make_app: MakeApp, sqlite_url: str, redis_url: str
) -> None:
    answer = make_app(DATABASE_URL=sqlite_url, REDIS_URL=redis_url).test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "ok", "redis": "ok"}


def test_what_does_not_answer_is_named(make_app: MakeApp) -> None:
    app = make_app(DATABASE_URL="sqlite:////nowhere/at-all.db", REDIS_URL="redis://127.0.0.1:1")
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "not ready", "database": "does not answer", "redis": "does not answer"}


def test_metrics_count_records_by_state_and_what_is_due(app: Flask, client: FlaskClient) -> None:
    cast = seed(app)
    with app.app_context():
        held_card(cast.company, 1, "task:Per Diem", "No such task.")
        held_card(cast.company, 2, "refused", "No.", state="failed")
    text = client.get("/metrics").text
    assert 'timesite_records{state="waiting"} 1.0' in text
    assert 'timesite_records{state="failed"} 1.0' in text
    assert 'timesite_companies{state="connected"} 2.0' in text
    assert "timesite_due_marks 0.0" in text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_metrics_are_not_open_to_the_world(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "203.0.113.9"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
