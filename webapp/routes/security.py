"""The security headers of every answer, in one place."""

from __future__ import annotations

from flask import Flask, Response, request

from webapp.config import Config

ASSET_SECONDS = 365 * 24 * 3600


def register(app: Flask) -> None:
    fixed = fixed_headers(app.extensions["config"])

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers[name] = value
        if request.endpoint == "static" or "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = _how_long(response)
        return response


def fixed_headers(config: Config) -> dict[str, str]:
    """What every answer carries, whoever gives it. No X-Frame-Options: it knows no list of origins. No
    Cross-Origin-Opener-Policy: it would cut the sign-in popup off from the frame that opened it."""
    headers = {
        "Content-Security-Policy": content_security_policy(config),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
    if config.is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


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
