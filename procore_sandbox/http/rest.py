"""The API's door: hands each call to the model and its answer back, late or not at all if a fault says so."""

import socket
import time

from flask import Blueprint, Response, request

from procore_sandbox.model.messages import Response as ModelResponse

from .sandbox import sandbox

blueprint = Blueprint("rest", __name__)

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
LONGEST_DELAY = 120.0


@blueprint.route("/rest/<path:_path>", methods=METHODS)
def rest(_path: str) -> Response:
    return _answer()


@blueprint.route("/oauth/token", methods=["POST"])
@blueprint.route("/oauth/revoke", methods=["POST"])
@blueprint.route("/oauth/token/info", methods=["GET"])
def oauth() -> Response:
    return _answer()


@blueprint.get("/healthz")
def health() -> Response:
    """The process lives and can reach its model."""
    with sandbox().world():
        return Response("ok\n", content_type="text/plain")


def _answer() -> Response:
    with sandbox().world() as world:
        answer = world.call(
            request.method,
            request.path,
            request.query_string.decode("latin-1"),
            dict(request.headers.items()),
            request.get_data(cache=False),
        )
    if answer.delay:
        time.sleep(min(answer.delay, LONGEST_DELAY))
    if answer.is_lost:
        return _cut_connection()
    return _response(answer)


def _response(answer: ModelResponse) -> Response:
    return Response(answer.body, answer.status, answer.headers)


def _cut_connection() -> Response:
    """Closes the socket under the answer; what follows is written into the void."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return Response(b"", 502, {"Connection": "close"})
