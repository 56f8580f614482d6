"""POST /webhooks/procore: 204 once the event is safely stored, 401 without a hook's secret, 503 if it cannot be."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request

from webapp.errors import StoreUnavailable
from webapp.extensions import csrf
from webapp.services import inbox

bp = Blueprint("webhooks", __name__)
csrf.exempt(bp)
log = logging.getLogger(__name__)


@bp.post("/webhooks/procore")
def receive() -> Response:
    secret = request.headers.get("Authorization", "")
    if not secret:
        return Response("Authorization is missing.", 401)
    request.max_content_length = inbox.LONGEST_BODY
    try:
        is_known = inbox.receive(secret, request.get_data())
    except StoreUnavailable:
        log.exception("an event could not be stored; Procore will send it again")
        return Response("The event could not be stored.", 503, {"Retry-After": "5"})
    return Response(status=204) if is_known else Response("This secret belongs to no webhook here.", 401)
