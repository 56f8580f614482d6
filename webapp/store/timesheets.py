"""Timesheets: lists with filters, one, and the sums that warnings need. Visibility is part of every query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from webapp.domain.timesheet import NOT_CONNECTED, Actor, Filter, Named, SyncView, TimesheetView
from webapp.domain.zones import zone_or_utc
from webapp.store.holds import told
from webapp.store.models import (
    Link,
    ProcoreProject,
    ProcoreSubJob,
    Project,
    ProjectItem,
    Task,
    Timesheet,
    User,
)
from webapp.store.projects import entry_style
from webapp.store.session import StoreSession


def page(
    session: StoreSession, actor: Actor, wanted: Filter, offset: int, limit: int
) -> tuple[list[TimesheetView], int]:
    """One page, and how many there are in all."""
    conditions = _conditions(actor, wanted)
    count = select(func.count(Timesheet.id)).join(Project, Project.id == Timesheet.project_id)
    if wanted.state:
        count = count.outerjoin(Link, Link.timesheet_id == Timesheet.id)
    total = session.scalar(count.where(*conditions)) or 0
    order = (Timesheet.date.desc(), Timesheet.id.desc()) if wanted.newest_first else (Timesheet.id,)
    rows = session.execute(_views().where(*conditions).order_by(*order).offset(offset).limit(limit))
    zones = _Zones(session)
    return [_view(row, zones) for row in rows], total


def some(
    session: StoreSession, actor: Actor, wanted: Filter, after_id: int, limit: int
) -> list[TimesheetView]:
    """The next ones by id: an export of any length reads in steps."""
    query = _views().where(*_conditions(actor, wanted), Timesheet.id > after_id)
    zones = _Zones(session)
    return [_view(row, zones) for row in session.execute(query.order_by(Timesheet.id).limit(limit))]


def one(
    session: StoreSession, actor: Actor, timesheet_id: int, *, with_deleted: bool = False
) -> TimesheetView | None:
    query = _views().where(Timesheet.id == timesheet_id, visible(actor))
    if not with_deleted:
        query = query.where(Timesheet.deleted_at.is_(None))
    row = session.execute(query).one_or_none()
    return _view(row, _Zones(session)) if row is not None else None


def record(session: StoreSession, timesheet_id: int, *, is_deleted: bool = False) -> Timesheet | None:
    """The row itself, to be changed; or the deleted one, to be restored."""
    deleted = Timesheet.deleted_at.is_not(None) if is_deleted else Timesheet.deleted_at.is_(None)
    return session.scalars(
        select(Timesheet)
        .where(Timesheet.id == timesheet_id, deleted)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def day_total(session: StoreSession, user_id: int, day: date) -> Decimal:
    """All hours of one person on one day, in every project and under every name (D61, D82)."""
    root = select(func.coalesce(User.same_as_id, User.id)).where(User.id == user_id).scalar_subquery()
    same = select(User.id).where((User.id == root) | (User.same_as_id == root))
    total = session.scalar(
        select(func.sum(Timesheet.hours)).where(
            Timesheet.user_id.in_(same), Timesheet.date == day, Timesheet.deleted_at.is_(None)
        )
    )
    return total or Decimal(0)


def visible(actor: Actor) -> ColumnElement[bool]:
    """What this person may see: all, or their own and that of the projects Procore lists for them (R2)."""
    if actor.procore_project_ids is None:
        return Timesheet.id.is_not(None)
    own = Timesheet.user_id == actor.user_id if actor.user_id is not None else false()
    return or_(own, Timesheet.project_id.in_(_listed(actor.procore_project_ids)))


def _listed(procore_ids: frozenset[int]) -> Select[int]:
    return select(Project.id).where(Project.procore_project_id.in_(sorted(procore_ids)))


def _conditions(actor: Actor, wanted: Filter) -> list[ColumnElement[bool]]:
    deleted = Timesheet.deleted_at.is_not(None) if wanted.is_deleted else Timesheet.deleted_at.is_(None)
    found: list[ColumnElement[bool]] = [deleted, visible(actor)]
    if wanted.from_date:
        found.append(Timesheet.date >= wanted.from_date)
    if wanted.to_date:
        found.append(Timesheet.date <= wanted.to_date)
    if wanted.user_id is not None:
        found.append(Timesheet.user_id == wanted.user_id)
    if wanted.project_id is not None:
        found.append(Timesheet.project_id == wanted.project_id)
    if wanted.updated_since:
        found.append(Timesheet.updated_at >= wanted.updated_since)
    if wanted.state:
        is_linkless = Link.id.is_(None) if wanted.state == NOT_CONNECTED.state else false()
        found.append(or_(Link.state == wanted.state, is_linkless))
    return found


def _views() -> Select[*tuple[Any, ...]]:
    sub_job, place = ProcoreSubJob, ProcoreProject
    theirs = Project.company_id
    return (
        select(Timesheet, Project, User, Task, ProjectItem, Link, sub_job.name, place.time_zone)
        .join(Project, Project.id == Timesheet.project_id)
        .outerjoin(User, User.id == Timesheet.user_id)
        .outerjoin(Task, Task.id == Timesheet.task_id)
        .outerjoin(ProjectItem, ProjectItem.id == Timesheet.project_item_id)
        .outerjoin(Link, Link.timesheet_id == Timesheet.id)
        .outerjoin(
            sub_job, and_(sub_job.company_id == theirs, sub_job.procore_id == Timesheet.procore_sub_job_id)
        )
        .outerjoin(place, and_(place.company_id == theirs, place.procore_id == Project.procore_project_id))
    )


class _Zones:
    """In which zone a project's times of day are shown: as they are entered. One that is not linked is looked up once,
    and only where there are times."""

    def __init__(self, session: StoreSession) -> None:
        self.session = session
        self.unlinked: dict[int, str] = {}

    def of(self, sheet: Timesheet, project: Project, linked: str | None) -> str:
        if project.procore_project_id is not None or sheet.start is None:
            return zone_or_utc(linked).key
        if project.id not in self.unlinked:
            self.unlinked[project.id] = entry_style(self.session, project).zone.key
        return self.unlinked[project.id]


def _view(row: Sequence[Any], zones: _Zones) -> TimesheetView:
    sheet, project, user, task, item, link, sub_job, zone = row
    fallback = str(sheet.procore_sub_job_id) if sheet.procore_sub_job_id else None
    return TimesheetView(
        id=sheet.id,
        version=sheet.version,
        user=Named(user.id, user.name, user.email) if user else None,
        project=Named(project.id, project.name, project.number),
        task=Named(task.id, task.name) if task else None,
        project_item=Named(item.id, item.name, item.code) if item else None,
        date=sheet.date,
        hours=sheet.hours,
        start=sheet.start,
        stop=sheet.stop,
        lunch_minutes=sheet.lunch_minutes,
        billable=sheet.billable,
        description=sheet.description,
        location=sheet.location,
        crew=sheet.crew,
        sub_job=sub_job or fallback,
        approval_status=sheet.approval_status,
        is_signed=sheet.is_signed,
        sync=_sync(link),
        zone=zones.of(sheet, project, zone),
        created_at=sheet.created_at,
        updated_at=sheet.updated_at,
        deleted_at=sheet.deleted_at,
    )


def _sync(link: Link | None) -> SyncView:
    if link is None:
        return NOT_CONNECTED
    key, text = told(link.state == "waiting", link.reason_key, link.reason_text)
    return SyncView(link.state, key, text, link.procore_id)  # type: ignore[arg-type]
