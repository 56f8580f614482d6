"""Who calls the API: the Bearer key of one company, and what its role allows."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from webapp.domain.timesheet import Actor
from webapp.errors import Forbidden
from webapp.services import api_keys
from webapp.services.api_keys import Caller, KeyRefused, Role

LARGEST_BODY = 512 * 1024


def caller() -> Caller:
    found: Caller = g.caller
    return found


def actor() -> Actor:
    """A key sees its whole company; what it may change its role says."""
    return Actor(
        caller().company_id, f"API key {caller().label}", may_edit_all=True, procore_project_ids=None
    )


def require(role: Role) -> None:
    if not caller().may(role):
        raise Forbidden(f"This API key has role {caller().role}; this needs role {role}.")


def guard(blueprint: Blueprint) -> None:
    """Nothing of the blueprint answers without a key that is good now."""

    @blueprint.before_request
    def check() -> None:
        request.max_content_length = LARGEST_BODY
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise KeyRefused("Send an API key as: Authorization: Bearer <key>.")
        g.caller = api_keys.caller(key.strip())

    @blueprint.after_request
    def challenge(response: Response) -> Response:
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="Timesite"'
        return response
