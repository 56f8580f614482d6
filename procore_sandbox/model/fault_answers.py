"""The answers that faults bring about."""

from typing import Any

from .errors import Refused
from .records import Fault

HTML_PAGE = (
    b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"
)


def refusal_by(fault: Fault) -> Refused:
    messages = {
        401: "The access token is invalid",
        403: "App is not connected to this company",
        404: "Not Found",
        429: "Too many requests",
        500: "Internal Server Error",
        502: "Bad Gateway",
        503: "Service Unavailable",
    }
    body: dict[str, Any] = {
        "code": fault.status,
        "message": fault.body or messages.get(fault.status, "Refused"),
    }
    if fault.status == 422:
        body = {"errors": {"base": [fault.body or "is refused by a rule"]}}
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return Refused(fault.status, body, cause="fault: refuse", headers=headers)
