"""The security headers of every answer, in one place."""

from __future__ import annotations

from flask import Flask, Response, request

from webapp.config import Config

ASSET_SECONDS = 365 * 24 * 3600


def register(app: Flask) -> None:
    config: Config = app.extensions["config"]
    policy = content_security_policy(config)

    @app.after_request
    def add_headers(response: Response) -> Response:
        """No X-Frame-Options: it knows no list of origins. No Cross-Origin-Opener-Policy: it would cut the sign-in
        popup off from the frame that opened it."""
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        response.headers["Permissions-Policy"] = (
            "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        )
        if config.is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint == "static" or "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = _how_long(response)
        return response


def content_security_policy(config: Config) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors " + " ".join(("'self'", *config.procore_web_origins)),
        )
    )


def _how_long(response: Response) -> str:
    """Pages show one person's data: nobody keeps them. Assets carry a mark of their content."""
    if request.endpoint == "static" and response.status_code == 200:
        return f"public, max-age={ASSET_SECONDS}, immutable" if "v" in request.args else "no-cache"
    return "no-store"
