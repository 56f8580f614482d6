"""One operation of the API: its role, what it takes and gives, its entry in the document, its repetition made safe."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from spectree.utils import get_model_key

from webapp.errors import PreconditionFailed
from webapp.routes.access import GUARDS
from webapp.routes.api import keys, repetition
from webapp.routes.api.body import read_body, read_query
from webapp.services.api_keys import Role

api = Blueprint("api", __name__, url_prefix="/api/v1")
keys.guard(api)
ID = "<int(min=1, max=9223372036854775807):{}>"


class Problem(BaseModel):
    """RFC 9457. `errors` names fields."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = None


spec = SpecTree(
    "flask",
    title="Timesite for Procore",
    version="v1",
    description="Timesheets, what they refer to, and how they stand with Procore. Every write may carry an "
    "Idempotency-Key; single records carry an ETag, and PATCH and DELETE honour If-Match.",
    annotations=False,
    mode="strict",
    validation_error_model=Problem,
    path="api/v1/none",
    security_schemes=[
        SecurityScheme(name="key", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
    ],
    security={"key": []},
    naming_strategy=lambda model: get_model_key(model).split(".")[0],
    nested_naming_strategy=lambda parent, child: child,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an operation answers: a model, a list of them, or nothing."""

    content: BaseModel | list[Any] | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def operation(
    method: str,
    rule: str,
    role: Role,
    tag: str,
    *,
    takes: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    gives: Any = None,
    status: int = 200,
) -> Callable[[Callable[..., Reply | Response]], Callable[..., Response]]:
    """Registers a view, which gets its path's ids and `body` and `query` when it takes them."""

    def register(view: Callable[..., Reply | Response]) -> Callable[..., Response]:
        @wraps(view)
        def answered(**ids: int) -> Response:
            keys.require(role)

            def work() -> Response:
                given: dict[str, Any] = dict(ids)
                if query is not None:
                    given["query"] = read_query(query)
                if takes is not None:
                    given["body"] = read_body(takes)
                return response_of(view(**given))

            return work() if method == "GET" else repetition.once(work)

        answers: dict[str, Any] = {f"HTTP_{status}": gives, "HTTP_401": Problem, "HTTP_403": Problem}
        if "<" in rule:
            answers["HTTP_404"] = Problem
        if takes is not None or query is not None:
            answers["HTTP_422"] = Problem
        documented = spec.validate(
            query=query, json=takes, resp=Answers(**answers), tags=[tag], skip_validation=True
        )(answered)
        api.add_url_rule(
            rule, f"{view.__module__.rsplit('.', 1)[1]}_{view.__name__}", documented, methods=[method]
        )
        GUARDS[documented] = "api_key"
        return documented

    return register


def etag(content: BaseModel | list[Any]) -> str:
    """A mark of the content, for records that have no version of their own."""
    return hashlib.sha256(json.dumps(_plain(content), sort_keys=True).encode()).hexdigest()[:20]


def check_if_match(current: str) -> None:
    """Raises PreconditionFailed when If-Match names other versions only. Weak marks count: proxies weaken them."""
    if "If-Match" in request.headers and not request.if_match.contains_weak(current):
        raise PreconditionFailed(
            "The record was changed since you read it. Read it again, then repeat your change."
        )


def _plain(content: BaseModel | list[Any]) -> Any:
    if isinstance(content, BaseModel):
        return content.model_dump(mode="json")
    return [_plain(part) if isinstance(part, (BaseModel, list)) else part for part in content]


def response_of(reply: Reply | Response) -> Response:
    if isinstance(reply, Response):
        return reply
    response = Response(status=reply.status)
    if reply.content is not None:
        response.set_data(json.dumps(_plain(reply.content), ensure_ascii=False))
        response.mimetype = "application/json"
    response.headers.update(reply.headers)
    for warning in reply.warnings:
        response.headers.add("Timesite-Warning", warning)
    return response
