"""Which of Procore's time types a task is sent as (R14, R19)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from webapp.domain.match import folded, task_for
from webapp.store.models import ProcoreTimeType, Task, TemplateRow
from webapp.store.session import StoreSession


def sent_as(session: StoreSession, task: Task) -> int | None:
    """Procore's id of the type that the task is linked to. A task without a link gets that of the type which the
    template or its own name tells, so that a later rename in Procore changes nothing (D66). Where the linked type was
    removed there, one of its name or the task's takes its place; any other by a change of the template only, as it is
    what somebody is paid."""
    types = session.scalars(select(ProcoreTimeType).order_by(ProcoreTimeType.procore_id)).all()
    there = [kind for kind in types if not kind.is_removed]
    linked = task.procore_time_type_id
    removed = next((kind for kind in types if kind.procore_id == linked and kind.is_removed), None)
    if linked is not None and removed is None:
        return linked
    told = _named(there, [removed.name, task.name]) if removed else _told(session, task, there)
    if told is not None:
        task.procore_time_type_id = told
        session.flush()
    return told


def _told(session: StoreSession, task: Task, types: Sequence[ProcoreTimeType]) -> int | None:
    """By the rows that name a type, in order; then by the task's own name; then the only type that a wildcard turns
    into it. Of several, which one is meant is for a person to say."""
    rows = session.execute(select(TemplateRow.time_type, TemplateRow.task).order_by(TemplateRow.position))
    pairs = [(row.time_type, row.task) for row in rows]
    named = _named(types, [*_rows_of(task, pairs), task.name])
    if named is not None:
        return named
    matched = [t.procore_id for t in types if folded(task_for(t.name, pairs)) == folded(task.name)]
    return matched[0] if len(matched) == 1 else None


def _named(types: Sequence[ProcoreTimeType], names: Sequence[str]) -> int | None:
    found = (kind.procore_id for name in names for kind in types if folded(kind.name) == folded(name))
    return next(found, None)


def _rows_of(task: Task, rows: Sequence[tuple[str, str]]) -> list[str]:
    return [time_type for time_type, name in rows if folded(name) == folded(task.name)]


def forget_other_types(
    session: StoreSession, before: Sequence[tuple[str, str]], now: Sequence[tuple[str, str]]
) -> None:
    """A task is no longer sent as a type that a changed template gives to another task, nor as a removed one once the
    task's own rows change; what the template does not name stays."""
    linked = select(ProcoreTimeType, Task).join(Task, Task.procore_time_type_id == ProcoreTimeType.procore_id)
    for kind, task in session.execute(linked).all():
        wanted = folded(task_for(kind.name, now))
        is_another = wanted not in ("", folded(task.name), folded(task_for(kind.name, before)))
        if is_another or (kind.is_removed and _rows_of(task, before) != _rows_of(task, now)):
            task.procore_time_type_id = None
