"""Checks a request body against its closed schema: unknown fields, missing ones, wrong kinds.

Formats are left alone on purpose: Procore stores a malformed date as null without an error.
"""

from dataclasses import dataclass, field
from typing import Any

from . import resolve

KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@dataclass(slots=True)
class Findings:
    """What is wrong with a body, and the body without what the contract does not name."""

    unknown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def examine(body: Any, schema: dict[str, Any]) -> tuple[Any, Findings]:
    """The cleaned body and the findings."""
    findings = Findings()
    return _examine(body, schema, "", findings), findings


def _examine(value: Any, schema: dict[str, Any], where: str, findings: Findings) -> Any:
    schema = _alternative(value, resolve(schema))
    kinds = schema.get("type")
    if kinds is not None and not _is_kind(value, [kinds] if isinstance(kinds, str) else kinds):
        findings.wrong.append(f"{where or 'body'} has the wrong type")
        return value
    if "enum" in schema and value not in schema["enum"]:
        findings.wrong.append(f"{where or 'body'} is not one of {', '.join(map(str, schema['enum']))}")
    if isinstance(value, list):
        rows = schema.get("items", {})
        return [_examine(row, rows, f"{where}[{index}]", findings) for index, row in enumerate(value)]
    if isinstance(value, dict):
        return _object(value, schema, where, findings)
    return value


def _object(value: dict[str, Any], schema: dict[str, Any], where: str, findings: Findings) -> dict[str, Any]:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    findings.wrong += [f"{_join(where, name)} is missing" for name in required if name not in value]
    cleaned = {}
    for name, part in value.items():
        if name in properties:
            # A null clears an optional field, as it does in Procore's own clients.
            is_clearing = part is None and name not in required
            cleaned[name] = (
                None if is_clearing else _examine(part, properties[name], _join(where, name), findings)
            )
        elif schema.get("additionalProperties") is False:
            findings.unknown.append(_join(where, name))
        else:
            cleaned[name] = part
    return cleaned


def _alternative(value: Any, schema: dict[str, Any]) -> dict[str, Any]:
    """Of several allowed forms the first whose kind fits."""
    if "properties" in schema:
        return schema
    for form in schema.get("anyOf") or schema.get("oneOf") or []:
        resolved = resolve(form)
        if resolved.get("type") is None or _is_kind(value, _kinds(resolved)):
            return resolved
    if "allOf" in schema:
        merged: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        for form in map(resolve, schema["allOf"]):
            merged["properties"] |= form.get("properties", {})
            merged["required"] += form.get("required", [])
            if form.get("additionalProperties") is False:
                merged["additionalProperties"] = False
        return merged
    return schema


def _kinds(schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def _is_kind(value: Any, kinds: list[str]) -> bool:
    if value is None:
        return "null" in kinds
    if isinstance(value, bool):
        return "boolean" in kinds
    return any(isinstance(value, KINDS[kind]) for kind in kinds if kind in KINDS and kind != "boolean")


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
