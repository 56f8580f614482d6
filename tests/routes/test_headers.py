"""The security headers of every answer, and that nothing of the pages needs what they forbid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fixtures.app import MakeApp

TEMPLATES = Path(__file__).resolve().parents[2] / "webapp" / "templates"
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|hx-on|javascript:|hx-trigger=\"[^\"]*\[", re.I
)


def policy(answer: TestResponse) -> dict[str, list[str]]:
    said = answer.headers["Content-Security-Policy"]
    answer.close()
    return {name: sources for name, *sources in (part.split() for part in said.split(";"))}


@pytest.mark.parametrize("path", ["/", "/nothing-here", "/healthz", "/static/app.css", "/api/v1/ledger"])
def test_every_answer_says_who_may_frame_it_and_what_it_may_load(client: FlaskClient, path: str) -> None:
    """R2."""
    found = policy(client.get(path))
    assert found["frame-ancestors"] == ["'self'", "http://localhost:8001"]
    assert (
        found["script-src"]
        == found["style-src"]
        == found["connect-src"]
        == found["form-action"]
        == ["'self'"]
    )
    assert found["object-src"] == found["base-uri"] == found["default-src"] == ["'none'"]


def test_the_framing_origins_come_from_the_settings(make_app: MakeApp, sqlite_url: str) -> None:
    origins = "https://app.procore.com, https://us02.procore.com"
    client = make_app(DATABASE_URL=sqlite_url, PROCORE_WEB_ORIGINS=origins).test_client()
    assert policy(client.get("/"))["frame-ancestors"] == [
        "'self'",
        "https://app.procore.com",
        "https://us02.procore.com",
    ]


def test_nothing_forbids_the_frame_or_cuts_the_popup_off(client: FlaskClient) -> None:
    """R2: X-Frame-Options knows no origins; an opener policy would cut the popup from its frame."""
    headers = client.get("/").headers
    assert "X-Frame-Options" not in headers
    assert "Cross-Origin-Opener-Policy" not in headers


def test_forms_keep_their_referrer_at_home(client: FlaskClient) -> None:
    """The CSRF check on https reads it."""
    headers = client.get("/").headers
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_https_is_kept_once_it_is_used(make_app: MakeApp, sqlite_url: str) -> None:
    client = make_app(DATABASE_URL=sqlite_url, APP_BASE_URL="https://time.example.com").test_client()
    assert "max-age" in client.get("/").headers["Strict-Transport-Security"]


def test_pages_are_kept_by_nobody_and_marked_assets_for_a_year(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.headers["Cache-Control"] == "no-store"
    marked = re.search(r'href="(/static/app\.css\?v=\w+)"', page.text)
    assert marked is not None
    with client.get(marked[1]) as asset:
        assert "immutable" in asset.headers["Cache-Control"]
    with client.get("/static/app.css") as asset:
        assert asset.headers["Cache-Control"] == "no-cache"


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    page = client.get("/auth/sign-in").text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    answer = client.post("/auth/redeem", data=b"x" * (6 * 1024 * 1024), headers={"X-CSRFToken": token})
    assert answer.status_code == 413


def test_no_template_needs_inline_code_or_eval() -> None:
    """The policy would block it: htmx filters in brackets and hx-on are evaluated, too."""
    found = {
        f"{path.name}: {match[0]}"
        for path in TEMPLATES.rglob("*.html")
        for match in INLINE.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()
