"""How successful answers spell what they hold, where documents differ: numbers, ids, empty and unknown keys."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .switches import Switches

Json = dict[str, Any]
Rule = Callable[[Json], Json]
INFORMATIVE = (
    "created_by",
    "timecard_type",
    "login_information",
    "custom_fields",
    "clock_in",
    "clock_out",
    "crew",
    "timesheet",
    "permissions",
    "logo_url",
    "developer_app",
)
"""Keys that an app can do without."""


def reshaped(switches: Switches, body: Any) -> Any:
    """A copy of the body in the forms that the switches say; the body itself where they say nothing special."""
    rules = _rules(switches)
    return _walk(body, rules, switches.ids_as_text) if rules or switches.ids_as_text else body


@lru_cache(maxsize=64)
def _rules(switches: Switches) -> tuple[Rule, ...]:
    hours, statuses, empty = switches.hours_as, switches.strange_statuses, switches.empty_keys
    rules: list[Rule] = []
    if hours != "decimal":
        rules.append(lambda row: _changed(row, "hours", HOURS[hours]))
    if switches.lunch_as == "number":
        rules.append(lambda row: _changed(row, "lunch_time", int))
    if switches.origin_id_as == "text" or switches.ids_as_text:
        rules.append(lambda row: _changed(row, "origin_id", str))
    if statuses:
        rules.append(lambda row: _changed(row, "approval_status", lambda status: f"{status}_by_payroll"))
    if switches.ids_as_text:
        rules.append(_with_text_ids)
    if empty == "more":
        rules.append(lambda row: {k: None if k in INFORMATIVE else v for k, v in row.items()})
    if empty == "left_out":
        rules.append(lambda row: {k: v for k, v in row.items() if v is not None})
    if switches.extra_keys:
        rules.append(lambda row: {**row, **STRANGERS})
    return tuple(rules)


STRANGERS: Json = {"future_key": {"nested": [1, None]}, "id_of_something": "x", "": None}

HOURS: dict[str, Callable[[str], Any]] = {
    "short": lambda text: text.removesuffix(".0"),
    "places": lambda text: f"{Decimal(text):.2f}",
    "padded": lambda text: f"{text} ",
    "number": lambda text: int(text[:-2]) if text.endswith(".0") else float(text),
}


def _walk(value: Any, rules: tuple[Rule, ...], ids_as_text: bool) -> Any:
    if isinstance(value, list):
        return [
            str(each) if ids_as_text and type(each) is int else _walk(each, rules, ids_as_text)
            for each in value
        ]
    if not isinstance(value, dict):
        return value
    row = {key: _walk(each, rules, ids_as_text) for key, each in value.items()}
    for rule in rules:
        row = rule(row)
    return row


def _changed(row: Json, key: str, change: Callable[[Any], Any]) -> Json:
    """What an error says about a field, a list of sentences, stands under the field's name, too."""
    is_value = row.get(key) is not None and not isinstance(row[key], list)
    return {**row, key: change(row[key])} if is_value else row


def _with_text_ids(row: Json) -> Json:
    return {
        key: str(value) if type(value) is int and (key == "id" or key.endswith("_id")) else value
        for key, value in row.items()
    }
