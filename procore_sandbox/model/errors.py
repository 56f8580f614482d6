"""What a call can end in besides success. One exception; the factory functions give Procore's bodies."""

from typing import Any


class Refused(Exception):
    """Procore says no: a status, its body, and why where the stand-in itself is the cause."""

    def __init__(
        self,
        status: int,
        body: dict[str, Any],
        *,
        cause: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.cause = cause
        self.headers = headers or {}

    @property
    def errors(self) -> dict[str, list[str]]:
        """Messages by field; an answer without fields has them under "base"."""
        errors = self.body.get("errors")
        if isinstance(errors, dict):
            return errors
        return {"base": [str(self.body.get("message") or self.body.get("error") or "refused")]}


def bad_request(message: str) -> Refused:
    return Refused(400, {"code": 400, "message": message})


def unauthorized(message: str = "The access token is invalid", cause: str | None = None) -> Refused:
    return Refused(401, {"code": 401, "message": message}, cause=cause)


def forbidden(message: str, cause: str | None = None) -> Refused:
    return Refused(403, {"code": 403, "message": message}, cause=cause)


def not_connected(cause: str | None = None) -> Refused:
    return forbidden("App is not connected to this company", cause)


def not_found(cause: str | None = None) -> Refused:
    return Refused(404, {"code": 404, "message": "Not Found"}, cause=cause)


def not_acceptable(fields: list[str]) -> Refused:
    return Refused(406, {"code": 406, "message": "Unknown fields: " + ", ".join(fields)})


def too_large(message: str) -> Refused:
    return Refused(413, {"code": 413, "message": message})


def unprocessable(errors: dict[str, list[str]]) -> Refused:
    return Refused(422, {"errors": errors})


def oauth_error(status: int, error: str, description: str) -> Refused:
    return Refused(status, {"error": error, "error_description": description})
