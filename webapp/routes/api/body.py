"""What a caller sent, as a checked model: JSON bodies and query strings. Each fault is told with its field."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from webapp.errors import InvalidInput

Model = TypeVar("Model", bound=BaseModel)
DEEPEST = 20


class NoJson(InvalidInput):
    """The body does not parse."""

    status = 400
    title = "The body is no JSON"


def read_body(model: type[Model]) -> Model:
    """Raises NoJson, InvalidInput by field, or 415."""
    raw = request.get_data(cache=True)
    if raw and not request.is_json:
        raise UnsupportedMediaType()
    return checked(model, _parse(raw) if raw.strip() else {})


def read_query(model: type[Model]) -> Model:
    return checked(model, request.args.to_dict())


def checked(model: type[Model], data: Any) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise invalid(error) from error


def invalid(error: ValidationError) -> InvalidInput:
    """Field paths as the caller wrote them: "hours", "0.task"."""
    fields: dict[str, list[str]] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        name = ".".join(str(part) for part in fault["loc"] if part != "root") or "body"
        text = "There is no such field." if fault["type"] == "extra_forbidden" else _sentence(fault["msg"])
        fields.setdefault(name, []).append(text)
    return InvalidInput(f"Please check: {', '.join(fields)}.", fields)


def _sentence(text: str) -> str:
    text = text.removeprefix("Value error, ")
    return text if text.endswith(".") else f"{text}."


def _parse(raw: bytes) -> Any:
    try:
        data = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NoJson("Send valid JSON in UTF-8.") from error
    if _is_deeper(data, DEEPEST):
        raise NoJson(f"Nothing here is nested deeper than {DEEPEST} levels.")
    return data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _is_deeper(data: Any, levels: int) -> bool:
    if levels == 0:
        return True
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return any(_is_deeper(part, levels - 1) for part in parts if isinstance(part, (dict, list)))
