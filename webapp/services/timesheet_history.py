"""History of a timesheet in words: names instead of ids, so that a line still reads when a record is renamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from webapp.domain.hours import written
from webapp.domain.timesheet import Actor, ChangeView
from webapp.errors import NotFound
from webapp.store import people, projects, timesheet_history
from webapp.store import timesheets as rows
from webapp.store.session import StoreSession, reading

WORDS = {
    "user_id": "person",
    "project_id": "project",
    "task_id": "task",
    "project_item_id": "project_item",
    "procore_sub_job_id": "sub_job",
}
BY_WORD = {
    "person": "user_id",
    "project": "project_id",
    "time_type": "task_id",
    "cost_code": "project_item_id",
}
"""The engine's names of the same."""
SAID = {"time_type": "task", "cost_code": "project_item"}


def of(actor: Actor, timesheet_id: int) -> list[ChangeView]:
    """Oldest first; of a deleted one, too. Raises NotFound where the actor does not see the timesheet."""
    with reading(actor.company_id) as session:
        if rows.one(session, actor, timesheet_id, with_deleted=True) is None:
            raise NotFound(f"There is no timesheet {timesheet_id}.")
        return [
            replace(line, changes=_worded(session, line.changes))
            for line in timesheet_history.of(session, timesheet_id)
        ]


def record(
    session: StoreSession,
    timesheet_id: int,
    action: str,
    by: str,
    at: datetime,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """One line with each field that differs, from what to what."""
    changes = {
        WORDS.get(name, name): {
            "from": _word(session, name, before.get(name)),
            "to": _word(session, name, after.get(name)),
        }
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    }
    timesheet_history.add(session, timesheet_id, action, by, at, changes)


def _worded(session: StoreSession, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the sync wrote as a pair of old and new, in our ids, said like what people changed."""
    return {
        SAID.get(name, name): {"from": _told(session, name, change[0]), "to": _told(session, name, change[1])}
        if isinstance(change, list)
        else change
        for name, change in changes.items()
    }


def _told(session: StoreSession, name: str, value: Any) -> Any:
    """A stored value in words; times are written as the API writes them."""
    if name == "hours" and value is not None:
        return written(Decimal(value))
    if name in ("start", "stop") and value is not None:
        return _word(session, name, datetime.fromisoformat(value).astimezone(UTC))
    return _word(session, BY_WORD.get(name, name), value)


def _word(session: StoreSession, name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if name in _NAMES:
        found = _NAMES[name](session, value)
        return str(value) if found is None else found
    if isinstance(value, Decimal):
        return written(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value if isinstance(value, int) else str(value)


def _user(session: StoreSession, key: int) -> str | None:
    user = people.user(session, key)
    return user.name if user else None


def _project(session: StoreSession, key: int) -> str | None:
    project = projects.project(session, key)
    return project.name if project else None


def _task(session: StoreSession, key: int) -> str | None:
    task = projects.task(session, key)
    return task.name if task else None


def _item(session: StoreSession, key: int) -> str | None:
    item = projects.item(session, key)
    return item.code if item else None


_NAMES: dict[str, Callable[[StoreSession, int], str | None]] = {
    "user_id": _user,
    "project_id": _project,
    "task_id": _task,
    "project_item_id": _item,
}
