"""A principal's own rights, as settings/permissions tells them: one line per tool that the app needs (R1), and whether
a person is an administrator (R2). Tool names differ by company and release, so they are compared loosely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from webapp.errors import UnreadableAnswer

LEVELS = ("none", "read", "standard", "admin")


@dataclass(frozen=True, slots=True)
class Need:
    """A tool by what people call it, any of the names Procore gives it, and the level that the app needs."""

    tool: str
    names: frozenset[str]
    level: str


NEEDS = (
    Need(
        "Timecard",
        frozenset({"timecard", "timecards", "timecardentries", "timesheet", "timesheets"}),
        "admin",
    ),
    Need("Directory", frozenset({"directory", "companydirectory"}), "read"),
    Need("Webhooks", frozenset({"webhook", "webhooks", "webhookapi", "webhooksapi"}), "standard"),
)
ADMIN_TOOL = Need("Admin", frozenset({"admin", "companyadmin"}), "admin")


@dataclass(frozen=True, slots=True)
class PermissionLine:
    """What the app needs of one tool and what it has: levels are none, read, standard, admin."""

    tool: str
    needed: str
    has: str

    @property
    def is_ok(self) -> bool:
        return LEVELS.index(self.has) >= LEVELS.index(self.needed)


def lines_of(manifest: Any, needs: tuple[Need, ...] = NEEDS) -> list[PermissionLine]:
    """Raises UnreadableAnswer if there is no list of tools."""
    tools = manifest.get("tools") if isinstance(manifest, dict) else None
    if not isinstance(tools, list):
        raise UnreadableAnswer("Procore's permissions name no tools.", missing="tools")
    return [PermissionLine(need.tool, need.level, _level_of(tools, need)) for need in needs]


def is_admin(manifest: Any) -> bool:
    return lines_of(manifest, (ADMIN_TOOL,))[0].is_ok


def _level_of(tools: list[Any], need: Need) -> str:
    """The highest level among the tools of those names: Timecard and Timesheets are two doors to one record."""
    levels = [_level(tool) for tool in tools if isinstance(tool, dict) and _names(tool) & need.names]
    return max(levels, key=LEVELS.index, default="none")


def _names(tool: dict[str, Any]) -> set[str]:
    return {_plain(tool.get(key)) for key in ("name", "friendly_name", "engine_name", "tool_name")} - {""}


def _level(tool: dict[str, Any]) -> str:
    if tool.get("available_for_user") is False:
        return "none"
    level = tool.get("user_access_level")
    name = _plain(level.get("name") if isinstance(level, dict) else level)
    return next((known for known in reversed(LEVELS) if name.startswith(known)), "none")


def _plain(text: object) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold()) if isinstance(text, str) else ""
