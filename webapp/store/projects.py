"""Projects, tasks, project items, the import template and what the mirrored directory offers to link them to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select

from webapp.domain.match import Candidate, folded, task_for, unique_match
from webapp.domain.timesheet import Actor
from webapp.domain.zones import UTC_ZONE, zone_named
from webapp.store import time_types
from webapp.store.models import (
    Company,
    ProcoreCostCode,
    ProcoreProject,
    ProcoreSubJob,
    ProcoreTimeType,
    Project,
    ProjectItem,
    Task,
    TemplateRow,
)
from webapp.store.session import StoreSession


@dataclass(frozen=True, slots=True)
class EntryStyle:
    """How time is entered in a project. `warning`: why its times of day are taken as UTC."""

    zone: ZoneInfo = UTC_ZONE
    is_start_stop: bool = False
    warning: str | None = None


def project_page(
    session: StoreSession, offset: int, limit: int, actor: Actor | None = None, search: str = ""
) -> tuple[list[Project], int]:
    """By name. Only those an actor sees, when given."""
    query = select(Project)
    if actor is not None and actor.procore_project_ids is not None:
        query = query.where(Project.procore_project_id.in_(sorted(actor.procore_project_ids)))
    if search:
        query = query.where(
            or_(
                Project.name.icontains(search, autoescape=True),
                Project.number.icontains(search, autoescape=True),
            )
        )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(func.lower(Project.name), Project.id).offset(offset).limit(limit))
    return list(rows), total


def project(session: StoreSession, project_id: int) -> Project | None:
    return session.get(Project, project_id)


def project_to_change(session: StoreSession, project_id: int) -> Project | None:
    return session.scalars(select(Project).where(Project.id == project_id).with_for_update()).one_or_none()


def is_listed(session: StoreSession, project_id: int, actor: Actor) -> bool:
    """Whether Procore lists this project for the person."""
    if actor.procore_project_ids is None:
        return True
    found = project(session, project_id)
    return found is not None and found.procore_project_id in actor.procore_project_ids


def linked_to(session: StoreSession, procore_project_id: int, sub_job_id: int) -> Project | None:
    return session.scalars(
        select(Project).where(
            Project.procore_project_id == procore_project_id, Project.procore_sub_job_id == sub_job_id
        )
    ).one_or_none()


def procore_project(session: StoreSession, procore_id: int) -> ProcoreProject | None:
    return session.scalars(
        select(ProcoreProject).where(ProcoreProject.procore_id == procore_id)
    ).one_or_none()


def procore_projects(session: StoreSession) -> list[ProcoreProject]:
    """What the app may link to, by name."""
    return list(
        session.scalars(
            select(ProcoreProject)
            .where(ProcoreProject.is_permitted.is_(True))
            .order_by(func.lower(ProcoreProject.name), ProcoreProject.id)
        )
    )


def procore_sub_jobs(session: StoreSession, procore_project_id: int | None = None) -> list[ProcoreSubJob]:
    query = select(ProcoreSubJob).order_by(func.lower(ProcoreSubJob.name), ProcoreSubJob.id)
    if procore_project_id is not None:
        query = query.where(ProcoreSubJob.procore_project_id == procore_project_id)
    return list(session.scalars(query))


def is_directory_known(session: StoreSession) -> bool:
    """Whether Procore's directory has been read at all: before that, nobody can say that an id is unknown."""
    read_at = session.scalar(select(Company.directory_read_at).where(Company.id == session.company_id))
    return read_at is not None


def taken_apart(session: StoreSession, procore_project_id: int, sub_job_id: int) -> list[Project]:
    """Our projects whose link to that one a person took apart (D23)."""
    return list(
        session.scalars(
            select(Project).where(
                Project.unlinked_project_id == procore_project_id, Project.unlinked_sub_job_id == sub_job_id
            )
        )
    )


def free_codes(
    session: StoreSession, item: ProjectItem, procore_project_id: int | None, sub_job_id: int
) -> list[ProcoreCostCode]:
    """Procore's cost codes of that place that are not removed and belong to no other item, by their code."""
    taken = select(ProjectItem.procore_cost_code_id).where(
        ProjectItem.project_id == item.project_id,
        ProjectItem.id != item.id,
        ProjectItem.procore_cost_code_id.is_not(None),
    )
    return list(
        session.scalars(
            select(ProcoreCostCode)
            .where(
                ProcoreCostCode.procore_project_id == procore_project_id,
                ProcoreCostCode.procore_sub_job_id == sub_job_id,
                ProcoreCostCode.is_removed.is_(False),
                ProcoreCostCode.procore_id.not_in(taken),
            )
            .order_by(ProcoreCostCode.full_code, ProcoreCostCode.procore_id)
        )
    )


def forget_codes_elsewhere(session: StoreSession, project: Project) -> None:
    """Its items let go of cost codes that no card of the place it is linked to may have: they are matched anew by
    their code there. A main project has time of its sub jobs, too."""
    here = select(ProcoreCostCode.procore_id).where(
        ProcoreCostCode.procore_project_id == project.procore_project_id
    )
    if project.procore_sub_job_id:
        here = here.where(ProcoreCostCode.procore_sub_job_id.in_((0, project.procore_sub_job_id)))
    items = select(ProjectItem).where(
        ProjectItem.project_id == project.id, ProjectItem.procore_cost_code_id.not_in(here)
    )
    for item in session.scalars(items):
        item.procore_cost_code_id, item.is_archived = None, False
    session.flush()


def entry_style(session: StoreSession, project: Project) -> EntryStyle:
    """By Procore's project: the linked one, or the one that sending would link. Where there is none, by the zone of all
    of the company's projects, if they share one."""
    theirs = _their_project(session, project)
    if theirs is None:
        zones = {zone_named(p.time_zone) for p in procore_projects(session)}
        only = zones.pop() if len(zones) == 1 else None
        text = "The project is not linked to Procore, so the times of day were taken as UTC."
        return EntryStyle(only or UTC_ZONE, warning=None if only else text)
    zone = zone_named(theirs.time_zone)
    text = f'Procore\'s time zone "{theirs.time_zone}" is not known here; the times of day were taken as UTC.'
    return EntryStyle(
        zone or UTC_ZONE, theirs.is_start_stop, text if zone is None and theirs.time_zone else None
    )


def _their_project(session: StoreSession, project: Project) -> ProcoreProject | None:
    if project.procore_project_id is not None:
        return procore_project(session, project.procore_project_id)
    taken = set(
        session.scalars(select(Project.procore_project_id).where(Project.procore_project_id.is_not(None)))
    )
    free = [p for p in procore_projects(session) if p.procore_id not in taken]
    match, _ = unique_match(
        (project.number, project.name), [Candidate(p.procore_id, (p.number, p.name)) for p in free]
    )
    return next((p for p in free if p.procore_id == match), None)


def tasks(session: StoreSession, offset: int = 0, limit: int = 1000) -> tuple[list[Task], int]:
    total = session.scalar(select(func.count(Task.id))) or 0
    rows = session.scalars(select(Task).order_by(func.lower(Task.name), Task.id).offset(offset).limit(limit))
    return list(rows), total


def task(session: StoreSession, task_id: int) -> Task | None:
    return session.get(Task, task_id)


def task_named(session: StoreSession, name: str) -> Task | None:
    return session.scalars(select(Task).where(Task.name == name)).one_or_none()


def items(
    session: StoreSession, offset: int = 0, limit: int = 1000, project_id: int | None = None
) -> tuple[list[ProjectItem], int]:
    query = select(ProjectItem)
    if project_id is not None:
        query = query.where(ProjectItem.project_id == project_id)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (ProjectItem.project_id, ProjectItem.code, ProjectItem.id)
    return list(session.scalars(query.order_by(*order).offset(offset).limit(limit))), total


def item(session: StoreSession, item_id: int) -> ProjectItem | None:
    return session.get(ProjectItem, item_id)


def item_coded(session: StoreSession, project_id: int, code: str) -> ProjectItem | None:
    return session.scalars(
        select(ProjectItem).where(ProjectItem.project_id == project_id, ProjectItem.code == code)
    ).first()


def template(session: StoreSession) -> list[TemplateRow]:
    """In order: the first match counts."""
    return list(session.scalars(select(TemplateRow).order_by(TemplateRow.position)))


def replace_template(session: StoreSession, rows: Sequence[tuple[str, str]]) -> None:
    before = [(row.time_type, row.task) for row in template(session)]
    session.execute(delete(TemplateRow))
    for position, (time_type, task_name) in enumerate(rows, start=1):
        session.add(TemplateRow(position=position, time_type=time_type, task=task_name))
    session.flush()
    _forget_other_tasks(session, rows)
    time_types.forget_other_types(session, before, rows)


def _forget_other_tasks(session: StoreSession, rows: Sequence[tuple[str, str]]) -> None:
    """What the template says now goes before what a time type became earlier; what it does not name stays (D66)."""
    known = session.execute(
        select(ProcoreTimeType, Task.name).join(Task, Task.id == ProcoreTimeType.task_id)
    ).all()
    for kind, name in known:
        wanted = task_for(kind.name, rows)
        if wanted is not None and folded(wanted) != folded(name):
            kind.task_id = None
