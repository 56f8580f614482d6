"""For load balancers and Prometheus: /healthz, /readyz, /metrics."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, jsonify, make_response, request

from webapp.routes.access import GUARDS, open_to_all
from webapp.services import health

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@open_to_all
def healthz() -> Response:
    """The process lives; nothing else is asked."""
    return jsonify({"status": "ok"})


@bp.get("/readyz")
@open_to_all
def readyz() -> Response:
    """200 when the database and Redis answer; else 503, and the JSON names what does not."""
    found = health.readiness()
    is_ready = all(word == "ok" for word in found.values())
    return make_response(
        jsonify({"status": "ok" if is_ready else "not ready", **found}), 200 if is_ready else 503
    )


@bp.get("/metrics")
def metrics() -> Response:
    """For a scraper on this machine only; for anyone else, and through any proxy, it does not exist."""
    if not _may_scrape():
        abort(404)
    return current_app.response_class(health.metrics(), mimetype="text/plain; version=0.0.4")


def _may_scrape() -> bool:
    is_near = request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    return is_near and "Forwarded" not in request.headers


GUARDS[metrics] = "loopback"
