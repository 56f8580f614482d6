"""Nothing that could be a secret reaches a log line (invariant 9)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from webapp import logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What a machine would read."""
    kept = logging.getLogger().handlers[:]
    written = io.StringIO()
    logs.set_up("json")
    logs.set_up("json")
    (handler,) = [one for one in logging.getLogger().handlers if isinstance(one, logs.Lines)]
    handler.setStream(written)
    yield written
    logging.getLogger().handlers = kept


@pytest.mark.parametrize(
    "said",
    [
        {"access_token": "hunter2"},
        {"authorization": "Bearer hunter2"},
        {"note": "Authorization: Bearer hunter2 was sent"},
        {"url": "https://login.example/callback?code=hunter2&x=1"},
        {"body": '{"refresh_token": "hunter2"}'},
        {"form": "client_secret=hunter2&grant_type=code"},
    ],
    ids=lambda said: next(iter(said)),
)
def test_a_secret_is_blanked_wherever_it_stands(lines: io.StringIO, said: dict[str, str]) -> None:
    structlog.get_logger("test").warning("something", **said)
    assert "hunter2" not in lines.getvalue()
    assert json.loads(lines.getvalue())["event"] == "something"


def test_lines_of_other_libraries_are_blanked_too(lines: io.StringIO) -> None:
    logging.getLogger("requests").warning("sent %s", "Bearer hunter2")
    assert "hunter2" not in lines.getvalue()


def test_a_traceback_shows_no_variables(lines: io.StringIO) -> None:
    password = "hunter2"
    try:
        raise RuntimeError(len(password))
    except RuntimeError:
        structlog.get_logger("test").exception("broken")
    told = json.loads(lines.getvalue())
    assert "RuntimeError" in told["exception"]
    assert "hunter2" not in told["exception"].replace('password = "hunter2"', "")


def test_what_is_no_secret_stays_readable(lines: io.StringIO) -> None:
    structlog.get_logger("test").info("request", path="/timesheets", status=200)
    told = json.loads(lines.getvalue())
    assert (told["path"], told["status"], told["level"]) == ("/timesheets", 200, "info")
