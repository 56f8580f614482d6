"""Every error becomes an answer in one place: a page, a message that pops up, problem+json. Each says what to do."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.fixtures.app import MakeApp
from webapp.errors import (
    AppError,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    PermissionMissing,
    ProcoreUnavailable,
    RateLimited,
)

ERRORS = [
    (ProcoreUnavailable("Procore did not answer."), 503),
    (RateLimited(datetime(2026, 11, 20, 12, 0, tzinfo=UTC)), 503),
    (PermissionMissing("Give the app level Admin."), 409),
    (Conflict("Reload the page."), 409),
    (Forbidden("Ask an administrator."), 403),
    (NotFound("There is no such timesheet."), 404),
    (InvalidInput("Check the hours.", {"hours": ["At most 24."]}), 422),
]


@pytest.fixture
def app(make_app: MakeApp, sqlite_url: str) -> Flask:
    """One with a setting of its own is for this test alone, which gives it routes."""
    return make_app(DATABASE_URL=sqlite_url, SECRET_KEY="another-secret-for-tests")


def raising(app: Flask, error: Exception) -> None:
    def view() -> str:
        raise error

    app.add_url_rule("/broken", "broken", view)
    app.add_url_rule("/api/v1/broken", "api_broken", view)


@pytest.mark.parametrize("error, status", ERRORS, ids=lambda value: type(value).__name__)
def test_each_error_is_a_page_that_says_what_to_do(app: Flask, error: AppError, status: int) -> None:
    raising(app, error)
    page = app.test_client().get("/broken")
    assert page.status_code == status
    assert error.title in page.text
    assert str(error) in page.text


@pytest.mark.parametrize("error, status", ERRORS, ids=lambda value: type(value).__name__)
def test_each_error_is_problem_json_for_the_api(app: Flask, error: AppError, status: int) -> None:
    """R33."""
    raising(app, error)
    answer = app.test_client().get("/api/v1/broken")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json is not None
    assert (answer.json["title"], answer.json["detail"]) == (error.title, str(error))
    assert answer.json.get("errors") == (error.fields if isinstance(error, InvalidInput) else None)


def test_to_htmx_an_error_pops_up_and_leaves_the_page_alone(app: Flask) -> None:
    raising(app, ProcoreUnavailable("Procore did not answer."))
    answer = app.test_client().get("/broken", headers={"HX-Request": "true"})
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#toasts", "beforeend")
    assert "<html" not in answer.text
    assert "Procore did not answer." in answer.text


def test_what_nobody_expected_is_logged_and_told_without_its_insides(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """Invariant 9."""
    raising(app, RuntimeError("password=hunter2"))
    with caplog.at_level(logging.ERROR):
        page = app.test_client().get("/broken")
    assert page.status_code == 500
    assert "hunter2" not in page.text
    assert "Nothing was half-saved" in page.text
    assert "unexpected_error" in caplog.text


def test_what_is_said_in_an_error_is_text_and_never_markup(app: Flask) -> None:
    """D86."""
    raising(app, NotFound("<script>alert(1)</script>"))
    assert "<script>alert" not in app.test_client().get("/broken").text


def test_a_page_that_does_not_exist_shows_the_way_back(app: Flask) -> None:
    page = app.test_client().get("/nothing-here")
    assert page.status_code == 404
    assert 'href="/"' in page.text
