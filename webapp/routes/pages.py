"""One template serves page and fragment: a request by htmx gets the named block only."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, current_app, make_response, redirect, render_template, request
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response as AnyResponse


def wants_fragment() -> bool:
    return request.headers.get("HX-Request") == "true"


def page(template: str, block: str | None = None, /, *, status: int = 200, **context: object) -> Response:
    """The whole page, or `block` alone when htmx asks."""
    if block is not None and wants_fragment():
        return make_response(render_block(template, block, **context), status)
    return make_response(render_template(template, **context), status)


def fragment(template: str, *blocks: str, status: int = 200, **context: object) -> Response:
    """Several blocks, one after the other (the others as hx-swap-oob)."""
    return make_response("\n".join(render_block(template, block, **context) for block in blocks), status)


def see_other(address: str) -> AnyResponse:
    """After a form: 303 to the page that shows the outcome; htmx follows by HX-Redirect, as a whole page."""
    if wants_fragment():
        return current_app.response_class("", 204, {"HX-Redirect": address})
    return redirect(address, 303)


def company_in(args: Mapping[str, str]) -> int | None:
    """`company_id` of an address, when it is a number at all. Anyone can type it: it is only a hint."""
    said = args.get("company_id", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else None


def local_address(wanted: str | None, otherwise: str = "/") -> str:
    """`wanted` if it is an address of ours, so that nobody can send a person elsewhere through us."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return otherwise
    if any(ord(character) < 32 for character in wanted):
        return otherwise
    return wanted[:500]
