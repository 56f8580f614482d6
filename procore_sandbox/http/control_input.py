"""Reads what the control API is sent. Bodies must be JSON, which no other site's form can send."""

from datetime import date
from typing import Any

from flask import request

from procore_sandbox.model import World
from procore_sandbox.model.records import User


def body() -> dict[str, Any]:
    """The JSON object of the request; none counts as an empty one. ValueError for anything else."""
    if not request.get_data():
        return {}
    loaded = request.get_json(silent=True)
    if not isinstance(loaded, dict):
        raise ValueError("send a JSON object as application/json")
    return loaded


def limit(default: int) -> int:
    """Rows to answer with, at most 5000."""
    return max(1, min(request.args.get("limit", default, type=int), 5000))


def day(values: Any, name: str) -> date | None:
    """A date among values; None when it is not there."""
    text = values.get(name)
    return date.fromisoformat(text) if text else None


def actor(world: World, company_id: int, values: dict[str, Any]) -> User:
    """Who acts: `user_id`, or `user` (name or login), or the company's administrator."""
    if values.get("user_id"):
        return world.user(int(values["user_id"]))
    if values.get("user"):
        return world.user_named(str(values["user"]))
    for each in world.users(company_id):
        if each.is_admin:
            return each
    raise LookupError(f"nobody administers company {company_id}")
