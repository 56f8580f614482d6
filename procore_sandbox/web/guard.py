"""What protects the pages: changes only from the stand-in's own pages, and a strict content policy."""

from urllib.parse import urlsplit

from flask import Response, abort, request

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def origin_of(address: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def refuse_cross_site() -> None:
    """403 for a change that another origin's page sends. Without either header no browser sent it."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        is_own = site in ("same-origin", "none")
    else:
        is_own = origin is None or origin == origin_of(request.host_url)
    if not is_own:
        abort(403, "This form was sent by a page of another site.")


def policy(frames: str = "'none'", form_targets: str = "") -> str:
    """The content policy of a page; `frames`: what it may embed, `form_targets`: where a form's answer may lead."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"frame-src {frames}",
            f"form-action 'self' {form_targets}".strip(),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", policy())
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-cache"
    return response
