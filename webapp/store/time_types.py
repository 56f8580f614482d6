"""Which of Procore's time types a task is sent as (R14, R19)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from webapp.domain.match import folded, task_for
from webapp.store.models import ProcoreTimeType, Task, TemplateRow
from webapp.store.session import StoreSession


def sent_as(session: StoreSession, task: Task) -> int | None:
    """Procore's id of the type that the task is linked to. A task without a link gets that of the type which the
    template or its own name tells, so that a later rename in Procore changes nothing (D66)."""
    if task.procore_time_type_id is None:
        task.procore_time_type_id = _told(session, task)
        session.flush()
    return task.procore_time_type_id


def _told(session: StoreSession, task: Task) -> int | None:
    """By the rows that name a type, in order; then by the task's own name; then the only type that a wildcard turns
    into it. Of several, which one is meant is for a person to say: it is what somebody is paid."""
    types = session.scalars(select(ProcoreTimeType).order_by(ProcoreTimeType.procore_id)).all()
    rows = session.scalars(select(TemplateRow).order_by(TemplateRow.position)).all()
    for name in (*(row.time_type for row in rows if folded(row.task) == folded(task.name)), task.name):
        named = next((t for t in types if folded(t.name) == folded(name)), None)
        if named is not None:
            return named.procore_id
    pairs = [(row.time_type, row.task) for row in rows]
    matched = [t.procore_id for t in types if folded(task_for(t.name, pairs)) == folded(task.name)]
    return matched[0] if len(matched) == 1 else None


def forget_given_away(
    session: StoreSession, before: Sequence[tuple[str, str]], now: Sequence[tuple[str, str]]
) -> None:
    """A task is no longer sent as a type that a changed template gives to another task; what it does not name stays."""
    linked = select(ProcoreTimeType, Task).join(Task, Task.procore_time_type_id == ProcoreTimeType.procore_id)
    for kind, task in session.execute(linked).all():
        wanted = folded(task_for(kind.name, now))
        if wanted and wanted not in (folded(task_for(kind.name, before)), folded(task.name)):
            task.procore_time_type_id = None
