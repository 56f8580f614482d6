"""Sign-in: codes, access and refresh tokens, client credentials, revocation."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, urlencode

from .access import Caller
from .errors import oauth_error, unauthorized
from .messages import Answer
from .records import Code, Token, User
from .state import State

CODE_LIFE = timedelta(minutes=10)
TOKEN_SECONDS = 5400


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A well-formed request to /oauth/authorize, ready to be shown to a person."""

    client_id: str
    redirect_uri: str
    state: str | None


def authorization_request(state: State, query: dict[str, str]) -> AuthorizationRequest:
    """Checks client, redirect address (exact) and response type; a mistake is shown, never redirected."""
    if query.get("client_id") != state.app.client_id:
        raise oauth_error(401, "invalid_client", "Client authentication failed due to unknown client")
    if query.get("redirect_uri") not in state.app.allowed_redirects:
        raise oauth_error(400, "invalid_redirect_uri", "The redirect URI included is not valid")
    if query.get("response_type") != "code":
        raise oauth_error(400, "unsupported_response_type", "Only response_type=code is offered")
    return AuthorizationRequest(query["client_id"], query["redirect_uri"], query.get("state"))


def allow(state: State, request: AuthorizationRequest, user: User) -> str:
    """The address to send the browser to, with a fresh code."""
    code = Code(_secret(state), request.client_id, user.id, request.redirect_uri, state.now() + CODE_LIFE)
    state.codes.put(code)
    return _redirect(state, request, {"code": code.id})


def deny(state: State, request: AuthorizationRequest) -> str:
    told = {"error": "access_denied", "error_description": "The resource owner denied the request"}
    return _redirect(state, request, told if state.switches.denied_consent == "error" else {})


def token(state: State, form: dict[str, str]) -> Answer:
    """POST /oauth/token."""
    _check_client(state, form)
    grant = form.get("grant_type")
    if grant == "authorization_code":
        return Answer(200, _token_body(_redeem_code(state, form)))
    if grant == "refresh_token":
        return Answer(200, _token_body(_refresh(state, form)))
    if grant == "client_credentials":
        return Answer(200, _token_body(_issue(state, None)))
    raise oauth_error(400, "unsupported_grant_type", "The grant type is not supported")


def revoke(state: State, form: dict[str, str]) -> Answer:
    """POST /oauth/revoke: kills both tokens of a pair; 200 also for an unknown one."""
    _check_client(state, form)
    value = form.get("token", "")
    row = state.tokens.get(value) or state.tokens.get(state.refresh_tokens.get(value, ""))
    if row is not None and row.revoked_by is None:
        row.revoked_by = "app"
        state.tokens.put(row)
    return Answer(200, {})


def token_info(state: State, row: Token) -> Answer:
    """GET /oauth/token/info."""
    if row.user_id is None and not state.switches.service_token_info:
        raise unauthorized("The access token is of no person")
    left = int((row.expires_at - state.now()).total_seconds())
    return Answer(
        200,
        {
            "resource_owner_id": row.user_id,
            "scopes": [],
            "expires_in_seconds": left,
            "application": {"uid": row.client_id},
            "created_at": int(row.created_at.timestamp()),
        },
    )


def bearer(state: State, authorization: str | None) -> Token:
    """The live token of an Authorization header; 401 otherwise."""
    scheme, _, value = (authorization or "").partition(" ")
    row = state.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    if row is None:
        raise unauthorized()
    if row.revoked_by is not None:
        raise unauthorized(
            "The access token was revoked", "token revoked" if row.revoked_by == "sandbox" else None
        )
    if row.expires_at <= state.now():
        raise unauthorized("The access token expired")
    return row


def caller_of(state: State, row: Token) -> Caller:
    user = state.users.get(row.user_id)
    if row.user_id is not None and (user is None or not user.is_active):
        raise unauthorized()
    return Caller(user, row.client_id, is_service=row.user_id is None)


def revoke_by_sandbox(state: State, *, service: bool, people: bool, user_id: int | None = None) -> int:
    """A fault: live tokens die, and with them their refresh tokens. How many did."""
    count = 0
    for row in state.tokens:
        is_meant = service if row.user_id is None else people and user_id in (None, row.user_id)
        if is_meant and row.revoked_by is None:
            row.revoked_by = "sandbox"
            state.tokens.put(row)
            count += 1
    return count


def read_form(content_type: str | None, body: bytes) -> dict[str, str]:
    """A token request in any of the three documented encodings."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _multipart(content_type or "", body)
    text = body.decode("utf-8", "replace")
    if kind == "application/json":
        return _json_form(text)
    return dict(parse_qsl(text, keep_blank_values=True))


def _check_client(state: State, form: dict[str, str]) -> None:
    is_known = secrets.compare_digest(form.get("client_id", "").encode(), state.app.client_id.encode())
    is_right = secrets.compare_digest(
        form.get("client_secret", "").encode(), state.app.client_secret.encode()
    )
    if not (is_known and is_right):
        raise oauth_error(
            401, "invalid_client", "Client authentication failed due to unknown client or a wrong secret"
        )


def _redeem_code(state: State, form: dict[str, str]) -> Token:
    code = state.codes.get(form.get("code", ""))
    is_valid = code is not None and not code.used and code.expires_at > state.now()
    if code is None or not is_valid or code.redirect_uri != form.get("redirect_uri"):
        raise oauth_error(
            400,
            "invalid_grant",
            "The authorization code is invalid, expired, used, or issued for another redirect URI",
        )
    code.used = True
    state.codes.put(code)
    return _issue(state, code.user_id)


def _refresh(state: State, form: dict[str, str]) -> Token:
    row = state.tokens.get(state.refresh_tokens.get(form.get("refresh_token", ""), ""))
    if row is None or row.is_refresh_used or row.revoked_by in ("app", "sandbox"):
        raise oauth_error(400, "invalid_grant", "The refresh token is invalid")
    row.is_refresh_used = True
    state.tokens.put(row)
    return _issue(state, row.user_id)


def _issue(state: State, user_id: int | None) -> Token:
    now = state.now()
    row = Token(_token(state), state.app.client_id, user_id, now, now + timedelta(seconds=TOKEN_SECONDS))
    if user_id is not None:
        row.refresh_token = _token(state)
        state.refresh_tokens[row.refresh_token] = row.id
    return state.tokens.put(row)


def _token_body(row: Token) -> dict[str, Any]:
    body = {
        "access_token": row.id,
        "token_type": "bearer",
        "expires_in": TOKEN_SECONDS,
        "created_at": int(row.created_at.timestamp()),
    }
    return {**body, "refresh_token": row.refresh_token} if row.refresh_token else body


def _redirect(state: State, request: AuthorizationRequest, values: dict[str, str]) -> str:
    if request.state is not None:
        values["state"] = request.state
    mark = "#" if state.switches.callback_in_fragment else "?"
    return f"{request.redirect_uri}{mark}{urlencode(values)}"


def _token(state: State) -> str:
    """An opaque token, or one as long as a JWT that holds something."""
    length, text = state.switches.token_length, _secret(state)
    return text[:length] if length <= len(text) else f"eyJ{'x' * (length - len(text) - 4)}.{text}"


def _secret(state: State) -> str:
    return f"{state.rng.getrandbits(256):064x}"


def _json_form(text: str) -> dict[str, str]:
    try:
        loaded = json.loads(text or "{}")
    except ValueError:
        raise oauth_error(400, "invalid_request", "The body is not JSON") from None
    if not isinstance(loaded, dict):
        raise oauth_error(400, "invalid_request", "The body is not an object")
    return {str(name): str(value) for name, value in loaded.items() if value is not None}


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    parts = BytesParser(policy=HTTP).parsebytes(head + body)
    if not parts.is_multipart():
        raise oauth_error(400, "invalid_request", "The body is not multipart")
    form = {}
    for part in parts.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            content = part.get_payload(decode=True)
            text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
            form[name] = text.strip("\r\n")
    return form
