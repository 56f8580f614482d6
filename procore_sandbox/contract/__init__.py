"""The published contract: which operations exist, what their requests may hold."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    template: str
    pattern: re.Pattern[str]
    is_deprecated: bool
    is_company_header_required: bool
    required_query: tuple[str, ...]
    body_schema: dict[str, Any] | None


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole OpenAPI document."""
    text = files(__package__).joinpath("openapi.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference points to, or the schema itself."""
    while "$ref" in schema:
        node: Any = document()
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        schema = node
    return schema


@lru_cache(maxsize=1)
def operations() -> dict[tuple[str, str], Operation]:
    """Every operation by (METHOD, template)."""
    found = {}
    for template, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                operation = _operation(method.upper(), template, item, item[method])
                found[method.upper(), template] = operation
    return found


def find(method: str, path: str) -> Operation | None:
    """The operation that a path belongs to; fixed segments win over placeholders."""
    matches = [
        each for each in operations().values() if each.method == method and each.pattern.fullmatch(path)
    ]
    return min(matches, key=lambda each: each.template.count("{"), default=None)


def _operation(method: str, template: str, item: dict[str, Any], spec: dict[str, Any]) -> Operation:
    parameters = [resolve(each) for each in [*item.get("parameters", []), *spec.get("parameters", [])]]
    header = [each for each in parameters if each["name"] == "Procore-Company-Id"]
    body = spec.get("requestBody")
    return Operation(
        id=spec["operationId"],
        method=method,
        template=template,
        pattern=path_pattern(template),
        is_deprecated=bool(spec.get("deprecated")),
        is_company_header_required=any(each.get("required") for each in header),
        required_query=tuple(
            each["name"] for each in parameters if each["in"] == "query" and each.get("required")
        ),
        body_schema=resolve(body)["content"]["application/json"]["schema"] if body else None,
    )


def path_pattern(template: str) -> re.Pattern[str]:
    """A template as a pattern with one named group per placeholder."""
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    )
