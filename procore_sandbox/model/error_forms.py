"""The bodies of refusals: the guides name a message or errors, the schema code and fields, some endpoints nest them."""

from typing import Any

from .errors import Refused
from .switches import Switches

HTML = object()
"""Instead of a body: a page."""


def error_body(switches: Switches, path: str, refused: Refused) -> Any:
    """What a refusal of a REST call carries."""
    if path.startswith("/rest/v2."):
        return refused.body if switches.v2_errors == "flat" else _nested(refused)
    form = switches.error_bodies
    return refused.body if form == "code" else FORMS[form](refused)


def oauth_error_body(switches: Switches, refused: Refused) -> Any:
    """What a refusal at the sign-in host carries."""
    message = refused.body.get("error_description") or _words(refused)
    forms = {"rfc6749": refused.body, "message": {"message": message}, "empty": None, "html": HTML}
    return forms[switches.oauth_errors]


def _words(refused: Refused) -> str:
    """All that is said, in one sentence."""
    return "; ".join(
        text if field == "base" else f"{field} {text}"
        for field, texts in refused.errors.items()
        for text in texts
    )


def _nested(refused: Refused) -> dict[str, Any]:
    errors = refused.body.get("errors")
    inner: dict[str, Any] = {"code": str(refused.status), "message": _words(refused)}
    return {"error": {**inner, "errors": errors} if errors else inner}


FORMS = {
    "message": lambda refused: {"message": _words(refused)},
    "errors": lambda refused: {"errors": _words(refused)},
    "nested": _nested,
    "fields": lambda refused: {"reason": _words(refused), "fields": refused.body.get("errors") or {}},
    "html": lambda _: HTML,
}
