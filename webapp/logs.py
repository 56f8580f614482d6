"""Logging for people (console) or machines (JSON lines). Nothing that could be a secret gets through (invariant 9)."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

SECRET_NAME = re.compile(r"token|secret|authorization|password|cookie|code|api_?key", re.IGNORECASE)
SECRET_VALUE = re.compile(
    r"(?i)\b(bearer\s+|(?:access_token|refresh_token|client_secret|code|state)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
)
HARMLESS = frozenset({"status_code", "exit_code", "reason_code"})
QUIET_PATHS = ("/healthz", "/readyz", "/metrics", "/static/")


class Lines(logging.StreamHandler):
    """Ours, so that setting up twice does not write twice, and handlers of others stay."""


def set_up(log_format: str) -> None:
    """`log_format`: console, json, or empty for console on a terminal and JSON elsewhere."""
    is_console = log_format == "console" or (not log_format and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # the default traceback for consoles shows local variables, which may be secrets
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    render = console if is_console else structlog.processors.JSONRenderer()
    last: list[Any] = [structlog.processors.format_exc_info, hide_secrets, render]
    if is_console:
        last = [hide_secrets, render]
    handler = Lines()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [*(other for other in root.handlers if not isinstance(other, Lines)), handler]
    root.setLevel(logging.INFO)
    for name in ("urllib3", "werkzeug", "alembic.runtime.plugins"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if SECRET_NAME.search(name) and name not in HARMLESS:
            event[name] = "…"
        elif isinstance(value, str):
            event[name] = SECRET_VALUE.sub(r"\1…", value)
    return event


def log_requests(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if not request.path.startswith(QUIET_PATHS):
            note_request(
                request.method, request.path, response.status_code, g.get("began", time.perf_counter())
            )
        return response


def note_request(method: str, path: str, status: int, began: float) -> None:
    """One line per request: method, path without its query (which may hold a code), status, milliseconds since
    `began`, of time.perf_counter()."""
    took = round((time.perf_counter() - began) * 1000, 1)
    structlog.get_logger("webapp.requests").info("request", method=method, path=path, status=status, ms=took)
