"""Serves the app on a socket: one process, a thread per connection, keep-alive, ended by `stop`."""

from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class QuietHandler(WSGIRequestHandler):
    """No access log (the request log has it all), and no waiting for a full packet."""

    disable_nagle_algorithm = True

    def send_response(self, code: int, message: str | None = None) -> None:
        """Without a Date of its own: the answer's follows the clock of the model."""
        self.send_response_only(code, message)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return

    def log(self, type: str, message: str, *args: Any) -> None:
        if type == "error" and "timed out" not in message:
            super().log(type, message, *args)


class Server:
    """A listening socket; `serve` blocks until `stop` is called from another thread."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._server: BaseWSGIServer = make_server(
            host, port, app, threaded=True, request_handler=QuietHandler
        )
        self.host, self.port = host, self._server.server_port

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.1)

    def start(self) -> None:
        """Serve in a thread of its own, for tests."""
        Thread(target=self.serve, name="sandbox-server", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
