"""The API's document: OpenAPI as JSON, and a page made from it that needs nothing from elsewhere."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template

from webapp import wiring
from webapp.routes.access import open_to_all
from webapp.routes.api.door import spec

ORDER = (
    "Timesheets",
    "Activity",
    "Guard",
    "Conflicts",
    "Checks",
    "Dry runs",
    "Ledger",
    "Settings",
    "Import matching template",
    "Projects",
    "Users",
)
documents = Blueprint("api_documents", __name__, url_prefix="/api")


def register(app: Flask) -> None:
    app.register_blueprint(documents)


@documents.get("/v1/openapi.json")
@open_to_all
def openapi() -> Response:
    return jsonify(_document())


@documents.get("/docs")
@open_to_all
def page() -> str:
    document = _document()
    return render_template("api/docs.html", document=document, groups=_groups(document))


def _document() -> dict[str, Any]:
    """Made once per app, since it does not change while it runs."""
    known: dict[str, Any] | None = current_app.extensions.get("openapi")
    if known is None:
        known = deepcopy(spec.spec)  # made once per process: spectree takes its models apart while it does
        known["servers"] = [{"url": wiring.config().app_base_url}]
        for path in known["paths"].values():
            for operation in path.values():
                _tell_headers(operation)
        current_app.extensions["openapi"] = known
    return known


def _tell_headers(operation: dict[str, Any]) -> None:
    """Errors are problem+json, and a 204 has no body."""
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            answer["content"] = {"application/problem+json": content["application/json"]}
        if status == "204":
            answer.pop("content", None)


def _groups(document: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The operations under their tags, what is used most first."""
    found: dict[str, list[dict[str, Any]]] = {tag: [] for tag in ORDER}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            told = {"method": method.upper(), "path": path, **operation}
            found.setdefault(operation["tags"][0], []).append(told)
    return [(tag, told) for tag, told in found.items() if told]
