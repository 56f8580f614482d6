"""The door of the webhook address: what it takes, how far it reads, what it says and what it keeps to itself (R4)."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event as hooks_of_sqlalchemy
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse, create_environ, run_wsgi_app
from werkzeug.wrappers import Request

from tests.fixtures.app import MakeApp
from tests.fixtures.site import Site
from webapp.extensions import db
from webapp.services.inbox import LONGEST_BODY
from webapp.store.models import Event
from webapp.store.session import reading

ADDRESS = "/webhooks/procore"


TERMINATED: dict[str, Any] = {"wsgi.input_terminated": True}
"""The server ends the body, as gunicorn does."""


class Sent:
    """What the stand-in would post, and the means to post something else."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self.site = site = Site(app)
            site.connect()
            site.enter()
        [sent] = site.world.due_deliveries(site.clock.now())
        assert sent.authorization is not None
        self.body, self.secret = json.loads(sent.body), sent.authorization

    def post(self, body: bytes | io.RawIOBase | io.BytesIO | None = None, **more: Any) -> TestResponse:
        """`more`: entries of the WSGI environment, CONTENT_LENGTH and such; None takes one away."""
        environ = create_environ(ADDRESS, method="POST")
        given = json.dumps(self.body).encode() if body is None else body
        if isinstance(given, bytes):
            environ["CONTENT_LENGTH"], given = str(len(given)), io.BytesIO(given)
        environ |= {"wsgi.input": given, "HTTP_AUTHORIZATION": self.secret, **more}
        kept = {name: value for name, value in environ.items() if value is not None}
        body_of_answer, status, headers = run_wsgi_app(self.site.app, kept, buffered=True)
        return TestResponse(body_of_answer, status, headers, Request(kept))

    def stored(self) -> list[str]:
        with self.site.app.app_context(), reading(self.site.company_id) as session:
            return [kept.outcome for kept in session.query(Event)]


class Endless(io.RawIOBase):
    """A body that never ends; counts what was taken of it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "asked for all of an endless body"
        self.taken += size
        return b"x" * size


class Broken(io.RawIOBase):
    """A connection that breaks, or a chunk that is none."""

    def read(self, size: int = -1) -> bytes:
        raise ValueError("chunk size is no number: hunter2")


@pytest.fixture
def sent(app: Flask) -> Sent:
    return Sent(app)


def padded(sent: Sent, length: int) -> bytes:
    """The event, filled up with spaces."""
    return json.dumps(sent.body).encode().ljust(length)


# ---- how far it reads ------------------------------------------------------------------------------------


def test_the_longest_body_is_taken_and_one_byte_more_is_refused(sent: Sent) -> None:
    """R4."""
    assert sent.post(padded(sent, LONGEST_BODY + 1)).status_code == 413
    assert sent.stored() == []
    assert sent.post(padded(sent, LONGEST_BODY)).status_code == 204
    assert sent.stored() == ["marked"]


def test_the_bound_holds_where_no_length_is_told(sent: Sent) -> None:
    """R4: a chunked body, which the server ends."""
    chunked = {"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked", **TERMINATED}
    assert sent.post(io.BytesIO(padded(sent, LONGEST_BODY + 1)), **chunked).status_code == 413
    assert sent.stored() == []
    assert sent.post(io.BytesIO(padded(sent, LONGEST_BODY)), **chunked).status_code == 204
    assert sent.stored() == ["marked"]


@pytest.mark.parametrize("length", [None, "99999999999999999999", str(LONGEST_BODY)])
def test_a_body_without_end_is_read_to_its_bound_at_most(sent: Sent, length: str | None) -> None:
    """R4: whatever length it claims."""
    endless = Endless()
    answer = sent.post(endless, CONTENT_LENGTH=length, **TERMINATED)
    assert answer.status_code == (204 if length == str(LONGEST_BODY) else 413)
    assert endless.taken <= LONGEST_BODY + 1


def test_where_nobody_says_how_long_it_is_nothing_is_read(sent: Sent) -> None:
    """R4: no length, and a server that does not end the stream."""
    endless = Endless()
    assert sent.post(endless, CONTENT_LENGTH=None).status_code == 204
    assert (endless.taken, sent.stored()) == (0, ["unreadable"])


@pytest.mark.parametrize("length", ["-1", "seven", "0x10"])
def test_a_length_that_is_none_is_no_body(sent: Sent, length: str) -> None:
    """R4."""
    endless = Endless()
    assert sent.post(endless, CONTENT_LENGTH=length).status_code == 204
    assert endless.taken == 0


def test_half_an_event_is_not_stored(sent: Sent) -> None:
    """R4: the connection broke; Procore sends it again."""
    whole = json.dumps(sent.body).encode()
    half = {"CONTENT_LENGTH": str(len(whole)), **TERMINATED}
    assert sent.post(io.BytesIO(whole[:-9]), **half).status_code == 400
    assert sent.post(Broken(), **half).status_code == 400
    assert sent.stored() == []


def test_who_brings_no_secret_is_not_read(sent: Sent) -> None:
    """R4."""
    endless = Endless()
    assert sent.post(endless, HTTP_AUTHORIZATION=None, **TERMINATED).status_code == 401
    assert endless.taken == 0


# ---- whom it hears ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", " ", "Bearer", "Bearer ÿþ", "Bearer \x00", "é" * 9000, "Bearer '--"])
def test_a_secret_of_any_bytes_is_only_wrong(sent: Sent, secret: str) -> None:
    """R4: WSGI hands bytes over as Latin-1."""
    assert sent.post(HTTP_AUTHORIZATION=secret).status_code == 401
    assert sent.stored() == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
def test_only_a_post_is_taken(sent: Sent, method: str) -> None:
    """R4: everything else goes on to the pages' own way of saying no."""
    answer = sent.post(REQUEST_METHOD=method)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert sent.stored() == []


@pytest.mark.parametrize("path", [ADDRESS + "/", ADDRESS + "x", "/x" + ADDRESS, ADDRESS.upper()])
def test_no_other_address_opens_it(sent: Sent, path: str) -> None:
    """R4: what only looks like it is not there, or wants a form token as any other address."""
    assert sent.post(PATH_INFO=path).status_code in (400, 404)
    assert sent.stored() == []


def test_flasks_own_road_gives_the_same_answers(sent: Sent) -> None:
    """R4: Flask reads a method in any case; that is no way around the secret."""
    for more in ({}, {"HTTP_AUTHORIZATION": "x"}, {"HTTP_AUTHORIZATION": None}):
        short, long = sent.post(**more), sent.post(REQUEST_METHOD="post", **more)
        assert (short.status_code, short.data) == (long.status_code, long.data)


# ---- what it says, and what it keeps to itself -----------------------------------------------------------


def test_every_answer_carries_what_all_answers_carry_and_no_cookie(sent: Sent) -> None:
    """R4, R2: a machine gets no session."""
    page = sent.site.app.test_client().get("/healthz").headers
    always = {name: value for name, value in page.items() if not name.startswith("Content-") or "Sec" in name}
    assert {"X-Content-Type-Options", "Content-Security-Policy", "Cache-Control"} <= always.keys()
    for answer in (sent.post(), sent.post(HTTP_AUTHORIZATION="x"), sent.post(padded(sent, LONGEST_BODY + 1))):
        assert {name: answer.headers.get(name) for name in always} == always
        assert "Set-Cookie" not in answer.headers


def test_https_is_kept_once_it_is_used(make_app: MakeApp, sqlite_url: str) -> None:
    app = make_app(DATABASE_URL=sqlite_url, APP_BASE_URL="https://time.example.com")
    assert "max-age" in app.test_client().post(ADDRESS).headers["Strict-Transport-Security"]


def test_an_accepted_event_has_no_body_and_a_refused_one_says_why_in_text(sent: Sent) -> None:
    """R4: 204 may have neither a type nor a length."""
    accepted, refused = sent.post(), sent.post(HTTP_AUTHORIZATION="x")
    assert (accepted.status, accepted.data) == ("204 No Content", b"")
    assert not {"Content-Type", "Content-Length"} & set(accepted.headers.keys())
    assert (refused.mimetype, refused.content_length) == ("text/plain", len(refused.data))


def test_a_refused_event_is_one_line_in_the_log_and_a_stored_one_is_a_row(
    sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    """Invariant 9: no secret in it."""
    with caplog.at_level(logging.INFO, "webapp.requests"):
        sent.post()
        assert caplog.records == []
        sent.post(HTTP_AUTHORIZATION="Bearer hunter2")
    [line] = caplog.records
    assert "401" in line.getMessage()
    assert "hunter2" not in caplog.text


def test_only_procores_own_riddles_are_told_in_the_log(sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    """R4: what a stranger sends is no event of ours."""
    assert sent.post(b"[", HTTP_AUTHORIZATION="x").status_code == 401
    assert "unreadable" not in caplog.text
    assert sent.post(b"[").status_code == 204
    assert "unreadable" in caplog.text


@pytest.mark.parametrize("is_away, status", [(True, 503), (False, 500)])
def test_what_goes_wrong_is_logged_and_told_without_its_insides(
    sent: Sent, caplog: pytest.LogCaptureFixture, is_away: bool, status: int
) -> None:
    """R4, invariant 9: Procore sends it again."""

    def fail(*_: Any) -> None:
        raise OperationalError("password=hunter2", None, Exception()) if is_away else RuntimeError("hunter2")

    with sent.site.app.app_context():
        engine = db.engine
    hooks_of_sqlalchemy.listen(engine, "before_cursor_execute", fail)
    try:
        answer = sent.post()
    finally:
        hooks_of_sqlalchemy.remove(engine, "before_cursor_execute", fail)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("5" if is_away else None)
    assert "hunter2" not in answer.text
    assert ("event_not_stored" if is_away else "unexpected_error") in caplog.text
    assert sent.post().status_code == 204
